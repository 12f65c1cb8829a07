"""Tables that leave the desk as .xlsx."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from starlette.responses import Response

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(title: str, rows: Iterable[Sequence[str | int]]) -> bytes:
    """One page. Words stay words, whatever they begin with: no =1+1 is ever computed."""
    book, out = Workbook(write_only=True), BytesIO()
    page = book.create_sheet(title)
    for row in rows:
        page.append([_words(page, cell) if isinstance(cell, str) else cell for cell in row])
    book.save(out)
    return out.getvalue()


def _words(page: Any, words: str) -> Any:
    cell = WriteOnlyCell(page, ILLEGAL_CHARACTERS_RE.sub("", words))
    cell.data_type = "s"  # openpyxl would take "=…" for a formula
    cell.quotePrefix = True  # … and so would a spreadsheet, once it is edited
    return cell


def sent(data: bytes, name: str) -> Response:
    """The answer that a browser saves under that name."""
    return Response(data, media_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})
