"""办件: the list, the page of one case, and the deeds that its table allows."""

from __future__ import annotations

from datetime import datetime

from starlette.responses import Response
from starlette.routing import Route

from bot.cards import looks_private
from bot.desk.casework import find, give, may_look, must_read, photo_of, sheet
from bot.desk.guard import Desk, NotHere, Visit
from intents.cases import rights
from intents.staff import deeds
from knowledge.cases import KINDS
from storage.archive import Records
from storage.cases import Attachment, Case, Key, key_of

TALKS = ("handoff", "alert")  # these have a page of their own, with the talk
STATES = (("open", "未办结"), ("lost", "未派出"), ("closed", "已办结"), ("all", "全部"))
COLOURS = (("", "全部"), ("yellow", "快到期和超时"), ("red", "只看超时"))
A_PAGE = 100


async def listed(visit: Visit) -> Response:
    """Cases by kind, state, mine and late."""
    if number := visit.asked("number").upper():
        return visit.go(where_of(number))
    kind = visit.asked("kind") if visit.asked("kind") in KINDS else ""
    states = [*STATES, *(KINDS[kind].states.items() if kind else ())]
    state = visit.asked("state") if visit.asked("state") in dict(states) else "open"
    mine = visit.asked("mine") == "1"
    colour = visit.asked("colour") if visit.asked("colour") in dict(COLOURS) else ""
    colour = "red" if visit.asked("late") == "1" else colour
    after = _place(visit.asked("after"))

    def look(records: Records) -> tuple[list[Case], dict[int, str]]:
        path = records.places.path(visit.worker.area_id)
        if state == "lost":
            return records.cases.lost(path), {worker.id: worker.name for worker in records.staff.all()}
        found = records.cases.listed(
            path, holder_id=visit.worker.id, kind=kind, state=state, mine=mine, limit=A_PAGE, sealed=True,
            late_at=visit.now if colour == "red" else None, warn_at=visit.now if colour == "yellow" else None,
            after=after, before=after[2] if after else None,
        )  # fmt: skip
        return found, {worker.id: worker.name for worker in records.staff.all()}

    found, names = await visit.read(look)
    kinds = [("", "全部种类"), *((name, it.title) for name, it in KINDS.items())]
    return visit.page("cases.html", found=found, names=names, KINDS=KINDS, kinds=kinds, kind=kind, states=states,
                      state=state, mine=mine, colour=colour, colours=COLOURS, where_of=where_of,
                      more=_more(found) if len(found) == A_PAGE else "")  # fmt: skip


def _more(found: list[Case]) -> str:
    """Where the next page begins."""
    rank, due, last = key_of(found[-1])
    return f"{rank}~{due.isoformat()}~{last}"


def _place(told: str) -> Key | None:
    try:
        rank, due, last = told.split("~")
        moment = datetime.fromisoformat(due)
        return (int(rank), moment, int(last)) if moment.tzinfo else None
    except ValueError:
        return None


def where_of(number: str) -> str:
    """The page of a case; its letter says whether it is a talk."""
    talks = {KINDS[kind].letter for kind in TALKS}
    safe = "".join(sign for sign in number if sign.isascii() and sign.isalnum())[:24]
    return f"/desk/{'talk' if safe[:1] in talks else 'cases'}/{safe}"


async def one(visit: Visit, *, plain: bool = False) -> Response:
    """The page of one case."""

    def look(records: Records) -> object:
        case = find(records, visit.worker, visit.path("number"), visit.now)
        if plain:
            rights.allow(records, visit.worker, case, "note", visit.now)
            records.audit.write(visit.now, visit.worker.login, "reveal", case.number)
        return sheet(records, visit, case, plain=plain)

    return visit.page("case.html", sheet=await visit.write(look), plain=plain)


async def show(visit: Visit) -> Response:
    """The same page with name, phone and address in full; that is written down."""
    return await one(visit, plain=True)


async def move(visit: Visit) -> Response:
    """One step along the case's table."""
    picture = await photo_of(visit, "photo")
    private = bool(picture) and looks_private(picture)

    def job(records: Records) -> Case:
        case = find(records, visit.worker, visit.path("number"), visit.now)
        name = ""
        if picture:
            name = records.cases.attach(picture, "image/jpeg", visit.now, conversation_id=None, kind="after",
                                         seen_by="holder" if private else "staff")  # fmt: skip
        return deeds.move(records, visit.lore(records), visit.worker, case, visit.given("move", 16), visit.now,
                          note=visit.given("note", 1000), picture=name)  # fmt: skip

    case = await visit.write(job)
    return visit.go(where_of(case.number), f"{case.number}：{KINDS[case.kind].states[case.state]}")


async def assign(visit: Visit) -> Response:
    """Give the case to somebody else."""

    def job(records: Records) -> tuple[Case, str]:
        case = find(records, visit.worker, visit.path("number"), visit.now)
        return case, give(records, visit.worker, case, visit.given("to", 12), visit.now).name

    case, name = await visit.write(job)
    return visit.go(where_of(case.number), f"{case.number}已转给{name}。")


async def note(visit: Visit) -> Response:
    """A note, for colleagues or for the resident too."""
    public = visit.given("public") == "1"

    def job(records: Records) -> Case:
        case = find(records, visit.worker, visit.path("number"), visit.now)
        deeds.add_note(records, visit.worker, case, visit.given("note", 1000), visit.now, public=public)
        return case

    case = await visit.write(job)
    return visit.go(
        where_of(case.number), "备注好了，也告诉了居民。" if public else "备注好了，只有同事能看到。"
    )


async def picture(visit: Visit) -> Response:
    """A picture of a case, or of its talk where the worker may see the talk."""

    def look(records: Records) -> Attachment:
        case = find(records, visit.worker, visit.path("number"), visit.now)
        found = records.cases.picture(visit.path("picture"))
        if found is None or not may_look(records, visit, case, found[0].seen_by):
            raise NotHere
        attachment, case_id, conversation_id = found
        of_case = case_id == case.id
        of_talk = (
            case.kind in TALKS and conversation_id is not None and conversation_id == case.conversation_id
        )
        if not of_case and not (of_talk and _may_see(records, visit, case_id, attachment.seen_by)):
            raise NotHere
        return attachment

    found = await visit.read(look)
    if found.seen_by == "holder":
        await visit.write(lambda records: records.audit.write(
            visit.now, visit.worker.login, "look_picture", visit.path("number"), found.id))  # fmt: skip
    return Response(found.data, media_type="image/jpeg")


async def clear(visit: Visit) -> Response:
    """The holder has looked at a picture that may show a card: others may see it."""

    def job(records: Records) -> Case:
        case = find(records, visit.worker, visit.path("number"))
        must_read(records, visit, case)
        deeds.clear(records, visit.worker, case, visit.path("picture"), visit.now)
        return case

    case = await visit.write(job)
    return visit.go(where_of(case.number), "照片放行了，同事也能看到。")


def _may_see(records: Records, visit: Visit, case_id: int | None, seen_by: str) -> bool:
    """A picture of the talk that belongs to another case is for those who may see it there."""
    return case_id is None or may_look(records, visit, records.cases.get(case_id), seen_by)


def routes(desk: Desk) -> list[Route]:
    """The cases' pages."""
    return [
        desk.get("/cases", listed),
        desk.get("/cases/{number}", one),
        desk.post("/cases/{number}/show", show),
        desk.post("/cases/{number}/move", move),
        desk.post("/cases/{number}/assign", assign),
        desk.post("/cases/{number}/note", note),
        desk.get("/cases/{number}/pictures/{picture}", picture),
        desk.post("/cases/{number}/pictures/{picture}/clear", clear),
    ]
