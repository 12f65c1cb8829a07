"""From the plan to what can be had: closures, resources and what is taken already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TypeAlias

from knowledge.calendar import Calendar
from knowledge.services.model import ZONE, Limit, Service, Slot
from knowledge.services.needs import Claim, Closure, Resource, cell

Use: TypeAlias = tuple[int, int, int, bool]  # first cell, last, seat, whether it is only held
HOUR = 12  # cells


class Busy:
    """What is taken of some resources, found by the hour: a month of meals is not read through for each slot."""

    def __init__(self, uses: Mapping[str, Sequence[Use]]) -> None:
        self._hours: dict[tuple[str, int], list[Use]] = {}
        for resource, told in uses.items():
            for use in told:
                for hour in range(use[0] // HOUR, (use[1] - 1) // HOUR + 1):
                    self._hours.setdefault((resource, hour), []).append(use)

    def seats(self, resource: str, claim: Claim, capacity: int) -> tuple[set[int], set[int]]:
        """The seats taken during a claim, and those only held."""
        taken: set[int] = set()
        held: set[int] = set()
        for hour in range(claim.first // HOUR, (claim.last - 1) // HOUR + 1):
            for first, last, seat, is_held in self._hours.get((resource, hour), ()):
                if first < claim.last and claim.first < last and seat < capacity:
                    (held if is_held else taken).add(seat)
        return taken, held - taken


@dataclass(frozen=True, slots=True)
class Scheme:
    """What the plans are held against: the calendar, closures, resources, and the catalogue they serve."""

    calendar: Calendar
    closures: tuple[Closure, ...] = ()
    resources: Mapping[str, Resource] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)

    def closure(
        self, service: Service, place_id: str, starts_at: datetime, ends_at: datetime
    ) -> Closure | None:
        """What closes a service at a place then."""
        wanted = {("all", ""), ("place", place_id), ("service", service.id)}
        return next(
            (
                shut
                for shut in self.closures
                if (shut.scope, shut.target if shut.scope != "all" else "") in wanted
                and shut.covers(starts_at, ends_at)
            ),
            None,
        )

    def can_serve(self, resource_id: str, place_id: str, slot: Slot) -> bool:
        """Whether a resource is there, is not on leave and no class occupies it."""
        found = self.resources.get(resource_id)
        if found is None or found.place not in ("", place_id):
            return False
        on_leave = any(
            shut.scope == "resource"
            and shut.target == resource_id
            and shut.covers(slot.starts_at, slot.ends_at)
            for shut in self.closures
        )
        return not on_leave and not self._occupied(resource_id, slot)

    def _occupied(self, resource_id: str, slot: Slot) -> bool:
        day = slot.starts_at.astimezone(ZONE).date()
        return any(
            lesson.starts_at < slot.ends_at and slot.starts_at < lesson.ends_at
            for service in self.services.values()
            if resource_id in service.occupies
            for lesson in service.slots(day, self.calendar)
        )


def planned(
    service: Service, place_id: str, days: Iterable[date], scheme: Scheme, minutes: int = 0
) -> list[Slot]:
    """The slots of some days that nothing closes, soonest first."""
    return [
        slot
        for day in days
        for slot in service.slots(day, scheme.calendar, minutes)
        if scheme.closure(service, place_id, slot.starts_at, slot.ends_at) is None
    ]


def claims(service: Service, place_id: str, slot: Slot, scheme: Scheme, *, quantity: int = 1, who: str = "",
           free: bool = False, keep: Sequence[str] = ()) -> tuple[Claim, ...]:  # fmt: skip
    """What a booking of a slot takes. `who` names the person served, for limits; `free` uses up the free quota.

    Resources in `keep` are tried first (the same worker as before).
    """
    first = cell(slot.starts_at - timedelta(minutes=service.before))
    last = cell(slot.ends_at + timedelta(minutes=service.after), up=True)
    day = slot.starts_at.astimezone(ZONE).date()
    found = [Claim(_choices(wanted, place_id, slot, scheme, keep), first, last) for wanted in service.needs]
    if not service.needs:
        found.append(Claim(((f"{service.id}@{place_id}", service.capacity),), first, last, quantity))
    if service.per_day:
        found.append(_once(f"{service.id}@{place_id}/day", service.per_day, day))
    if service.limit and who:
        found.append(limit_claim(service, service.limit, who, day))
    if free and service.free_limit and who:
        found.append(limit_claim(service, service.free_limit, f"{who}/free", day))
    return tuple(found)


def _choices(wanted: Sequence[str], place_id: str, slot: Slot, scheme: Scheme,
             keep: Sequence[str]) -> tuple[tuple[str, int], ...]:  # fmt: skip
    able = [name for name in wanted if scheme.can_serve(name, place_id, slot)]
    return tuple(
        (name, scheme.resources[name].capacity) for name in sorted(able, key=lambda name: name not in keep)
    )


def _once(resource: str, capacity: int, day: date) -> Claim:
    """A limit is a resource too: it has as many seats as it allows, all in one cell."""
    first = cell(datetime.combine(day, time(), ZONE))
    return Claim(((resource, capacity),), first, first + 1, limit=True)


def limit_claim(service: Service, limit: Limit, who: str, day: date) -> Claim:
    """A seat of a person's limit, in the first cell of the period."""
    return _once(f"{who}/{service.id}/{limit.period}", limit.count, limit.first_day(day))


def count(slot: Slot, wanted: Sequence[Claim], busy: Busy) -> Slot:
    """A slot with how many more can book it, and how many seats are only held."""
    free, held = None, 0
    for claim in wanted:
        left, lapsing = _left(claim, busy)
        if claim.limit:
            free = free if left >= claim.seats else 0
        else:
            free, held = min(left, left if free is None else free), max(held, lapsing)
    return Slot(slot.starts_at, slot.ends_at, slot.capacity, free or 0, held)


def _left(claim: Claim, busy: Busy) -> tuple[int, int]:
    """Seats that are free through all of a claim's cells, and those that are only held."""
    left, lapsing = 0, 0
    for resource, capacity in claim.choices:
        taken, held = busy.seats(resource, claim, capacity)
        left += capacity - len(taken) - len(held)
        lapsing += len(held)
    return left, lapsing
