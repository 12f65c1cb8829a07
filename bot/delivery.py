"""Delivery: claims due rows of the outbox, says so before the call, sends, writes down what came of it."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Row
from sqlalchemy.exc import SQLAlchemyError

from bot import marks
from bot.channels import Channel
from bot.journal import Journal, Past
from bot.office import Office
from intents.message import Outgoing, Sent, from_json
from storage.archive import Records
from storage.outbox import LEASE

log = logging.getLogger(__name__)
BATCH = 100
SIDE_BY_SIDE = 20
MOST_TRIES = 12


def retry_in(tries: int) -> timedelta:
    """How long to wait after so many tries: 2 s, 4 s … at most half an hour."""
    return timedelta(seconds=min(2**tries, 1800))


class Delivery:
    """Sends what the outbox holds for the channels given, until cancelled."""

    def __init__(
        self,
        office: Office,
        channels: Mapping[str, Channel],
        mine: str,
        lease: timedelta = LEASE,
        journal: Journal | None = None,
    ) -> None:
        self._office = office
        self._channels = channels
        self._mine = mine  # names this process in claims
        self._lease = lease
        self._journal = journal
        self._bell = asyncio.Event()
        self._gate = asyncio.Semaphore(SIDE_BY_SIDE)

    def ring(self) -> None:
        """Something was put into the outbox."""
        self._bell.set()

    async def run(self, every: float) -> None:
        """Deliver on each ring, and every so many seconds in any case."""
        while True:
            self._bell.clear()
            if await self._look() < BATCH:
                await self._wait(every)

    async def _look(self) -> int:
        """A database that is away for a while must not end the delivery."""
        try:
            await self.recover()
            return await self.once()
        except (SQLAlchemyError, OSError):
            log.exception("the outbox could not be worked on; next look follows")
            return 0

    async def _wait(self, every: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(
                every
            ):  # wait_for loses a cancellation that comes with the ring (Python 3.11)
                await self._bell.wait()

    async def recover(self) -> None:
        """Settle what dead processes of this machine left, by their journals; at the start, before the first round."""
        if self._journal is None:
            return
        with closing(self._journal.past()) as found:
            for past in found:
                await self._office.write(partial(self._settle, past=past, now=self._office.now()))
                past.path.unlink(missing_ok=True)

    def _settle(self, records: Records, past: Past, now: datetime) -> None:
        records.outbox.recover_claim(past.claim, past.calls, past.whole, now)

    async def once(self) -> int:
        """One look at the outbox; returns how many rows were taken."""
        if self._journal:
            self._journal.open()
        now = self._office.now()
        outgoing, last_tries = await self._office.write(lambda records: self._claim(records, now))
        if not outgoing:
            return 0
        marks.reached("after claim")
        lanes: dict[tuple[str, str], list[Outgoing]] = defaultdict(list)
        for one in outgoing:
            lanes[one.channel, one.address].append(one)
        safe = [lane for lane in lanes.values() if last_tries.isdisjoint(one.id for one in lane)]
        ends = await asyncio.gather(*(self._lane(lane) for lane in safe), return_exceptions=True)
        for end in ends:
            if isinstance(end, BaseException):
                raise end
        await self._one_by_one([lane for lane in lanes.values() if lane not in safe])
        await self._tidy()
        return len(outgoing)

    async def _one_by_one(self, lanes: list[list[Outgoing]]) -> None:
        """What a process died over goes alone, so that another death leaves at most one row unknown.

        Whatever else has come in meanwhile goes first, and so it does where the platform does not answer.
        """
        for place, lane in enumerate(lanes, 1):
            if not await self._lane(lane) or self._bell.is_set():
                await self._put_back([one for rest in lanes[place:] for one in rest])
                return

    async def _tidy(self) -> None:
        """All lanes have ended; a row is in flight now only where its answer could not be written down."""
        if self._journal and self._journal.is_large() and not await self._has_flying():
            self._journal.begin_anew()

    async def _has_flying(self) -> bool:
        return await self._office.write(lambda records: records.outbox.has_flying(self._mine))

    def _claim(self, records: Records, now: datetime) -> tuple[list[Outgoing], frozenset[int]]:
        """What was claimed, and which of it must not be in doubt again."""
        rows = records.outbox.claim(now, self._mine, BATCH, list(self._channels), self._lease)
        late = {row.id for row in rows if row.expires_at and row.expires_at < now}
        for row_id in late:
            records.outbox.end(row_id, "expired", "过了有用的时间")
        last_tries = frozenset(row.id for row in rows if records.outbox.is_last_try(row))
        return self._read(records, [row for row in rows if row.id not in late]), last_tries

    def _read(self, records: Records, rows: Sequence[Row[Any]]) -> list[Outgoing]:
        staff = [row.conversation_id for row in rows if row.purpose == "staff" and row.conversation_id]
        topics = records.outbox.topics(staff) if staff else {}
        return [self._outgoing(records, row, topics) for row in rows]

    def _outgoing(self, records: Records, row: Row[Any], topics: Mapping[int, str]) -> Outgoing:
        body = records.outbox.body(row)
        topic = str(body.get("thread", "")) or topics.get(row.conversation_id, "")
        return Outgoing(
            id=row.id, channel=row.channel, address=row.address, reply=from_json(body), purpose=row.purpose,
            conversation_id=row.conversation_id, topic=topic, sender=row.sender or "",
            topic_name=f"居民 {row.conversation_id}" if row.conversation_id else "",
        )  # fmt: skip

    async def _lane(self, lane: list[Outgoing]) -> bool:
        """What goes to one address goes in order; when one has to wait, those behind it wait too. False where the platform was silent."""
        async with self._gate:
            topic, answered = "", True
            for place, one in enumerate(lane):
                sent = await self._send(
                    replace(one, topic=one.topic or topic) if one.purpose == "staff" else one
                )
                if sent is None:
                    continue
                topic = sent.topic or topic
                answered = answered and sent.outcome not in ("later", "unsure")
                if sent.outcome == "later":
                    await self._put_back(lane[place + 1 :])
                    break
            return answered

    async def _put_back(self, rest: Sequence[Outgoing]) -> None:
        ids = [one.id for one in rest]
        await self._office.write(lambda records: records.outbox.back(ids))

    async def _send(self, one: Outgoing) -> Sent | None:
        """None where the claim ran out while the row waited, and another look has it now."""
        now = self._office.now()
        tries = await self._office.write(lambda records: self._begin(records, one, now))
        if not tries:
            return None
        marks.reached("after sending")
        sent = await self._call(one, tries)
        done_at = self._office.now()
        await self._office.write(lambda records: self._mark(records, one, sent, done_at))
        return sent

    async def _call(self, one: Outgoing, tries: int) -> Sent:
        """Between the journal's two lines nobody can know whether the row arrives."""
        if self._journal:
            self._journal.call(one.id, tries)
        marks.reached("before call")
        sent = await self._channels[one.channel].send(one)
        marks.reached("after call")
        if self._journal and sent.outcome == "sent":
            self._journal.answer(one.id, tries, sent.ref)
        marks.reached("after answer")
        return sent

    def _begin(self, records: Records, one: Outgoing, now: datetime) -> int:
        return records.outbox.sending(one.id, self._mine, now, self._lease)

    def _mark(self, records: Records, one: Outgoing, sent: Sent, now: datetime) -> None:
        if sent.topic and one.conversation_id:
            records.conversations.set_topic(one.conversation_id, sent.topic)
        if sent.outcome == "sent":
            records.outbox.sent([(one.id, sent.ref)], now)
        elif not records.outbox.is_flying(one.id, self._mine):
            return
        elif sent.outcome == "later":
            self._later(records, one, sent, now)
        elif sent.outcome == "unsure":
            records.outbox.unsure(one.id, now, sent.why)
        else:
            records.outbox.end(one.id, "dead", sent.why)
            if sent.blocked:
                records.people.block(one.channel, one.address, now)

    def _later(self, records: Records, one: Outgoing, sent: Sent, now: datetime) -> None:
        tries = records.outbox.tries(one.id)
        if tries >= MOST_TRIES and not sent.retry_after:
            records.outbox.end(one.id, "dead", f"试了{tries}次没有送到：{sent.why}")
            return
        wait = timedelta(seconds=sent.retry_after) if sent.retry_after else retry_in(tries)
        records.outbox.later(one.id, now + wait, sent.why)

    async def stop(self) -> None:
        """Put back what was claimed and not begun. The journal stays where a call was cut short."""
        await self._office.write(lambda records: records.outbox.release(self._mine))
        if self._journal and await self._has_flying():
            self._journal.close()
        elif self._journal:
            self._journal.remove()
