"""Books seats as fast as it can: python -m tests.crash.seats DATABASE-URL SEED ATTEMPTS SLOTS CAPACITY.

Prints a line of JSON: [[slot, booking code], …] that were acknowledged, and how many were refused.
"""

from __future__ import annotations

import json
import random
import sys
from datetime import timedelta
from functools import partial

from bot.clerk import clerk_for
from storage.archive import Records
from storage.bookings import Booking, SeatTaken
from tests.databases import START, open_archive

SERVICE, PLACE = "test-seats", "centre"


def book(records: Records, slot: int, capacity: int) -> Booking | None:
    """Try for one seat of a slot; None where it is full."""
    begins = START + slot * timedelta(minutes=30)
    try:
        return records.bookings.book(
            service_id=SERVICE, place_id=PLACE, starts_at=begins, ends_at=begins + timedelta(minutes=30), quantity=1,
            capacity=capacity, person_id=1, conversation_id=None, details={"name": "张三"}, now=START,
        )  # fmt: skip
    except SeatTaken:
        return None


def main() -> None:
    url = sys.argv[1]
    seed, attempts, slots, capacity = map(int, sys.argv[2:])
    archive, chance = open_archive(url), random.Random(seed)
    clerk = clerk_for(archive)
    input()  # the test lets all go at once
    wanted = [chance.randrange(slots) for _ in range(attempts)]
    asked = [(slot, clerk.submit(partial(book, slot=slot, capacity=capacity))) for slot in wanted]
    got = [(slot, future.result()) for slot, future in asked]
    clerk.close()
    archive.close()
    print(json.dumps([[slot, booking.code] for slot, booking in got if booking]))


if __name__ == "__main__":
    main()
