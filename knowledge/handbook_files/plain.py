"""The handbook as one YAML file: `entries:` and a list of items as docs/handbook-format.md has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml

from knowledge.handbook import STYLES, HandbookEntry, to_mapping
from knowledge.handbook_files.columns import BY_NAME
from knowledge.handbook_files.envelope import MOST_FILE
from knowledge.handbook_files.report import BadFile, Loaded
from knowledge.handbook_files.rows import Row, assemble, clean

DEEPEST = 6
MOST_NODES = 200_000
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
STAFF = {name[6:] for name in BY_NAME if name.startswith("staff_")}


class _NoAliases(DUMPER):  # type: ignore[misc, valid-type]
    def ignore_aliases(self, data: Any) -> bool:
        return True


def write_yaml(entries: Sequence[HandbookEntry]) -> bytes:
    """One UTF-8 file with every entry."""
    told = {"entries": [to_mapping(entry) for entry in entries]}
    text: str = yaml.dump(told, Dumper=_NoAliases, allow_unicode=True, sort_keys=False, width=4096)
    return text.encode()


def read_yaml(data: bytes) -> Loaded:
    """The entries of a YAML file and everything wrong with it; raise BadFile for what cannot be read."""
    if len(data) > MOST_FILE:
        raise BadFile(f"文件有 {len(data) / 1e6:.1f} MB", f"最多 {MOST_FILE // 1_000_000} MB")
    told = _load(_text(data))
    if isinstance(told, dict) and "entries" in told:
        told = told["entries"]
    elif isinstance(told, dict) and "id" in told:
        told = [told]
    if not isinstance(told, list) or not told:
        raise BadFile("文件里没有手册条目", "最外面写 entries:，下面一条一条列出来")
    return assemble([_row(number, item) for number, item in enumerate(told, 1)])


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFile("文件不是 UTF-8 编码", "用记事本另存为 UTF-8 再上传") from error


def _load(text: str) -> Any:
    try:
        _measure(text)
        return yaml.load(text, Loader=LOADER)
    except BadFile:
        raise
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise BadFile(f"YAML 第 {line} 行附近写法不对", "检查缩进、冒号和引号") from error
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        raise BadFile("YAML 写法不对，读不出来", "检查日期、缩进和特殊字符") from error


def _measure(text: str) -> None:
    """Refuse what would grow when read: references, deep nests, masses of nodes."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=LOADER)):
        if isinstance(event, yaml.AliasEvent):
            raise BadFile("文件里用了引用（& 和 *）", "把内容直接写出来")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST or count > MOST_NODES:
            raise BadFile("文件层次太深或内容太多", "照导出的样子写")


def _row(number: int, item: Any) -> Row:
    if not isinstance(item, dict):
        row = Row(number, {})
        row.wrong("", "这一条不是“栏目: 内容”的样子", "照导出的样子写")
        return row
    row = Row(
        number, {str(name): value for name, value in item.items() if name not in ("staff", "phrasings")}
    )
    for name in row.values:
        if name not in BY_NAME or name.startswith("staff_"):
            row.wrong(name[:30], "栏目不认识", "删掉，或改成导出文件里的栏目名")
    row.values |= {f"staff_{name}": value for name, value in _part(row, item, "staff", STAFF).items()}
    for style, lines in _part(row, item, "phrasings", set(STYLES)).items():
        _sentences(row, style, lines)
    return row


def _part(row: Row, item: dict[Any, Any], name: str, known: set[str]) -> dict[str, Any]:
    told = item.get(name) or {}
    if not isinstance(told, dict):
        row.wrong(name, "这里要分栏写", "照导出的样子写")
        return {}
    for unknown in sorted(str(key)[:30] for key in told if key not in known):
        row.wrong(f"{name}.{unknown}", "栏目不认识", "删掉，或改成导出文件里的栏目名")
    return {key: value for key, value in told.items() if key in known}


def _sentences(row: Row, style: str, lines: Any) -> None:
    if not isinstance(lines, list | None) or not all(isinstance(line, str) for line in lines or []):
        row.wrong(f"phrasings.{style}", "要写成一句一行的列表", "照导出的样子写")
        return
    row.phrasings[style] = [text for line in lines or [] if (text := clean(line).replace("\n", " ").strip())]
