"""An address as people say it, taken apart: 七号楼, 7#, 7栋, 三单元, 502, 珠泉路4号院, 三组, 第二网格."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from knowledge.when.numerals import number

_DIGITS = str.maketrans({"幺": "一", "〇": "零", "○": "零"})
_COUNTED = (
    r"(?:号楼|号院|号|#|栋|幢|座|单元|门|室|房|组|队|楼|层|院|期|区(?!域)|小区|网格|社区|[-\u2014\u2013~])"
)
_NUMERAL = re.compile(rf"[零〇一二两三四五六七八九十百]+(?={_COUNTED})")
_SPELLED = re.compile(r"[零一二三四五六七八九]{3,4}(?![一-龥])")
_SPACES = re.compile(r"\s+")
_DASHES = re.compile(r"[\u2014\u2013\u2010\u2011－]+")

_BUILDING = re.compile(
    r"(?<![0-9A-Z])(?:第)?(?P<label>[0-9]{1,3}[A-Z甲乙丙]?|[A-Z][0-9]{0,2})(?:号?(?:栋|幢|座)|号楼|#楼?)"
)
_LETTERED = re.compile(r"(?<![0-9A-Z])(?P<label>[A-Z])(?:栋|幢|座|楼|号楼)")
_UNIT = re.compile(r"(?P<unit>[0-9]{1,2}|[东西南北中甲乙丙])(?:单元|门(?![口前]))")
_ROOM = re.compile(r"(?<![0-9])(?P<room>[0-9]{3,4})(?:室|号?房|(?![0-9号#米块元个天年路栋幢楼]))")
_CUT = re.compile(
    r"(?<![0-9-])(?P<label>[0-9]{1,3})#?-(?:(?P<unit>[0-9]{1,2})-)?(?P<room>[0-9]{3,4})(?![0-9-])"
)
_ROAD = re.compile(
    r"(?P<road>[\u4e00-\u9fff]{1,7}?(?:大道|路|街|巷))(?P<number>[0-9]{1,4})号?(?:大?院)?(?!楼|#|栋|幢|单元)"
)
_GROUP = re.compile(r"(?:第)?(?P<group>[0-9]{1,2})(?:组|队|小组|村民组)")
_GRID = re.compile(r"(?:第)?(?P<grid>[0-9]{1,3})(?:号)?网格")


@dataclass(frozen=True, slots=True)
class Told:
    """The parts of an address. `line` is the whole of it in normal form."""

    line: str
    building: str = ""
    unit: str = ""
    room: str = ""
    group: str = ""
    grid: str = ""
    roads: tuple[tuple[str, str], ...] = ()


def normal(text: str) -> str:
    """Full-width and Chinese figures as digits where they count something; no spaces; Latin letters capital."""
    line = unicodedata.normalize("NFKC", text).upper().translate(_DIGITS)
    line = (
        _DASHES.sub("-", _SPACES.sub("", line))
        .replace("号儿楼", "号楼")
        .replace("號", "号")
        .replace("棟", "栋")
    )
    line = _NUMERAL.sub(lambda found: str(number(found[0])), line)
    return _SPELLED.sub(lambda found: str(number(found[0])), line)


def label_of(text: str) -> str:
    """The label of a building as it is kept: 七号楼 → 7, a座 → A, 三组 → 3组, 7# → 7."""
    line = normal(text)
    if group := _GROUP.fullmatch(line):
        return f"{group['group']}组"
    found = _BUILDING.fullmatch(line) or _LETTERED.fullmatch(line)
    return (found["label"] if found else line.removesuffix("号楼").removesuffix("号").removesuffix("#"))[:12]


def taken_apart(text: str) -> Told:
    """The parts that are told, in one reading; what is not told is empty."""
    line = normal(text)
    building = unit = room = ""
    if cut := _CUT.search(line):
        building, unit, room = cut["label"], cut["unit"] or "", cut["room"]
    else:
        named = _BUILDING.search(line) or _LETTERED.search(line)
        building = named["label"] if named else ""
        rest = line[named.end() :] if named else line
        found = _UNIT.search(rest)
        unit = found["unit"] if found else ""
        after = rest[found.end() :] if found else rest
        flat = _ROOM.search(after) if named or found else None
        room = flat["room"] if flat else ""
    group, grid = _GROUP.search(line), _GRID.search(line)
    return Told(line, building, unit, room, f"{group['group']}组" if group else "", grid["grid"] if grid else "",
                tuple((found["road"], found["number"]) for found in _ROAD.finditer(line)))  # fmt: skip
