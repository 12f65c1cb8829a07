"""The whole handbook as a file that people edit: xlsx or YAML, there and back without loss."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.handbook import HandbookEntry
from knowledge.handbook_files.columns import BY_NAME, COLUMNS, ID, STYLE_NAMES, Column, nested
from knowledge.handbook_files.differences import Difference, FieldChange, compare, diff
from knowledge.handbook_files.plain import read_yaml, write_yaml
from knowledge.handbook_files.report import BadFile, Loaded, Problem
from knowledge.handbook_files.rows import Row, clean, overlong, read_row, repeated, unfit

__all__ = ["BY_NAME", "COLUMNS", "ID", "STYLE_NAMES", "BadFile", "Column", "Difference", "FieldChange", "Loaded",
           "Problem", "Row", "clean", "compare", "diff", "nested", "overlong", "read_file", "read_row", "read_xlsx", "read_yaml",
           "repeated", "unfit", "write_xlsx", "write_yaml"]  # fmt: skip


def read_xlsx(data: bytes, name: str) -> Loaded:
    """The entries of a workbook and everything wrong with it; raise BadFile for what cannot be opened."""
    from knowledge.handbook_files import sheets  # openpyxl is heavy, and seldom needed

    return sheets.read_xlsx(data, name)


def write_xlsx(entries: Sequence[HandbookEntry]) -> bytes:
    """The workbook; raise BadFile for a field that no cell can hold."""
    from knowledge.handbook_files import sheets

    return sheets.write_xlsx(entries)


def read_file(data: bytes, name: str) -> Loaded:
    """Read an uploaded file by its name's ending; whatever is wrong comes back as problems, never as an error."""
    try:
        if name.lower().endswith((".yaml", ".yml")):
            return read_yaml(data)
        if name.lower().endswith((".xlsx", ".xlsm", ".xltm", ".xlam", ".xls", ".et")):
            return read_xlsx(data, name)
        raise BadFile("只收 .xlsx 和 .yaml 文件", "在 WPS 或 Excel 里另存为 .xlsx 再上传")
    except BadFile as bad:
        return Loaded(problems=[bad.problem])
