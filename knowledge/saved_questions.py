"""Saved questions as a file, and the set that a handbook starts with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from knowledge.handbook import STYLES, HandbookEntry
from knowledge.handbook_files import ID

HEAD = ("id", "expected", "question")
YES, NO = ("这一条", "是", "yes", "1"), ("不是这一条", "不是", "no", "0")
MOST = 200  # characters of a question
Row = tuple[str, str, bool]


class BadQuestions(ValueError):
    """问题文件有错，没有导入。"""


def read(text: str, known: Iterable[str]) -> list[Row]:
    """The rows of a TSV (id, expected, question); raise BadQuestions with each wrong row and the reason."""
    head, *lines = text.removeprefix("\ufeff").splitlines() or [""]
    if tuple(head.split("\t")[:3]) != HEAD:
        raise BadQuestions("第 1 行要写：id、expected、question，用制表符分开。")
    ids, out, wrong = set(known), [], []
    for number, line in enumerate(lines, 2):
        if not line.strip():
            continue
        row, why = _row(line.split("\t"), ids)
        if row is None:
            wrong.append(f"第 {number} 行：{why}")
        else:
            out.append(row)
    wrong += _twice(out)
    if wrong:
        more = f"；还有 {len(wrong) - 20} 行" if len(wrong) > 20 else ""
        raise BadQuestions("；".join(wrong[:20]) + more)
    return out


def _row(cells: Sequence[str], ids: set[str]) -> tuple[Row | None, str]:
    if len(cells) < 3:
        return None, "要有 id、expected、question 三列"
    entry_id, expected, question = (cell.strip() for cell in cells[:3])
    if not ID.fullmatch(entry_id) or entry_id not in ids:
        return None, f"手册里没有“{entry_id[:20]}”"
    if expected not in (*YES, *NO):
        return None, f"expected 写“{YES[0]}”或“{NO[0]}”，现在是“{expected[:20]}”"
    if not 1 <= len(question) <= MOST:
        return None, f"问题要有 1 到 {MOST} 个字"
    return (entry_id, question, expected in YES), ""


def _twice(rows: Sequence[Row]) -> Iterator[str]:
    seen: dict[tuple[str, str], bool] = {}
    for entry_id, question, expected in rows:
        if seen.setdefault((entry_id, question), expected) != expected:
            yield f"“{question[:20]}”在 {entry_id} 里又写“{YES[0]}”又写“{NO[0]}”"


def write(rows: Iterable[Row]) -> str:
    """The rows as a TSV that `read` reads."""
    lines = ["\t".join(HEAD)]
    lines += [f"{i}\t{YES[0] if expected else NO[0]}\t{question}" for i, question, expected in rows]
    return "\n".join(lines) + "\n"


def starting(entries: Iterable[HandbookEntry]) -> list[Row]:
    """A first set: each entry's name and a sentence of each style; a neighbour's sentence that is not meant."""
    told = {entry.id: entry for entry in entries}
    return [row for entry in told.values() for row in dict.fromkeys(_of(entry, told))]


def _of(entry: HandbookEntry, told: dict[str, HandbookEntry]) -> Iterator[Row]:
    yield entry.id, entry.title[:MOST], True
    for style in STYLES:
        for line in entry.phrasings.get(style, ())[:1]:
            yield entry.id, line[:MOST], True
    for other in entry.related[:2]:
        for line in told[other].phrasings.get("plain", ())[:1] if other in told else ():
            if line not in entry.all_phrasings():
                yield entry.id, line[:MOST], False
