"""Calendar files: RFC 5545 to the letter, and feeds behind secret addresses."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.library import Library
from knowledge import ical
from storage.archive import Archive
from tests.desk_fixture import Centre, opened
from tests.test_desk_bookings import BOOKED, codes

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)


@pytest.fixture
async def centre(archive: Archive, library: Library) -> AsyncIterator[Centre]:
    async with opened(archive, library) as made:
        yield made


def event(title: str, **told: object) -> ical.Event:
    given: dict[str, object] = {"uid": "Y1@x", "sequence": 0, "stamp": NOW, "starts_at": NOW, "ends_at": NOW,
                                "title": title} | told  # fmt: skip
    return ical.Event(**given)  # type: ignore[arg-type]


def unfolded(data: bytes) -> list[str]:
    return data.replace(b"\r\n ", b"").decode().split("\r\n")


def test_a_booking_as_a_file() -> None:
    lines = unfolded(ical.calendar([event("理发", ends_at=NOW + timedelta(minutes=30), where="一号院;2,3")]))
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert {"VERSION:2.0", "METHOD:PUBLISH", "UID:Y1@x", "SEQUENCE:0", "DTSTAMP:20261123T020000Z",
            "DTSTART:20261123T020000Z", "DTEND:20261123T023000Z", "LOCATION:一号院\\;2\\,3",
            "STATUS:CONFIRMED"} <= set(lines)  # fmt: skip


@given(st.text())
def test_every_line_is_at_most_75_octets_and_reads_back(words: str) -> None:
    data = ical.calendar([event(words)])
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert b"\n" not in data.replace(b"\r\n", b"")
    for line in data.split(b"\r\n"):
        line.decode()  # no character is cut in two
    told = next(line for line in unfolded(data) if line.startswith("SUMMARY:")).removeprefix("SUMMARY:")
    plain = re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], told)
    assert plain == "".join(s for s in words if s == "\n" or (ord(s) >= 32 and ord(s) != 127))


async def test_the_same_uid_with_a_higher_sequence_and_a_cancellation(centre: Centre) -> None:
    await centre.hear("甲", *BOOKED)
    boss, code = centre.signed_in("liu"), codes(centre)[0]
    first = unfolded((await boss.get(f"/desk/bookings/{code}.ics")).content)
    assert "SEQUENCE:0" in first
    centre.now += timedelta(minutes=3)
    await boss.post(f"/desk/bookings/{code}/move", start="2026-11-25 15:00")
    second = unfolded((await boss.get(f"/desk/bookings/{code}.ics")).content)
    assert f"UID:{code}@jiamenkou" in first
    assert f"UID:{code}@jiamenkou" in second
    centre.now += timedelta(minutes=3)
    await boss.post(f"/desk/bookings/{code}/end", state="cancelled")
    third = unfolded((await boss.get(f"/desk/bookings/{code}.ics")).content)
    assert {"METHOD:CANCEL", "STATUS:CANCELLED"} <= set(third)
    counted = [
        int(line[9:]) for told in (first, second, third) for line in told if line.startswith("SEQUENCE:")
    ]
    assert counted == sorted(set(counted))


async def test_a_feed_answers_to_its_secret_only(centre: Centre) -> None:
    await centre.hear("甲", *BOOKED)
    boss, anybody = centre.signed_in("liu"), centre.browser()
    page = await boss.post("/desk/feeds/give", of="place:wb01")
    found = re.search(r"/calendar/(\w+)\.ics", page.text)
    assert found
    feed = await anybody.get(found[0])
    assert feed.headers["content-type"].startswith("text/calendar")
    assert codes(centre)[0] in feed.text
    assert "张三" not in feed.text
    assert "一号院" not in feed.text
    wrong = await anybody.get("/calendar/nothing.ics")
    assert wrong.status_code == 404
    with centre.archive.reading() as records:
        assert found[1] not in str(records.places.fact("feeds"))  # only its hash is kept
    await boss.post("/desk/feeds/give", of="place:wb01")  # a new one: the old holds no more
    assert (await anybody.get(found[0])).content == wrong.content
    own = re.search(r"/calendar/\w+\.ics", (await boss.post("/desk/feeds/give", of="worker:liu")).text)
    assert own
    assert (await anybody.get(own[0])).status_code == 200
    await boss.post("/desk/feeds/stop", of="worker:liu")
    assert (await anybody.get(own[0])).status_code == 404
    assert (await boss.post("/desk/feeds/give", of="worker:wang")).status_code == 409
