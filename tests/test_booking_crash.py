"""Many processes on few seats, killed at random: never one seat too many, never a confirmed booking lost.

JIAMENKOU_FULL=1: 8 processes × 1,000 attempts on 50 seats, on each database; else a short form of it.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from sqlalchemy import select

from storage.bookings import LIVE
from storage.tables import bookings, seats, uses
from tests.crash.booking import CAPACITY, SERVICE
from tests.databases import open_archive

FULL = bool(os.environ.get("JIAMENKOU_FULL"))
PROCESSES, ATTEMPTS, SEATS, KILLS = (8, 1000, 50, 24) if FULL else (3, 60, 50, 3)
ROOT = Path(__file__).parents[1]


def _start(url: str, seed: int, told: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.crash.booking", url, str(seed), str(ATTEMPTS), str(SEATS), str(told)],
        cwd=ROOT,
    )


def _killed_at_random(url: str, told: Path) -> int:
    """Run all processes to their end; some are killed on the way and begun again with the same attempts."""
    chance, killed = random.Random(7), 0
    running = {seed: _start(url, seed, told / str(seed)) for seed in range(PROCESSES)}
    while running:
        for seed, process in list(running.items()):
            if process.poll() is not None:
                assert process.returncode in (0, -signal.SIGKILL)
                del running[seed]
            elif killed < KILLS and (told / str(seed)).exists() and chance.random() < 0.3:
                process.kill()
                process.wait()
                killed += 1
                running[seed] = _start(url, seed, told / str(seed))
        time.sleep(0.02)  # between two looks at the processes; nothing is measured by it
    return killed


def test_rg01_never_a_seat_too_many_and_no_confirmed_booking_lost(database_url: str, tmp_path: Path) -> None:
    _killed_at_random(database_url, tmp_path)
    acknowledged = {
        line for file in tmp_path.iterdir() for line in file.read_text("utf-8").split() if len(line) >= 10
    }
    archive = open_archive(database_url)
    with archive.reading() as records:
        live = records.run(
            select(bookings).where(bookings.c.service_id == SERVICE, bookings.c.state.in_(LIVE))
        ).all()
        cells = records.run(select(seats).where(seats.c.resource.startswith(SERVICE))).all()
        rows = records.run(select(uses).where(uses.c.resource.startswith(SERVICE))).all()
    archive.close()
    codes = {row.code for row in live}
    assert acknowledged <= codes  # nothing that was told is lost
    assert len(codes) == SEATS  # full to the last seat (holds became bookings or were dropped) …
    assert max(Counter(row.starts_at for row in live).values()) == CAPACITY  # … and not one too many
    ids = {row.id for row in live}
    assert {row.booking_id for row in cells} == {row.booking_id for row in rows}
    assert ids <= {row.booking_id for row in rows}
    assert (
        len({(r.resource, r.cell, r.seat) for r in cells})
        == len(cells)
        == sum(r.last - r.first for r in rows)
    )
