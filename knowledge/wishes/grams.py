"""Character grams of a sentence, and a ridge classifier over them (numpy and scipy only, deterministic)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

Matrix = NDArray[np.float32]
LIMIT = 300  # characters read
_DIALECT = str.maketrans({**dict.fromkeys("咧嘞哩啦喽", "了"), **dict.fromkeys("俺额咱", "我"), "您": "你"})
_DIGIT = "0-9零〇一二两三四五六七八九十"
_SHAPES = tuple(
    (re.compile(pattern), shape)
    for pattern, shape in (
        (r"[a-z]{1,3}[0-9]{3,}|(?:单号|编号|受理号|工单号?|预约号)(?:是|为)?[a-z0-9]{3,}", "#"),
        (r"1[3-9][0-9]{9}", "☎"),
        (rf"[{_DIGIT}]+(?:点|时)(?:半|[{_DIGIT}]+(?:分|刻)?|整|钟)?(?!课堂|意|好|没)", "⏰"),
        (r"[0-9]{1,2}:[0-9]{2}", "⏰"),
        (rf"(?:[{_DIGIT}]+月)?[{_DIGIT}]+(?:号|日)(?!楼|院|店|子|窗|线|厅|门|码|桥|房|墙|车)", "日"),
        (r"(?:这个?|下个?|上个?|下下|每个?|本)?(?:礼拜|星期|周)(?:[一二三四五六日天末]|(?=[到至]))", "日"),
        (r"今儿个?|明儿个?|后儿个?|大后[天儿]|今[天日]|明[天日早晚]|后天|改日", "日"),
        (r"(?:早上|早晨|上午|前晌|中午|晌午|下午|后晌|傍晚|擦黑|晚上|晚夕)", "晌"),
        (rf"[{_DIGIT}]+(?:栋|楼|单元|号楼|号院|幢)", "楼"),
        (rf"[{_DIGIT}]+(?=个|份|位|碗|间|盏|辆|块|人|户|家|次|顿|岁|年|天)", "0"),
        (r"[0-9]+", "0"),
        (r"[^\w#☎⏰]+", " "),
    )
)
# What a sentence does, whatever it speaks of: each counts as one more gram.
_SIGNS = {
    "ask": r"怎么|咋(?!还|没|不)|如何|多少|多钱|哪些|啥(?:材料|手续|条件|流程|证|东西|资料)|什么(?:材料|条件|手续|流程|证件)|吗$|能不能办|可以办|要带|需要|几天|多久|哪里办|阿达办|在哪|条件|材料|流程|标准|政策|规定|有没有.{0,6}(?:补|钱)|算不算|够不够|合不合",
    "bid": r"^(?:请|麻烦|劳驾|同志)?(?:帮|给|替|代|让|叫|派|找|来|寻)(?:个|我|他|她|一?下|忙|人|我妈|我爸|老)",
    "want": r"我(?:想|要|得)(?!问|知道|了解|咨询)|想(?:请|约|订|定|借|报|找)|求|请(?!问)",
    "book": r"约|订|定(?:个|一|今|明|晚|午|了)|排(?:个|上|一)|挂(?:个|一)|留(?:个|两|一|位)|借",
    "undo": r"取消|退(?:了|掉|订)|不(?:用|要|去|来|做|借|约|订|送)了|别(?:来|送|约)|停(?:了|掉|餐)|作废|撤",
    "handed": r"调解|不(?:想)?调|投诉|举报|上报|报修|报的|我报|不报|反映|代办|帮办|工单|诉求|追究|和解|撤回",
    "move": r"改(?:到|成|为|期|在|约|天)|换(?:到|成|个|一)|推(?:迟|后|到)|往(?:后|前)|提前|延|挪|调(?:到|个|一|整)",
    "quarrel": r"调解|说和|评理|评评|劝|不(?:肯|赔|还|给|认|退|让|听|承认)|吵|打起来|闹|谈|协调|主持公道|要回来|骂",
    "broken": r"坏|不亮|断|裂|塌|漏|堵|满地|没人(?:管|清|修|收|扫)|掉|倒|歪|烂|松|臭|不动|不转|积水|翘|黑(?:的|着|乎|灯|咕)|碎|锁着|瞎了|冒|失灵|危险|挡",
    "spot": r"门口|楼道|路口|十字|小区|家属院|花园|广场|后头|前头|旁边|东边|西边|南边|北边|西北角|东南角|巷|路|街|楼|单元|市场",
    "when": r"日|⏰|晌|时间|几点",
    "paper": r"材料|申请|报销|补贴|补助|证|低保|备案|审核|救助|认定|认证|手续",
    "news": r"(?:批|办|修|通过|下来|处理|弄|审|定)(?:了|好|下来|完)?(?:没|没有|不|吗)$|进度|进展|到哪(?:一?步)?|结果|没(?:音|信|消息|动静|回音|人联系|人回)|音信|啥时候(?:来|能好|批|给|找|谈)|下来没",
    "human": r"人工|真人|活人|换(?:个)?人|找(?:个)?人|叫(?:个)?人|主任|书记|值班|领导|工作人员|接(?:一下|我)?电话|打(?:个)?电话|同志(?:接|来)",
    "remind": r"提醒|叫我|喊我|告诉我|通知我|闹钟|记得|别忘|怕忘|喊我|提个?醒",
    "near": r"附近|最近的|就近|离.{0,8}近|哪(?:里|儿)?(?:有|能|可以)|阿达(?:能|有)|咋走|怎么走|哪个(?:站|社区|中心)|几点(?:开|上|下|关)",
    "join": r"报(?:名|个|上|一|了)|参加|加入|算我|叫上|学(?:跳|唱|书|画|打)|志愿|活动",
    "mine": r"我(?:的|约|订|定|前|上次|交|递|报|申请)|查(?:一下|下|查|看)|几点来着",
    "outside": r"税|超市|火车|高铁票|飞机|机票|酒店|股票|基金|银行|驾照|车牌|护照|公积金|法院|快递|外卖(?!的|小|骑)|美团|淘宝|京东|电影票|演唱会|宾馆|房价|楼盘|火锅|奶茶|手机(?:屏|卡)|宽带|话费|执业|资质|专利|商标|征兵|高考|中考|房产证|不动产|烟草|许可证|考试|翻译|讲个|唱|背一?首|股|彩票|星巴克|肯德基|麦当劳|修手机|装修公司|发票|征信|游戏|会员",
    "errand": r"代办|代(?:领|交|缴|买|取|写|我)|跑(?:腿|一趟|个腿)|上门(?:办|给|来|帮|认证|拍)|(?:下不了|走不动|出不了|动不了|不识字|不会(?:弄|用|上网))|替.{0,4}(?:办|交|领|跑)",
}
_SIGNALS = {f"<{name}>": re.compile(pattern) for name, pattern in _SIGNS.items()}
SIGN = 1.5  # how much heavier a sign is than a gram


def normal(text: str) -> str:
    """One spelling for what the classifier need not tell apart: numbers, days, hours, dialect letters."""
    line = unicodedata.normalize("NFKC", text[:LIMIT]).lower().translate(_DIALECT)
    for pattern, shape in _SHAPES:
        line = pattern.sub(shape, line)
    return line.strip()


def grams(text: str) -> set[str]:
    """The 1–3-grams within the sentence, its beginning and end marked, and its signs."""
    line = normal(text)
    signs = {name for name, pattern in _SIGNALS.items() if pattern.search(line)}
    line = f"^{line}$"
    return signs | {line[i : i + n] for n in (1, 2, 3) for i in range(len(line) - n + 1)}


class Space:
    """Grams as columns; those seen once are left out."""

    def __init__(self, texts: Sequence[str], least: int = 2) -> None:
        seen = [grams(text) for text in texts]
        count: dict[str, int] = {}
        for found in seen:
            for gram in found:
                count[gram] = count.get(gram, 0) + 1
        kept = sorted(gram for gram, n in count.items() if n >= least)
        self._column = {gram: i for i, gram in enumerate(kept)}
        self._weight = np.array([1.0 + np.log(len(texts) / count[gram]) for gram in kept], dtype=np.float32)
        signs = np.array([len(gram) > 1 and gram[0] == "<" for gram in kept])
        self._weight[signs] = SIGN * self._weight.max()
        self.rows = self._matrix(seen)

    def _matrix(self, seen: Sequence[set[str]]) -> csr_matrix:
        at, start, values = [], [0], []
        for found in seen:
            row = sorted(self._column[gram] for gram in found if gram in self._column)
            weights = self._weight[row]
            values.append(weights / max(float(np.linalg.norm(weights)), 1e-9))
            at.extend(row)
            start.append(len(at))
        shape = (len(seen), len(self._column))
        return csr_matrix((np.concatenate(values), at, start), shape=shape, dtype=np.float32)

    def row(self, text: str) -> csr_matrix:
        """One sentence as a row of length 1."""
        return self._matrix([grams(text)])


def ridge(
    rows: csr_matrix, classes: NDArray[np.intp], weights: Matrix, rounds: int, penalty: float
) -> Matrix:
    """Weighted least squares of ±1 targets, one column a class, by conjugate gradients."""
    wanted = np.full((rows.shape[0], int(classes.max()) + 1), -1, dtype=np.float32)
    wanted[np.arange(rows.shape[0]), classes] = 1
    turned = rows.T.tocsr()
    by = weights[:, None]

    def normal_equations(x: Matrix) -> Matrix:
        product: Matrix = turned @ (by * (rows @ x)) + penalty * x
        return product

    x: Matrix = np.zeros((rows.shape[1], wanted.shape[1]), dtype=np.float32)
    rest: Matrix = turned @ (by * wanted)
    way, size = rest.copy(), (rest * rest).sum(0)
    for _ in range(rounds):
        pushed = normal_equations(way)
        step = size / np.maximum((way * pushed).sum(0), 1e-12)
        x += step * way
        rest -= step * pushed
        size, before = (rest * rest).sum(0), size
        way = rest + size / np.maximum(before, 1e-12) * way
    return x
