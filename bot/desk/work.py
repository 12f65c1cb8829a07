"""待办: alerts, people who wait, one's own talks, and open cases. Always read from the database."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.desk.guard import Desk, Visit
from bot.desk.paper import render
from intents import duty
from knowledge.cases import KINDS, Kind
from storage.archive import Records
from storage.cases import Case
from storage.staff import ROLES

MATTERS = ("mediation", "report", "errand")


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who waits for a person; `ahead` others of the same area came before."""

    case: Case
    ahead: int


@dataclass(frozen=True, slots=True)
class Board:
    """What there is to do for one worker."""

    alerts: list[Case]
    waiting: list[Waiting]
    talks: list[Case]
    others: list[Case]
    matters: list[tuple[Kind, list[Case]]]
    names: dict[int, str] = field(default_factory=dict)
    lost: list[Case] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many people wait for somebody to move."""
        return sum(case.state == "raised" for case in self.alerts) + len(self.waiting) + len(self.lost)


def board(records: Records, visit: Visit) -> Board:
    """Read the board; no words of residents are on it."""
    path, mine = records.places.path(visit.worker.area_id), visit.worker.id
    alerts = records.cases.open_ones(path, ("alert",), holder_id=mine)
    handoffs = records.cases.open_ones(path, ("handoff",), holder_id=mine)
    matters = records.cases.open_ones(path, MATTERS, holder_id=mine)
    held = [case for case in handoffs if case.state == "human"]
    return Board(
        alerts=alerts,
        waiting=_waiting([case for case in handoffs if case.state != "human"]),
        talks=[case for case in held if case.holder_id == mine],
        others=[case for case in held if case.holder_id != mine],
        matters=[(KINDS[kind], [case for case in matters if case.kind == kind]) for kind in MATTERS],
        names={worker.id: worker.name for worker in records.staff.all()},
        lost=records.cases.lost(path),
    )


def _waiting(cases: list[Case]) -> list[Waiting]:
    """Oldest first, each with its place in its own queue."""
    before: Counter[tuple[str, str]] = Counter()
    found = []
    for case in sorted(cases, key=lambda case: case.id):
        queue = (case.area_id, case.state)
        found.append(Waiting(case, before[queue]))
        before[queue] += 1
    return sorted(found, key=lambda waiting: waiting.case.state != "queued")


async def home(visit: Visit) -> Response:
    """The first page; an auditor's is the log."""
    if visit.worker.role == "auditor":
        return visit.go("/desk/audit")

    def look(records: Records) -> tuple[Board, list[tuple[str, str, str]]]:
        lore = visit.lore(records)
        rota = duty.today(records, lore, visit.worker.area_id, visit.now)
        here = [(f"{s.opens}–{s.closes}", s.post, who.name) for s, who in rota if who.active]
        return board(records, visit), here

    found, here = await visit.read(look)
    return visit.page("home.html", board=found, here_today=here, KINDS=KINDS)


async def live(visit: Visit) -> Response:
    """The board again, for the page that is open."""
    found = await visit.read(lambda records: board(records, visit))
    html = render(
        "home_board.html", board=found, worker=visit.worker, csrf=visit.csrf, now=visit.now, KINDS=KINDS
    )
    return JSONResponse({"count": found.count, "html": html})


def routes(desk: Desk) -> list[Route]:
    """The board's pages."""
    return [desk.get("/", home, roles=ROLES), desk.get("/live", live, counts=False)]
