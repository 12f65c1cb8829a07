"""The columns of the handbook as people edit it: names, Chinese headers, limits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from knowledge.handbook import REQUIRED, STYLES, HandbookEntry

Kind = Literal["text", "lines", "day"]
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,15}")
CELL = 10_000  # characters of one cell, whatever stands in it
PHRASING = 200  # characters of one sentence
PHRASINGS = 200  # sentences of one style


@dataclass(frozen=True, slots=True)
class Column:
    """One field. `most` is the characters of a text or of one line; `lines` the lines of a list."""

    name: str
    header: str
    kind: Kind = "text"
    most: int = 500
    lines: int = 40
    hint: str = ""

    @property
    def required(self) -> bool:
        """Whether an entry without it cannot be published."""
        return self.name in REQUIRED or self.name == "id"

    @property
    def staff(self) -> bool:
        """全岗通: never shown to residents."""
        return self.name.startswith("staff_")

    def of(self, entry: HandbookEntry) -> Any:
        """The field's value in an entry."""
        return getattr(entry.staff, self.name[6:]) if self.staff else getattr(entry, self.name)


COLUMNS = (
    Column("id", "编号", most=16, hint="字母和数字，如 MZ01，全手册不重复"),
    Column("title", "名称", most=60, hint="事项的正式名称"),
    Column("department", "部门", most=20, hint="如 民政、人社"),
    Column("accepted_at", "受理层级", most=4, hint="社区、街道、区，三选一"),
    Column("short", "简称", most=12, hint="按钮上的字，最多 12 个字"),
    Column("aliases", "别名", "lines", most=40, hint="居民怎么叫它，一行一个"),
    Column("summary", "一句话说明", most=100, hint="一句大白话"),
    Column("who", "谁能办", "lines", most=300, hint="一行一条"),
    Column("materials", "要带什么", "lines", most=300, hint="一行一样"),
    Column("steps", "怎么办", "lines", most=300, hint="按先后，一行一步"),
    Column("time_limit", "多长时间", hint="多少天办好"),
    Column("fee", "多少钱", hint="不收费写“免费。”"),
    Column("where", "在哪办"),
    Column("hours", "什么时间"),
    Column("online", "网上办", hint="不能就写“暂不能网上办。”"),
    Column("proxy", "能不能代办"),
    Column("lost", "丢了怎么补"),
    Column("progress", "怎么查进度"),
    Column("phone", "咨询电话", hint="只写核实过的号码"),
    Column("basis", "依据", "lines", most=300, hint="法规名称和条款，一行一条"),
    Column("checked_on", "核对日期", "day", hint="如 2026-11-23"),
    Column("review_by", "复核期限", "day", hint="到这天前要再核对一次"),
    Column("valid_from", "生效日期", "day"),
    Column("valid_until", "失效日期", "day", hint="过了这天就不再回答；长期有效就空着"),
    Column("owner", "负责人", most=60, hint="谁对内容负责"),
    Column("notes", "要注意", "lines", most=300, hint="居民常弄错的地方，一行一条"),
    Column("related", "相关条目", "lines", most=16, hint="容易混的条目编号，一行一个"),
    Column("services", "可预约服务", "lines", most=40, hint="服务编号，一行一个"),
    Column("staff_checks", "全岗通·核对要点", "lines", most=300, hint="只给工作人员看"),
    Column("staff_rejections", "全岗通·常见驳回", "lines", most=300, hint="只给工作人员看"),
    Column("staff_system", "全岗通·系统入口", hint="只给工作人员看"),
    Column("staff_hints", "全岗通·提醒", "lines", most=300, hint="只给工作人员看"),
)
BY_NAME: Mapping[str, Column] = {column.name: column for column in COLUMNS}
BY_HEADER: Mapping[str, Column] = {column.header: column for column in COLUMNS}
STYLE_NAMES = {
    "official": "书面",
    "plain": "日常",
    "terse": "简短",
    "dialect": "方言",
    "need": "处境",
    "long": "长句",
}
STYLE_OF = {label: style for style, label in STYLE_NAMES.items()} | {style: style for style in STYLES}


def flat(entry: HandbookEntry) -> dict[str, Any]:
    """The entry's fields by column name, without phrasings."""
    return {column.name: column.of(entry) for column in COLUMNS}


def nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """Column values as `knowledge.handbook.from_mapping` reads them."""
    out = {name: value for name, value in values.items() if not name.startswith("staff_")}
    out["staff"] = {name[6:]: value for name, value in values.items() if name.startswith("staff_")}
    return out


def too_long(values: Mapping[str, Any]) -> Iterator[tuple[Column, str]]:
    """Each column whose value is too long, and why."""
    for column in COLUMNS:
        value = values.get(column.name)
        if isinstance(value, str) and len(value) > column.most:
            yield column, f"有 {len(value)} 个字，最多 {column.most} 个字"
        elif column.kind == "lines" and value:
            yield from ((column, why) for why in _long_lines(value, column.most, column.lines))


def too_long_phrasings(phrasings: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """Why a set of phrasings is too long."""
    for style, lines in phrasings.items():
        for why in _long_lines(list(lines), PHRASING, PHRASINGS):
            yield f"“{STYLE_NAMES.get(style, style)}”{why}"


def _long_lines(lines: Iterable[str], most: int, count: int) -> Iterator[str]:
    told = list(lines)
    if len(told) > count:
        yield f"有 {len(told)} 行，最多 {count} 行"
    for n, line in enumerate(told, 1):
        if len(line) > most:
            yield f"第 {n} 行有 {len(line)} 个字，一行最多 {most} 个字"
            return
