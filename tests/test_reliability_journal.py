"""The delivery journal: what it proves about rows of a process that died, and when it proves nothing."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, select

from bot import journal as journals
from bot.channels import Ears
from bot.delivery import Delivery
from bot.journal import Journal, boot_id
from bot.office import Office
from intents.library import Library
from intents.message import Outgoing, Sent
from storage.archive import Records
from storage.tables import outbox
from tests.databases import START, open_archive

NAME = "telegram"
needs_boot_id = pytest.mark.skipif(not boot_id(), reason="the system does not tell its boot")


@dataclass
class Looking:
    """A channel that answers `sent`, and looks into the journal of the process that calls it."""

    folder: Path
    ref: str = "77"
    name: str = NAME
    heard: list[int] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)

    async def run(self, ears: Ears) -> None:
        """Nothing comes in."""

    async def send(self, outgoing: Outgoing) -> Sent:
        self.heard.append(outgoing.id)
        self.seen += [path.read_text().split("\n")[-2] for path in self.folder.glob("*.journal")]
        return Sent("sent", self.ref)

    async def close(self) -> None:
        """Nothing is held."""


@dataclass
class Post:
    """An office, and deliveries with journals in one folder."""

    office: Office
    folder: Path
    channel: Looking

    def delivery(self, claim: str = "living") -> Delivery:
        return Delivery(self.office, {NAME: self.channel}, claim, journal=Journal(self.folder, claim))

    async def put(self, count: int = 1) -> None:
        def job(records: Records) -> None:
            for n in range(count):
                records.outbox.put(
                    channel=NAME, address=str(n), body={"text": "一"}, purpose="notice", now=START
                )

        await self.office.write(job)

    async def die(self, *lines: str, sending: bool = True, boot: str | None = None) -> None:
        """A process takes every row, begins to send, writes these lines ({}: the row's number) and is gone."""

        def job(records: Records) -> list[int]:
            rows = records.outbox.claim(START, "dead")
            for row in rows:
                assert not sending or records.outbox.sending(row.id, "dead", START)
            return [row.id for row in rows]

        ids = await self.office.write(job)
        told = [f"b {boot_id() if boot is None else boot}", *(line.format(*ids) for line in lines)]
        (self.folder / "delivery-dead.journal").write_text("".join(f"{line}\n" for line in told))

    async def die_over_all(self) -> None:
        """A process dies while three rows are at the platform."""
        await self.die("c {0} 1", "c {1} 1", "c {2} 1")

    async def rows(self) -> Sequence[Row[Any]]:
        found = select(outbox).where(outbox.c.channel == NAME).order_by(outbox.c.id)
        return await self.office.read(lambda records: records.run(found).all())

    async def row(self) -> Row[Any]:
        return (await self.rows())[0]

    def files(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())


@pytest.fixture
def post(database_url: str, library: Library, tmp_path: Path) -> Iterator[Post]:
    """A post on each database in turn; its clock stands still, so no lease ever runs out."""
    folder = tmp_path / "data"
    folder.mkdir()
    office = Office(open_archive(database_url), library, now=lambda: START)
    yield Post(office, folder, Looking(folder))
    office.close()


async def state_after(post: Post) -> tuple[str, int]:
    await post.delivery().recover()
    row = await post.row()
    return row.state, row.repeats


@needs_boot_id
async def test_never_called_is_sent_without_counting_as_a_repeat(post: Post) -> None:
    await post.put()
    for _ in range(3):
        await post.die()
        assert await state_after(post) == ("pending", 0)
    assert post.files() == []


async def test_claimed_only_goes_back_at_once(post: Post) -> None:
    await post.put()
    await post.die(sending=False)
    assert await state_after(post) == ("pending", 0)


async def test_answered_is_sent_with_the_platforms_id(post: Post) -> None:
    await post.put()
    await post.die("c {} 1", "s {} 1 12 345")
    assert await state_after(post) == ("sent", 0)
    assert (await post.row()).ref == "12 345"


async def test_called_without_answer_is_repeated_once_then_unknown(post: Post) -> None:
    await post.put()
    await post.die("c {} 1")
    assert await state_after(post) == ("pending", 1)
    await post.die("c {} 2")
    assert await state_after(post) == ("unknown", 1)


async def test_what_a_process_died_over_goes_after_all_others_and_alone(post: Post) -> None:
    """Row 0 may have arrived; should this process die too, it is not in flight before the others have an answer."""
    await post.put()
    await post.die("c {} 1")
    await post.put(3)  # the first is for the same address
    delivery = post.delivery()
    await delivery.recover()
    first, *rest = [row.id for row in await post.rows()]
    assert await delivery.once() == 4
    assert post.channel.heard == [*rest[1:], first, rest[0]]


async def test_doubtful_rows_go_one_by_one_and_give_way_to_what_comes_in(post: Post) -> None:
    await post.put(3)
    await post.die_over_all()
    delivery = post.delivery()
    await delivery.recover()
    delivery.ring()
    assert [await delivery.once() for _ in range(2)] == [3, 2]
    assert [row.state for row in await post.rows()] == ["sent", "sent", "pending"]
    assert [row.repeats for row in await post.rows()] == [1, 1, 1]


@needs_boot_id
@pytest.mark.parametrize("line", ["c {} 0", "s {} 0 9", "c 999999 1", "c {}", "\0\0\0"])
async def test_lines_about_other_calls_prove_nothing_about_this_one(post: Post, line: str) -> None:
    await post.put()
    await post.die(line)
    assert await state_after(post) == ("pending", 0)


@pytest.mark.parametrize("boot", ["", "another-boot"])
async def test_after_a_power_cut_a_missing_line_proves_nothing(post: Post, boot: str) -> None:
    await post.put()
    await post.die(boot=boot)
    assert await state_after(post) == ("pending", 1)
    await post.die("c {} 2", "s {} 2 9", boot=boot)
    assert await state_after(post) == ("sent", 1)


@needs_boot_id
async def test_a_torn_line_was_not_followed_by_its_call(post: Post) -> None:
    await post.put()
    await post.die()
    with (post.folder / "delivery-dead.journal").open("a") as file:
        file.write(f"c {(await post.row()).id} 1")
    assert await state_after(post) == ("pending", 0)


async def test_the_journal_of_a_living_process_is_left_alone(post: Post) -> None:
    await post.put()
    other = Journal(post.folder, "other")
    other.open()
    await post.office.write(lambda records: records.outbox.claim(START, "other"))
    assert await state_after(post) == ("claimed", 0)
    assert post.files() == ["delivery-other.journal"]
    other.close()  # as the system does for a process that dies
    assert await state_after(post) == ("pending", 0)
    assert post.files() == []


async def test_the_call_is_on_file_before_the_channel_hears_of_it(post: Post) -> None:
    await post.put()
    delivery = post.delivery()
    await delivery.once()
    row = await post.row()
    assert post.channel.seen == [f"c {row.id} 1"]
    lines = (post.folder / "delivery-living.journal").read_text().split("\n")
    assert lines == [f"b {boot_id()}", f"c {row.id} 1", f"s {row.id} 1 77", ""]
    await delivery.stop()
    assert post.files() == []


async def test_an_orderly_stop_keeps_the_journal_of_a_call_cut_short(post: Post) -> None:
    await post.put()
    delivery = post.delivery("dead")
    await delivery.once()
    await post.put()
    await post.office.write(lambda records: records.outbox.claim(START, "dead"))
    await post.office.write(lambda records: records.outbox.sending(_last(records), "dead", START))
    await delivery.stop()
    assert post.files() == ["delivery-dead.journal"]


def _last(records: Records) -> int:
    return int(records.run(select(outbox.c.id).order_by(outbox.c.id.desc()).limit(1)).scalar_one())


async def test_a_large_journal_begins_anew_and_stays_whole(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "LARGE", 50)
    await post.put(3)
    delivery = post.delivery()
    await delivery.once()
    assert post.channel.seen[-1].startswith("c ")
    path = post.folder / "delivery-living.journal"
    assert path.read_text() == f"b {boot_id()}\n"
    await post.put()
    monkeypatch.setattr(journals, "LARGE", 10**6)
    await delivery.once()
    assert len(path.read_text().split("\n")) == 4


async def test_a_large_journal_is_kept_while_an_answer_is_not_written_down(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "LARGE", 50)
    await post.put()
    await post.office.write(lambda records: records.outbox.claim(START, "living"))
    await post.office.write(lambda records: records.outbox.sending(_last(records), "living", START))
    await post.put(2)
    await post.delivery().once()
    assert (post.folder / "delivery-living.journal").stat().st_size > 50


async def test_a_journal_that_cannot_be_written_is_withdrawn_and_sending_goes_on(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk: half a line fits."""
    await post.put()
    delivery = post.delivery()
    await delivery.once()
    whole = os.write
    await post.put(2)
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda file, line: whole(file, line[:3]))
        await delivery.once()
    assert len(post.channel.heard) == 3
    assert post.files() == []


async def test_two_who_recover_at_once_settle_a_row_once(post: Post) -> None:
    await post.put()
    await post.die("c {} 1")
    await asyncio.gather(*(post.delivery(name).recover() for name in ("one", "two")))
    row = await post.row()
    assert (row.state, row.repeats) == ("pending", 1)
