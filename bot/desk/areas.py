"""区域: the gap lists of one's own area, the 15-minute circle with its xlsx, and the walking speed."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import Route

from bot.desk.guard import ADMINS, Desk, Visit
from bot.desk.workbooks import sent, workbook
from intents.handoff import Refused
from intents.library import Lore
from knowledge import circle
from knowledge.areas import holds
from knowledge.areas.care import Gap, gaps, power_gaps
from knowledge.places import FACILITIES
from storage.archive import Records

SLOWEST, FASTEST = 30, 120  # metres a minute
SHOWN = 200


@dataclass(frozen=True, slots=True)
class Board:
    """What the page shows."""

    gaps: dict[str, list[Gap]]
    powers: list[Gap]
    need: str
    far: list[circle.Far]
    speed: float
    names: dict[str, str]


def _look(records: Records, visit: Visit) -> Board:
    lore, scope = visit.lore(records), records.places.path(visit.worker.area_id)
    need = visit.asked("need")
    need = need if need in FACILITIES else "rest"
    far = _far(lore, scope, need)
    names = {it.estate.id: lore.area_name(it.estate.area_id) for it in far}
    powers = power_gaps(records.places.fact("powers", {}))
    return Board(gaps(lore.areas, scope), powers, need, far, lore.centre.walk, names)


def _far(lore: Lore, scope: str, need: str) -> list[circle.Far]:
    ours = [e for e in lore.gazetteer.estates.values() if e.area_id in lore.areas and holds(scope, lore.areas[e.area_id].path)]  # fmt: skip
    having = [place for place in lore.places.values() if need in place.facilities]
    return circle.outside(ours, having, speed=lore.centre.walk)


async def board(visit: Visit) -> Response:
    """The gap lists."""
    found = await visit.read(lambda records: _look(records, visit))
    return visit.page("areas.html", board=found, facilities=FACILITIES, shown=SHOWN)


async def export(visit: Visit) -> Response:
    """The estates outside the circle, as a workbook."""
    found = await visit.read(lambda records: _look(records, visit))
    rows: list[tuple[str | int, ...]] = [("小区", "所属", "缺什么", "最近的点", "步行分钟")]
    rows += [
        (it.estate.name, found.names[it.estate.id], FACILITIES[found.need],
         it.place.name if it.place else "没有", it.minutes or "")
        for it in found.far
    ]  # fmt: skip
    return sent(workbook("15分钟圈外", rows), "circle.xlsx")


async def set_speed(visit: Visit) -> Response:
    """The walking speed that all minutes are told by."""
    told = visit.given("speed", 6)
    if not told.isdecimal() or not SLOWEST <= int(told) <= FASTEST:
        raise Refused(f"步行速度写{SLOWEST}到{FASTEST}之间的整数，单位是米每分钟。")

    def job(records: Records) -> None:
        records.places.set_fact("centre", {**records.places.fact("centre", {}), "walk": float(told)})
        records.audit.write(visit.now, visit.worker.login, "walk_speed", "centre", told)

    await visit.write(job)
    return visit.go("/desk/areas", "步行速度改好了。")


def routes(desk: Desk) -> list[Route]:
    """For admins."""
    return [
        desk.get("/areas", board, roles=ADMINS),
        desk.get("/areas/circle.xlsx", export, roles=ADMINS),
        desk.post("/areas/speed", set_speed, roles=ADMINS),
    ]
