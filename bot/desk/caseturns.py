"""Deeds of a case beyond its table's moves: transfers, objections, pauses, units, categories."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.responses import Response
from starlette.routing import Route

from bot.desk.casework import find
from bot.desk.guard import Desk, Visit
from intents.cases import dispatch, leaving, objection, papers, pause, transfer
from intents.report import LABELS as CATEGORIES
from intents.staff import errands
from storage.archive import Records
from storage.cases import Case

Job = Callable[[Records, Visit, Case], str]
TALKS = "RJ"


def _offer(records: Records, visit: Visit, case: Case) -> str:
    unit = visit.given("unit", 60)
    transfer.offer(
        records, visit.lore(records), visit.worker, case, visit.now, unit=unit, note=visit.given("note", 500)
    )
    return f"已请对方接手{case.number}，接手以前还是原来的承办人负责。"


def _accept(records: Records, visit: Visit, case: Case) -> str:
    transfer.accept(records, visit.worker, case, visit.now)
    return f"{case.number}由您接手，也告诉了居民。"


def _decline(records: Records, visit: Visit, case: Case) -> str:
    transfer.decline(records, visit.worker, case, visit.given("note", 500), visit.now)
    return "没有接，告诉了原来的承办人。"


def _object(records: Records, visit: Visit, case: Case) -> str:
    who = objection.object_to(
        records, visit.lore(records), visit.worker, case, visit.given("note", 500), visit.now
    )
    return f"异议由{who.name}裁定，裁定以前还是您这边负责。"


def _decide(records: Records, visit: Visit, case: Case) -> str:
    unit = visit.given("unit", 60)
    objection.decide(records, visit.lore(records), visit.worker, case, upheld=bool(unit), note=visit.given("note", 500),
                     now=visit.now, unit=unit)  # fmt: skip
    return "裁定好了，也告诉了居民。"


def _pause(records: Records, visit: Visit, case: Case) -> str:
    pause.pause(records, visit.lore(records), visit.worker, case, visit.given("note", 200), visit.now)
    return "挂起了，原因告诉了居民。"


def _resume(records: Records, visit: Visit, case: Case) -> str:
    pause.resume(records, visit.lore(records), case, visit.now, visit.worker)
    return "恢复计时了，新的期限告诉了居民。"


def _send(records: Records, visit: Visit, case: Case) -> str:
    done = dispatch.send_to(
        records, visit.lore(records), visit.worker, case, visit.given("unit", 60), visit.now
    )
    return "那个单位没有能联系上的人，还是未派出。" if done.lost_at else f"{case.number}派好了。"


def _recategorise(records: Records, visit: Visit, case: Case) -> str:
    category = visit.given("category", 24)
    label = CATEGORIES.get(category, category)
    dispatch.recategorise(
        records, visit.lore(records), visit.worker, case, category, label, visit.now, visit.given("note", 500)
    )
    return f"类别改成“{label}”，重新派单，也告诉了居民。"


def _give_back(records: Records, visit: Visit, case: Case) -> str:
    leaving.give_back(records, visit.worker, case, visit.now, visit.given("note", 500))
    return f"{case.number}退回值班池了。"


def _paper_in(records: Records, visit: Visit, case: Case) -> str:
    papers.hand_over(records, visit.worker, case, "in", visit.given("note", 300), visit.now)
    return f"{case.number}收件记下了，在等居民确认。"


def _paper_out(records: Records, visit: Visit, case: Case) -> str:
    papers.hand_over(records, visit.worker, case, "out", visit.given("note", 300), visit.now)
    return f"{case.number}还件记下了，在等居民确认。"


def _entrust(records: Records, visit: Visit, case: Case) -> str:
    errands.entrust(records, visit.worker, case, visit.given("note", 300), visit.now)
    return f"{case.number}的委托记下了。"


def _checked(records: Records, visit: Visit, case: Case) -> str:
    errands.checked(records, visit.worker, case, visit.now)
    return f"{case.number}材料齐，告诉居民了。"


DEEDS: dict[str, Job] = {
    "offer": _offer, "accept_offer": _accept, "decline_offer": _decline, "object": _object, "decide": _decide,
    "pause": _pause, "resume": _resume, "dispatch": _send, "recategorise": _recategorise, "give_back": _give_back,
    "paper_in": _paper_in, "paper_out": _paper_out, "entrust": _entrust, "checked": _checked,
}  # fmt: skip


def _page(job: Job) -> Callable[[Visit], Awaitable[Response]]:
    async def deed(visit: Visit) -> Response:
        def work(records: Records) -> tuple[Case, str]:
            case = find(records, visit.worker, visit.path("number"), visit.now)
            return case, job(records, visit, case)

        case, said = await visit.write(work)
        return visit.go(f"/desk/{'talk' if case.number[0] in TALKS else 'cases'}/{case.number}", said)

    return deed


def routes(desk: Desk) -> list[Route]:
    """One address a deed."""
    return [desk.post(f"/cases/{{number}}/{name}", _page(job)) for name, job in DEEDS.items()]
