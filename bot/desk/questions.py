"""Questions that were not answered: alike ones together, each closed in one form. Mount with the desk's routes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response
from starlette.routing import Route

from bot.desk.guard import ADMINS, Desk, Visit
from bot.desk.publishing import release
from intents.handoff import Refused
from intents.staff import misses, wordlists
from intents.staff.people import editors
from knowledge.handbook_files import STYLE_NAMES
from storage.archive import Records

READ = 1000  # newest open questions that are grouped
SHOWN = 40  # groups on the page
ONCE = 500  # questions closed by one form
DECISIONS = {"refuse": "没有收录", "choose": "几条都像", "bad": "居民说没用", "listed": "有敏感词"}


def routes(desk: Desk) -> list[Route]:
    """Residents' own words: for admins."""
    return [
        desk.get("/questions", page, roles=ADMINS),
        desk.post("/questions/close", close, roles=ADMINS),
        desk.post("/questions/words", suggest_words, roles=ADMINS),
    ]


@dataclass(frozen=True, slots=True)
class Found:
    """What the page shows."""

    groups: list[misses.Group]
    titles: dict[str, str]
    weeks: list[misses.Week]
    editors: list[tuple[str, str]]


def _look(records: Records, now: datetime) -> Found:
    titles = {version.entry.id: version.entry.title for version in records.handbook.published()}
    names = [("", "没有人负责"), *((who.login, who.name) for who in editors(records))]
    return Found(misses.grouped(records.handbook.misses(READ)), titles, misses.weeks(records, now), names)


async def page(visit: Visit) -> Response:
    """The groups, the biggest first, each with its owner and the entries it could belong to."""
    found = await visit.read(lambda records: _look(records, visit.now))
    groups = found.groups
    return visit.page(
        "handbook_questions.html", groups=groups[:SHOWN], count=sum(len(group.misses) for group in groups),
        total=len(groups), titles=found.titles, styles=list(STYLE_NAMES.items()), style_of=misses.style_of,
        decisions=DECISIONS, once=ONCE, weeks=found.weeks, editors=found.editors, names=dict(found.editors),
        outside=list(misses.OUTSIDE.items()),
    )  # fmt: skip


async def close(visit: Visit) -> Response:
    """Close a group as a phrasing, as a new entry, or as not ours; or give it to somebody."""
    ids = [int(told) for told in visit.given("ids", 6000).split(",") if told.isascii() and told.isdigit()][
        :ONCE
    ]
    if not ids:
        raise Refused("没有选中问题。")
    closed = await visit.write(lambda records: _close(records, visit, ids))
    if closed.ready is None:
        return visit.go("/desk/questions", closed.said)
    draft = closed.ready
    reason = visit.given("reason", 200) or "补居民的说法"
    try:
        await release(visit, [(draft.entry.id, draft.version)], reason)
    except Refused as no:
        return visit.go(f"/desk/handbook/entry/{draft.entry.id}", f"{closed.said}没有发布：{str(no)[:300]}")
    return visit.go("/desk/questions", f"已补进 {draft.entry.id} 并发布第 {draft.version} 版。")


def _close(records: Records, visit: Visit, ids: list[int]) -> misses.Closed:
    how, lines = visit.given("how"), visit.given("sentences", 20_000).split("\n")
    entry_id, worker, now = visit.given("entry", 16), visit.worker, visit.now
    if how == "owner":
        return misses.Closed(misses.assign(records, worker, ids, visit.given("owner", 40), now))
    if how == "not_ours":
        kind, office = visit.given("kind", 12) or "other_gov", visit.given("office", 60)
        return misses.Closed(misses.close_as_not_ours(records, worker, ids, now, kind, office))
    if how == "phrasing":
        style, reason = visit.given("style"), visit.given("reason", 200)
        return misses.close_as_phrasing(records, worker, ids, entry_id, style, lines, now, reason)
    if how == "entry":
        title, new_id = visit.given("title", 60), visit.given("new_id", 16)
        return misses.Closed(misses.close_as_entry(records, worker, ids, new_id, title, lines, now))
    raise Refused("请选一种关闭方式。")


async def suggest_words(visit: Visit) -> Response:
    """Look through the open questions for words that should be aliases."""
    count = await visit.write(
        lambda records: wordlists.from_log(records, misses.grouped(records.handbook.misses(READ)), visit.now)
    )
    return visit.go("/desk/handbook/words", f"从记录里找到 {count} 个可能的别名。")
