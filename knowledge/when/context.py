"""What stands around a phrase and bends it: 之前, 以后, 到, 改到, 不行."""

from __future__ import annotations

import re

NEAR = 12  # letters that are looked at before a phrase


def before_it(letters: str, start: int) -> str:
    """What stands right before a place."""
    return letters[max(0, start - NEAR) : start]


BEFORE_IT = re.compile(
    r"(?:左右|钟)?(?:下班)?(?:之前|以前|前(?![天面头门台往来后期]|[0-9一二两三四五六七八九十几半]+个?[天周月年日])|为止|截止)|(?:之|以)?内(?![科容部])|里(?=[就都]?行|都可)"
)
AFTER_IT = re.compile(r"(?:左右)?(?:之后|以后|过后|后(?![天面头门院来晌]))")
FROM_IT = re.compile(r"(?:起|开始)")
AT_LATEST = re.compile(r"(?:截止到?|不晚于|最晚|最迟|赶在|赶(?!早))$")
UP_TO = re.compile(r"(?:持续到|一直到|直到|[送订吃干做学住]到|[,。(]到|^到|截止到?)$")
RANGE = re.compile(r"[,的]?(?:开始|起)?[,]?(?:(?:一直|直|持续)?[到至]|~+|-+)")
BETWEEN = re.compile(r"[和到]")
BETWEEN_AFTER = re.compile(r"(?:之间|期间|中间|间)")
OR = re.compile(r"[,]?(?:或者?是?|还是|要么|要不|、|和|及)[,]?")
CHOSEN = re.compile(
    r"(?:改签?|换|挪|推|调|变|移|延|推迟|延后|延期|提前|顺延|重新约)(?:[到成为至在]了?|(?<=改))(?:下次)?$"
)
REFUSED = re.compile(
    r"(?:不是|别约?|不要约?|不想约?|不约|除了|除开|避开|(?<!能)不能约?|原来|原先|原定|原本|本来)(?:约?的?是?|在|定的?)$"
)
NOT_THEN = re.compile(
    r"的?(?:那天|那次|那个时间|那个|时间|这天|这个时间)?(?:我|都|也|就|可能|恐怕|怕|实在|真|又|还是|要)*"
    r"(?:不行(?![吗么])|不成|不可以|不得行|没空|没时间|没工夫|有事|来不了|去不了|不方便|不在(?!.)|不得闲|不得空|不要|不来|赶不上|不合适|排满|约满|满了|不能)"
)
EXCEPT = re.compile(r"(?:除了?|除开|除去|不算|不含|不包括|避开)$")
EXCEPTED = re.compile(r"(?:[都就]?不(?:算|含|要|用|送|来|在|包括)|除外|以外|之外|外|休息|停|免)")
RUNNING = re.compile(
    r"(?:连续?着?|一连|连送|连来|持续|为期|一共|总共|共|(?:今天|明天|后天|号|日|周|期|拜)[一二三四五六日天]?(?:起|开始))[送来订]?$"
)
CORRECTED = re.compile(r"(?:[哦噢啊呃]?不对|说错了?|[哦噢]不|弄错了?|记错了?|错了)")
LASTS = re.compile(r"^(?:$|[,。的!?吧]|左右|就够|够)")
