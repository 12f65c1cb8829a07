"""Lists for the day's work: the bookings of a worker's area, and meals by kitchen and route."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from intents.library import Lore
from intents.scene import ZONE
from storage.archive import Records
from storage.bookings import LIVE, Booking
from storage.staff import Worker

HERE, ELSEWHERE = "到食堂吃", "其他地址"
ROAD = re.compile(r"^.{0,12}?(?:路|街|巷|村|小区|号院|家属院|苑|园|里)")


@dataclass(frozen=True, slots=True)
class Route:
    """One round of a carrier, or who eats in: orders sorted by address."""

    name: str
    orders: tuple[Booking, ...]

    @property
    def portions(self) -> int:
        return sum(order.quantity for order in self.orders)


@dataclass(frozen=True, slots=True)
class Kitchen:
    """What one kitchen cooks of one meal on a day."""

    place: str
    service: str
    routes: tuple[Route, ...]
    notes: tuple[tuple[str, int], ...]  # 忌口 and the like, with how many portions

    @property
    def portions(self) -> int:
        return sum(route.portions for route in self.routes)


def places_of(records: Records, lore: Lore, worker: Worker) -> set[str]:
    """The places that lie in a worker's area, "" standing for bookings whose place is unknown."""
    path = records.places.path(worker.area_id)

    def holds(area_id: str) -> bool:
        area = lore.areas.get(area_id or lore.centre.area_id)
        return area is not None and area.path.startswith(path)

    return {place.id for place in lore.places.values() if holds(place.area)} | ({""} if holds("") else set())


def among(lore: Lore, places: set[str], found: Sequence[Booking]) -> list[Booking]:
    """Those of some bookings whose place is one of these."""
    return [it for it in found if (it.place_id if it.place_id in lore.places else "") in places]


def between(records: Records, lore: Lore, worker: Worker, first: date, days: int,
            states: Sequence[str] = LIVE) -> list[Booking]:  # fmt: skip
    """The bookings of some days in a worker's area, soonest first."""
    begin = datetime.combine(first, time(), ZONE)
    found = records.bookings.between(begin, begin + timedelta(days=days), states)
    return among(lore, places_of(records, lore, worker), found)


def kitchens(records: Records, lore: Lore, worker: Worker, day: date) -> list[Kitchen]:
    """The meals of a day by kitchen, meal and route."""
    meals = {service.id for service in lore.services.values() if service.group == "吃"}
    begin = datetime.combine(day, time(), ZONE)
    orders = records.bookings.of_services(meals, begin, begin + timedelta(days=1))
    sorted_by: dict[tuple[str, str], list[Booking]] = {}
    for order in among(lore, places_of(records, lore, worker), orders):
        sorted_by.setdefault((order.place_id, order.service_id), []).append(order)
    return [_kitchen(lore, place, service, found) for (place, service), found in sorted(sorted_by.items())]


def _kitchen(lore: Lore, place_id: str, service_id: str, orders: list[Booking]) -> Kitchen:
    routes: dict[str, list[Booking]] = {}
    for order in orders:
        routes.setdefault(_route(str(order.details.get("address") or "")), []).append(order)
    notes: Counter[str] = Counter()
    for order in orders:
        for name in ("allergy", "note"):
            if told := str(order.details.get(name) or ""):
                notes[told] += order.quantity
    place = lore.places.get(place_id)
    return Kitchen(
        place.name if place else place_id, lore.services[service_id].name,
        tuple(Route(name, tuple(sorted(found, key=_where))) for name, found in sorted(routes.items(), key=_last)),
        tuple(notes.most_common()),
    )  # fmt: skip


def _where(order: Booking) -> str:
    return str(order.details.get("address") or "")


def _last(route: tuple[str, list[Booking]]) -> tuple[bool, str]:
    return route[0] in (HERE, ELSEWHERE), route[0]


def _route(address: str) -> str:
    """The estate or the road that an address begins with."""
    if not address or address.startswith("到"):
        return HERE
    found = ROAD.match(address)
    return found[0] if found else ELSEWHERE
