"""Questions that found no answer: alike ones together, and each closed by a phrasing, a new entry, or as not ours."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from rapidfuzz import fuzz, process

from intents.handoff import Refused
from intents.staff.editing import (
    Deed,
    editors,
    keep,
    may_approve,
    name_of,
    open_draft,
    release,
    require_editor,
)
from knowledge.handbook import STYLES, HandbookEntry
from knowledge.handbook_files import clean
from storage.archive import Records
from storage.entries import Unanswered, Version
from storage.staff import Worker

ALIKE = 62.0  # fuzz.ratio from which two questions stand together
ALIKE_SAME = 45.0  # … where the search thought of the same entry first
NOISE = re.compile(r"[\s，。？！、,.?!：:；;~…“”\"'（）()]|请问|你好|您好|我想问一下|问一下|麻烦|谢谢")
NUMBER = re.compile(r"\d(?:[\s-]?\d){5,}[\dXx]?")
PRIVATE = re.compile(rf"{NUMBER.pattern}|[\w.+-]+@[\w-]+\.")


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that say much the same, newest first, and the entries the search thought of, most often first."""

    misses: tuple[Unanswered, ...]
    candidates: tuple[str, ...]

    @property
    def words(self) -> str:
        """The newest question, its numbers hidden."""
        return hidden(self.misses[0].words)

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(miss.id for miss in self.misses)

    @property
    def sentences(self) -> tuple[str, ...]:
        """Each different sentence once, numbers hidden."""
        return tuple(dict.fromkeys(hidden(miss.words) for miss in self.misses))


def hidden(words: str) -> str:
    """Words without telephone and identity numbers."""
    return NUMBER.sub("（号码）", words)


def grouped(misses: Sequence[Unanswered]) -> list[Group]:
    """Alike questions together, the biggest group first, then the newest."""
    leaders: list[str] = []
    members: list[list[Unanswered]] = []
    for miss in misses:
        at = _home(miss, leaders, members)
        if at is None:
            leaders.append(_bare(miss.words))
            members.append([miss])
        else:
            members[at].append(miss)
    found = [Group(tuple(group), _candidates(group)) for group in members]
    return sorted(found, key=lambda group: (-len(group.misses), -group.misses[0].id))


def _bare(words: str) -> str:
    return NOISE.sub("", words.lower())[:200] or words[:200]


def _home(miss: Unanswered, leaders: Sequence[str], members: Sequence[Sequence[Unanswered]]) -> int | None:
    """The number of the group that a question belongs to."""
    for _, score, at in process.extract(
        _bare(miss.words), leaders, scorer=fuzz.ratio, score_cutoff=ALIKE_SAME, limit=5
    ):
        first = members[at][0].candidates[:1]
        if score >= ALIKE or (first and first == miss.candidates[:1]):
            return int(at)
    return None


def _candidates(group: Sequence[Unanswered]) -> tuple[str, ...]:
    counts = Counter(i for miss in group for i in miss.candidates[:3])
    return tuple(i for i, _ in counts.most_common(4))


def style_of(sentence: str) -> str:
    """A fitting style by length; the form lets people choose another."""
    return "terse" if len(sentence) <= 5 else "long" if len(sentence) >= 40 else "plain"


# closing


def close_as_not_ours(records: Records, worker: Worker, ids: Sequence[int], now: datetime) -> str:
    """These do not belong into the handbook."""
    require_editor(worker)
    _close(records, worker, ids, "not_ours", now)
    return "已关闭：不属于社区手册的范围。"


def _close(
    records: Records, worker: Worker, ids: Sequence[int], how: str, now: datetime, entry_id: str = ""
) -> None:
    closed = [i for i in ids if records.handbook.close_miss(i, how, worker.login, now, entry_id or None)]
    if not closed:
        raise Refused("这些问题刚被别人处理了，请刷新再看。")
    records.audit.write(now, worker.login, "close_miss", entry_id or how, f"{how} {len(closed)}句")


def _sentences(lines: Sequence[str]) -> list[str]:
    told = list(dict.fromkeys(text for line in lines if (text := " ".join(clean(line).split()))))
    if not told:
        raise Refused("至少留一句话，作为居民的问法。")
    for line in told:
        if not 2 <= len(line) <= 200:
            raise Refused(f"“{line[:20]}”太短或太长，一句 2 到 200 个字。")
        if PRIVATE.search(line) or "（号码）" in line:
            raise Refused(f"“{line[:20]}”里有号码。请先删掉号码，手册里不能有个人信息。")
    return told


def close_as_phrasing(
    records: Records, worker: Worker, ids: Sequence[int], entry_id: str, style: str, lines: Sequence[str],
    now: datetime, reason: str = "",
) -> str:  # fmt: skip
    """The sentences become phrasings of an entry: a new version, published where this worker may do that."""
    require_editor(worker)
    if style not in STYLES:
        raise Refused("请选一种说法类型。")
    base = _base(records, worker, entry_id)
    new = _new_lines(records, base.entry, _sentences(lines))
    _close(records, worker, ids, "phrasing", now, entry_id)
    if not new:
        return f"{entry_id} 里已经有这些说法，问题已关闭。"
    said = {**base.entry.phrasings, style: (*base.entry.phrasings.get(style, ()), *new)}
    return _add(records, worker, replace(base.entry, phrasings=said), now, reason or "补居民的说法")


def _base(records: Records, worker: Worker, entry_id: str) -> Version:
    """What the new version is made from: one's own open draft, or what is published."""
    waiting = open_draft(records, entry_id)
    if waiting and waiting.author != worker.login:
        raise Refused(f"{entry_id} 有{name_of(records, waiting.author)}的草稿还没处理，请先发布或退回。")
    base = waiting or records.handbook.current(entry_id)
    if base is None:
        raise Refused(f"没有已发布的“{entry_id}”，请核对编号。")
    return base


def _new_lines(records: Records, entry: HandbookEntry, lines: Sequence[str]) -> list[str]:
    for version in records.handbook.published():
        if version.entry.id != entry.id and (both := set(version.entry.all_phrasings()) & set(lines)):
            raise Refused(f"“{next(iter(both))}”已经写在 {version.entry.id} 里，一句话只能属于一条。")
    known = set(entry.all_phrasings())
    return [line for line in lines if line not in known]


def _add(records: Records, worker: Worker, entry: HandbookEntry, now: datetime, reason: str) -> str:
    had_draft = open_draft(records, entry.id) is not None
    number = keep(records, Deed(worker.login, reason), entry, now)
    version = records.handbook.version(entry.id, number)
    if version is None or had_draft or may_approve(records, worker, version):
        others = "、".join(editor.name for editor in editors(records) if editor.login != worker.login)
        who = f"等{others}发布" if others else "看过后再发布"
        return f"已存为 {entry.id} 第 {number} 版草稿，{who}。"
    release(records, Deed(worker.login, reason), [version], now)
    return f"已补进 {entry.id} 并发布第 {number} 版。"


def close_as_entry(
    records: Records,
    worker: Worker,
    ids: Sequence[int],
    entry_id: str,
    title: str,
    lines: Sequence[str],
    now: datetime,
) -> str:
    """The sentences begin a new entry, as a draft to be filled in."""
    require_editor(worker)
    if records.handbook.history(entry_id):
        raise Refused(f"编号“{entry_id}”已经有了，请换一个编号。")
    if not title.strip():
        raise Refused("请写新条目的名称。")
    told = _sentences(lines)
    phrasings = {style: tuple(line for line in told if style_of(line) == style) for style in STYLES}
    entry = HandbookEntry(entry_id, title=title.strip()[:60], phrasings=phrasings)
    keep(records, Deed(worker.login, "由居民的问题新建"), entry, now)
    _close(records, worker, ids, "entry", now, entry_id)
    return f"已新建草稿 {entry_id}，请补齐内容后发布。"
