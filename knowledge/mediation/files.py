"""Concluded mediations as a table (.xlsx or .csv): one row a case, no words. Read, and written for a sample."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from openpyxl import Workbook, load_workbook

from knowledge.cases.model import LEVELS
from knowledge.mediation.figures import OUTCOMES, Result

COLUMNS = ("编号", "区域", "登记日期", "结束日期", "类别", "层级", "次数", "结果", "司法确认")
BY_LABEL = {label: name for name, label in OUTCOMES.items()}
MOST_ROWS = 50_000


class BadTable(ValueError):
    """这张表读不了：{0}。第一行要是：编号、区域、登记日期、结束日期、类别、层级、次数、结果、司法确认。"""

    def __init__(self, what: str) -> None:
        super().__init__((self.__doc__ or "").format(what))


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a file holds: rows that can be used, and faults as (line, what)."""

    results: Sequence[Result]
    faults: Sequence[tuple[int, str]]


def read(data: bytes, name: str) -> Loaded:
    """Read a file by its name's ending. Raises BadTable where it is no such table."""
    rows = _sheet(data) if name.lower().endswith(".xlsx") else _csv(data)
    if not rows or tuple(str(cell or "").strip() for cell in rows[0][: len(COLUMNS)]) != COLUMNS:
        raise BadTable("表头不对")
    if len(rows) > MOST_ROWS:
        raise BadTable(f"超过{MOST_ROWS}行")
    results: list[Result] = []
    faults: list[tuple[int, str]] = []
    seen: set[str] = set()
    for line, row in enumerate(rows[1:], 2):
        if not any(row):
            continue
        try:
            one = _result(row)
            if one.number in seen:
                raise ValueError("编号写了两次")
            seen.add(one.number)
            results.append(one)
        except ValueError as error:
            faults.append((line, str(error)))
    return Loaded(results, faults)


def _sheet(data: bytes) -> list[tuple[object, ...]]:
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except Exception as error:  # whatever openpyxl stumbles over, the file is none
        raise BadTable("不是 .xlsx 文件") from error
    sheet = book.worksheets[0]
    return [
        tuple(row) for row in sheet.iter_rows(values_only=True, max_col=len(COLUMNS), max_row=MOST_ROWS + 1)
    ]


def _csv(data: bytes) -> list[tuple[object, ...]]:
    try:
        return [tuple(row) for row in csv.reader(io.StringIO(data.decode("utf-8-sig")))]
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadTable("不是 UTF-8 的 .csv 文件") from error


def _result(row: Sequence[object]) -> Result:
    told = [str(cell).strip() if cell is not None else "" for cell in (*row, *[None] * len(COLUMNS))][
        : len(COLUMNS)
    ]
    number, area, _, _, field, level, sittings, outcome, confirmed = told
    if not number or not area:
        raise ValueError("缺编号或区域")
    if level not in LEVELS:
        raise ValueError(f"层级“{level}”不是社区、街道、区")
    if outcome not in BY_LABEL:
        raise ValueError(f"结果“{outcome}”不认识")
    if not sittings.isdigit() or int(sittings) > 99:
        raise ValueError(f"次数“{sittings}”不是数")
    opened, closed = _day(row[2]), _day(row[3])
    if closed < opened:
        raise ValueError("结束日期比登记日期早")
    return Result(number[:40], area[:40], opened, closed, field[:16], LEVELS.index(level), int(sittings), BY_LABEL[outcome],
                  confirmed in ("是", "有效", "1"), True)  # fmt: skip


def _day(told: object) -> date:
    if isinstance(told, datetime):
        return told.date()
    if isinstance(told, date):
        return told
    try:
        return date.fromisoformat(str(told).strip()[:10])
    except ValueError:
        raise ValueError(f"日期“{told}”写成 2026-01-05 这样") from None


def _cells(one: Result) -> tuple[object, ...]:
    return (one.number, one.area_id, one.opened_on, one.closed_on, one.field, LEVELS[one.level], one.round,
            OUTCOMES[one.outcome], "是" if one.confirmed else "否")  # fmt: skip


def write_xlsx(results: Iterable[Result]) -> bytes:
    """The same table as .xlsx."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("调解")
    sheet.append(COLUMNS)
    for one in results:
        sheet.append(_cells(one))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def write_csv(results: Iterable[Result]) -> bytes:
    """The same table as .csv (UTF-8 with a mark, so that spreadsheets read it)."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(COLUMNS)
    table.writerows(_cells(one) for one in results)
    return out.getvalue().encode("utf-8-sig")
