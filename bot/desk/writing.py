"""登记: a worker writes a matter down for a caller, a visitor, the resident of a talk, or from their own patrol."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from bot.cards import looks_private
from bot.desk.cases import where_of
from bot.desk.casework import find, photo_of
from bot.desk.guard import Desk, Visit
from intents.refused import Refused
from intents.report import CATEGORIES
from intents.staff import recording, writing
from intents.staff.recording import SOURCES, Told
from intents.staff.speaker import Speaker
from storage.archive import Records
from storage.cases import Case

AT_DESK = tuple((name, label) for name, label in SOURCES.items() if name != "talk")


async def form(visit: Visit) -> Response:
    """The form; `talk` is the number of the talk it is written down from."""
    talk = visit.asked("talk")

    def look(records: Records) -> str:
        return find(records, visit.worker, talk).number if talk else ""

    return visit.page("write.html", talk=await visit.read(look), sources=AT_DESK, categories=CATEGORIES,
                      kinds=(("report", "问题上报"), ("errand", "代办")))  # fmt: skip


async def write(visit: Visit) -> Response:
    """Open the case."""
    photo = await photo_of(visit, "photo")
    kept = bool(photo) and looks_private(photo)

    def job(records: Records) -> Case:
        if talk := visit.given("talk", 24):
            return _from_talk(records, visit, talk)
        if visit.given("source", 8) == "talk":
            raise Refused("请从对话页登记。")
        picture = ""
        if photo:
            picture = records.cases.attach(
                photo, "image/jpeg", visit.now, conversation_id=None, seen_by="holder" if kept else "staff"
            )
        told = Told(visit.given("kind", 8), visit.given("source", 8), visit.given("words"), visit.given("place", 100),
                    _category(visit), visit.given("name", 20), visit.given("phone", 20), picture)  # fmt: skip
        return recording.record(records, visit.lore(records), visit.worker, told, visit.now)

    case = await visit.write(job)
    return visit.go(where_of(case.number), f"{case.number}登记好了。请把编号告诉来电人。")


def _category(visit: Visit) -> str:
    given = visit.given("category", 24)
    return given if given in dict(CATEGORIES) else ""


def _from_talk(records: Records, visit: Visit, number: str) -> Case:
    talk = find(records, visit.worker, number)
    speaker = Speaker(records, visit.lore(records), visit.worker, visit.now, (talk,))
    return writing.for_talk(
        speaker,
        talk,
        visit.given("kind", 8),
        visit.given("words"),
        visit.given("place", 100),
        _category(visit),
    )


async def answer(visit: Visit) -> Response:
    """Send an entry's card to the resident of a talk, as it is published now."""

    def job(records: Records) -> None:
        talk = find(records, visit.worker, visit.path("number"))
        speaker = Speaker(records, visit.lore(records), visit.worker, visit.now, (talk,))
        writing.send_entry(speaker, talk, visit.given("entry", 12).upper(), visit.given("facet", 12))

    await visit.write(job)
    return visit.go(f"/desk/talk/{visit.path('number')}", "条目发给居民了。")


def routes(desk: Desk) -> list[Route]:
    """Writing down, and answering from the handbook."""
    return [
        desk.get("/write", form),
        desk.post("/write", write),
        desk.post("/talk/{number}/answer", answer),
    ]
