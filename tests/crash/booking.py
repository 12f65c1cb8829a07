"""Books until it is killed or done: python -m tests.crash.booking DATABASE-URL SEED ATTEMPTS SEATS FILE.

Half of the attempts hold first and then confirm. A booking's number is written to FILE after the commit, as a resident
would read it: what stands there must be there afterwards, whatever was killed.
"""

from __future__ import annotations

import os
import random
import sys
from datetime import timedelta

from storage.archive import Archive
from storage.bookings import Booking, Draft, SeatTaken
from storage.bookings.model import own_seats
from tests.databases import START, open_archive

SERVICE, PLACE, MINUTES = "crash", "p", 30
CAPACITY = 2


def draft(slot: int) -> Draft:
    """One seat of a slot."""
    begins = START + slot * timedelta(minutes=MINUTES)
    ends = begins + timedelta(minutes=MINUTES)
    return Draft(
        SERVICE, PLACE, begins, ends, 1, 1, None, own_seats(SERVICE, PLACE, begins, ends, CAPACITY, 1)
    )


def attempt(archive: Archive, slot: int, holds: bool, token: str) -> Booking | None:
    """Try for one seat, in one step or in two."""
    wanted = draft(slot)
    try:
        if holds:
            with archive.open() as records:
                records.bookings.hold(wanted, START + timedelta(minutes=5), START, token)
        with archive.open() as records:
            return records.bookings.make(
                wanted, {"name": "张三"}, START, token=f"b{token}", instead=token if holds else ""
            )
    except SeatTaken:
        return None


def main() -> None:
    """Go through all attempts."""
    archive = open_archive(sys.argv[1])
    seed, attempts, seats = map(int, sys.argv[2:5])
    chance = random.Random(seed)
    with open(sys.argv[5], "a", encoding="utf-8") as told:
        for n in range(attempts):
            made = attempt(archive, chance.randrange(seats // CAPACITY), chance.random() < 0.5, f"{seed}:{n}")
            if made:
                told.write(f"{made.code}\n")
                told.flush()
                os.fsync(told.fileno())
    archive.close()


if __name__ == "__main__":
    main()
