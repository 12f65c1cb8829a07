"""要做的, saved questions, and how well the handbook answers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup
from starlette.responses import Response
from starlette.routing import Route

from bot import measuring, plots
from bot.desk.guard import ADMINS, Desk, NotHere, Visit
from intents.handoff import Refused
from intents.library import Lore
from intents.scene import ZONE
from intents.staff import areas, misses, telling
from intents.staff.people import name_of, require_editor
from knowledge import saved_questions
from knowledge.collisions import Collision
from knowledge.evaluation import Evaluation
from knowledge.handbook import HandbookEntry
from storage.archive import Records
from storage.entries import Version
from storage.feedback import Feedback
from storage.overrides import Override
from storage.questions import Saved

MOST_FILE = 2_000_000
SHOWN = 60
_measuring = asyncio.Semaphore(1)


def routes(desk: Desk) -> list[Route]:
    """Reading for all staff, deeds for admins."""
    return [
        desk.get("/handbook/todo", todo),
        desk.post("/handbook/entry/{id}/still-right", still_right, roles=ADMINS),
        desk.get("/handbook/entry/{id}/questions", page),
        desk.post("/handbook/entry/{id}/questions", add, roles=ADMINS),
        desk.post("/handbook/entry/{id}/questions/drop", drop, roles=ADMINS),
        desk.get("/handbook/questions.tsv", export),
        desk.post("/handbook/questions/import", take, roles=ADMINS),
        desk.get("/handbook/measure", page_measure),
        desk.post("/handbook/measure", measure),
        desk.post("/handbook/collisions", collide, roles=ADMINS),
    ]


# what there is to do


@dataclass(frozen=True, slots=True)
class Todo:
    """Everything about the handbook that waits for somebody."""

    reviews: list[telling.Review]
    outdated: list[tuple[str, str, str, list[Feedback]]]
    drafts: list[Version]
    approved: list[Version]
    conflicts: list[tuple[Override, list[str]]]
    weeks: list[misses.Week]
    names: Mapping[str, str]


def _todo(records: Records, lore: Lore, now: datetime) -> Todo:
    drafts = [version for version in records.handbook.newest() if version.state == "draft"]
    approved = records.handbook.approved()
    logins = {v.author for v in (*drafts, *approved)} | {v.approver for v in approved}
    return Todo(
        reviews=telling.reviews(lore, now), outdated=_outdated(records, lore), drafts=drafts, approved=approved,
        conflicts=areas.all_conflicts(records), weeks=misses.weeks(records, now),
        names={login: name_of(records, login) for login in logins if login},
    )  # fmt: skip


def _outdated(records: Records, lore: Lore) -> list[tuple[str, str, str, list[Feedback]]]:
    by_entry: dict[str, list[Feedback]] = {}
    for one in records.feedback.open_ones():
        by_entry.setdefault(one.entry_id, []).append(one)
    blank = HandbookEntry("")
    found = [
        (i, lore.entries.get(i, blank).title, lore.entries.get(i, blank).owner, told)
        for i, told in by_entry.items()
    ]
    return sorted(found, key=lambda row: (-len(row[3]), row[0]))


async def todo(visit: Visit) -> Response:
    """Reviews, answers called out of date, drafts, what waits for its time, overrides that no longer fit."""
    it = await visit.read(lambda records: _todo(records, visit.lore(records), visit.now))
    return visit.page("handbook_todo.html", it=it, left=telling.left, is_admin=visit.worker.role in ADMINS)


async def still_right(visit: Visit) -> Response:
    """An answer called out of date is right."""
    entry_id, reason = visit.path("id"), visit.given("reason", 200)
    said = await visit.write(lambda r: telling.still_right(r, visit.worker, entry_id, reason, visit.now))
    return visit.go("/desk/handbook/todo", said)


# saved questions


async def page(visit: Visit) -> Response:
    """The saved questions of an entry."""
    entry_id = visit.path("id")

    def look(records: Records) -> tuple[str, list[Saved]]:
        history = records.handbook.history(entry_id)
        if not history:
            raise NotHere
        return history[0].entry.title, records.questions.of([entry_id])

    title, saved = await visit.read(look)
    return visit.page("handbook_saved.html", entry_id=entry_id, title=title, saved=saved, most=saved_questions.MOST,
                      is_admin=visit.worker.role in ADMINS)  # fmt: skip


async def add(visit: Visit) -> Response:
    """Keep some more, a line each."""
    entry_id, expected = visit.path("id"), visit.given("expected") != "no"
    lines = list(
        dict.fromkeys(line.strip() for line in visit.given("questions", 20_000).split("\n") if line.strip())
    )
    if not lines or any(len(line) > saved_questions.MOST for line in lines):
        raise Refused(f"写至少一句，一句最多 {saved_questions.MOST} 个字。")
    if bad := next((line for line in lines if misses.PRIVATE.search(line)), ""):
        raise Refused(f"“{bad[:20]}”里有号码，请先删掉。")
    count = await visit.write(lambda r: _keep(r, visit, [(entry_id, line, expected) for line in lines]))
    return visit.go(f"/desk/handbook/entry/{entry_id}/questions", f"新存了 {count} 句。")


def _keep(records: Records, visit: Visit, rows: list[saved_questions.Row]) -> int:
    require_editor(visit.worker)
    if missing := next((i for i, _, _ in rows if not records.handbook.history(i)), ""):
        raise Refused(f"手册里没有“{missing}”。")
    count = records.questions.save(rows, visit.worker.login, visit.now)
    records.audit.write(
        visit.now, visit.worker.login, "save_questions", rows[0][0], f"{len(rows)}句，新{count}句"
    )
    return count


async def drop(visit: Visit) -> Response:
    """Forget one."""
    entry_id, number = visit.path("id"), visit.given("question", 12)
    wanted = int(number) if number.isascii() and number.isdigit() else 0

    def job(records: Records) -> None:
        if not records.questions.drop(wanted, entry_id):
            raise Refused("这一句已经不在了，请刷新再看。")
        records.audit.write(visit.now, visit.worker.login, "drop_question", entry_id)

    await visit.write(job)
    return visit.go(f"/desk/handbook/entry/{entry_id}/questions", "已删掉一句。")


async def export(visit: Visit) -> Response:
    """All saved questions as a file."""
    saved = await visit.read(lambda records: records.questions.of())
    text = saved_questions.write((q.entry_id, q.question, q.expected) for q in saved)
    name = f"questions-{visit.now.astimezone(ZONE):%Y%m%d}.tsv"
    return Response(
        text.encode(), media_type="text/tab-separated-values; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )  # fmt: skip


async def take(visit: Visit) -> Response:
    """A file of saved questions, all or nothing."""
    data = await visit.upload("file")
    if not data or len(data) > MOST_FILE:
        raise Refused("没有选文件，或者文件太大（最多 2 MB）。")
    known = await visit.read(lambda records: [v.entry.id for v in records.handbook.newest()])
    try:
        rows = saved_questions.read(data.decode("utf-8-sig"), known)
    except UnicodeDecodeError:
        raise Refused("文件不是 UTF-8 编码，请另存为 UTF-8。") from None
    except saved_questions.BadQuestions as bad:
        raise Refused(f"没有导入：{bad}") from bad
    if not rows:
        raise Refused("文件里一句都没有。")
    count = await visit.write(lambda r: _keep(r, visit, rows))
    return visit.go("/desk/handbook/measure", f"导入 {len(rows)} 句，新的 {count} 句。")


# how well it answers


async def page_measure(visit: Visit) -> Response:
    """What can be measured, and the last collision report."""
    return await _measured(visit, None)


async def _measured(visit: Visit, told: Evaluation | None) -> Response:
    def look(records: Records) -> tuple[int, str, list[Collision], dict[str, str], dict[str, dict[str, int]]]:
        at, found = measuring.kept(records)
        titles = {v.entry.id: v.entry.short or v.entry.title for v in records.handbook.published()}
        return len(records.questions.of()), at, found, titles, records.feedback.counts()

    count, at, found, titles, ratings = await visit.read(look)
    rated = sorted(ratings.items(), key=lambda row: -(row[1].get("bad", 0) + row[1].get("old", 0)))
    return visit.page(
        "handbook_measure.html", count=count, told=told, plots=drawn(told) if told else {}, shown=SHOWN,
        at=datetime.fromisoformat(at) if at else None, pairs=found, titles=titles, rated=rated[:SHOWN],
        is_admin=visit.worker.role in ADMINS,
    )  # fmt: skip


def drawn(told: Evaluation) -> dict[str, Any]:
    """The plots, as markup."""
    return {
        "recall": Markup(plots.recall(told)),
        "decisions": Markup(plots.decisions(told)),
        "reliability": Markup(plots.reliability(told.bins, told.ece)),
    }


async def measure(visit: Visit) -> Response:
    """Ask all saved questions, beside the talk."""
    async with _measuring:
        told = await asyncio.to_thread(_measure, visit)
    return await _measured(visit, told)


def _measure(visit: Visit) -> Evaluation:
    with visit.office.archive.reading() as records:
        lore, saved = visit.lore(records), records.questions.of()
    asked = measuring.of_saved([q for q in saved if q.entry_id in lore.entries])
    if not asked:
        raise Refused("还没有保存的问题。")
    return measuring.measure(visit.office.archive, lore, asked, visit.now)


async def collide(visit: Visit) -> Response:
    """Make the collision report anew, beside the talk."""
    async with _measuring:
        found = await asyncio.to_thread(measuring.report, visit.office.archive)
    await visit.write(lambda records: measuring.keep(records, found, visit.now))
    return visit.go("/desk/handbook/measure", f"查完了：{len(found)} 对条目会互相抢问题。")
