"""(d) Ten thousand reminders due at one moment: how late the event loop gets, and how fast rows are claimed."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

from bench.common import NOW, filled, table
from bot import rounds
from bot.channels import Ears
from bot.clerk import Rung
from bot.delivery import BATCH, Delivery
from bot.office import Office
from intents.library import Library
from intents.message import Outgoing, Sent
from storage.archive import Archive, Records

COUNT, TICK, CHANNEL = 10_000, 0.005, "telegram"


class Instant:
    """A platform that answers at once."""

    name = CHANNEL

    async def run(self, ears: Ears) -> None:
        """Nothing comes in."""

    async def send(self, outgoing: Outgoing) -> Sent:
        await asyncio.sleep(0)
        return Sent("sent", str(outgoing.id))

    async def close(self) -> None:
        """Nothing is held."""


def set_reminders(archive: Archive, count: int) -> None:
    """All due at one moment."""
    with archive.open() as records:
        for n in range(count):
            talk = records.conversations.open(CHANNEL, f"r{n}", NOW)
            records.reminders.add(
                person_id=talk.person.id, conversation_id=talk.id, what="吃药", starts_at=NOW, now=NOW
            )


async def ticks(late: list[float]) -> None:
    """Note how late each beat is, in milliseconds."""
    while True:
        due = time.perf_counter() + TICK
        await asyncio.sleep(TICK)
        late.append((time.perf_counter() - due) * 1000)


async def work(archive: Archive) -> tuple[float, list[float]]:
    """Seconds until all is sent, and the lateness of the ticker meanwhile."""
    office = Office(archive, Library(eager=True), now=lambda: NOW + timedelta(seconds=1))
    await office.read(office.lore)
    loop, late = asyncio.get_running_loop(), list[float]()
    delivery = Delivery(office, {CHANNEL: Instant()}, "bench")

    def ring(_rung: Rung) -> None:
        loop.call_soon_threadsafe(delivery.ring)

    office.on_bell(ring)
    begun = time.perf_counter()
    tasks = [asyncio.create_task(ticks(late)), asyncio.create_task(delivery.run(0.5))]
    while await office.write(lambda records: rounds.make(records, office.library, office.now())):
        pass
    while await office.read(lambda records: records.outbox.counts()):  # noqa: ASYNC110 - rows have no event
        await asyncio.sleep(0.2)
    spent = time.perf_counter() - begun
    for task in tasks:
        task.cancel()
    office.clerk.close()
    return spent, late


def put_rows(records: Records, count: int) -> None:
    """Rows that wait."""
    for n in range(count):
        records.outbox.put(channel=CHANNEL, address=f"r{n}", body={"text": "通知"}, purpose="notice", now=NOW)


def claims(archive: Archive) -> float:
    """Rows claimed a second, in committed batches."""
    with archive.open() as records:
        put_rows(records, COUNT)
    begun, taken = time.perf_counter(), 0
    while taken < COUNT:
        with archive.open() as records:
            taken += len(records.outbox.claim(NOW, "bench", BATCH, [CHANNEL]))
    return COUNT / (time.perf_counter() - begun)


def main() -> None:
    """Print lateness and rates."""
    with filled("FULL") as archive:
        set_reminders(archive, COUNT)
        spent, late = asyncio.run(work(archive))
    rates = {}
    for synchronous in ("FULL", "NORMAL"):
        with filled(synchronous) as archive:
            rates[synchronous] = claims(archive)
    late.sort()
    rows: list[tuple[object, ...]] = [
        ("reminders said and sent a second", round(COUNT / spent)),
        ("event loop late, median ms", late[len(late) // 2]),
        ("event loop late, p99 ms", late[int(len(late) * 0.99)]),
        ("event loop late, worst ms", late[-1]),
        *((f"rows claimed a second, {name}", round(rate)) for name, rate in rates.items()),
    ]
    table(f"{COUNT:,} reminders due at one moment (SQLite, FULL)", ("", "figure"), rows)


if __name__ == "__main__":
    main()
