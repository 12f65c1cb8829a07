"""The workers' side in chat: what is never said to a resident, whose bookings are seen, what a group reads."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot import turn
from intents.handoff import Refused
from intents.library import Library
from intents.message import Message, Reply, from_json
from intents.staff import bookings, ending, talks
from intents.staff.chat import unbound
from storage.archive import Archive
from storage.bookings import Booking
from storage.tables import outbox
from tests.databases import START

TOPIC = "7"
ADDRESS = "珠泉路4号院六单元"


def hear(
    archive: Archive, library: Library, who: str, text: str, *, thread: str | None = None
) -> list[Reply]:
    with archive.open() as records:
        count = len(records.run(select(outbox.c.id)).all())
        message = Message("console", "group" if thread is not None else who, f"{who}-{count}-{text}", text, START,
                          sender=who, room="private" if thread is None else "staff", reply_to=thread or "")  # fmt: skip
        return turn.hear(records, library, message, START)


def said_to(archive: Archive, address: str) -> list[str]:
    with archive.reading() as records:
        rows = records.run(select(outbox).where(outbox.c.address == address).order_by(outbox.c.id)).all()
        return [from_json(records.outbox.body(row)).plain() for row in rows]


@pytest.fixture
def staffed(archive: Archive) -> Archive:
    """Two workers who write, and a group; 远哥 works in another street."""
    with archive.open() as records:
        for login in ("li", "wang"):
            worker = records.staff.by_login(login)
            assert worker
            records.staff.change(worker.id, channel="console", address=login)
        far = records.staff.add(login="far", name="远哥", role="admin", area_id="rm01", now=START)
        records.staff.change(far, channel="console", address="far")
        records.places.set_fact("staff_group", {"channel": "console", "address": "group"})
    return archive


def book(archive: Archive) -> Booking:
    """A haircut at home, today in two hours."""
    with archive.open() as records:
        talk = records.conversations.open("console", "王奶奶", START)
        return records.bookings.book(
            service_id="haircut", place_id="wb01", starts_at=START + timedelta(hours=2), ends_at=START + timedelta(hours=3),
            quantity=1, capacity=1, person_id=talk.person.id, conversation_id=talk.id, now=START,
            details={"name": "王秀英", "phone": "13800001234", "address": ADDRESS},
        )  # fmt: skip


def taken(archive: Archive, booking: Booking) -> int:
    with archive.reading() as records:
        return sum(records.bookings.taken("haircut", "wb01", START, booking.ends_at).values())


@pytest.mark.parametrize(
    "text",
    ["转给王哥", "办结", "结束", "取消", "帮助", "菜单", "交回 R261123001", "编号R261123001 交回", "今天预约有哪些", "接",
     "回复 R261123001 好的马上来", "这老太太又来了谁去处理下", "您的编号是b261123001", "整改完成 已清扫", "/done", "绑定 123456",
     "预约号Y261123001"],
)  # fmt: skip
def test_orders_are_not_for_residents(text: str) -> None:
    with pytest.raises(Refused):
        talks.refuse(text)


@pytest.mark.parametrize(
    "text", ["您好", "接下来带身份证来", "明天上午来就行", "已经给您登记了", "2", "R开头的编号", ""]
)
def test_plain_words_are(text: str) -> None:
    talks.refuse(text)


@pytest.mark.parametrize(
    "text", ["待办", "接 R261123001", "接单B261123001", " 待办事项 ", "备注 B261123001 好", "交回"]
)
def test_who_is_not_bound_is_told_how(text: str) -> None:
    said = unbound(text)
    assert said is not None
    assert said.text == "您还没有绑定工作账号，请在工作台“我的”里生成绑定码。"


@pytest.mark.parametrize(
    "text", ["接孩子放学", "B261123001", "今天谁值班", "我要备注一下", "交回来了吗", "结束人工"]
)
def test_residents_words_are_no_orders(text: str) -> None:
    assert unbound(text) is None


def test_a_cancelled_booking_frees_its_seat_and_the_look_is_written_down(
    staffed: Archive, library: Library
) -> None:
    booking = book(staffed)
    assert ADDRESS in hear(staffed, library, "li", booking.code)[0].text
    assert taken(staffed, booking) == 1
    hear(staffed, library, "li", f"{booking.code} 取消")
    assert taken(staffed, booking) == 0
    assert said_to(staffed, "王奶奶")[0].startswith("抱歉，您的预约取消了")
    with staffed.reading() as records:
        assert [line.action for line in records.audit.last(about=booking.code)] == ["cancelled", "look"]


def test_bookings_of_another_area_are_not_there(staffed: Archive, library: Library) -> None:
    booking = book(staffed)
    assert hear(staffed, library, "far", "今天预约")[0].text == "今天没有预约。"
    for words in (booking.code, f"{booking.code} 取消"):
        assert hear(staffed, library, "far", words)[0].text == f"没有找到 {booking.code}，请核对预约号。"
    assert taken(staffed, booking) == 1
    assert booking.code in hear(staffed, library, "li", "今天预约")[0].text


def test_a_group_reads_no_address_and_no_whole_name(staffed: Archive, library: Library) -> None:
    booking = book(staffed)
    for words in (booking.code, "今天预约"):
        said = hear(staffed, library, "li", words, thread="")[0].text
        assert "王**" in said
        assert not any(secret in said for secret in (ADDRESS, "王秀英", "13800001234"))


def test_no_end_but_the_known_ones() -> None:
    assert set(bookings.ENDS.values()) | {"held", "pending", "booked", "expired"} == set(ending.STATES)


def test_orders_in_a_residents_thread_are_not_said_to_them(staffed: Archive, library: Library) -> None:
    hear(staffed, library, "王奶奶", "转人工")
    with staffed.open() as records:
        talk = records.conversations.open("console", "王奶奶", START)
        records.conversations.set_topic(talk.id, TOPIC)
    before = said_to(staffed, "王奶奶")
    assert "没有发给居民" in hear(staffed, library, "li", "这老太太又来了谁去处理下", thread=TOPIC)[0].text
    assert said_to(staffed, "王奶奶") == before  # nor was she told that somebody came
    assert hear(staffed, library, "li", "您好", thread=TOPIC) == []
    assert said_to(staffed, "王奶奶")[-1] == "您好"
    for words in ("取消", "菜单", "B261123001 整改完成", "待办", "转给小红"):
        assert hear(staffed, library, "li", words, thread=TOPIC)[0].text
    assert said_to(staffed, "王奶奶")[-1] == "您好"
    assert hear(staffed, library, "li", "发：取消", thread=TOPIC) == []
    assert said_to(staffed, "王奶奶")[-1] == "取消"
    assert "已转给王哥" in hear(staffed, library, "li", "转给王哥", thread=TOPIC)[0].text
    assert said_to(staffed, "王奶奶")[-1] == "接下来由工作人员王哥回复您。"
    assert "已由王哥接待" in hear(staffed, library, "li", "发：您好", thread=TOPIC)[0].text


def test_an_alert_taken_in_the_group_tells_the_group_no_words(staffed: Archive, library: Library) -> None:
    hear(staffed, library, "丽丽", "老公打我")
    said = hear(staffed, library, "li", "接 J261123001", thread="")[0].text
    assert "老公打我" not in said
    assert "R261123001接通了" in said
    assert said_to(staffed, "丽丽")[-1] == "工作人员李姐来了，接下来由人工回复您。"
    assert "老公打我" not in "".join(said_to(staffed, "group"))
