"""What is told by the rounds: answers that are there now, cards that were mended, reviews that are due."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from intents.feedback import owners
from intents.handoff import Refused
from intents.library import Library, Lore
from intents.message import Option, Reply
from intents.scene import ZONE, say_to, tell_workers
from intents.staff import editing
from intents.staff.misses import hidden
from intents.staff.people import require_editor
from knowledge.handbook import HandbookEntry
from storage.archive import Records
from storage.staff import Worker

DAYS = (0, 7, 30)  # days before a review at which its owner is told, the nearest first
FROM_HOUR = 9  # nobody is told of a review at night
LISTED = 8


def make(records: Records, library: Library, now: datetime) -> None:
    """All of it."""
    live = editing.go_live(records, now)
    lore = library.lore(records)
    tell_answered(records, lore, now)
    tell_mended(records, lore, now)
    announce_reviews(records, lore, now)
    for version in live:
        text = f"手册 {version.entry.id} {version.entry.title} 第 {version.version} 版到时间生效了。"
        key = f"live:{version.entry.id}:{version.version}"
        tell_workers(records, owners(records, version.entry.owner), text, key, now)


def tell_answered(records: Records, lore: Lore, now: datetime) -> None:
    """Residents whose question found no answer, and now does: once each."""
    asked: dict[tuple[int, str], list[tuple[int, str]]] = defaultdict(list)
    for miss in records.handbook.answered_untold():
        if miss.conversation_id is not None and lore.entry(miss.entry_id, now):
            asked[miss.conversation_id, miss.entry_id].append((miss.id, miss.words))
    for (conversation_id, entry_id), told in asked.items():
        mine = [words for miss_id, words in told if records.handbook.told_miss(miss_id, now)]
        if mine:
            words = hidden(mine[0])
            short = words if len(words) <= 30 else f"{words[:30]}……"
            _say(records, conversation_id, entry_id, f"您前几天问的“{short}”，现在有答案了。", now,
                 f"answered:{told[0][0]}")  # fmt: skip


def tell_mended(records: Records, lore: Lore, now: datetime) -> None:
    """Residents who called an answer out of date: what became of it, once each."""
    for one in records.feedback.untold():
        entry = lore.entry(one.entry_id, now)
        if entry is None or not records.feedback.told(one.id, now):
            continue
        done = "已经改好了" if one.state == "mended" else "核对过了，内容仍然有效"
        _say(records, one.conversation_id, one.entry_id, f"您说过时的“{entry.title}”，{done}，谢谢您。", now,
             f"mended:{one.id}")  # fmt: skip


def _say(records: Records, conversation_id: int, entry_id: str, text: str, now: datetime, key: str) -> None:
    reply = Reply(text, (Option(f"=card:{entry_id}", "看答案"),))
    say_to(records, conversation_id, reply, "notice", now, key=key)


def still_right(records: Records, worker: Worker, entry_id: str, reason: str, now: datetime) -> str:
    """An entry that was called out of date is right: the residents are told."""
    require_editor(worker)
    if not reason.strip():
        raise Refused("请写明怎么核对的。")
    count = records.feedback.close(entry_id, "kept", worker.login, now)
    if not count:
        raise Refused("这一条没有等着核对的。")
    records.audit.write(now, worker.login, "still_right", entry_id, reason.strip())
    return f"已告诉 {count} 位居民：核对过了，仍然有效。"


# reviews


@dataclass(frozen=True, slots=True)
class Review:
    """An entry that has to be read again; `left` days (below 0: late)."""

    entry: HandbookEntry
    review_by: date
    left: int


def reviews(lore: Lore, now: datetime) -> list[Review]:
    """Published entries whose review is due within the widest notice, the most urgent first."""
    day = now.astimezone(ZONE).date()
    found = [
        Review(entry, entry.review_by, (entry.review_by - day).days)
        for entry in lore.entries.values()
        if entry.review_by
    ]
    return sorted((r for r in found if r.left <= max(DAYS)), key=lambda r: (r.left, r.entry.id))


def announce_reviews(records: Records, lore: Lore, now: datetime) -> None:
    """Each owner hears of a review 30 and 7 days before and on its day: one message for all that is new."""
    due = reviews(lore, now) if now.astimezone(ZONE).hour >= FROM_HOUR else []
    known = records.feedback.announced() if due else set()
    fresh: dict[str, list[Review]] = defaultdict(list)
    for review in due:
        days = next(days for days in DAYS if review.left <= days)
        told = (review.entry.id, review.review_by, days)
        if told not in known and records.feedback.announce(*told, now):
            fresh[review.entry.owner].append(review)
    by_worker: dict[int, list[Review]] = defaultdict(list)
    people: dict[int, Worker] = {}
    for owner, mine in fresh.items():
        for worker in owners(records, owner):
            people[worker.id] = worker
            by_worker[worker.id] += mine
    for worker_id, mine in by_worker.items():
        key = f"review:{now.astimezone(ZONE):%Y%m%d}:{mine[0].entry.id}:{mine[0].left}"
        tell_workers(records, [people[worker_id]], _listed(mine), key, now)


def _listed(found: list[Review]) -> str:
    lines = [f"{r.entry.id} {r.entry.title}（{left(r.left)}）" for r in found[:LISTED]]
    more = [f"还有 {len(found) - LISTED} 条，请到工作台“手册·要做的”里看。"] if len(found) > LISTED else []
    return "\n".join(["手册有内容该复核了：", *lines, *more])


def left(days: int) -> str:
    """还有7天, 今天到期, 过期3天."""
    return f"还有{days}天" if days > 0 else "今天到期" if days == 0 else f"过期{-days}天"
