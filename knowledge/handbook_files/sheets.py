"""The handbook as xlsx: one row an entry, a second sheet for phrasings. What is written reads back the same."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any, cast
from xml.etree.ElementTree import ParseError
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import range_boundaries

from knowledge.handbook import STYLES, HandbookEntry
from knowledge.handbook_files.columns import BY_HEADER, CELL, COLUMNS, STYLE_NAMES, STYLE_OF, flat
from knowledge.handbook_files.envelope import AGAIN, MOST_ROWS, check
from knowledge.handbook_files.merged import merged_ranges
from knowledge.handbook_files.report import BadFile, Loaded, Problem
from knowledge.handbook_files.rows import Row, assemble, clean

ITEMS, SAYINGS, HELP = "手册", "说法", "填写说明"
HEADERS = ("编号", "类型", "句子")
MOST_COLUMNS = 200
UNREADABLE = (BadZipFile, ParseError, KeyError, ValueError, TypeError, AttributeError, IndexError,
              OverflowError, EOFError, RuntimeError, OSError)  # fmt: skip
STAMPS = re.compile(rb"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:(created|modified)>")
HEAD = PatternFill("solid", fgColor="DDE8F3")


# writing


def write_xlsx(entries: Sequence[HandbookEntry]) -> bytes:
    """The workbook; raise BadFile for a field that no cell can hold."""
    book = Workbook(write_only=True)
    _write_sheet(book, ITEMS, [c.header for c in COLUMNS], (_item(entry) for entry in entries),
                 [10 if c.name == "id" else 14 if c.kind == "day" else 30 for c in COLUMNS])  # fmt: skip
    _write_sheet(book, SAYINGS, HEADERS, _sayings(entries), [10, 10, 80])
    _write_sheet(book, HELP, ("说明", ""), _help(), [24, 80])
    out = BytesIO()
    book.save(out)
    return _without_clock(out.getvalue())


def _without_clock(data: bytes) -> bytes:
    """The same workbook without the moment of its writing, so that equal entries give equal files."""
    out = BytesIO()
    with ZipFile(BytesIO(data)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = ZipInfo(name)
            part.compress_type = ZIP_DEFLATED
            new.writestr(
                part, STAMPS.sub(b"", old.read(name)) if name == "docProps/core.xml" else old.read(name)
            )
    return out.getvalue()


def _item(entry: HandbookEntry) -> list[str]:
    return [_as_cell(entry.id, column.header, value)
            for column, value in zip(COLUMNS, flat(entry).values(), strict=True)]  # fmt: skip


def _as_cell(entry_id: str, header: str, value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    text = "\n".join(line.replace("\n", " ") for line in value) if isinstance(value, tuple) else value or ""
    if len(text) > CELL:
        raise BadFile(
            f"{entry_id} 的“{header}”有 {len(text)} 个字，一格放不下", f"先把它改到 {CELL} 个字以内"
        )
    return clean(text)


def _sayings(entries: Iterable[HandbookEntry]) -> Iterator[list[str]]:
    for entry in entries:
        for style in STYLES:
            for sentence in entry.phrasings.get(style, ()):
                yield [entry.id, STYLE_NAMES[style], _as_cell(entry.id, "说法", sentence)]


def _help() -> Iterator[list[str]]:
    yield ["怎么填", "一条一行。标“一行一条”的格子，里面按 Alt+Enter 换行。不要合并单元格，不要写公式。"]
    yield ["说法", "居民会怎么问，一句一行；类型写：" + "、".join(STYLE_NAMES.values()) + "。"]
    for column in COLUMNS:
        must = "必填。" if column.required else ""
        yield [column.header, must + column.hint + ("（一行一条）" if column.kind == "lines" else "")]


def _write_sheet(book: Workbook, title: str, headers: Sequence[str], rows: Iterable[Sequence[str]],
                 widths: Sequence[int]) -> None:  # fmt: skip
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "C2" if len(headers) > 3 else "A2"
    for n, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(n)].width = width
    sheet.append([_cell(sheet, header, head=True) for header in headers])
    for row in rows:
        sheet.append([_cell(sheet, text) for text in row])


def _cell(sheet: Any, text: str, *, head: bool = False) -> Any:
    """A cell that is text whatever it begins with, also after somebody edits it (quotePrefix)."""
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    cell.number_format = "@"
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if text[:1] in ("=", "+", "-", "@", "\t"):
        cast(Any, cell).quotePrefix = True
    if head:
        cell.font, cell.fill = Font(bold=True), HEAD
    return cell


# reading


def read_xlsx(data: bytes, name: str) -> Loaded:
    """The entries of a workbook and everything wrong with it; raise BadFile for what cannot be opened."""
    parts = check(data, name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of decorations that it does not know
            book = load_workbook(BytesIO(data), read_only=True, keep_links=False)
            tables = {sheet.title: _table(sheet) for sheet in book.worksheets}
            merged = {title: merged_ranges(parts, title) for title in tables}
            book.close()
    except UNREADABLE as error:
        raise BadFile("表格打不开，内部有错", AGAIN) from error
    return _assemble(tables, merged)


Cells = list[tuple[int, list[tuple[Any, str]]]]


def _table(sheet: Any) -> Cells:
    """(row number, [(value, type)]) of every row that is not empty."""
    out: Cells = []
    rows = sheet.iter_rows(min_row=1, max_row=MOST_ROWS, min_col=1, max_col=MOST_COLUMNS)
    for number, row in enumerate(rows, 1):
        cells = [(cell.value, str(cell.data_type)) for cell in row]
        while cells and cells[-1][0] in (None, ""):
            cells.pop()
        if cells:
            out.append((number, cells))
    return out


def _assemble(tables: dict[str, Cells], merged: dict[str, list[str]]) -> Loaded:
    found = [Problem(0, "", f"缺工作表“{title}”", f"请在导出的表里改，保留“{title}”这一页")
             for title in (ITEMS, SAYINGS) if not tables.get(title)]  # fmt: skip
    found += [Problem(0, "", f"工作表“{title}”没有读", f"只读“{ITEMS}”和“{SAYINGS}”", "note")
              for title in tables if title not in (ITEMS, SAYINGS, HELP)]  # fmt: skip
    if any(problem.weight == "stop" for problem in found):
        return Loaded(problems=found)
    for title in (ITEMS, SAYINGS):
        for area in merged[title]:
            found.append(
                Problem(
                    range_boundaries(area)[1] or 0,
                    "",
                    f"单元格 {area} 合并了",
                    "取消合并，每格都填上",
                    sheet=title,
                )
            )
    rows = _read_items(tables[ITEMS], found)
    _read_sayings(tables[SAYINGS], rows, found)
    return assemble(rows, found)


def _heads(cells: list[tuple[Any, str]]) -> list[str]:
    return [str(value).strip() if value is not None else "" for value, _ in cells]


def _unread(title: str, heads: Sequence[str], known: Iterable[str]) -> Iterator[Problem]:
    """Headers that are missing, unknown or there twice."""
    known = list(known)
    for n, head in enumerate(heads, 1):
        if head and head not in known:
            yield Problem(
                1,
                head[:30],
                f"第 {get_column_letter(n)} 列的名字不认识",
                "删掉这一列，或改成填写说明里的名字",
                sheet=title,
            )
        elif head and head in heads[: n - 1]:
            yield Problem(1, head, "这一列写了两次", "留一列", sheet=title)
    for head in known:
        if head not in heads:
            yield Problem(1, head, "缺这一列", "补上这一列，内容可以空着", sheet=title)


def _plain(value: Any, kind: str) -> tuple[Any, str]:
    """A cell's value, and what is wrong with the cell itself."""
    if kind == "f":
        return None, "这一格是公式"
    if kind == "e":
        return None, f"这一格是错误值 {str(value)[:20]}"
    if isinstance(value, bool):
        return "是" if value else "否", ""
    return (
        value if isinstance(value, str | int | float | date | datetime) or value is None else str(value)
    ), ""


def _read_items(table: Cells, found: list[Problem]) -> list[Row]:
    heads = _heads(table[0][1])
    found += _unread(ITEMS, heads, BY_HEADER)
    rows = []
    for number, cells in table[1:]:
        row = Row(number, {}, sheet=ITEMS)
        for head, (raw, kind) in zip(heads, cells, strict=False):
            value, wrong = _plain(raw, kind)
            if wrong:
                row.wrong(head, wrong, "直接写文字，不要公式")
            if head in BY_HEADER:
                row.values[BY_HEADER[head].name] = value
        for n, (raw, _) in enumerate(cells[len(heads) :], len(heads) + 1):
            if raw not in (None, ""):
                row.wrong(
                    f"{get_column_letter(n)} 列", "这一列没有名字，却有内容", "删掉，或写到有名字的列里"
                )
        rows.append(row)
    return rows


def _read_sayings(table: Cells, rows: Sequence[Row], found: list[Problem]) -> None:
    heads = _heads(table[0][1])
    wrong = list(_unread(SAYINGS, heads, HEADERS))
    found += wrong
    if wrong:
        return
    by_id = {str(row.values.get("id") or "").strip(): row for row in reversed(rows)}
    strangers: dict[str, list[int]] = {}
    for number, cells in table[1:]:
        told = {head: _plain(*cell) for head, cell in zip(heads, cells, strict=False)}
        whys = [(head, why) for head, (_, why) in told.items() if why]
        found += [Problem(number, head, why, "直接写文字，不要公式", sheet=SAYINGS) for head, why in whys]
        values = [clean(str(told.get(head, ("", ""))[0] or "")).strip() for head in HEADERS]
        if values[0] not in by_id and any(values):
            strangers.setdefault(values[0], []).append(number)
        elif any(values) and not whys:
            found += _say(number, values, by_id)
    found += [_stranger(entry_id, numbers) for entry_id, numbers in strangers.items()]


def _stranger(entry_id: str, numbers: Sequence[int]) -> Problem:
    """One problem for all sentences of an entry that is not there."""
    many = f"（共 {len(numbers)} 句）" if len(numbers) > 1 else ""
    wrong = f"“{ITEMS}”里没有编号“{entry_id[:16]}”这一条{many}" if entry_id else f"没有写编号{many}"
    return Problem(numbers[0], "编号", wrong, f"先在“{ITEMS}”里写这一条，或改正编号", sheet=SAYINGS)


def _say(number: int, values: Sequence[str], by_id: dict[str, Row]) -> Iterator[Problem]:
    """Put a sentence into its entry's row, or say why not."""
    entry_id, style, sentence = values
    if style not in STYLE_OF:
        yield Problem(
            number,
            "类型",
            f"类型“{style[:16]}”不认识",
            "写：" + "、".join(STYLE_NAMES.values()),
            sheet=SAYINGS,
        )
    elif not sentence:
        yield Problem(number, "句子", "没有写句子", "写上居民的问法，或删掉这一行", sheet=SAYINGS)
    elif len(sentence) > CELL:
        yield Problem(number, "句子", f"这一格有 {len(sentence)} 个字", "请删短", sheet=SAYINGS)
    else:
        by_id[entry_id].phrasings[STYLE_OF[style]].append(sentence.replace("\n", " "))
