"""Questions that were not answered: alike ones together, each closed in one form. Mount with the desk's routes."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from bot.desk.guard import ADMINS, Desk, Visit
from intents.handoff import Refused
from intents.staff import misses
from knowledge.handbook_files import STYLE_NAMES
from storage.archive import Records

READ = 1000  # newest open questions that are grouped
SHOWN = 40  # groups on the page
ONCE = 500  # questions closed by one form
DECISIONS = {"refuse": "没有收录", "choose": "几条都像"}


def routes(desk: Desk) -> list[Route]:
    """Residents' own words: for admins."""
    return [
        desk.get("/questions", page, roles=ADMINS),
        desk.post("/questions/close", close, roles=ADMINS),
    ]


async def page(visit: Visit) -> Response:
    """The groups, the biggest first, each with the entries it could belong to."""

    def look(records: Records) -> tuple[list[misses.Group], dict[str, str]]:
        titles = {version.entry.id: version.entry.title for version in records.handbook.published()}
        return misses.grouped(records.handbook.misses(READ)), titles

    groups, titles = await visit.read(look)
    return visit.page(
        "handbook_questions.html", groups=groups[:SHOWN], count=sum(len(group.misses) for group in groups),
        total=len(groups), titles=titles, styles=list(STYLE_NAMES.items()), style_of=misses.style_of,
        decisions=DECISIONS, once=ONCE,
    )  # fmt: skip


async def close(visit: Visit) -> Response:
    """Close a group as a phrasing, as a new entry, or as not ours."""
    ids = [int(told) for told in visit.given("ids", 6000).split(",") if told.isascii() and told.isdigit()][
        :ONCE
    ]
    if not ids:
        raise Refused("没有选中问题。")
    said = await visit.write(lambda records: _close(records, visit, ids))
    return visit.go("/desk/questions", said)


def _close(records: Records, visit: Visit, ids: list[int]) -> str:
    how, lines = visit.given("how"), visit.given("sentences", 20_000).split("\n")
    entry_id = visit.given("entry", 16)
    if how == "not_ours":
        return misses.close_as_not_ours(records, visit.worker, ids, visit.now)
    if how == "phrasing":
        return misses.close_as_phrasing(
            records,
            visit.worker,
            ids,
            entry_id,
            visit.given("style"),
            lines,
            visit.now,
            visit.given("reason", 200),
        )
    if how == "entry":
        title = visit.given("title", 60)
        return misses.close_as_entry(
            records, visit.worker, ids, visit.given("new_id", 16), title, lines, visit.now
        )
    raise Refused("请选一种关闭方式。")
