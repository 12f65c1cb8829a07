"""Pure parts of the Telegram channel: reading updates, cutting words, the pace."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram import BadTelegramSettings, TelegramSettings
from bot.channels.telegram.hearing import writable
from bot.channels.telegram.pace import Backoff, Pace
from bot.channels.telegram.reading import File, Heard, read, unlink
from bot.channels.telegram.words import MOST_TEXT, keyboard, length, pieces, said, split
from intents.message import Card, Location, Option, Outgoing, Reply

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
PERSON = {"id": 7, "is_bot": False, "first_name": "王阿姨"}
PRIVATE = {"id": 7, "type": "private", "first_name": "王阿姨"}
GROUP = {"id": -1001, "type": "supergroup", "title": "工作群", "is_forum": True}


def post(**content: Any) -> dict[str, Any]:
    message = {"message_id": 1, "from": PERSON, "chat": PRIVATE, "date": int(NOW.timestamp())}
    return {"update_id": 5, "message": {**message, **content}}


def hears(update: dict[str, Any]) -> Heard | None:
    return read(update, -1001, lambda: NOW)


def heard(update: dict[str, Any]) -> Heard:
    found = hears(update)
    assert found
    return found


# reading


def test_words_have_the_time_they_were_said_at() -> None:
    message = heard(post(text="义诊")).message
    assert (message.address, message.event_id, message.text, message.at) == ("7", "5", "义诊", NOW)
    assert (message.room, message.sender, message.kind, message.button) == ("private", "", "words", None)


@pytest.mark.parametrize(
    ("text", "words", "button"),
    [
        ("/start", "菜单", None), ("/menu", "菜单", None), ("/help", "帮助", None), ("/cancel", "取消", None),
        ("/human", "转人工", None), ("/mine", "我的预约", None), ("/Menu@jiamenkou_bot", "菜单", None),
        ("/start card_MZ01", "", "=card:MZ01"), ("/start book_meal__home", "", "=book:meal_home"),
        ("/start 不是链接", "菜单", None), ("/start " + "a" * 65, "菜单", None), ("/done", "/done", None),
        ("1/2 的事", "1/2 的事", None), ("/unknown 话", "/unknown 话", None),
    ],
)  # fmt: skip
def test_commands_become_words(text: str, words: str, button: str | None) -> None:
    message = heard(post(text=text)).message
    assert (message.text, message.button) == (words, button)


@given(st.lists(st.from_regex(r"[A-Za-z0-9-]+(_[A-Za-z0-9-]+)*", fullmatch=True), min_size=1, max_size=4))
def test_a_deep_link_says_an_option_id(names: list[str]) -> None:
    assert unlink("_".join(name.replace("_", "__") for name in names)) == ":".join(names)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"voice": {"file_id": "a", "file_unique_id": "b", "duration": 3}}, "voice"),
        ({"audio": {"file_id": "a", "file_unique_id": "b", "duration": 3}}, "voice"),
        ({"document": {"file_id": "a", "file_unique_id": "b", "mime_type": "application/pdf"}}, "other"),
        ({"contact": {"phone_number": "1", "first_name": "王"}}, "other"),
        ({"dice": {"emoji": "🎲", "value": 3}}, "other"),
    ],
)
def test_kinds_that_are_no_words(content: dict[str, Any], kind: str) -> None:
    assert heard(post(**content)).message.kind == kind


def test_a_picture_sent_as_a_file_is_a_photo() -> None:
    document = {"file_id": "a", "file_unique_id": "b", "mime_type": "image/jpeg", "file_size": 12}
    found = heard(post(document=document, caption="灯坏了"))
    assert (found.sizes, found.message.kind, found.message.text) == ((File("a", 12),), "words", "灯坏了")


def test_a_venue_is_a_place() -> None:
    point = {"latitude": 30.25, "longitude": 120.125}
    found = heard(post(location=point, venue={"location": point, "title": "社区", "address": "一号"}))
    assert (found.message.location, found.message.kind) == (Location(30.25, 120.125), "words")


def test_a_worker_in_the_staff_group() -> None:
    message = heard(post(chat=GROUP, text="接", message_thread_id=44, is_topic_message=True)).message
    assert (message.room, message.address, message.sender, message.reply_to) == ("staff", "-1001", "7", "44")
    assert heard(post(chat=GROUP, text="接", message_thread_id=44)).message.reply_to == ""


@pytest.mark.parametrize(
    "update",
    [
        post(chat=GROUP, text="我说", **{"from": {**PERSON, "is_bot": True}}),
        post(chat=GROUP, new_chat_members=[PERSON]),
        post(chat=GROUP, forum_topic_created={"name": "居民", "icon_color": 1}, message_thread_id=3),
        post(chat={**GROUP, "id": -1002}, text="别的群"),
        post(chat={"id": -3, "type": "channel", "title": "频道"}, text="频道"),
        {"update_id": 5, "edited_message": post(text="改了")["message"]},
        {"update_id": 5, "poll_of_the_future": {"id": 1}},
        {"update_id": 5, "message": {"text": "没有来处"}},
        {"update_id": 5, "message": {**post(text="x")["message"], "date": "昨天"}},
        {"update_id": 5, "message": 3},
        {"update_id": 5, "callback_query": {"id": "1", "from": PERSON, "chat_instance": "1", "data": "x"}},
        {"update_id": "五"}, {"update_id": True}, {},
    ],
)  # fmt: skip
def test_what_is_not_said_to_us(update: dict[str, Any]) -> None:
    assert hears(update) is None


def test_reading_leaves_the_update_as_it_was() -> None:
    update = post(photo=[{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}], caption="x")
    before = repr(update)
    heard(update)
    assert repr(update) == before


def test_half_characters_are_mended_for_the_database() -> None:
    assert writable({"a": "\ud83d 好", "b": {"c": 1}}) == {"a": "\ufffd 好", "b": {"c": 1}}
    fine = {"a": "😀"}
    assert writable(fine) is fine


# words


@given(st.text(alphabet=st.sampled_from("字a 😀\n"), max_size=400), st.integers(2, 30))
def test_cut_words_are_whole_when_joined(text: str, most: int) -> None:
    parts = split("始" + text + "终", most)
    assert all(length(part) <= most and part.strip() for part in parts)
    assert "".join("".join(parts).split()) == "".join(f"始{text}终".split())


@given(st.lists(st.text(alphabet=st.sampled_from("字a😀"), min_size=1, max_size=10)), st.integers(30, 60))
def test_lines_that_fit_are_never_torn(lines: list[str], most: int) -> None:
    parts = split("\n".join(lines), most)
    assert [line for part in parts for line in part.splitlines()] == lines


def test_words_are_cut_at_line_ends() -> None:
    text = "\n".join(f"第{n}行：" + "字" * 100 for n in range(100))
    parts = split(text)
    assert "".join(parts) == text
    assert len(parts) == 3
    assert all(part.endswith("\n") for part in parts[:-1])


def outgoing(reply: Reply, **more: Any) -> Outgoing:
    return Outgoing(1, "telegram", "7", reply, "reply", **more)


def test_a_reply_is_words_card_and_numbers() -> None:
    card = Card("老年证", (("材料", "身份证"),), "电话 1")
    text = said(outgoing(Reply("好的。", (Option("=menu", "菜单"),), card), sender="李姐"))
    assert text == "工作人员 李姐：好的。\n【老年证】\n材料：身份证\n电话 1\n1. 菜单"


def test_buttons_stand_under_the_last_piece() -> None:
    options = (Option("=menu", "菜单"),)
    found = pieces(outgoing(Reply("字" * 5000, options, location=Location(1, 2))), b"picture")
    assert [(bool(p.location), bool(p.picture), len(p.options)) for p in found] == [
        (True, False, 0), (False, True, 0), (False, False, 0), (False, False, 1)]  # fmt: skip
    short = pieces(outgoing(Reply("看图", options)), b"picture")
    assert [(p.text, p.options) for p in short] == [("看图\n1. 菜单", options)]
    assert pieces(outgoing(Reply()), None) == []


def test_an_id_over_64_bytes_has_no_button(caplog: pytest.LogCaptureFixture) -> None:
    made = keyboard((Option("字" * 22, "太长"), Option("字" * 21 + "a", "正好"), Option("", "空")))
    assert made
    assert [[button.text for button in row] for row in made.inline_keyboard] == [["正好"]]
    assert "2 option(s)" in caplog.text
    assert keyboard(()) is None
    assert MOST_TEXT == 4096


# pace and settings


class Watch:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def pace_at(watch: Watch, **more: Any) -> Pace:
    return Pace(TelegramSettings("t", **more), watch)


def test_one_a_second_to_a_person() -> None:
    pace = pace_at(watch := Watch())
    assert [pace.reserve(7), pace.reserve(7)] == [(True, 0.0), (True, 1.0)]
    assert pace.reserve(7) == (False, 2.0)
    assert pace.reserve(8) == (True, 0.0)
    watch.now = 1.5
    assert pace.reserve(7) == (True, 0.5)


def test_twenty_a_minute_to_a_group_and_what_telegram_asks_for() -> None:
    pace = pace_at(watch := Watch())
    assert all(pace.reserve(-1)[0] for _ in range(20))
    assert pace.reserve(-1) == (False, 60.0)
    watch.now = 60.0
    assert pace.reserve(-1) == (True, 0.0)
    pace.hold(9, 10_000)
    assert pace.reserve(9) == (False, 10_000.0)


@given(st.lists(st.tuples(st.integers(1, 60), st.floats(0, 0.2)), max_size=120))
def test_never_more_than_thirty_in_any_second(tries: list[tuple[int, float]]) -> None:
    pace = pace_at(watch := Watch())
    sent: list[float] = []
    for chat, later in tries:
        watch.now += later
        has_place, wait = pace.reserve(chat)
        sent += [watch.now + wait] if has_place else []
    sent.sort()
    assert all(late - early >= 1.0 - 1e-9 for early, late in zip(sent, sent[30:], strict=False))


def test_backing_off() -> None:
    backoff = Backoff()
    assert [backoff.next() for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    backoff.reset()
    assert backoff.next() == 1


@pytest.mark.parametrize(
    "given_",
    [
        {"token": ""}, {"token": "t", "mode": "webhook", "webhook_url": "https://x"},
        {"token": "t", "mode": "webhook", "webhook_secret": "有汉字", "webhook_url": "https://x"},
        {"token": "t", "mode": "webhook", "webhook_secret": "s"},
    ],
)  # fmt: skip
def test_settings_that_would_be_open_to_anybody_do_not_start(given_: dict[str, Any]) -> None:
    with pytest.raises(BadTelegramSettings):
        TelegramSettings(**given_)


def test_settings_do_not_show_secrets() -> None:
    shown = repr(TelegramSettings("TOKEN", mode="webhook", webhook_secret="SECRET", webhook_url="https://x"))
    assert "TOKEN" not in shown
    assert "SECRET" not in shown
    assert logging.getLogger("telegram.Bot").level == logging.INFO
