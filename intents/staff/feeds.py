"""Calendars to subscribe to: a secret address for each worker and place, kept only as a hash, taken back at any time."""

from __future__ import annotations

from datetime import datetime, timedelta

from intents.handoff import Refused
from intents.library import Lore
from intents.staff import daylist
from intents.staff.showing import masked
from knowledge import ical
from storage.archive import Records
from storage.bookings import LIVE, Booking
from storage.staff import Worker

PAST, AHEAD = timedelta(days=14), timedelta(days=60)
SECRET = 32  # signs
SCOPES = ("worker", "place")
FACT = "feeds"


def give(records: Records, lore: Lore, worker: Worker, scope: str, target: str, now: datetime) -> str:
    """A new secret, shown this once; the one before holds no more."""
    _may(records, lore, worker, scope, target)
    secret = records.code(SECRET)
    feeds = _without(records, scope, target)
    feeds[records.vault.token_hash(secret)] = [scope, target]
    records.places.set_fact(FACT, feeds)
    records.audit.write(now, worker.login, "feed", f"{scope}:{target}")
    return secret


def take_back(records: Records, lore: Lore, worker: Worker, scope: str, target: str, now: datetime) -> None:
    """The address answers no more."""
    _may(records, lore, worker, scope, target)
    records.places.set_fact(FACT, _without(records, scope, target))
    records.audit.write(now, worker.login, "feed-off", f"{scope}:{target}")


def _may(records: Records, lore: Lore, worker: Worker, scope: str, target: str) -> None:
    own = scope == "worker" and target == worker.login
    if not own and not (scope == "place" and target in daylist.places_of(records, lore, worker)):
        raise Refused("只能订阅自己的或者您这里的日历。")


def _without(records: Records, scope: str, target: str) -> dict[str, list[str]]:
    feeds: dict[str, list[str]] = records.places.fact(FACT, {})
    return {secret: told for secret, told in feeds.items() if told != [scope, target]}


def read(records: Records, lore: Lore, secret: str, now: datetime) -> bytes | None:
    """The calendar behind a secret; None for a wrong one, and for a worker who left. Names are masked, homes left out."""
    told = records.places.fact(FACT, {}).get(records.vault.token_hash(secret))
    if told is None:
        return None
    scope, target = told
    found = records.bookings.between(now - PAST, now + AHEAD, LIVE)
    if scope == "place":
        found = [it for it in found if it.place_id == target]
        name = lore.places[target].name if target in lore.places else target
    else:
        worker = records.staff.by_login(target)
        if worker is None or not worker.active:
            return None
        found, name = _of_worker(records, lore, worker, now), f"{worker.name}的预约"
    return ical.calendar([event(lore, it, now) for it in found], name=name)


def _of_worker(records: Records, lore: Lore, worker: Worker, now: datetime) -> list[Booking]:
    """What takes the worker's own time."""
    own = [resource.id for resource in lore.resources.values() if resource.worker == worker.login]
    return [it for name in own for it in records.bookings.using(name, now - PAST, now + AHEAD)]


def event(lore: Lore, booking: Booking, now: datetime) -> ical.Event:
    """A booking as the centre's calendars show it."""
    service, place = lore.services.get(booking.service_id), lore.places.get(booking.place_id)
    title = (
        f"{service.name if service else booking.service_id} {masked(str(booking.details.get('name') or ''))}"
    )
    return ical.Event(uid(booking), booking.changes, now, booking.starts_at, booking.ends_at, title,
                      place.name if place else "", f"{booking.code} {booking.quantity}份",
                      cancelled=booking.state == "cancelled")  # fmt: skip


def uid(booking: Booking) -> str:
    """The same for the length of a booking's life."""
    return f"{booking.code}@jiamenkou"
