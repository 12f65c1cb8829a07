"""One way of writing, and the blotting out of what only looks like a time."""

from __future__ import annotations

import re

from knowledge.calendar import SOLAR_TERMS
from knowledge.when.numerals import N2, N
from knowledge.when.words import FESTIVALS, LUNAR_FESTIVALS

LONGEST = 400  # letters that are read
GONE = "\x00"  # stands where something was that is no time

_TABLE = str.maketrans(
    "０１２３４５６７８９：／．，；（）　後點鐘鍾週禮號個兩時間來這從開農曆陰陽節國慶勞動兒婦舊歲過還為裡裏〇○—–―－～跟与",
    "0123456789:/.,;() 后点钟钟周礼号个两时间来这从开农历阴阳节国庆劳动儿妇旧岁过还为里里零零~~~~~和和",
)
_SURNAMES = "张王李赵刘陈杨黄吴徐孙马朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁沈姚卢姜崔谭陆汪范石廖贾夏韦付邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵严覃武戴莫孔汤"
_PLACES = "楼|院|线|窗|柜|桌|门|房|室|车|库|单元|公馆|厅|铺|坑|店|文件|地块|机|病|床|台|家属|大院|小区|大?街|路|巷|胡同|弄|站|村|井|梯|电梯|出口|入口|通道|仓|馆|摊|厂|矿|公路|选手|技师|护工|柱|杆|箱|座|票|签|电池|桥|染发|岗|诊|药|表|令|球|诊室|家|码"
_FEASTS = "|".join(
    sorted(
        {*FESTIVALS, *LUNAR_FESTIVALS, *SOLAR_TERMS, "三八", "五四", "建国", "建军"}, key=len, reverse=True
    )
)
_SITES = "路|街|大道|巷|村|小学|中学|幼儿园|学校|广场|公园|花园|小区|社区|医院|厂|饭店|酒店|桥|剧场|电影|新村|家属|渠|公馆|渡口"
_TITLES = "先生|女士|大爷|大妈|大娘|奶奶|爷爷|叔叔|阿姨|师傅|老师|同志|医生|大夫|主任|经理|书记|护士"
_GIVEN = rf"周[一二三四五六日天](?![上下早晚中前后和到至、点的或有在去来是我你他她不那这可就都还没能行也吧呢吗了{_SURNAMES}])[一-鿿]"
_NOT_TIMES = re.compile(
    "|".join([
        rf"{N}(?:[-~到、]{N})?号(?:{_PLACES})",
        r"(?<![0-9十廿])(?:[1-9]|[一二三四五六七八九])号(?:活动|会议|教)室",
        rf"(?:[东西南北中])?(?:{_FEASTS})节?(?:国际)?(?:[东西南北中]?(?:{_SITES})(?:{N}号)?|快乐|安康|敬老|联欢|晚会|快递|促销|购物)|{N2}月(?:天|花园|小区)",
        rf"(?:我是|叫到|轮到|抽到|排到|排在|喊到|拿到|拿的|取到|号是)第?{N}号(?!的|上午|下午|早|晚|中午|[0-9])",
        rf"(?:(?<=叫)|(?<=姓名)|(?<=人)|(?<=是)|(?<=[::])){_GIVEN}(?=$|[,。的在])|{_GIVEN}(?=(?:{_TITLES}))",
        rf"[路街巷道弄段园区村苑]{N}号(?!上午|下午|早|晚|中午)",
        rf"第?{N}(?:单元|楼|层|栋|幢|排|组|队|岁|块|元|斤|米|室|届|名|期(?!间))(?:{N}号(?!上午|下午|早|晚|中午))?",
        r"[0-9]{3,4}-[0-9]{7,8}|[A-Za-z]+-?[0-9]{2,}|(?<![0-9])(?!(?:19|20)[0-9]{6}(?![0-9]))[0-9]{5,}|(?:编?号|码|单|订单|电话)[::是]?[A-Za-z]*[0-9]{5,}",
        r"[0-9]+(?:\.[0-9]+)?(?:%|万|千|百|亿)|百分之[零一二三四五六七八九十百\d]+|[一二两三四五六七八九十]分之[一二两三四五六七八九十]",
        rf"社区的?四点半|{N2}点半?(?:课堂|(?:托管)?班(?![次车])|学校|托管|便利|超市|食堂|书店|水果)|{N2}点{N2}折|[两三]点一线|明天会?更好|朝九晚[五六]|三点一线|三点水|十点读书|早八(?:人|点半课)|三天两头|半斤八两",
        rf"(?:(?<=^)|(?<=[,。!?;:、叫找姓是给问约我帮和把的下]))[{_SURNAMES}](?:小|大|晓|建)?(?:国庆|建军|中秋|重阳|元旦|立春|立冬|立夏|立秋|春分|端午|清明|除夕|冬至|腊月|双喜)(?!节|假)",
        rf"[{_SURNAMES}](?:国庆|建军|中秋|重阳|元旦|立春|立秋|春分|端午|冬至|腊月)(?=的|家|{_TITLES})",
        r"万一|第一时间|一点(?:都|也)[^上下]|一点[儿点滴](?!钟)|(?:有|差|稍|快|慢|多|少|好|大|小|高|低|远|近|轻|重|早|晚|这|那|软和|便宜|清楚|简单|仔细|耐心|安静|暖和|方便|注意|详细|过分)一?点(?![0-9半钟])",
        rf"{N}点(?:建议|意见|要求|希望|体会|想法|疑问|问题|说明|感受|理由|原因|经验|内容|注意|钱|东西|心得|赞|评)",
        r"(?:以上|上述|上面|下面|另外?|前|后|一共|总共)[一二两三四五]点(?![0-9半钟])|[以如下这那]下?[两三四五六]点[::,]|(?:有|第|这|那|几)[一两二三四五六七八九十]点(?![0-9半钟])|说[两三四五]点[::,]",
        r"(?:早上|上午|中午|下午|晚上|早晨)好(?=$|[,。!!~啊呀哦,、]|[我请想你您小])|晚安|早安|午安|今日头条|明日之后|明日方舟|昨日重现|今日(?:说法|关注)|[前后]天性|先天[和与、]后天|天天向上|好好学习",
        r"大(?:晚上|中午|半夜|早上|清早|白天|下午)的?(?=[^,。]*[吵闹])|月(?:嫂|子|饼|亮|光|经|季|租|卡|票|薪|供)|[三四五六七八九]月?天(?:三夜|四夜)",
        r"四五[六七]|五四青年(?!节)|三八线|八一[南足]|不三不四|七上八下|十有八九|五花八门|星期八|双十协定|十二月党|一二九|九一八|三一五",
    ])
)  # fmt: skip


# slips of the keyboard and the ear, each as long as what is meant
_TYPED = {
    "名天": "明天",
    "明夭": "明天",
    "后夭": "后天",
    "零晨": "凌晨",
    "另晨": "凌晨",
    "晚尚": "晚上",
    "早尚": "早上",
}
_TYPOS = re.compile(
    rf"名天(?![生才使下])|明夭|后夭|[零另]晨|[早晚]尚|(?<![早晚])[上下][五舞武伍](?=\s*{N2}点)"
)


def normal(text: str) -> tuple[str, list[int]]:
    """The text in one way of writing with blanks taken out, and where each letter stood."""
    letters = text[:LONGEST].translate(_TABLE)
    letters = _TYPOS.sub(
        lambda found: _TYPED[found[0]] if found[0] in _TYPED else f"{found[0][0]}午", letters
    )
    kept = [n for n, c in enumerate(letters) if not c.isspace() or _parts_numbers(letters, n)]
    return "".join(" " if letters[n].isspace() else letters[n] for n in kept), kept


def _parts_numbers(letters: str, n: int) -> bool:
    return 0 < n < len(letters) - 1 and letters[n - 1].isalnum() and letters[n - 1].isascii() and (
        letters[n + 1].isascii() and letters[n + 1].isalnum()
    )  # fmt: skip


def blot(letters: str) -> str:
    """The same letters, with what is no time blotted out."""
    return _NOT_TIMES.sub(lambda found: GONE * len(found[0]), letters)
