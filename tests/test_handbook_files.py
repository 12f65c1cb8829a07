"""The handbook as a file: there and back without loss, and every bad file answered in words."""

from __future__ import annotations

import re
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from knowledge.handbook import STYLES, HandbookEntry, from_mapping, read_folder, to_mapping
from knowledge.handbook_files import (
    COLUMNS,
    Loaded,
    compare,
    diff,
    read_file,
    write_xlsx,
    write_yaml,
)

DATA = Path(__file__).parent.parent / "knowledge" / "data" / "handbook"
FORMULAS = ["=1+1", "=cmd|'/C calc'!A0", "+1", "-2+3", "@SUM(1)", "=HYPERLINK(\"http://x\")", "=", "+", "-", "@",
            "＝1+1", "\t=1+1", "=IMPORTXML(1)", "=\"a\"", "-户口簿", "+86", "@所有人", "=A1", "=RAND()", "=2"]  # fmt: skip


@pytest.fixture(scope="module")
def real() -> list[HandbookEntry]:
    return read_folder(DATA)


def entry(**values: Any) -> HandbookEntry:
    """A complete small entry."""
    told: dict[str, Any] = {
        "id": "AA01", "title": "事项", "department": "民政", "accepted_at": "社区", "short": "事项", "summary": "一句话。",
        "who": ["居民"], "materials": ["身份证", "户口簿"], "steps": ["来"], "time_limit": "当天", "fee": "免费。",
        "where": "中心", "hours": "工作日", "phone": "12345", "basis": ["某法"], "checked_on": date(2026, 11, 23),
        "owner": "岗", "phrasings": {"plain": ["怎么办事项"]}, "staff": {"checks": ["看证件"]},
    }  # fmt: skip
    return from_mapping(told | values)


def both(entries: list[HandbookEntry]) -> list[Loaded]:
    return [read_file(write_xlsx(entries), "a.xlsx"), read_file(write_yaml(entries), "a.yaml")]


def test_the_real_handbook_comes_back_the_same(real: list[HandbookEntry]) -> None:
    for loaded in both(real):
        assert loaded.entries == real
        assert loaded.problems == []
        assert loaded.publishable


def test_equal_entries_give_equal_files(real: list[HandbookEntry]) -> None:
    assert write_xlsx(real[:3]) == write_xlsx(real[:3])
    assert not re.search(rb"20\d\d-\d\d-\d\dT", parts_of(write_xlsx(real[:1]))["docProps/core.xml"])


WORDS = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="\ufffe\uffff"), max_size=12
)
LINES = st.lists(WORDS | st.sampled_from(FORMULAS[:18]), max_size=3)
DAYS = st.none() | st.dates(date(1950, 1, 1), date(2199, 1, 1))


def _any_value(kind: str, most: int) -> st.SearchStrategy[Any]:
    if kind == "day":
        return DAYS
    return (
        LINES.map(lambda lines: [line[:most] for line in lines])
        if kind == "lines"
        else WORDS.map(lambda t: t[:most])
    )


@st.composite
def entries(draw: st.DrawFn) -> list[HandbookEntry]:
    out = []
    for n in range(draw(st.integers(1, 3))):
        told = {c.name: draw(_any_value(c.kind, c.most)) for c in COLUMNS if c.name != "id" and not c.staff}
        told["staff"] = {c.name[6:]: draw(_any_value(c.kind, c.most)) for c in COLUMNS if c.staff}
        told["staff"]["system"] = told["staff"]["system"].strip()  # from_mapping keeps its blanks
        told["phrasings"] = {style: draw(LINES) for style in STYLES}
        told = {k: v.replace("\t", " ") if isinstance(v, str) else v for k, v in told.items()}
        out.append(from_mapping(told | {"id": f"T{n}"}))
    return out


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(entries())
def test_whatever_is_written_reads_back_equal(told: list[HandbookEntry]) -> None:
    for loaded in both(told):
        assert not loaded.stopped, loaded.problems
        assert loaded.entries == told


def test_text_is_never_a_formula() -> None:
    told = [
        entry(
            id=f"F{n:02}",
            title=f"{text}"[:60],
            fee=text,
            materials=[text],
            phrasings={"plain": [f"{text}{n}"]},
        )
        for n, text in enumerate(FORMULAS * 3)
    ]
    data = write_xlsx(told)
    with zipfile.ZipFile(BytesIO(data)) as bundle:
        for name in bundle.namelist():
            xml = bundle.read(name)
            assert not re.search(rb"<(\w+:)?f[ >/]", xml), name
            if "worksheets" in name:
                kinds = set(re.findall(rb"<c [^>]*\bt=\"(\w+)\"", xml))
                assert kinds <= {b"s", b"inlineStr"}
    book = load_workbook(BytesIO(data))
    fees = [row[10] for row in book["手册"].iter_rows(min_row=2)]
    assert [cell.data_type for cell in fees] == ["s"] * len(fees)
    assert all(cell.quotePrefix for cell in fees if str(cell.value)[:1] in "=+-@")
    assert read_file(data, "a.xlsx").entries == told


# row by row


def edited(change: Callable[[Workbook], None], told: list[HandbookEntry] | None = None) -> Loaded:
    """What is read after somebody changed the exported file."""
    book = load_workbook(BytesIO(write_xlsx(told or [entry(), entry(id="AA02", phrasings={})])))
    change(book)
    out = BytesIO()
    book.save(out)
    return read_file(out.getvalue(), "手册.xlsx")


def column(name: str) -> int:
    return next(n for n, c in enumerate(COLUMNS, 1) if c.name == name)


def put(name: str, value: Any, row: int = 3) -> Callable[[Workbook], None]:
    def change(book: Workbook) -> None:
        book["手册"].cell(row, column(name)).value = value

    return change


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("id", None, ["第 3 行“编号”", "没有写编号"]),
        ("id", "AA01", ["第 3 行“编号”", "和第 2 行重复"]),
        ("id", "编号 1", ["第 3 行“编号”", "不能用"]),
        ("id", "A" * 17, ["第 3 行“编号”", "最多 16 个"]),
        ("checked_on", "明年春天", ["第 3 行“核对日期”", "看不懂", "2026-11-23"]),
        ("checked_on", "2026-02-30", ["第 3 行“核对日期”", "看不懂"]),
        ("short", "十三个字的简称怎么也放不下", ["第 3 行“简称”", "最多 12 个字"]),
        ("fee", "长" * 501, ["第 3 行“多少钱”", "最多 500 个字"]),
        ("materials", "\n".join("一" for _ in range(41)), ["第 3 行“要带什么”", "最多 40 行"]),
        ("fee", "=1+1", ["第 3 行“多少钱”", "公式"]),
        ("fee", "长" * 20_000, ["第 3 行“多少钱”", "最多 10000 个字"]),
    ],
)
def test_a_bad_cell_is_named_with_row_and_column(name: str, value: Any, said: list[str]) -> None:
    loaded = edited(put(name, value))
    assert loaded.stopped
    told = [str(problem) for problem in loaded.problems if problem.weight == "stop"]
    assert any(all(word in line for word in said) for line in told), told


def test_a_missing_field_leaves_a_draft() -> None:
    loaded = edited(put("fee", None))
    assert not loaded.stopped
    assert not loaded.publishable
    assert [(p.row, p.column, p.weight) for p in loaded.problems] == [(3, "多少钱", "draft")]
    loaded = edited(put("accepted_at", "省里"))
    assert [(p.row, p.column, p.weight) for p in loaded.problems] == [(3, "受理层级", "draft")]


def test_real_dates_and_numbers_are_read() -> None:
    def change(book: Workbook) -> None:
        put("checked_on", date(2026, 5, 1))(book)
        put("phone", 12345)(book)
        put("review_by", "2027年3月1日")(book)

    read = edited(change).entries[1]
    assert (read.checked_on, read.review_by, read.phone) == (date(2026, 5, 1), date(2027, 3, 1), "12345")


def test_columns_sheets_and_merged_cells() -> None:
    def extra(book: Workbook) -> None:
        book["手册"].cell(1, len(COLUMNS) + 1).value = "备用"

    assert any("“备用”" in str(p) and "不认识" in str(p) for p in edited(extra).problems)
    nameless = edited(lambda book: _set(book, len(COLUMNS) + 2, "漏网"))
    assert any("没有名字" in str(p) and p.row == 3 for p in nameless.problems)
    gone = edited(lambda book: book["手册"].delete_cols(column("fee")))
    assert any("“多少钱”" in str(p) and "缺这一列" in str(p) for p in gone.problems)
    assert any("A2:A3" in str(p) for p in edited(lambda book: book["手册"].merge_cells("A2:A3")).problems)
    assert edited(lambda book: book.remove(book["说法"])).stopped
    noted = edited(lambda book: book.create_sheet("草稿纸"))
    assert [p.weight for p in noted.problems] == ["note"]


def _set(book: Workbook, at: int, value: str) -> None:
    book["手册"].cell(3, at).value = value


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["ZZ99", "日常", "哪来的"], "里没有编号“ZZ99”"),
        (["AA01", "文言", "何以办之"], "类型“文言”不认识"),
        (["AA01", "日常", None], "没有写句子"),
        (["AA01", "日常", "=1+1"], "公式"),
    ],
)
def test_a_bad_phrasing_is_named(row: list[Any], said: str) -> None:
    loaded = edited(lambda book: book["说法"].append(row))
    assert any(said in str(p) and p.sheet == "说法" and p.row == 3 for p in loaded.problems), loaded.problems


def test_one_sentence_in_two_entries_cannot_be_published() -> None:
    loaded = read_file(write_yaml([entry(), entry(id="AA02")]), "a.yaml")
    assert not loaded.stopped
    assert not loaded.publishable
    assert "怎么办事项" in str(loaded.problems[0])


# whole files


def bundle(parts: dict[str, bytes], **kwargs: Any) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, **kwargs) as made:
        for name, data in parts.items():
            made.writestr(name, data)
    return out.getvalue()


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def with_sheet(xml: bytes, **more: bytes) -> bytes:
    return bundle(parts_of(write_xlsx([entry()])) | {"xl/worksheets/sheet1.xml": xml} | more)


SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'


def bomb() -> bytes:
    """About 300 kB that unpack to 300 MB."""
    return with_sheet(SHEET % (b'<row r="2"><c r="A2"/></row>' * 11_000_000))


def lying_bomb() -> bytes:
    """A bomb whose declared size is small."""
    data = bytearray(with_sheet(SHEET % (b" " * 60_000_000)))
    small = struct.pack("<L", 1000)
    whole = struct.pack("<L", 60_000_000 + len(SHEET) - 2)
    assert whole in data
    return bytes(data.replace(whole, small))


def many_parts() -> bytes:
    return bundle({f"xl/{n:06}.xml": b"" for n in range(20_000)})


def aliases() -> bytes:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    return "\n".join([*lines, "entries: [{id: A1, who: *a11}]"]).encode()


BAD: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "csv": (lambda: "编号,名称\nA,b\n".encode(), "a.xlsx", "不是 .xlsx"),
    "empty": (lambda: b"", "a.xlsx", "不是 .xlsx"),
    "old xls": (lambda: b"\xd0\xcf\x11\xe0" + b"\0" * 600, "a.xls", "旧版"),
    "pdf": (lambda: b"%PDF-1.7", "手册.pdf", "只收"),
    "zip": (lambda: bundle({"a.txt": b"x"}), "a.xlsx", "不是表格"),
    "macro name": (lambda: write_xlsx([entry()]), "a.xlsm", "宏"),
    "macro part": (lambda: with_sheet(SHEET % b"", **{"xl/vbaProject.bin": b"x"}), "a.xlsx", "宏"),
    "truncated": (lambda: write_xlsx([entry()])[:-300], "a.xlsx", "损坏"),
    "cut head": (lambda: b"PK\x03\x04" + b"x" * 50, "a.xlsx", "损坏"),
    "bomb": (bomb, "a.xlsx", "太大"),
    "lying bomb": (lying_bomb, "a.xlsx", "损坏"),
    "many parts": (many_parts, "a.xlsx", "部件太多"),
    "rows": (lambda: with_sheet(SHEET % (b"<row/>" * 20_001)), "a.xlsx", "行数太多"),
    "far row": (lambda: with_sheet(SHEET % b'<row r="1048576"><c r="A1048576"/></row>'), "a.xlsx", "行数太多"),
    "cells": (lambda: with_sheet(SHEET % (b"<row>" + b"<c/>" * 100_001 + b"</row>")), "a.xlsx", "格子太多"),
    "prefixed cells": (lambda: with_sheet(b"<x:s>" + b"<x:c/>" * 100_001 + b"</x:s>"), "a.xlsx", "格子太多"),
    "formulas": (lambda: with_sheet(SHEET % (b"<row><c><f>1</f></c></row>" * 101)), "a.xlsx", "公式太多"),
    "entities": (lambda: with_sheet(b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet/>'), "a.xlsx", "不安全"),
    "not xml": (lambda: with_sheet(b"<worksheet><"), "a.xlsx", "内部有错"),
    "too big": (lambda: b"PK\x03\x04" + b"\0" * 5_000_001, "a.xlsx", "最多 5 MB"),
    "yaml aliases": (aliases, "a.yaml", "引用"),
    "yaml depth": (lambda: b"[" * 100_000, "a.yaml", "层次太深"),
    "yaml broken": (lambda: b"entries: [a: b: c", "a.yaml", "第 1 行"),
    "yaml latin": (lambda: "entries: 好".encode("gbk"), "a.yaml", "UTF-8"),
    "yaml python": (lambda: b"!!python/object/apply:os.system [x]", "a.yaml", "写法不对"),
    "yaml scalar": (lambda: b"hello", "a.yaml", "没有手册条目"),
}  # fmt: skip


@pytest.mark.parametrize("which", BAD)
def test_a_bad_file_is_refused_in_words_and_cheaply(which: str) -> None:
    make, name, said = BAD[which]
    data = make()
    tracemalloc.start()
    try:
        loaded = read_file(data, name)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert loaded.stopped
    assert loaded.entries == []
    assert any(said in str(problem) for problem in loaded.problems), loaded.problems
    assert peak < 50_000_000


def test_the_bomb_is_one() -> None:
    data = bomb()
    assert len(data) < 3_500_000
    assert sum(part.file_size for part in zipfile.ZipFile(BytesIO(data)).infolist()) > 300_000_000


@pytest.mark.parametrize("name", ["a.xlsx", "a.yaml"])
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damage_never_raises(name: str, data: st.DataObject) -> None:
    whole = bytearray(write_xlsx([entry()]) if name == "a.xlsx" else write_yaml([entry()]))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(4, len(whole) - 1))] = data.draw(st.integers(0, 255))
    assert isinstance(read_file(bytes(whole), name), Loaded)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_damaged_xml_never_raises(data: st.DataObject) -> None:
    parts = parts_of(write_xlsx([entry()]))
    name = data.draw(st.sampled_from(sorted(parts)))
    whole = bytearray(parts[name])
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at : at + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=10))
    assert isinstance(read_file(bundle(parts | {name: bytes(whole)}), "a.xlsx"), Loaded)


def test_odd_yaml_values_are_named() -> None:
    told = to_mapping(entry()) | {
        "who": {"a": 1},
        "fee": ["x"],
        "staff": "s",
        "phrasings": {"plain": 5, "slang": []},
        "x": 1,
    }
    import yaml

    loaded = read_file(yaml.dump({"entries": [told, 7, {"id": "B", "checked_on": 5}]}).encode(), "a.yaml")
    columns = {(p.row, p.column) for p in loaded.problems if p.weight == "stop"}
    assert {(1, "谁能办"), (1, "多少钱"), (1, "staff"), (1, "phrasings.plain"), (1, "phrasings.slang"), (1, "x"),
            (2, ""), (3, "核对日期")} <= columns  # fmt: skip


def test_checksums_are_what_refuses_a_lie() -> None:
    """The lying bomb differs from an honest file in its declared sizes only."""
    assert zlib.crc32(b"a") != zlib.crc32(b"b")
    assert read_file(with_sheet(SHEET % b""), "a.xlsx").problems[0].wrong != "文件不完整或已损坏，打不开"


# differences


def test_differences_are_told_field_by_field() -> None:
    old = [entry(), entry(id="AA02"), entry(id="AA03")]
    new = [entry(materials=["身份证", "照片"], fee="10 元", phrasings={"plain": ["怎么办事项", "咋办"]}),
           entry(id="AA02"), entry(id="AA04")]  # fmt: skip
    found = diff(old, new)
    assert [(d.id, d.change) for d in found] == [
        ("AA01", "changed"),
        ("AA02", "same"),
        ("AA03", "removed"),
        ("AA04", "added"),
    ]
    fields = {f.label: (f.gone, f.come) for f in found[0].fields}
    assert fields == {
        "要带什么": (("户口簿",), ("照片",)),
        "多少钱": (("免费。",), ("10 元",)),
        "说法·日常": ((), ("咋办",)),
    }
    assert "要带什么：－户口簿；＋照片" in str(found[0])


def test_order_is_a_difference_and_nothing_to_compare_is_an_error() -> None:
    assert compare(entry(), entry(materials=["户口簿", "身份证"])).change == "changed"
    with pytest.raises(ValueError, match="nothing"):
        compare(None, None)
