"""What runs in a process that will be killed: office, delivery, rounds, and a channel to the tiny platform."""

from __future__ import annotations

import asyncio
import itertools
import os
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from bot import rounds
from bot.channels import Ears
from bot.clerk import Rung
from bot.delivery import Delivery
from bot.journal import Journal
from bot.office import Office
from intents.library import Library
from intents.message import Message, Outgoing, Sent
from storage.archive import Records
from tests.databases import open_archive

NAME = "telegram"  # a platform that is pushed to
LEASE = timedelta(seconds=20)
BEAT = 0.05  # seconds
WITNESS = "witness"  # file in the folder
_numbers = itertools.count()


class Pushed:
    """The platform's channel: updates are kept, then acknowledged, then heard."""

    name = NAME

    def __init__(self, base: str, now: Callable[[], datetime]) -> None:
        self._now = now
        self._session = aiohttp.ClientSession(base)

    async def run(self, ears: Ears) -> None:
        """Hear what was kept by those who died; then what is new, until nothing is."""
        while kept := await ears.unheard(NAME):
            await self._hear(ears, kept)
        batch = await self._fetch(0)
        while batch:
            for update in batch:
                await ears.keep(NAME, str(update["id"]), update["address"], update)
            kept = batch
            batch = await self._fetch(batch[-1]["id"])  # acknowledges what is kept and not heard yet
            await self._hear(
                ears, kept
            )  # also what was heard before it could be acknowledged: the inbox knows

    async def _fetch(self, after: int) -> list[dict[str, Any]]:
        async with self._session.get("/updates", params={"after": after}) as answer:
            told: list[dict[str, Any]] = await answer.json()
        return told

    async def _hear(self, ears: Ears, updates: list[dict[str, Any]]) -> None:
        lanes: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for update in updates:
            lanes[update["address"]].append(update)
        await asyncio.gather(*(self._lane(ears, lane) for lane in lanes.values()))

    async def _lane(self, ears: Ears, lane: list[dict[str, Any]]) -> None:
        for update in lane:
            message = Message(NAME, update["address"], str(update["id"]), update["text"], self._now())
            await ears.hear(message)

    async def send(self, outgoing: Outgoing) -> Sent:
        """Post it."""
        body = {"id": outgoing.id, "address": outgoing.address, "text": outgoing.reply.plain()}
        async with self._session.post("/send", json=body) as answer:
            told = await answer.json()
        return Sent("sent", told["ref"])

    async def close(self) -> None:
        """Let go of connections."""
        await self._session.close()


class Witnessed(Journal):
    """A journal beside which a witness writes what it will say, and what it has said; nobody of ours reads that."""

    def __init__(self, folder: Path, claim: str) -> None:
        super().__init__(folder, claim)
        self._witness = os.open(folder / WITNESS, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def call(self, row_id: int, tries: int) -> None:
        """Noted first."""
        os.write(self._witness, f"called {row_id}\n".encode())
        super().call(row_id, tries)

    def answer(self, row_id: int, tries: int, ref: str) -> None:
        """Noted afterwards."""
        super().answer(row_id, tries, ref)
        os.write(self._witness, f"answered {row_id}\n".encode())


def _is_idle(records: Records, now: datetime) -> bool:
    waiting = {"pending", "claimed", "sending"} & set(records.outbox.counts())
    return not waiting and not records.reminders.due(now, 1)


async def work(url: str, library: Library, base: str, folder: Path, clock: datetime) -> None:
    """Work until nothing is left to do; the clock starts where the test says."""
    begun = time.monotonic()

    def now() -> datetime:
        return clock + timedelta(seconds=time.monotonic() - begun)

    office = Office(open_archive(url), library, now=now)
    channel = Pushed(base, now)
    claim = f"{os.getpid()}-{next(_numbers)}"
    delivery = Delivery(office, {NAME: channel}, claim, LEASE, Witnessed(folder, claim))
    await delivery.recover()
    loop = asyncio.get_running_loop()

    def ring(_rung: Rung) -> None:
        loop.call_soon_threadsafe(delivery.ring)

    office.on_bell(ring)
    delivering = asyncio.create_task(delivery.run(BEAT))
    hearing = asyncio.create_task(channel.run(office))
    while not (hearing.done() and await office.read(lambda records: _is_idle(records, now()))):
        await office.write(lambda records: rounds.make(records, library, now()))
        assert not delivering.done(), delivering
        await asyncio.sleep(BEAT)
    await hearing
    delivering.cancel()
    await asyncio.wait([delivering])
    await delivery.stop()
    await channel.close()
    office.close()
