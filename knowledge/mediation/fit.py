"""Whether a matter fits mediation here, by its own words; what does not goes another way at once."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Way:
    """Another way: why, and where to. `danger`: people are told at once."""

    name: str
    words: str
    danger: bool = False


COURT = Way("court", "已经起诉或判了的，请问法院：12368。想问法律上的事，可以约社区律师，或打12348。")
CRIME = Way(
    "crime",
    "有人受伤或已报警的，请先听派出所的：110。人受伤先打120。需要法律帮助可以打12348。值班人员已经知道，会联系您。",
    danger=True,
)
HOME = Way(
    "home",
    "家里有人打人、伤害老人孩子，不能靠调解。有危险马上打110。可以向法院申请人身安全保护令（《反家庭暴力法》第二十三条），"
    "妇联热线12338。值班人员已经知道，会私下联系您。",
    danger=True,
)
REFUSED = Way(
    "refused",
    "对方已经明确不同意的，不能调解（《人民调解法》第十七条）。您还可以申请仲裁、找主管部门，或到法院起诉；想问法律上的事打12348。",
)
LABOUR = Way(
    "labour", "单位欠薪、辞退、工伤这类劳动争议，先找劳动监察或劳动仲裁：12333。想问法律上的事打12348。"
)
OFFICE = Way("office", "对罚款、处罚、拆除决定不服，要走行政复议或行政诉讼，问12345或12348，社区调解管不了。")
WAYS = {way.name: way for way in (COURT, CRIME, HOME, REFUSED, LABOUR, OFFICE)}
RULES = (
    (HOME, re.compile(r"家暴|(老公|丈夫|老婆|媳妇|爸|妈|后爹|后妈|对象|男朋友|儿子|女婿).{0,6}(打我|打孩子|打娃|打妈|打老人|掐我|踢我)|虐待|猥亵|性侵")),
    (CRIME, re.compile(r"打(伤|残|骨折|住院)|捅|拿刀|持刀|偷了|抢了|诈骗|敲诈|强奸|吸毒|轻伤|重伤")),
    (COURT, re.compile(r"已经?(起诉|立案|开庭|判了|判决)|法院(已经)?(受理|立案|判|传票)|正在打官司|二审|执行局")),
    (LABOUR, re.compile(r"(单位|公司|厂|老板|工地|工头|包工头).{0,10}(欠.{0,4}(工资|工钱|薪)|拖欠|辞退|开除|不签合同|社保|工伤)|讨薪|劳动仲裁")),
    (OFFICE, re.compile(r"(城管|交警|市监局|市场监管|派出所|政府|街道办).{0,8}(罚款|处罚|罚了|拘留|强拆|扣车)|行政复议")),
)  # fmt: skip


def unfit(words: str) -> Way | None:
    """The other way that the words plainly ask for; None where nothing speaks against mediation."""
    return next((way for way, pattern in RULES if pattern.search(words)), None)


FIELDS = (
    ("family", re.compile(r"婆媳|夫妻|老公|老婆|媳妇|儿子|女儿|兄弟|姐妹|赡养|分家|彩礼|离婚|继承|老人|孙子")),
    ("property", re.compile(r"物业|房租|租房|房东|租客|押金|漏水|装修|渗水|停车|车位")),
    ("money", re.compile(r"借钱|欠|还钱|赔|药费|医药费|定金|退款|合伙")),
    ("neighbour", re.compile(r"邻居|对门|楼上|楼下|隔壁|噪音|吵|狗|楼道|过道")),
)  # fmt: skip


def field(words: str) -> str:
    """What kind of dispute it is, for the figures; only a rough word of six, never the words themselves."""
    return next((name for name, pattern in FIELDS if pattern.search(words)), "other")
