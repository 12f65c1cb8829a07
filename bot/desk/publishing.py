"""Publishing at the desk: first the trial, beside the talk; then the deed, in one unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from starlette.responses import Response
from starlette.routing import Route

from bot.desk.guard import ADMINS, Desk, NotHere, Visit
from bot.trials import tried
from intents.handoff import Refused
from intents.scene import ZONE
from intents.staff import editing, trials
from intents.staff.people import name_of
from intents.staff.trials import Regression, Report
from storage.archive import Records
from storage.questions import Waiver

AGAIN = 3  # trials, where somebody else publishes meanwhile


def routes(desk: Desk) -> list[Route]:
    """Deeds of admins."""
    return [
        desk.post("/handbook/publish", publish_many, roles=ADMINS),
        desk.post("/handbook/entry/{id}/publish", publish, roles=ADMINS),
        desk.post("/handbook/entry/{id}/waive", waive, roles=ADMINS),
        desk.post("/handbook/waiver/{number}/agree", agree, roles=ADMINS),
    ]


class Worse(Refused):
    """Carries the regressions that stop a publishing."""

    def __init__(self, why: str, left: Sequence[Regression]) -> None:
        super().__init__(why)
        self.left = left


async def release(
    visit: Visit, drafts: Sequence[tuple[str, int]], reason: str, effective_at: datetime | None = None
) -> None:
    """Try the drafts, then publish them; raise Refused, or Worse with the questions that would be answered wrong."""
    await visit.read(lambda records: editing.publishable(records, visit.worker, drafts, reason))
    for turn in range(AGAIN):
        report = await tried(visit.office, drafts)
        try:
            await visit.write(partial(_release, visit, drafts, reason, report, effective_at))
            return
        except Refused as no:
            current = await visit.read(trials.revision)
            if isinstance(no, Worse) or current == report.revision or turn + 1 == AGAIN:
                raise


def _release(
    visit: Visit, drafts: Sequence[tuple[str, int]], reason: str, report: Report, effective_at: datetime | None,
    records: Records,
) -> None:  # fmt: skip
    try:
        editing.publish_all(
            records, visit.worker, drafts, visit.now, reason, report=report, effective_at=effective_at
        )
    except Refused as no:
        left = trials.remaining(records, report)
        raise Worse(str(no), left) if left and report.revision == trials.revision(records) else no from no


async def publish(visit: Visit) -> Response:
    """Publish one draft, now or later; where answers become worse, show which."""
    entry_id, number = visit.path("id"), _number(visit.given("version"))
    reason, effective_at = visit.given("reason", 200), _moment(visit.given("effective_at", 20), visit.now)
    try:
        await release(visit, [(entry_id, number)], reason, effective_at)
    except Worse as worse:
        return await _worse(visit, entry_id, number, worse)
    said = f"第 {number} 版已发布，居民从下一句话起看到它。"
    if effective_at:
        said = f"第 {number} 版已批准，{effective_at.astimezone(ZONE):%-m月%-d日 %H:%M}生效。"
    return visit.go(f"/desk/handbook/entry/{entry_id}", said)


async def _worse(visit: Visit, entry_id: str, number: int, worse: Worse) -> Response:
    def look(records: Records) -> tuple[list[Waiver], dict[str, str]]:
        asked = records.questions.waivers(entry_id, number)
        return asked, {one.author: name_of(records, one.author) for one in asked}

    waivers, names = await visit.read(look)
    asked = {(one.owner_id, one.question): one for one in waivers}
    return visit.page("handbook_worse.html", status=409, entry_id=entry_id, version=number, left=worse.left,
                      asked=asked, names=names)  # fmt: skip


async def publish_many(visit: Visit) -> Response:
    """Publish the drafts that were ticked, all or none."""
    ticked = [str(told).rpartition(":") for told in visit.form.getlist("draft")]
    drafts = [(entry_id, _number(number)) for entry_id, _, number in ticked]
    await release(visit, drafts, visit.given("reason", 200))
    return visit.go("/desk/handbook", f"已发布 {len(drafts)} 条。")


async def waive(visit: Visit) -> Response:
    """Ask that a regression be accepted."""
    entry_id, number = visit.path("id"), _number(visit.given("version"))
    told = visit.given("owner", 16), visit.given("question", 200), visit.given("reason", 200)
    await visit.write(lambda r: trials.ask_to_accept(r, visit.worker, entry_id, number, *told, visit.now))
    return visit.go(f"/desk/handbook/entry/{entry_id}", "已提出接受这个退步，等另一位管理员同意。")


async def agree(visit: Visit) -> Response:
    """Agree to a regression."""
    wanted, entry_id = _number(visit.path("number")), visit.given("entry", 16)

    def job(records: Records) -> None:
        found = records.questions.waivers(entry_id, _number(visit.given("version")))
        waiver = next((one for one in found if one.id == wanted), None)
        if waiver is None:
            raise NotHere
        trials.agree(records, visit.worker, waiver, visit.now)

    await visit.write(job)
    return visit.go(f"/desk/handbook/entry/{entry_id}", "已同意。现在可以再发布一次。")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _moment(text: str, now: datetime) -> datetime | None:
    """A local time of the form; None for now. Raises Refused for one that is over or cannot be read."""
    if not text:
        return None
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(f"生效时间看不懂：“{text}”，写成 2026-12-01T09:00。") from None
    told = told if told.tzinfo else told.replace(tzinfo=ZONE)
    if told <= now:
        raise Refused("生效时间已经过了；要马上生效，就空着不写。")
    return told
