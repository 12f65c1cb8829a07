"""Booking on real databases: what others got wrong (RG01–RG09), by number, below the conversation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import text

from intents.booking import free, pending, trust
from intents.booking.free import Want
from intents.booking.sight import Sight
from intents.handoff import Refused
from intents.library import Library, Lore
from intents.staff import closing
from knowledge import services as catalogue
from knowledge.services import ZONE, Service
from storage import migrate
from storage.archive import Archive, Records
from storage.bookings import Booking, Draft, SeatTaken
from tests.databases import START

TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=ZONE)


@pytest.fixture
def lore(archive: Archive, library: Library) -> Iterator[Lore]:
    with archive.reading() as records:
        yield library.lore(records)


def sight(records: Records, lore: Lore, now: datetime = START) -> Sight:
    talk = records.conversations.open("console", "王奶奶", now)
    return Sight(records, lore, now, talk.person)


def make(
    records: Records, lore: Lore, service: Service, who: str, at: datetime = TUESDAY, **told: object
) -> Booking:
    """A booking in the resident's own conversation."""
    talk = records.conversations.open("console", who, START)
    seen, want = (
        Sight(records, lore, START, talk.person),
        Want(service, service.places[0], who=f"person:{talk.person.id}"),
    )
    slot = next(s for s in free.planned(seen, want, [at.astimezone(ZONE).date()]) if s.starts_at == at)
    draft = Draft(service.id, service.places[0], slot.starts_at, slot.ends_at, 1, talk.person.id, talk.id,
                  want.claims(seen, slot))  # fmt: skip
    return records.bookings.make(draft, {"name": "张三"}, START, **told)  # type: ignore[arg-type]


def said(records: Records, who: str) -> str:
    talk = records.conversations.id_at("console", who)
    assert talk is not None
    return "\n".join(str(line.body) for line in records.outbox.lines(talk))


def test_rg02_of_two_that_wait_for_one_slot_only_one_is_confirmed(archive: Archive, lore: Lore) -> None:
    haircut = replace(lore.services["haircut"], confirm_hours=2)
    lore = replace(lore, services={**lore.services, "haircut": haircut})
    with archive.open() as records:
        li = records.staff.by_login("li")
        assert li
        first = make(records, lore, haircut, "甲", state="pending", until=START + timedelta(hours=2))
        with pytest.raises(SeatTaken):  # while it waits, it holds the seat
            make(records, lore, haircut, "乙", state="pending")
        pending.make_round(records, lore, START + timedelta(hours=3))
        second = make(records, lore, haircut, "乙", state="pending", until=START + timedelta(hours=5))
        pending.confirm(records, lore, li, second, START + timedelta(hours=4))
        with pytest.raises(Refused, match="过了确认时间"):
            pending.confirm(records, lore, li, records.bookings.get(first.id), START + timedelta(hours=4))
        assert records.bookings.get(first.id).state == "expired"
        assert records.bookings.get(second.id).state == "booked"
        assert "没有约成" in said(records, "甲")
        assert "=book:haircut" in said(records, "甲")
        assert "确认了" in said(records, "乙")


def test_rg03_two_join_one_class_not_two_classes(archive: Archive, lore: Lore) -> None:
    club = lore.services["club_calligraphy"]
    day = datetime(2026, 11, 25, 14, 30, tzinfo=ZONE)
    with archive.open() as records:
        one, other = make(records, lore, club, "甲", day), make(records, lore, club, "乙", day)
        assert one.starts_at == other.starts_at
        assert records.bookings.taken(club.id, "wb01", START, day + timedelta(days=1)) == {day: 2}
        slot = free.slots(sight(records, lore), Want(club, "wb01"), day.date())[0]
        assert slot.free == club.capacity - 2


def test_rg04_a_hold_counts_on_every_way_and_lapses(archive: Archive, lore: Lore) -> None:
    haircut = lore.services["haircut"]
    with archive.open() as records:
        seen, want = sight(records, lore), Want(haircut, "wb01")
        slot = free.planned(seen, want, [TUESDAY.date()])[0]
        draft = Draft(
            "haircut", "wb01", slot.starts_at, slot.ends_at, 1, seen.person.id, None, want.claims(seen, slot)
        )
        until = START + timedelta(minutes=5)
        held = records.bookings.hold(draft, until, START, "hold:1")
        assert records.bookings.hold(draft, until, START, "hold:1").id == held.id
        with pytest.raises(SeatTaken):  # the desk
            make(records, lore, haircut, "乙")
        stranger = replace(seen, person=records.conversations.open("web", "x", START).person)
        assert slot.starts_at not in [s.starts_at for s in free.slots(stranger, want, TUESDAY.date())]
        later = replace(stranger, now=until)
        assert slot.starts_at in [s.starts_at for s in free.slots(later, want, TUESDAY.date())]
        records.bookings.make(draft, {}, until)  # time is over: it is free
        with pytest.raises(SeatTaken):  # … and the hold no longer becomes a booking
            records.bookings.make(draft, {}, until, instead="hold:1")


def test_rg07_a_closed_day_lists_tells_and_offers(archive: Archive, lore: Lore) -> None:
    haircut = lore.services["haircut"]
    begin = TUESDAY.replace(hour=0)
    with archive.open() as records:
        li = records.staff.by_login("li")
        assert li
        mine = make(records, lore, haircut, "甲")
        closed = closing.close(
            records, lore, li, "place", "wb01", begin, begin + timedelta(days=1), "停电检修", START
        )
        assert [b.code for b in closed.affected] == [mine.code]
        assert "停电检修" in said(records, "甲")
        assert f"=move:{mine.code}:2026-11-" in said(records, "甲")
        shut = replace(lore, closures=tuple(records.bookings.closures(START)))
        seen, want = sight(records, shut), Want(haircut, "wb01")
        days = {s.starts_at.astimezone(ZONE).date() for s in free.window(seen, want)}
        assert TUESDAY.date() not in days
        assert TUESDAY.date() + timedelta(days=1) in days
        assert "停电检修" in free.why_not(seen, want, TUESDAY.date())
        assert closing.reopen(records, shut, li, closed.closure.id, START) == 1


def test_rg07_a_worker_on_leave_is_stood_in_for_where_somebody_is_free(archive: Archive, lore: Lore) -> None:
    both = {name: catalogue.Resource(name, name, "person") for name in ("a", "b")}
    talk = replace(lore.services["haircut"], id="talk", needs=(("a", "b"),))
    lore = replace(lore, services={**lore.services, "talk": talk}, resources=both)
    begin = TUESDAY.replace(hour=0)
    with archive.open() as records:
        li = records.staff.by_login("li")
        assert li
        one = make(records, lore, talk, "甲")
        assert records.bookings.resources_of(one.id) == ["a"]
        closed = closing.close(
            records, lore, li, "resource", "a", begin, begin + timedelta(days=1), "请假", START
        )
        assert [b.code for b in closed.kept] == [one.code]
        assert records.bookings.resources_of(one.id) == ["b"]
        lore = replace(lore, closures=(closed.closure,))
        with pytest.raises(SeatTaken):
            make(records, lore, talk, "乙")
        closed = closing.close(
            records, lore, li, "resource", "b", begin, begin + timedelta(days=1), "请假", START
        )
        assert [b.code for b in closed.affected] == [one.code]


def test_rg09_a_limit_reached_is_not_offered_at_all(archive: Archive, lore: Lore) -> None:
    massage = replace(lore.services["massage"], limit=catalogue.Limit(1, "week"))
    with archive.open() as records:
        seen = sight(records, lore)
        want = Want(massage, "wb01", who=f"person:{seen.person.id}")
        make(records, lore, massage, "王奶奶")
        days = [s.starts_at.astimezone(ZONE).date() for s in free.window(seen, want)]
        assert min(days) == date(2026, 12, 1)  # Tuesday of the next week
        assert "一周最多约1次" in free.why_not(seen, want, date(2026, 11, 26))
        assert free.slots(seen, replace(want, who="person:0"), date(2026, 11, 26))
        with pytest.raises(SeatTaken):  # a second tap elsewhere in the same moment
            make(records, lore, massage, "王奶奶", TUESDAY + timedelta(days=2))


def test_rg09_so_many_a_day_and_no_more(archive: Archive, lore: Lore) -> None:
    haircut = replace(lore.services["haircut"], per_day=2)
    with archive.open() as records:
        for n, who in enumerate(("甲", "乙")):
            make(records, lore, haircut, who, TUESDAY + n * timedelta(hours=1))
        assert not free.slots(sight(records, lore), Want(haircut, "wb01"), TUESDAY.date())
        assert free.slots(sight(records, lore), Want(haircut, "wb01"), TUESDAY.date() + timedelta(days=1))


def test_buffers_room_and_person_are_taken_together(archive: Archive, lore: Lore) -> None:
    both = {name: catalogue.Resource(name, name) for name in ("lawyer", "room")}
    clinic = replace(
        lore.services["haircut"], id="clinic", needs=(("lawyer",), ("room",)), after=15, every=15
    )
    meeting = replace(lore.services["haircut"], id="meeting", needs=(("room",),))
    lore = replace(lore, services={"clinic": clinic, "meeting": meeting}, resources=both)
    with archive.open() as records:
        make(records, lore, clinic, "甲")  # 9:00–9:30, the room until 9:45
        times = [s.starts_at for s in free.slots(sight(records, lore), Want(meeting, "wb01"), TUESDAY.date())]
        assert times[0] == TUESDAY.replace(hour=10)
        with pytest.raises(SeatTaken):
            make(records, lore, meeting, "乙", TUESDAY.replace(minute=30))


def test_a_class_keeps_its_room_from_others(archive: Archive, lore: Lore) -> None:
    room = catalogue.Resource("room", "教室", place="wb01")
    lesson = replace(lore.services["club_calligraphy"], occupies=("room",))
    rent = replace(lore.services["room_hall"], needs=(("room",),))
    lore = replace(lore, services={"lesson": lesson, "room_hall": rent}, resources={"room": room})
    with archive.open() as records:
        wednesday = date(2026, 11, 25)
        hours = [
            s.starts_at.astimezone(ZONE).hour
            for s in free.slots(sight(records, lore), Want(rent, "wb01"), wednesday)
        ]
    assert 13 not in hours
    assert not {14, 15, 16} & set(hours)  # 14:30–16:30
    assert 17 in hours


def test_an_upgrade_keeps_the_seats_that_are_taken(archive: Archive) -> None:
    """From the tables before: each seat row becomes the cells of its booking."""
    with archive.open() as records:
        begins = TUESDAY
        made = records.bookings.book(service_id="haircut", place_id="wb01", starts_at=begins, quantity=1, person_id=1,
                                     ends_at=begins + timedelta(minutes=30), conversation_id=None, details={},
                                     now=START)  # fmt: skip
    with archive.engine.begin() as connection:
        migrate.downgrade(connection, "0001")
        taken = text("INSERT INTO seats (service_id, place_id, starts_at, seat, booking_id) "
                     "SELECT service_id, place_id, starts_at, 0, id FROM bookings")  # fmt: skip
        connection.execute(taken)
    archive.engine.dispose()
    migrate.upgrade(archive.engine)
    with archive.open() as records:
        assert records.bookings.taken("haircut", "wb01", START, begins + timedelta(days=1)) == {begins: 1}
        with pytest.raises(SeatTaken):
            records.bookings.move(
                made, starts_at=begins, ends_at=begins + timedelta(minutes=30), now=START, capacity=0
            )
        with pytest.raises(SeatTaken):
            records.bookings.book(service_id="haircut", place_id="wb01", starts_at=begins + timedelta(minutes=5),
                                  ends_at=begins + timedelta(minutes=35), quantity=1, person_id=2, conversation_id=None,
                                  details={}, now=START)  # fmt: skip


def test_after_two_no_shows_a_worker_rings_first(archive: Archive, lore: Lore) -> None:
    haircut = lore.services["haircut"]
    with archive.open() as records:
        seen = sight(records, lore)
        for n in range(2):
            assert trust.hours_to_confirm(records, haircut, seen.person.id, START) == 0
            missed = make(records, lore, haircut, "王奶奶", TUESDAY + n * timedelta(hours=1))
            assert records.bookings.end(missed.id, "no_show", TUESDAY + timedelta(hours=3))
        assert trust.hours_to_confirm(records, haircut, seen.person.id, TUESDAY) == trust.RING_WITHIN
