"""The handbook's pages: list, entry with history, edit with live preview, publish, withdraw. Mount with the desk's routes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.desk import (
    handbook_areas,
    handbook_form,
    handbook_import,
    handbook_life,
    handbook_list,
    handbook_words,
    hit_test,
    publishing,
)
from bot.desk.guard import ADMINS, Desk, NotHere, Visit
from bot.desk.paper import render
from intents.handoff import Refused
from intents.staff import editing
from knowledge.handbook import HandbookEntry
from knowledge.handbook_files import COLUMNS, STYLE_NAMES, Difference, compare, unfit
from knowledge.readability import Hard, warnings
from storage.archive import Records
from storage.entries import Version
from storage.questions import Waiver


def routes(desk: Desk) -> list[Route]:
    """Reading for all staff, deeds for admins."""
    return [
        desk.get("/handbook", handbook_list.page),
        desk.get("/handbook/new", page_new, roles=ADMINS),
        desk.get("/handbook/entry/{id}", page_entry),
        desk.get("/handbook/entry/{id}/edit", page_edit, roles=ADMINS),
        desk.post("/handbook/save", save, roles=ADMINS),
        desk.post("/handbook/preview", live_preview, roles=ADMINS),
        desk.post("/handbook/entry/{id}/reject", reject, roles=ADMINS),
        desk.post("/handbook/entry/{id}/withdraw", withdraw, roles=ADMINS),
        desk.get("/handbook/test", page_test),
        desk.post("/handbook/test", test),
        *publishing.routes(desk),
        *handbook_import.routes(desk),
        *handbook_areas.routes(desk),
        *handbook_life.routes(desk),
        *handbook_words.routes(desk),
    ]


# one entry


@dataclass(frozen=True, slots=True)
class Step:
    """One version in an entry's history, and what it changed."""

    version: Version
    state: str
    author: str
    approver: str
    change: Difference


@dataclass(frozen=True, slots=True)
class Whole:
    """Everything about one entry that its page shows."""

    shown: Version
    current: Version | None
    draft: Version | None
    preview: editing.Preview
    history: Sequence[Step]
    lacks: Sequence[tuple[str, str]]
    no: str
    own: bool
    approved: Version | None
    waivers: Sequence[Waiver]
    hard: Sequence[Hard]
    ratings: Mapping[str, int]
    saved: int
    local: int


async def page_entry(visit: Visit) -> Response:
    """The entry as residents see it, its staff notes, its history, and what can be done."""
    entry_id = visit.path("id")
    whole = await visit.read(lambda records: _whole(records, visit, entry_id))
    return visit.page("handbook_entry.html", it=whole, entry=whole.shown.entry, columns=COLUMNS, styles=STYLE_NAMES,
                      is_admin=visit.worker.role in ADMINS)  # fmt: skip


def _whole(records: Records, visit: Visit, entry_id: str) -> Whole:
    history = records.handbook.history(entry_id)
    if not history:
        raise NotHere
    current = next((v for v in history if v.state == "published"), None)
    draft = next((v for v in history if v.state == "draft"), None)
    shown = current or draft or history[0]
    lore = visit.lore(records)
    others = [v.entry for v in records.handbook.published()] if draft else []
    return Whole(
        shown=shown, current=current, draft=draft,
        preview=editing.preview(records, lore, shown.entry, visit.now),
        history=_steps(records, history),
        lacks=_lacks(records, draft, others) if draft else unfit(shown.entry),
        no=editing.may_approve(records, visit.worker, draft) if draft else "",
        own=draft is not None and draft.author == visit.worker.login,
        approved=next((v for v in history if v.state == "approved"), None),
        waivers=records.questions.waivers(entry_id, draft.version) if draft else (),
        hard=warnings((draft or shown).entry),
        ratings=records.feedback.counts().get(entry_id, {}),
        saved=len(records.questions.of([entry_id])),
        local=len(lore.overrides.get(entry_id, ())),
    )  # fmt: skip


def _lacks(records: Records, draft: Version, others: Sequence[HandbookEntry]) -> list[tuple[str, str]]:
    unwanted = editing.unwanted(draft.entry, editing.forbidden(records))
    return [*editing.blocked(draft.entry, others), *unwanted]


def _steps(records: Records, history: Sequence[Version]) -> list[Step]:
    """Each version against the one that was published before it."""
    out = []
    for at, version in enumerate(history):
        before = next((v for v in history[at + 1 :] if v.published_at is not None), None)
        change = compare(before.entry if before else None, version.entry)
        names = [
            editing.name_of(records, login) if login else "" for login in (version.author, version.approver)
        ]
        out.append(Step(version, editing.STATES[version.state], names[0], names[1], change))
    return out


# editing


async def page_new(visit: Visit) -> Response:
    """An empty form."""
    return await _form(visit, handbook_form.of_entry(HandbookEntry("")), base=0, is_new=True)


async def page_edit(visit: Visit) -> Response:
    """The form, filled from the newest draft, what is published, or the version asked for."""
    entry_id, wanted = visit.path("id"), visit.asked("from")
    history = await visit.read(lambda records: records.handbook.history(entry_id))
    if not history:
        raise NotHere
    chosen = next((v for v in history if str(v.version) == wanted), None) if wanted else _start(history)
    if chosen is None:
        raise NotHere
    return await _form(visit, handbook_form.of_entry(chosen.entry), base=history[0].version)


def _start(history: Sequence[Version]) -> Version:
    return next((v for state in ("draft", "published") for v in history if v.state == state), history[0])


async def _form(visit: Visit, form: handbook_form.Form, *, base: int, is_new: bool = False, why: str = "",
                reason: str = "", status: int = 200) -> HTMLResponse:  # fmt: skip
    return visit.page(
        "handbook_edit.html", status=status, form=form, base=base, is_new=is_new, why=why, reason=reason,
        **await _shown(visit, form),
    )  # fmt: skip


async def _shown(visit: Visit, form: handbook_form.Form) -> dict[str, Any]:
    """What the preview box shows for what stands in the form."""
    entry, problems = handbook_form.read(form)
    stop = [problem for problem in problems if problem.weight == "stop"]
    lacks = [problem for problem in problems if problem.weight == "draft"]
    if entry is None and form.values["id"] == "":
        entry, _ = handbook_form.read(handbook_form.Form({**form.values, "id": "NEW"}, form.phrasings))
        stop = [problem for problem in stop if problem.column != "编号"]
    if entry is None:
        return {"seen": None, "stop": stop, "lacks": lacks, "hard": []}
    found = entry
    seen = await visit.read(lambda records: editing.preview(records, visit.lore(records), found, visit.now))
    return {"seen": seen, "stop": stop, "lacks": lacks, "hard": warnings(found)}


async def live_preview(visit: Visit) -> Response:
    """The preview box alone, for the form as it stands."""
    form = handbook_form.of_given(visit.given)
    return HTMLResponse(render("handbook_preview.html", **await _shown(visit, form)))


async def save(visit: Visit) -> Response:
    """Keep a draft, or only show the form with its preview. What was typed is never lost."""
    form, reason = handbook_form.of_given(visit.given), visit.given("reason", 200)
    is_new, base = visit.given("is_new") == "1", _number(visit.given("base"))
    again: dict[str, Any] = {"base": base, "is_new": is_new, "reason": reason}
    if visit.given("do") == "preview":
        return await _form(visit, form, **again)
    entry, problems = handbook_form.read(form)
    if entry is None:
        why = "；".join(f"“{p.column}”{p.wrong}，{p.write}" for p in problems if p.weight == "stop")
        return await _form(visit, form, **again, why=why, status=422)
    kept = entry
    try:
        number = await visit.write(
            lambda records: editing.save_draft(records, visit.worker, kept, reason, visit.now, base=base)
        )
    except Refused as no:
        return await _form(visit, form, **again, why=str(no), status=409)
    return visit.go(f"/desk/handbook/entry/{kept.id}", f"已保存第 {number} 版草稿。")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


# deeds


async def reject(visit: Visit) -> Response:
    """Turn a draft down."""
    entry_id, number = visit.path("id"), _number(visit.given("version"))
    reason = visit.given("reason", 200)
    await visit.write(lambda r: editing.reject(r, visit.worker, entry_id, number, reason, visit.now))
    return visit.go(f"/desk/handbook/entry/{entry_id}", f"第 {number} 版草稿已退回。")


async def withdraw(visit: Visit) -> Response:
    """Stop answering from an entry, at once."""
    entry_id, reason = visit.path("id"), visit.given("reason", 200)
    await visit.write(lambda r: editing.withdraw(r, visit.worker, entry_id, visit.now, reason))
    return visit.go(f"/desk/handbook/entry/{entry_id}", "已下架，居民从下一句话起看不到它。")


# the hit test


async def page_test(visit: Visit) -> Response:
    """An empty hit test."""
    return visit.page("handbook_test.html", trial=None, words="")


async def test(visit: Visit) -> Response:
    """What the chat would do with these words."""
    words = visit.given("words", 500)
    trial = await hit_test.ask(visit.office, words) if words else None
    return visit.page("handbook_test.html", trial=trial, words=words)
