"""Questions that found no answer: alike ones together, and each closed by a phrasing, a new entry, or as not ours."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from intents.handoff import Refused
from intents.staff.editing import Deed, keep, may_approve, open_draft
from intents.staff.people import editors, name_of, require_editor
from knowledge.clusters import clustered
from knowledge.handbook import STYLES, HandbookEntry
from knowledge.handbook_files import clean
from storage.archive import Records
from storage.entries import Unanswered, Version
from storage.staff import Worker

DUE = timedelta(days=7)  # by when a question should be seen to
WEEKS = 4
LEARNT = 20  # sentences that one closing teaches the index
OUTSIDE = {"other_gov": "别处管的公事", "chitchat": "闲聊", "commerce": "买卖、生活服务", "nonsense": "看不懂的话",
           "attack": "捣乱"}  # fmt: skip
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
    def first_at(self) -> datetime:
        """Since when this has been asked."""
        return min(miss.at for miss in self.misses)

    @property
    def due_at(self) -> datetime:
        return self.first_at + DUE

    @property
    def owner(self) -> str:
        """The login of who sees to it; empty where nobody does."""
        return next((miss.owner for miss in self.misses if miss.owner), "")

    @property
    def people(self) -> int:
        """How many different residents asked."""
        return len({miss.conversation_id for miss in self.misses})

    @property
    def decisions(self) -> Mapping[str, int]:
        """How often each thing happened: refuse, choose, bad (called no use), listed."""
        return Counter(miss.decision for miss in self.misses)

    @property
    def sentences(self) -> tuple[str, ...]:
        """Each different sentence once, numbers hidden."""
        return tuple(dict.fromkeys(hidden(miss.words) for miss in self.misses))


def hidden(words: str) -> str:
    """Words without telephone and identity numbers."""
    return NUMBER.sub("（号码）", words)


def grouped(misses: Sequence[Unanswered]) -> list[Group]:
    """Alike questions together, the biggest group first, then the newest."""
    hints = [miss.candidates[0] if miss.candidates else "" for miss in misses]
    groups = clustered([_bare(miss.words) for miss in misses], hints)
    found = [
        Group(tuple(misses[n] for n in group), _candidates([misses[n] for n in group])) for group in groups
    ]
    return sorted(found, key=lambda group: (-len(group.misses), -group.misses[0].id))


def _bare(words: str) -> str:
    return NOISE.sub("", words.lower())[:200] or words[:200]


def _candidates(group: Sequence[Unanswered]) -> tuple[str, ...]:
    counts = Counter(i for miss in group for i in miss.candidates[:3])
    return tuple(i for i, _ in counts.most_common(4))


def style_of(sentence: str) -> str:
    """A fitting style by length; the form lets people choose another."""
    return "terse" if len(sentence) <= 5 else "long" if len(sentence) >= 40 else "plain"


@dataclass(frozen=True, slots=True)
class Week:
    """How many of a week's messages found no answer. The newest week ends now."""

    since: datetime
    heard: int
    missed: int

    @property
    def rate(self) -> float:
        """0–1."""
        return self.missed / self.heard if self.heard else 0.0


def weeks(records: Records, now: datetime) -> list[Week]:
    """The last weeks, the newest first."""
    out = []
    for n in range(WEEKS):
        until = now - timedelta(weeks=n)
        since = until - timedelta(weeks=1)
        heard = records.conversations.heard_since(since, until)
        out.append(Week(since, heard, records.handbook.misses_since(since, until)))
    return out


# closing


@dataclass(frozen=True, slots=True)
class Closed:
    """What was done, in words, and the draft that this worker may publish at once."""

    said: str
    ready: Version | None = None


def assign(records: Records, worker: Worker, ids: Sequence[int], owner: str, now: datetime) -> str:
    """Somebody sees to these."""
    require_editor(worker)
    to = records.staff.by_login(owner)
    if to is None or not to.active or to.role != "admin":
        raise Refused("请选一位管理员来负责。")
    if not records.handbook.assign_misses(list(ids), owner):
        raise Refused("这些问题刚被别人处理了，请刷新再看。")
    records.audit.write(now, worker.login, "own_miss", owner, f"{len(ids)}句")
    return f"由{to.name}负责。"


def close_as_not_ours(
    records: Records,
    worker: Worker,
    ids: Sequence[int],
    now: datetime,
    kind: str = "other_gov",
    office: str = "",
) -> str:
    """These do not belong into the handbook: the index learns them as outside."""
    require_editor(worker)
    if kind not in OUTSIDE:
        raise Refused("请选一种“不属于”的类型。")
    told = [miss.words for miss in records.handbook.misses(ids=ids)]
    _close(records, worker, ids, "not_ours", now)
    known = {line for v in records.handbook.published() for line in v.entry.all_phrasings()}
    fit = [line for words in told if (line := " ".join(clean(words).split())) and 4 <= len(line) <= 200]
    fit = [line for line in dict.fromkeys(fit) if line not in known and not PRIVATE.search(line)][:LEARNT]
    count = records.questions.learn_outside(kind, fit, office.strip()[:60], worker.login, now)
    return f"已关闭：不属于社区手册的范围。记住了 {count} 句，以后不会误答。"


def _close(
    records: Records,
    worker: Worker,
    ids: Sequence[int],
    how: str,
    now: datetime,
    entry_id: str = "",
    version: int = 0,
) -> None:
    closed = [
        i
        for i in ids
        if records.handbook.close_miss(i, how, worker.login, now, entry_id or None, version or None)
    ]
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
) -> Closed:  # fmt: skip
    """The sentences become phrasings of an entry: a draft, ready to be published where this worker may do that."""
    require_editor(worker)
    if style not in STYLES:
        raise Refused("请选一种说法类型。")
    base = _base(records, worker, entry_id)
    new = _new_lines(records, base.entry, _sentences(lines))
    if not new:
        _close(records, worker, ids, "phrasing", now, entry_id, base.version)
        return Closed(f"{entry_id} 里已经有这些说法，问题已关闭。")
    said = {**base.entry.phrasings, style: (*base.entry.phrasings.get(style, ()), *new)}
    closed, number = _add(records, worker, replace(base.entry, phrasings=said), now, reason or "补居民的说法")
    _close(records, worker, ids, "phrasing", now, entry_id, number)
    return closed


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


def _add(
    records: Records, worker: Worker, entry: HandbookEntry, now: datetime, reason: str
) -> tuple[Closed, int]:
    had_draft = open_draft(records, entry.id) is not None
    number = keep(records, Deed(worker.login, reason), entry, now)
    version = records.handbook.version(entry.id, number)
    said = f"已存为 {entry.id} 第 {number} 版草稿"
    if version is None or had_draft or may_approve(records, worker, version):
        others = "、".join(editor.name for editor in editors(records) if editor.login != worker.login)
        who = f"等{others}发布" if others else "看过后再发布"
        return Closed(f"{said}，{who}。"), number
    return Closed(f"{said}。", version), number


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
    number = keep(records, Deed(worker.login, "由居民的问题新建"), entry, now)
    _close(records, worker, ids, "entry", now, entry_id, number)
    return f"已新建草稿 {entry_id}，请补齐内容后发布。"
