"""From one row's raw values to an entry, with everything wrong named. Shared by xlsx and YAML."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from knowledge.handbook import REQUIRED, STYLES, HandbookEntry, from_mapping, problems
from knowledge.handbook_files.columns import (
    BY_NAME,
    CELL,
    COLUMNS,
    ID,
    Column,
    flat,
    nested,
    too_long,
    too_long_phrasings,
)
from knowledge.handbook_files.report import Loaded, Problem

DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")


@dataclass(slots=True)
class Row:
    """One entry as it stands in a file: raw values by column name, and phrasings by style."""

    number: int
    values: dict[str, Any]
    phrasings: dict[str, list[str]] = field(default_factory=lambda: {style: [] for style in STYLES})
    problems: list[Problem] = field(default_factory=list)
    sheet: str = ""

    def wrong(self, column: str, wrong: str, write: str, weight: Any = "stop") -> None:
        """Note a problem of this row."""
        self.problems.append(Problem(self.number, column, wrong, write, weight, self.sheet))


def clean(text: str) -> str:
    """Text without what no reader sees: control characters and carriage returns."""
    text = text.replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c in "\n\t" or not _is_control(c))


def _is_control(c: str) -> bool:
    return c < " " or c in "\x7f\ufffe\uffff" or "\ud800" <= c <= "\udfff"


def _words(value: Any) -> str | None:
    """A single value as text; None where it is no single value."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float | date):
        return None
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return clean(str(value)).strip()


def _lines(value: Any) -> list[str] | None:
    told = value if isinstance(value, list | tuple) else (_words(value) or "").split("\n")
    lines = [_words(line) for line in told]
    if None in lines or (not isinstance(value, list | tuple) and _words(value) is None):
        return None
    return [line.replace("\n", " ") for line in lines if line]


def _day(value: Any) -> date | None:
    """The day in a cell; raise ValueError where there is none."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if not (text := _words(value)):
        return None
    found = DAY.fullmatch(text.removesuffix(" 00:00:00"))
    if not found:
        raise ValueError(text)
    return date(int(found[1]), int(found[2]), int(found[3]))


def _value(row: Row, column: Column, raw: Any) -> Any:
    if isinstance(raw, str) and len(raw) > CELL:
        row.wrong(column.header, f"这一格有 {len(raw)} 个字", f"一格最多 {CELL} 个字，请删短")
        return None
    if column.kind == "day":
        return _read_day(row, column, raw)
    value = _lines(raw) if column.kind == "lines" else _words(raw)
    if value is None:
        row.wrong(column.header, "这里要写文字", "一项一行" if column.kind == "lines" else "写成一句话")
    return value


def _read_day(row: Row, column: Column, raw: Any) -> date | None:
    try:
        return _day(raw)
    except ValueError:
        row.wrong(column.header, f"日期“{str(raw)[:20]}”看不懂", "写成 2026-11-23 这样")
        return None


def read_row(row: Row) -> HandbookEntry | None:
    """The entry of a row; None where a value cannot be read (the row's problems say which)."""
    values = {column.name: _value(row, column, row.values.get(column.name)) for column in COLUMNS}
    entry_id = values["id"] or ""
    if not entry_id:
        row.wrong("编号", "没有写编号", "每条写一个编号，如 MZ01")
    elif not ID.fullmatch(entry_id):
        row.wrong("编号", f"编号“{entry_id[:30]}”不能用", "只用字母、数字和短横，最多 16 个")
    for column, why in too_long(values):
        row.wrong(column.header, why, "请删短")
    for why in too_long_phrasings(row.phrasings):
        row.wrong("说法", why, "请删短")
    if any(problem.weight == "stop" for problem in row.problems):
        return None
    entry = from_mapping(nested(values) | {"phrasings": row.phrasings})
    _not_yet(row, entry)
    return entry


def _not_yet(row: Row, entry: HandbookEntry) -> None:
    """Note what keeps the entry a draft."""
    for column, wrong in unfit(entry):
        row.wrong(column, wrong, "改好才能发布；现在可以先存草稿", "draft")


def unfit(entry: HandbookEntry) -> list[tuple[str, str]]:
    """(column, what is wrong) of everything that keeps the entry from being published."""
    missing = [name for name in REQUIRED if not getattr(entry, name)]
    found = [(BY_NAME[name].header, "必填，现在是空的") for name in missing]
    for said in problems(entry)[len(missing) :]:
        wrong = said.partition("：")[2]
        found.append(("受理层级" if "受理层级" in wrong else "失效日期", wrong))
    return found


def overlong(entry: HandbookEntry) -> list[tuple[str, str]]:
    """(column, what is wrong) of every field that is too long."""
    found = [(column.header, why) for column, why in too_long(flat(entry))]
    return found + [("说法", why) for why in too_long_phrasings(entry.phrasings)]


def assemble(rows: Sequence[Row], found: Sequence[Problem] = ()) -> Loaded:
    """All rows of a file together: entries, and what is wrong with each and between them."""
    loaded = Loaded()
    _twice(rows)
    for row in rows:
        entry = read_row(row)
        loaded.problems += row.problems
        if entry is not None:
            loaded.entries.append(entry)
    loaded.problems = sorted([*found, *loaded.problems], key=lambda p: (p.sheet == "说法", p.row))
    for sentence, ids in repeated(loaded.entries).items():
        loaded.problems.append(Problem(0, "说法", f"“{sentence}”同时写在{'、'.join(ids)}",
                                       "一句话只留在一条里，留好才能发布", "draft"))  # fmt: skip
    return loaded


def _twice(rows: Sequence[Row]) -> None:
    """Note every id that another row has already."""
    first: dict[str, int] = {}
    for row in rows:
        entry_id = str(row.values.get("id") or "").strip()
        if entry_id and entry_id in first:
            where = f"第 {first[entry_id]} {'行' if row.sheet else '条'}"
            row.wrong("编号", f"编号“{entry_id[:16]}”和{where}重复", "一个编号只能有一条，请改一个")
        first.setdefault(entry_id, row.number)


def repeated(entries: Sequence[HandbookEntry]) -> Mapping[str, list[str]]:
    """Sentences that stand in more than one entry, with the entries' ids."""
    where: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        for sentence in dict.fromkeys(entry.all_phrasings()):
            where[sentence].append(entry.id)
    return {sentence: ids for sentence, ids in where.items() if len(set(ids)) > 1}
