"""RG10–RG16: what handoff tools get wrong, each on both databases."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot import rounds, turn
from intents import duty, handoff
from intents.library import Library
from intents.message import Message, from_json
from intents.refused import Refused
from storage.archive import Archive
from storage.cases import Case
from storage.staff import Worker
from storage.tables import cases, outbox
from tests.databases import START


@dataclass
class Street:
    """Residents and workers on one channel, and a clock."""

    archive: Archive
    library: Library
    now: datetime = START
    events: int = 0
    bound: set[str] = field(default_factory=set)

    def says(self, who: str, *lines: str) -> list[str]:
        """What the bot answers at once."""
        told: list[str] = []
        for line in lines:
            self.events += 1
            self.now += timedelta(seconds=1)
            with self.archive.open() as records:
                message = Message("console", who, f"{who}-{self.events}", line, self.now)
                told += [reply.plain() for reply in turn.hear(records, self.library, message, self.now)]
        return told

    def bind(self, *logins: str) -> None:
        with self.archive.open() as records:
            for login in logins:
                worker = records.staff.by_login(login)
                assert worker
                records.staff.change(worker.id, channel="console", address=login)

    def worker(self, login: str) -> Worker:
        with self.archive.reading() as records:
            found = records.staff.by_login(login)
        assert found
        return found

    def wait(self, until: datetime) -> None:
        self.now = until
        with self.archive.open() as records:
            rounds.make(records, self.library, self.now)

    def read(self, who: str) -> list[str]:
        """Everything said to somebody."""
        with self.archive.reading() as records:
            rows = records.run(select(outbox).where(outbox.c.address == who).order_by(outbox.c.id)).all()
            return [from_json(records.outbox.body(row)).plain() for row in rows]

    def case(self) -> Case:
        with self.archive.reading() as records:
            newest = records.run(
                select(cases.c.id).where(cases.c.kind == "handoff").order_by(cases.c.id.desc())
            ).first()
            assert newest
            return records.cases.get(newest.id)

    def fail(self, key: str) -> None:
        """The platform gave up on a message."""
        with self.archive.open() as records:
            done = records.run(update(outbox).where(outbox.c.key == key).values(state="dead"))
            assert done.rowcount == 1


@pytest.fixture
def street(archive: Archive, library: Library) -> Street:
    made = Street(archive, library)
    made.bind("li", "wang", "liu", "sun")
    return made


def held(street: Street) -> Case:
    street.says("ren", "转人工")
    case = street.case()
    with street.archive.open() as records:
        return handoff.take(records, street.worker("li"), case, street.now)


def test_rg10_the_bot_is_silent_and_words_are_kept_in_order(street: Street) -> None:
    case = held(street)
    lines = ["低保要什么材料", "我要预约理发", "取消预约", "明天几点开门", "1"]
    assert street.says("ren", *lines) == []
    with street.archive.reading() as records:
        assert case.conversation_id
        said = [
            str(line.body["text"]) for line in records.conversations.lines_in(case.conversation_id, last=9)
        ]
    assert said == ["转人工", *lines]
    assert [line.split("居民：")[1] for line in street.read("li") if "居民：" in line] == lines


def test_rg11_after_handing_back_the_bot_answers_again(street: Street) -> None:
    case = held(street)
    with street.archive.open() as records:
        handoff.hand_back(records, street.worker("li"), case, street.now)
    assert "人工服务已结束" in street.read("ren")[-1]
    assert "低保" in street.says("ren", "低保要什么材料")[0]


def test_rg11_after_a_day_without_words_too(street: Street) -> None:
    held(street)
    with street.archive.open() as records:  # somebody who is never on the rota cannot go home
        for shift in records.staff.shifts():
            records.staff.drop_shift(shift.id)
    street.wait(street.now + timedelta(hours=24, minutes=1))
    assert street.case().closed_at
    assert "人工服务已结束" in street.read("ren")[-1]
    assert street.says("ren", "低保要什么材料")


def test_rg12_number_and_wait_are_told_before_any_worker_speaks(street: Street) -> None:
    (told,) = street.says("ren", "转人工")
    assert street.case().number in told
    assert "分钟内有人回您" in told
    street.says("other", "转人工")
    assert "前面还有1位，大约10分钟" in street.read("other")[-1]


@pytest.mark.parametrize(
    ("day", "clock"), [(23, "12:30"), (23, "22:00"), (22, "15:00")]
)  # lunch, night, Sunday
def test_rg13_nobody_there_means_a_message_that_the_next_one_gets(
    street: Street, day: int, clock: str
) -> None:
    hour, minute = clock.split(":")
    street.now = START.replace(day=day, hour=int(hour), minute=int(minute))
    (asked,) = street.says("ren", "转人工")
    assert "没有人值班" in asked
    assert "下次上班" in asked
    assert "12345" in asked
    (told,) = street.says("ren", "我想问残疾证")
    case = street.case()
    assert case.state == "message"
    assert case.number in told
    assert not [line for line in street.read("li") if case.number in line]
    with street.archive.reading() as records:
        opens = duty.next_opening(records, street.library.lore(records), "wb01", street.now)
    assert opens
    street.wait(opens + timedelta(minutes=1))
    reached = [who for who in ("li", "wang", "sun") if any(case.number in line for line in street.read(who))]
    assert reached


def test_rg14_a_reply_after_the_end_goes_to_who_is_on_duty(street: Street) -> None:
    case = held(street)
    with street.archive.open() as records:
        handoff.hand_back(records, street.worker("li"), case, street.now)
    street.now = START.replace(day=24, hour=18, minute=30)  # Tuesday evening: 王哥, not 李姐
    before = len(street.read("li"))
    street.says("ren", "刚才那个人呢", "再找人工", "转人工")
    assert len(street.read("li")) == before
    assert street.case().number in street.read("wang")[-1]


def test_rg15_where_a_push_fails_those_above_are_told(street: Street) -> None:
    street.says("ren", "转人工")
    case = street.case()
    with street.archive.reading() as records:
        here = duty.people_on_duty(records, street.library.lore(records), case.area_id, street.now)
        told = [who for who in here if who.address]
        board = records.cases.open_ones("/qd/wb/wb01/", ("handoff",), state="queued")
    assert [one.number for one in board] == [case.number]  # the desk counts from the database
    with street.archive.open() as records:
        chief = records.staff.by_login("ma")
        assert chief
        records.staff.change(chief.id, channel="console", address="ma")
    for who in told:
        street.fail(f"queue:{case.number}:{who.id}")
    with street.archive.open() as records:
        for shift in records.staff.shifts(["wb"]):
            records.staff.drop_shift(shift.id)
    street.wait(street.now + timedelta(minutes=1))
    assert [line for line in street.read("ma") if "值班的人都没收到通知" in line]
    street.wait(street.now + timedelta(minutes=1))
    assert len([line for line in street.read("ma") if "没收到通知" in line]) == 1


def test_rg16_of_two_at_once_one_owns_and_the_other_is_told(street: Street) -> None:
    street.says("ren", "转人工")
    case = street.case()
    with street.archive.open() as records:
        handoff.take(records, street.worker("li"), case, street.now)
    with street.archive.open() as records, pytest.raises(Refused, match="已由李姐接待"):
        handoff.take(records, street.worker("wang"), case, street.now)
    assert street.case().holder_id == street.worker("li").id
    assert len([line for line in street.read("ren") if "来了，接下来由人工回复您" in line]) == 1
