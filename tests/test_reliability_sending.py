"""What becomes of a row of the outbox: refusals, floods, doubts, order, leases, and a scheduler that was away."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Row, select
from sqlalchemy.exc import OperationalError

from bot import rounds
from bot.channels import Ears
from bot.delivery import Delivery
from bot.office import Office
from intents.library import Library
from intents.message import Message, Outgoing, Sent
from storage.archive import Archive, Records
from storage.outbox import LEASE
from storage.tables import outbox
from tests.databases import START, open_archive

NAME = "telegram"
SECOND = timedelta(seconds=1)


@dataclass
class Answering:
    """A channel that answers as it is told, then `sent`."""

    answers: list[Sent] = field(default_factory=list)
    name: str = NAME
    heard: list[tuple[str, str]] = field(default_factory=list)
    calls: asyncio.Event = field(default_factory=asyncio.Event)
    gate: asyncio.Event | None = None

    async def run(self, ears: Ears) -> None:
        """Nothing comes in."""

    async def send(self, outgoing: Outgoing) -> Sent:
        self.heard.append((outgoing.address, outgoing.reply.text))
        self.calls.set()
        if self.gate:
            await self.gate.wait()
        return self.answers.pop(0) if self.answers else Sent("sent", str(len(self.heard)))

    async def close(self) -> None:
        """Nothing is held."""


@dataclass
class Post:
    """An office with a clock that is set by hand, a channel and a delivery."""

    office: Office
    channel: Answering
    clock: list[datetime]

    def delivery(self, mine: str = "one") -> Delivery:
        return Delivery(self.office, {NAME: self.channel}, mine)

    def pass_time(self, much: timedelta) -> datetime:
        self.clock[0] += much
        return self.clock[0]

    async def put(self, address: str, *texts: str, **more: Any) -> None:
        def job(records: Records) -> None:
            for text in texts:
                row = {
                    "channel": NAME,
                    "address": address,
                    "body": {"text": text},
                    "purpose": "notice",
                } | more
                records.outbox.put(now=self.clock[0], **row)

        await self.office.write(job)

    async def rows(self) -> Sequence[Row[Any]]:
        found = select(outbox).where(outbox.c.channel == NAME).order_by(outbox.c.id)
        return await self.office.read(lambda records: records.run(found).all())

    async def states(self) -> list[str]:
        return [row.state for row in await self.rows()]


@pytest.fixture
def post(database_url: str, library: Library) -> Iterator[Post]:
    """A post on each database in turn."""
    clock = [START]
    office = Office(open_archive(database_url), library, now=lambda: clock[0])
    yield Post(office, Answering(), clock)
    office.close()


async def test_rg23_a_flood_is_waited_out_as_long_as_was_said(post: Post) -> None:
    await post.put("1", "一")
    post.channel.answers = [Sent("later", why="Too Many Requests", retry_after=37)]
    delivery = post.delivery()
    await delivery.once()
    post.pass_time(36 * SECOND)
    assert await delivery.once() == 0
    post.pass_time(SECOND)
    assert await delivery.once() == 1
    assert post.channel.heard == [("1", "一")] * 2
    assert await post.states() == ["sent"]


async def test_rg23_whoever_blocked_us_is_marked_and_not_tried_again(post: Post) -> None:
    await post.office.hear(Message(NAME, "1", "u1", "谢谢", START))
    post.channel.answers = [Sent("refused", why="Forbidden: bot was blocked by the user", blocked=True)]
    delivery = post.delivery()
    await delivery.once()
    post.pass_time(timedelta(days=1))
    assert await delivery.once() == 0
    (row,) = await post.rows()
    assert (row.state, row.tries, row.error) == ("dead", 1, "Forbidden: bot was blocked by the user")
    assert await post.office.read(lambda records: records.people.is_blocked(NAME, "1"))
    await post.office.hear(Message(NAME, "1", "u2", "谢谢", post.clock[0]))
    assert not await post.office.read(lambda records: records.people.is_blocked(NAME, "1"))
    assert await delivery.once() == 1


async def test_connection_errors_back_off_and_end_on_the_desk(post: Post) -> None:
    await post.put("1", "一")
    delivery = post.delivery()
    post.channel.answers = [Sent("later", why="no connection") for _ in range(12)]
    for _ in range(12):
        assert await delivery.once() == 1
        assert await delivery.once() == 0
        post.pass_time(timedelta(minutes=31))
    assert await delivery.once() == 0
    (row,) = await post.rows()
    assert (row.state, row.tries) == ("dead", 12)
    assert [r.id for r in await post.office.read(lambda records: records.outbox.troubled())] == [row.id]


async def test_one_address_keeps_its_order_while_others_go_on(post: Post) -> None:
    await post.put("1", "一", "二", "三")
    await post.put("2", "甲", "乙")
    post.channel.answers = [Sent("later", retry_after=30)]
    delivery = post.delivery()
    await delivery.once()
    assert [who for who, _ in post.channel.heard].count("1") == 1
    assert [text for who, text in post.channel.heard if who == "2"] == ["甲", "乙"]
    post.channel.heard.clear()
    post.pass_time(29 * SECOND)
    assert await delivery.once() == 0
    post.pass_time(SECOND)
    assert await delivery.once() == 3
    assert post.channel.heard == [("1", "一"), ("1", "二"), ("1", "三")]


async def test_rg18_a_doubt_is_repeated_once_then_shown(post: Post) -> None:
    await post.put("1", "一")
    post.channel.answers = [Sent("unsure", why="time-out"), Sent("unsure", why="time-out again")]
    delivery = post.delivery()
    for _ in range(4):
        await delivery.once()
        post.pass_time(timedelta(minutes=1))
    assert len(post.channel.heard) == 2
    (row,) = await post.rows()
    assert (row.state, row.error) == ("unknown", "time-out again")


def _die_while_sending(records: Records, now: datetime) -> None:
    (row,) = records.outbox.claim(now, "dying")
    assert records.outbox.sending(row.id, "dying", now)


async def test_rg18_killed_while_sending_is_repeated_once_then_shown(post: Post) -> None:
    """The process dies between the call and the mark, twice."""
    await post.put("1", "一")
    for put_back in (1, 0):
        await post.office.write(lambda records: _die_while_sending(records, post.clock[0]))
        assert await post.office.write(lambda records: records.outbox.recover(post.clock[0] + LEASE)) == 0
        now = post.pass_time(LEASE + SECOND)
        assert await post.office.write(partial(_recover, now=now)) == put_back
    (row,) = await post.rows()
    assert (row.state, row.repeats, row.tries) == ("unknown", 1, 2)


def _recover(records: Records, now: datetime) -> int:
    return records.outbox.recover(now)


async def test_a_claim_that_ran_out_is_not_sent_by_the_first(post: Post) -> None:
    """Two rows for one address; while the first is sent slowly the lease of both runs out, and another takes over."""
    await post.put("1", "一", "二")
    post.channel.gate = asyncio.Event()
    slow = asyncio.create_task(post.delivery("slow").once())
    await post.channel.calls.wait()
    now = post.pass_time(LEASE + SECOND)
    await post.office.write(lambda records: records.outbox.recover(now))
    post.channel.gate.set()
    taken = await post.office.write(lambda records: records.outbox.claim(now, "other"))
    await slow
    assert [row.id for row in taken][-1] == (await post.rows())[1].id
    assert [text for _, text in post.channel.heard].count("二") == 0
    assert (await post.rows())[1].claim == "other"


async def test_a_late_doubt_does_not_undo_what_another_sent(post: Post) -> None:
    """The first call hangs past its lease; the second process sends; then the first hears a time-out."""
    await post.put("1", "一")
    post.channel.gate = asyncio.Event()
    post.channel.answers = [Sent("later", why="no connection")]
    slow = asyncio.create_task(post.delivery("slow").once())
    await post.channel.calls.wait()
    now = post.pass_time(LEASE + SECOND)
    await post.office.write(lambda records: records.outbox.recover(now))
    (row,) = await post.office.write(lambda records: records.outbox.claim(now, "other"))
    await post.office.write(lambda records: records.outbox.sending(row.id, "other", now))
    await post.office.write(lambda records: records.outbox.sent([(row.id, "9")], now))
    post.channel.gate.set()
    await slow
    assert await post.states() == ["sent"]
    assert await post.delivery().once() == 0


class AwayOnce(Office):
    """An office whose database does not answer the first write."""

    away = True

    async def write(self, job: Any) -> Any:
        if self.away:
            self.away = False
            raise OperationalError("UPDATE outbox", {}, ConnectionError("server closed the connection"))
        return await super().write(job)


async def test_delivery_outlives_a_database_that_was_away(sqlite_url: str, library: Library) -> None:
    archive = open_archive(sqlite_url)
    with archive.open() as records:
        records.outbox.put(channel=NAME, address="1", body={"text": "一"}, purpose="notice", now=START)
    office, channel = AwayOnce(archive, library, now=lambda: START), Answering()
    delivering = asyncio.create_task(Delivery(office, {NAME: channel}, "one").run(0.01))
    await asyncio.wait_for(channel.calls.wait(), 30)
    delivering.cancel()
    office.close()
    assert channel.heard == [("1", "一")]


async def test_an_orderly_stop_puts_back_what_was_not_begun(post: Post) -> None:
    await post.put("1", "一", "二")
    await post.office.write(lambda records: records.outbox.claim(START, "one"))
    await post.delivery("one").stop()
    assert await post.states() == ["pending", "pending"]


def _remind(archive: Archive, late_after: int, rule: str | None = None) -> None:
    with archive.open() as records:
        talk = records.conversations.open(NAME, "1", START)
        records.reminders.add(person_id=talk.person.id, conversation_id=talk.id, what="关火", starts_at=START,
                              now=START, late_after=late_after, rule=rule)  # fmt: skip


async def test_rg19_missed_and_still_useful_is_said_late_with_the_real_time(post: Post) -> None:
    _remind(post.office.archive, 7200)
    now = post.pass_time(timedelta(hours=1))
    await post.office.write(lambda records: rounds.make(records, post.office.library, now))
    await post.delivery().once()
    ((_, said),) = post.channel.heard
    assert said == "（原定11月23日（周一）上午10:00，刚才没发出去）提醒您：关火"


async def test_rg19_missed_and_of_no_use_is_an_expired_row(post: Post) -> None:
    _remind(post.office.archive, 1800)
    now = post.pass_time(timedelta(hours=1))
    await post.office.write(lambda records: rounds.make(records, post.office.library, now))
    assert await post.delivery().once() == 0
    (row,) = await post.rows()
    assert (row.state, row.error) == ("expired", "停机期间错过，过了有用的时间")


async def test_rg19_too_late_at_the_platform_is_an_expired_row(post: Post) -> None:
    """The rounds were in time, and the platform was away for too long."""
    await post.put("1", "一", expires_at=START + timedelta(minutes=30))
    post.pass_time(timedelta(hours=1))
    await post.delivery().once()
    assert post.channel.heard == []
    assert await post.states() == ["expired"]


async def test_rg19_a_week_asleep_is_one_reminder_not_seven(post: Post) -> None:
    _remind(post.office.archive, 21600, rule="FREQ=DAILY")
    now = post.pass_time(timedelta(days=7, hours=1))
    for _ in range(2):
        await post.office.write(lambda records: rounds.make(records, post.office.library, now))
    assert len(await post.rows()) == 1
    (left,) = await post.office.read(lambda records: records.reminders.of_person(1))
    assert left.next_at == START + timedelta(days=8)


async def test_rg20_ten_minutes_apart_are_two_messages(post: Post) -> None:
    for n in (0, 10):
        _remind(post.office.archive, 7200)
        post.pass_time(timedelta(minutes=n))
    await post.office.write(lambda records: rounds.make(records, post.office.library, post.clock[0]))
    await post.delivery().once()
    assert len(post.channel.heard) == 2
