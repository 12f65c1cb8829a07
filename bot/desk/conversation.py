"""The talk with a resident: what is known before one answers, the answer box, and handing back."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.desk.cases import TALKS
from bot.desk.casework import Sheet, find, must_read, sheet
from bot.desk.guard import Desk, NotHere, Visit
from bot.desk.paper import CHANNELS, render
from bot.desk.privacy import HIDDEN, Shown, shown
from intents import handbook, handoff, router
from intents.library import Lore
from intents.staff.chat import LABELS
from knowledge.cases import MEDIATORS
from storage.archive import Records
from storage.cases import Case

LAST = 50
READ = 200  # lines looked at, so that what was asked before the last 50 is known
MOST_CANNED = 8


@dataclass(frozen=True, slots=True)
class Package:
    """What a worker should know: who, what was being done, what was said and already answered."""

    sheet: Sheet
    name: str
    phone: str
    elder: bool
    channel: str
    words: str
    message: str
    doing: str
    form: list[tuple[str, str]]
    told: list[tuple[str, str, int]]
    lines: list[Shown]
    ahead: int


def package(records: Records, visit: Visit, case: Case) -> Package:
    """Read the context package; opening it is written down."""
    lore, lines = visit.lore(records), _lines(records, visit, case)
    who = records.people.told(case.person_id) if case.person_id else {"name": "", "phone": ""}
    channel, elder = _where(records, case)
    body = case.body
    return Package(
        sheet=sheet(records, visit, case), name=who["name"], phone=who["phone"], elder=elder, channel=channel,
        words=_opening(case, lines), message=str(body.get("message") or ""),
        doing=_doing(str(body.get("doing") or "")), form=_form(body, visit.worker.role),
        told=_told(lore, lines), lines=lines[-LAST:],
        ahead=records.cases.queue_place(case) if case.state in ("queued", "message") else 0,
    )  # fmt: skip


def _where(records: Records, case: Case) -> tuple[str, bool]:
    if case.conversation_id is None:
        return "", False
    talk = records.conversations.get(case.conversation_id)
    return CHANNELS.get(talk.channel, talk.channel), talk.person.elder


def _lines(records: Records, visit: Visit, case: Case) -> list[Shown]:
    """The talk both ways; of a matter that has ended, only until its end."""
    if case.conversation_id is None:
        return []
    lines = shown(records.conversations.lines(case.conversation_id, last=READ), visit.worker.role)
    return [line for line in lines if case.closed_at is None or line.at <= case.closed_at]


def _opening(case: Case, lines: list[Shown]) -> str:
    """The words that opened the matter, hidden where their line is; an emergency is never hidden."""
    words = str(case.body.get("words") or "")
    if case.kind == "alert" or not any(line.hidden for line in lines):
        return words
    return words if any(line.text == words for line in lines if not line.hidden) else HIDDEN


def _doing(name: str) -> str:
    return router.BY_NAME[name].title if name in router.BY_NAME else name


def _form(body: dict[str, object], role: str) -> list[tuple[str, str]]:
    """Answers already given in the dialogue that was open."""
    told = body.get("form")
    if not isinstance(told, dict):
        return []
    if body.get("doing") == "mediation" and role not in MEDIATORS:
        return [("调解申请", HIDDEN)]
    given = {str(name): value for name, value in told.items() if not str(name).startswith("_")}
    return [(LABELS.get(name, name), _plain(value)) for name, value in given.items()]


def _plain(value: object) -> str:
    return str(value.get("words", "")) if isinstance(value, dict) else str(value)


def _told(lore: Lore, lines: list[Shown]) -> list[tuple[str, str, int]]:
    """(title, entry, version) of what the assistant has answered from the handbook, in order, each once."""
    found = dict.fromkeys((line.entry, line.version) for line in lines if line.entry)
    return [
        (lore.entries[entry].title if entry in lore.entries else "", entry, version)
        for entry, version in found
    ]


def _open(records: Records, visit: Visit) -> Case:
    case = find(records, visit.worker, visit.path("number"))
    if case.kind not in TALKS:
        raise NotHere
    return case


async def one(visit: Visit, *, plain: bool = False) -> Response:
    """The page of one talk."""

    def look(records: Records) -> Package:
        case = _open(records, visit)
        if plain:
            records.audit.write(visit.now, visit.worker.login, "reveal", case.number)
        return package(records, visit, case)

    found = await visit.write(look)
    return visit.page("talk.html", it=found, plain=plain, once=secrets.token_hex(8))


async def show(visit: Visit) -> Response:
    """The same page with name and phone in full; that is written down."""
    return await one(visit, plain=True)


async def live(visit: Visit) -> Response:
    """The lines again, for the page that is open (opening it was written down already)."""

    def look(records: Records) -> tuple[Case, list[Shown], str]:
        case = _open(records, visit)
        holder = records.staff.get(case.holder_id).name if case.holder_id else ""
        return case, _lines(records, visit, case)[-LAST:], holder

    case, lines, holder = await visit.read(look)
    html = render("talk_lines.html", lines=lines, number=case.number, state=case.state, holder=holder)
    return JSONResponse({"count": 0, "html": html})


def _there(visit: Visit, said: str = "") -> Response:
    return visit.go(f"/desk/talk/{visit.path('number')}", said)


async def take(visit: Visit) -> Response:
    """Take the resident; of two workers at once, one has them and the other is told who."""
    await visit.write(lambda records: handoff.take(records, visit.worker, _open(records, visit), visit.now))
    return _there(visit, "接通了，您写的话会直接发给居民。")


async def say(visit: Visit) -> Response:
    """A worker's words to the resident. The form's own key keeps a double tap from being said twice."""
    words, once = visit.given("words"), visit.given("once", 40)

    def job(records: Records) -> None:
        case = _open(records, visit)
        key = f"desk:{case.number}:{visit.worker.id}:{once}" if once else None
        handoff.say(records, visit.worker, case, words, visit.now, key=key)

    await visit.write(job)
    return _there(visit)


async def hand_back(visit: Visit) -> Response:
    """The human part ends."""

    def job(records: Records) -> None:
        case = _open(records, visit)
        must_read(records, visit, case)
        handoff.hand_back(records, visit.worker, case, visit.now)
        records.audit.write(visit.now, visit.worker.login, "hand_back", case.number)

    await visit.write(job)
    return visit.go("/desk/", f"{visit.path('number')}已交回，居民接下来由小滨回复。")


async def canned(visit: Visit) -> Response:
    """Handbook entries for the answer box: what the question finds first, then what the words stand in."""
    asked = visit.asked("q")

    def look(records: Records) -> list[dict[str, object]]:
        lore = visit.lore(records)
        return [_entry(lore, entry_id, visit.now) for entry_id in _find(lore, asked, visit.now)]

    return JSONResponse(await visit.read(look) if len(asked) >= 2 else [])


def _find(lore: Lore, asked: str, now: datetime) -> list[str]:
    found = list(lore.index.find(asked).entries)
    found += [it.id for it in lore.entries.values()
              if asked.upper() == it.id or asked in it.title or any(asked in alias for alias in it.aliases)]  # fmt: skip
    return [entry_id for entry_id in dict.fromkeys(found) if lore.entry(entry_id, now)][:MOST_CANNED]


def _entry(lore: Lore, entry_id: str, now: datetime) -> dict[str, object]:
    entry = lore.entry(entry_id, now)
    assert entry is not None  # `_find` looks for it
    parts = [entry.summary, f"要带：\n{handbook.lines(entry, 'materials')}", f"在哪办：{entry.where}"]
    return {"id": entry.id, "version": lore.versions[entry.id], "title": entry.short or entry.title,
            "text": "\n".join(part for part in parts if part)}  # fmt: skip


def routes(desk: Desk) -> list[Route]:
    """The talks' pages."""
    return [
        desk.get("/canned", canned),
        desk.get("/talk/{number}", one),
        desk.get("/talk/{number}/live", live, counts=False),
        desk.post("/talk/{number}/show", show),
        desk.post("/talk/{number}/take", take),
        desk.post("/talk/{number}/say", say),
        desk.post("/talk/{number}/hand_back", hand_back),
    ]
