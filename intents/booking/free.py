"""Which days and times are free, and why a day is not. One query answers for a whole window of days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from intents.booking.sight import Sees
from intents.scene import ZONE
from knowledge import services as catalogue
from knowledge import when
from knowledge.services import Busy, Claim, Service, Slot


@dataclass(frozen=True, slots=True)
class Want:
    """What somebody wants to book: so many of a service at a place. `who` is served, as limits count people."""

    service: Service
    place_id: str
    quantity: int = 1
    choice: str = ""
    who: str = ""
    free: bool = False
    keep: tuple[str, ...] = ()

    @property
    def minutes(self) -> int:
        return self.service.minutes_of(self.choice)

    def claims(self, scene: Sees, slot: Slot) -> tuple[Claim, ...]:
        """What a slot of it takes."""
        return catalogue.claims(self.service, self.place_id, slot, scene.lore.scheme, quantity=self.quantity,
                                who=self.who, free=self.free, keep=self.keep)  # fmt: skip


def planned(scene: Sees, want: Want, days: Iterable[date]) -> list[Slot]:
    """The slots of some days that nothing closes, free or not."""
    return catalogue.planned(want.service, want.place_id, days, scene.lore.scheme, want.minutes)


def counted(scene: Sees, want: Want, days: Iterable[date]) -> list[Slot]:
    """The slots of some days that may be booked now, each with how much of it is free."""
    able = [slot for slot in planned(scene, want, days) if want.service.can_still_book(slot, scene.now)]
    if not able:
        return []
    wanted = [want.claims(scene, slot) for slot in able]
    every = [claim for claims in wanted for claim in claims]
    books = scene.records.bookings
    since, until = (
        catalogue.moment(edge) for edge in (min(c.first for c in every), max(c.last for c in every))
    )
    names = {name for claim in every for name, _ in claim.choices}
    busy = Busy(books.busy(names, since, until, scene.now, books.held_ids(scene.person.id)))
    return [catalogue.count(slot, claims, busy) for slot, claims in zip(able, wanted, strict=True)]


def window(scene: Sees, want: Want) -> list[Slot]:
    """Everything that is free from today to the end of the service's window."""
    today = scene.local.date()
    ahead = [today + timedelta(days=n) for n in range(want.service.window + 1)]
    return [slot for slot in counted(scene, want, ahead) if slot.free >= want.quantity]


def slots(scene: Sees, want: Want, day: date) -> list[Slot]:
    """The slots of a day that can be booked now."""
    return [slot for slot in counted(scene, want, [day]) if slot.free >= want.quantity]


def days(scene: Sees, want: Want, limit: int) -> list[date]:
    """The next days with something free."""
    found = dict.fromkeys(slot.starts_at.astimezone(ZONE).date() for slot in window(scene, want))
    return list(found)[:limit]


def why_not(scene: Sees, want: Want, day: date) -> str:
    """One sentence that says why nothing can be booked on a day."""
    service, said, today = want.service, when.say(day, clock=False, at=scene.local), scene.local.date()
    if day < today:
        return f"{said}已经过去了。"
    if day > today + timedelta(days=service.window):
        return f"{service.name}最多提前{service.window}天约，{said}还太远。"
    if closed := _closed(scene, want, day):
        return closed
    if all(not service.can_still_book(slot, scene.now) for slot in planned(scene, want, [day])):
        return f"{said}{_too_late(service)}。急的话请打{service.phone or scene.lore.centre.call}。"
    if limit := over_limit(scene, want, day):
        return limit
    found = counted(scene, want, [day])
    left = max((slot.free for slot in found), default=0)
    if left:
        return f"{said}只剩{left}个名额，不够了。"
    return (
        f"{said}只剩别人正在约的，过几分钟再看。"
        if any(slot.held for slot in found)
        else f"{said}已经约满了。"
    )


def _closed(scene: Sees, want: Want, day: date) -> str:
    """Why a day is closed, and the nearest place that is open; nothing where it is not."""
    service, said, calendar = want.service, when.say(day, clock=False, at=scene.local), scene.lore.calendar
    if service.closed and day in service.closed:
        return f"{said}不开放：{service.closed[day]}。{_elsewhere(scene, want, day)}"
    in_plan = service.slots(day, calendar, want.minutes)
    if not in_plan:
        holiday = calendar.holiday_name(day)
        return f"{said}是{holiday}，不开放。" if holiday else f"{said}没有{service.name}。"
    shut = [scene.lore.scheme.closure(service, want.place_id, s.starts_at, s.ends_at) for s in in_plan]
    if all(shut) and shut[0]:
        return f"{said}不开放：{shut[0].reason}。{_elsewhere(scene, want, day)}"
    return ""


def _elsewhere(scene: Sees, want: Want, day: date) -> str:
    """The same service at another place that day, the nearest first."""
    places = scene.lore.places
    here = places.get(want.place_id)
    others = [places[i] for i in want.service.places if i in places and i != want.place_id]
    if here:
        others.sort(key=lambda p: (p.latitude - here.latitude) ** 2 + (p.longitude - here.longitude) ** 2)
    for place in others:
        if slots(scene, Want(want.service, place.id, want.quantity, want.choice, want.who), day):
            return f"那天可以去{place.name}。"
    return ""


def over_limit(scene: Sees, want: Want, day: date) -> str:
    """The person's own limit is reached: said, with the day from which it can be booked again (RG09)."""
    limit = want.service.limit
    if limit is None or not want.who:
        return ""
    claim = next(
        c
        for c in want.claims(scene, planned(scene, want, [day])[0])
        if c.limit and want.who in c.choices[0][0]
    )
    if limit_left(scene, claim):
        return ""
    period = {"day": "一天", "week": "一周", "month": "一个月"}[limit.period]
    again = when.say(limit.next_day(day), clock=False)
    return f"{want.service.name}{period}最多约{limit.count}次，已经约够了。{again}起可以再约。"


def limit_left(scene: Sees, claim: Claim) -> int:
    """How much of a limit is left."""
    books, (resource, capacity) = scene.records.bookings, claim.choices[0]
    begin, end = catalogue.moment(claim.first), catalogue.moment(claim.last)
    busy = Busy(books.busy([resource], begin, end, scene.now, books.held_ids(scene.person.id)))
    taken, held = busy.seats(resource, claim, capacity)
    return capacity - len(taken) - len(held)


def _too_late(service: Service) -> str:
    """The day's own cut-off where there is one."""
    if not service.cutoff:
        return "来不及约了"
    ahead, clock = service.cutoff
    before = {0: "当天", 1: "前一天"}.get(ahead, f"提前{ahead}天")
    return f"的{service.name}来不及约了，要在{before}{clock:%H:%M}前约"


def is_full(scene: Sees, want: Want, moment: datetime) -> bool:
    """Whether a time is planned and could be booked, were it not full."""
    found = [s for s in counted(scene, want, [moment.astimezone(ZONE).date()]) if s.starts_at == moment]
    return (
        bool(found)
        and found[0].free < want.quantity
        and not over_limit(scene, want, moment.astimezone(ZONE).date())
    )


def why_not_at(scene: Sees, want: Want, moment: datetime) -> str:
    """One sentence that says why a time of a day cannot be had."""
    said, day = when.say(moment), moment.astimezone(ZONE).date()
    in_plan = planned(scene, want, [day])
    slot = next((s for s in in_plan if s.starts_at == moment), None)
    if slot is None:
        is_between = any(s.starts_at < moment < s.ends_at for s in in_plan)
        return f"{said}没有这一档。" if is_between else f"{said}不开放。"
    if not want.service.can_still_book(slot, scene.now):
        return f"{said}来不及约了。"
    found = next(s for s in counted(scene, want, [day]) if s.starts_at == moment)
    if found.free:
        return f"{said}只剩{found.free}个名额，不够了。"
    return f"{said}正有人在约。" if found.held else f"{said}已经约满了。"
