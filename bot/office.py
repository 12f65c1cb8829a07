"""The office: archive, clerk, library and clock together; what channels, desk and rounds work through."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from bot import turn
from bot.adviser import Adviser
from bot.clerk import Clerk, Rung, clerk_for, done
from intents import advice
from intents.library import Library, Lore
from intents.message import Message, Reply
from storage.archive import Archive, Records

T = TypeVar("T")
log = logging.getLogger(__name__)


def wall_clock() -> datetime:
    """Now, aware, UTC."""
    return datetime.now(UTC)


class Office:
    """Everything that hears, writes and reads. `now` is the only clock; `adviser` is asked where the index is in doubt."""

    def __init__(
        self, archive: Archive, library: Library, *, now: Callable[[], datetime] = wall_clock,
        adviser: Adviser | None = None,
    ) -> None:  # fmt: skip
        self.archive = archive
        self.library = library
        self.now = now
        self.adviser = adviser
        self._bells: list[Callable[[Rung], None]] = []
        self.clerk: Clerk = clerk_for(archive, self._ring)

    def on_bell(self, listener: Callable[[Rung], None]) -> None:
        """Call `listener` (from any thread) with the addresses that something was said to, after each commit."""
        self._bells.append(listener)

    def _ring(self, rung: Rung) -> None:
        for listener in self._bells:
            listener(rung)

    async def write(self, job: Callable[[Records], T]) -> T:
        """A unit of work on a clerk's thread; returns when it is committed."""
        return await done(self.clerk.submit(job))

    async def read(self, job: Callable[[Records], T]) -> T:
        """Look without waiting for writers."""
        return await asyncio.to_thread(self._look, job)

    def _look(self, job: Callable[[Records], T]) -> T:
        with self.archive.reading() as records:
            return job(records)

    def lore(self, records: Records) -> Lore:
        """What is known now."""
        return self.library.lore(records)

    # what channels ask for

    async def keep(self, channel: str, event_id: str, address: str, body: dict[str, Any]) -> bool:
        """Commit a raw update to the inbox."""
        now = self.now()
        return await self.write(
            lambda records: records.conversations.take(channel, event_id, address, body, now)
        )

    async def unheard(self, channel: str) -> list[dict[str, Any]]:
        """Bodies kept and not heard, oldest first."""
        return await self.read(lambda records: records.conversations.unheard(channel))

    async def hear(self, message: Message) -> list[Reply]:
        """One turn, committed. A turn that fails is written down and handed to a person, never lost."""
        now = self.now()
        if self.adviser:
            message = await self._advised(message, now)
        try:
            return await self.write(lambda records: turn.hear(records, self.library, message, now))
        except turn.FAULTS as error:
            log.exception("turn failed")
            why = type(error).__name__
        return await self.write(lambda records: turn.fallen(records, self.library, message, now, why))

    async def _advised(self, message: Message, now: datetime) -> Message:
        """The message with a second opinion where one may be asked; it is asked for before a clerk is busy with it."""
        try:
            doubt = await self.read(
                lambda records: advice.doubt(records, self.library.lore(records), message, now)
            )
        except turn.FAULTS:
            log.exception("no second opinion")
            return message
        if doubt is None or self.adviser is None:
            return message
        return replace(message, advice=await self.adviser.choose(doubt))

    async def lines(self, channel: str, address: str, *, after_in: int = 0, after_out: int = 0,
                    last: int = 50) -> list[dict[str, Any]]:  # fmt: skip
        """The talk at an address as {id, at, who, body}, oldest first; with cursors, only what is new."""
        return await self.read(
            lambda records: turn.lines(records, channel, address, after_in, after_out, last)
        )

    async def picture(self, attachment_id: str) -> bytes | None:
        """A stored picture, for channels that send it."""
        found = await self.read(lambda records: records.cases.picture(attachment_id))
        return found[0].data if found else None

    def close(self) -> None:
        """Finish what waits and let go of the database."""
        self.clerk.close()
        self.archive.close()
