"""Looks at an xlsx from outside before anything reads it: what it is, how big it becomes, how many cells it has."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from io import BytesIO
from itertools import islice

from knowledge.handbook_files.report import BadFile

MOST_FILE = 5_000_000  # bytes of an uploaded file
MOST_DIRECTORY = 64_000  # bytes of the zip's own list of parts (a usual workbook: under 2 000)
MOST_UNPACKED = 16_000_000  # bytes of all parts together
MOST_CELLS = 100_000
MOST_ROWS = 20_000
MOST_FORMULAS = 100
MOST_TAGS = 600_000
MOST_STRINGS = 100_000
PIECE = 1 << 16
AGAIN = "请在 WPS 或 Excel 里打开，另存为 .xlsx 再上传"
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    struct.error,
    NotImplementedError,
    OSError,
    ValueError,
    RuntimeError,
)

CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
ROW_NUMBER = re.compile(rb"""<(?:\w+:)?row\s[^<>]{0,200}?\br\s*=\s*["'](\d{1,12})""")
FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
STRING = re.compile(rb"<(?:\w+:)?si[\s/>]")
DECLARED = re.compile(rb"<!(?:DOCTYPE|ENTITY)")


def check(data: bytes, name: str) -> dict[str, bytes]:
    """The parts by name, each read once and truthfully measured; raise BadFile for what is not safe to open."""
    _kind(data, name)
    _directory(data)
    try:
        with zipfile.ZipFile(BytesIO(data)) as bundle:
            _declared(bundle.infolist())
            parts = {part.filename: _unpack(bundle, part) for part in bundle.infolist()}
    except BadFile:
        raise
    except BROKEN as error:
        raise BadFile("文件不完整或已损坏，打不开", AGAIN) from error
    _contents(parts)
    return parts


def _kind(data: bytes, name: str) -> None:
    if len(data) > MOST_FILE:
        raise BadFile(
            f"文件有 {len(data) / 1e6:.1f} MB，最多 {MOST_FILE // 1_000_000} MB",
            "只留手册的内容，去掉图片再上传",
        )
    if name.lower().endswith((".xlsm", ".xltm", ".xlam")):
        raise BadFile("这是带宏的文件，不收", "另存为不带宏的 .xlsx 再上传")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise BadFile("这是旧版 .xls，或者加了密码的文件", "去掉密码，另存为 .xlsx 再上传")
    if not data.startswith(b"PK\x03\x04"):
        raise BadFile("这不是 .xlsx 表格（只改后缀名不行）", AGAIN)


def _directory(data: bytes) -> None:
    """The list of parts at the zip's end is small, so that even listing it is cheap."""
    tail = data[-66_000:]
    if b"PK\x06\x07" in tail:
        raise BadFile("压缩格式不常见（zip64），不收", AGAIN)
    for found in re.finditer(rb"PK\x05\x06", tail):
        end = tail[found.start() : found.start() + 22]
        if len(end) == 22 and struct.unpack("<4s4H2LH", end)[5] > MOST_DIRECTORY:
            raise BadFile("文件里的部件太多", AGAIN)


def _declared(parts: list[zipfile.ZipInfo]) -> None:
    if any(part.flag_bits & 1 for part in parts):
        raise BadFile("文件加了密码", "去掉密码再上传")
    if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
        raise BadFile("压缩格式不常见，不收", AGAIN)
    if sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise BadFile("文件解开以后太大", "删掉多余的空白行、图片和别的工作表再上传")
    names = [part.filename for part in parts]
    if len(set(names)) != len(names):
        raise BadFile("文件里有同名的部件，不像正常的表格", AGAIN)
    if any("vbaproject" in name.lower() for name in names):
        raise BadFile("文件里有宏，不收", "另存为不带宏的 .xlsx 再上传")


def _unpack(bundle: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    """A part read piece by piece: reading stops at the declared size, and a size that lies fails the checksum."""
    pieces = []
    with bundle.open(part) as stream:
        while piece := stream.read(PIECE):
            pieces.append(piece)
    return b"".join(pieces)


def _is_xml(name: str, data: bytes) -> bool:
    """Whether a reader could take the part for XML, whatever it is called."""
    return name.endswith((".xml", ".rels")) or data[:16].lstrip(b" \t\r\n\xef\xbb\xbf\xff\xfe\0")[:1] == b"<"


def _contents(parts: dict[str, bytes]) -> None:
    if "[Content_Types].xml" not in parts or not any("worksheets/" in name for name in parts):
        raise BadFile("这个压缩包不是表格", AGAIN)
    if b"macroEnabled" in parts["[Content_Types].xml"]:
        raise BadFile("这是带宏的文件，不收", "另存为不带宏的 .xlsx 再上传")
    whole = [data for name, data in parts.items() if _is_xml(name, data)]
    if any(DECLARED.search(xml) or b"\0" in xml for xml in whole):
        raise BadFile("文件内部写法不安全，不收", AGAIN)
    if (
        sum(xml.count(b"<") for xml in whole) > MOST_TAGS
        or _total(STRING, whole, MOST_STRINGS) > MOST_STRINGS
    ):
        raise BadFile("文件内容太多", "只留手册的内容再上传")
    _counts(whole)


def _counts(sheets: list[bytes]) -> None:
    rows = _total(ROW, sheets, MOST_ROWS)
    last = (
        0 if rows > MOST_ROWS else max((int(n) for xml in sheets for n in ROW_NUMBER.findall(xml)), default=0)
    )
    if max(rows, last) > MOST_ROWS:
        raise BadFile(f"表格行数太多，最多 {MOST_ROWS} 行", "删掉下面多余的空白行再上传")
    if _total(CELL, sheets, MOST_CELLS) > MOST_CELLS:
        raise BadFile(f"表格格子太多，最多 {MOST_CELLS} 格", "删掉多余的行和列再上传")
    if _total(FORMULA, sheets, MOST_FORMULAS) > MOST_FORMULAS:
        raise BadFile("表格里公式太多", "全选、复制、选择性粘贴成“值”再上传")


def _total(what: re.Pattern[bytes], parts: list[bytes], most: int) -> int:
    """How often something stands in the parts; stops counting just beyond `most`."""
    found = (1 for xml in parts for _ in what.finditer(xml))
    return sum(islice(found, most + 1))
