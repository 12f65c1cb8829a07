"""The way in, over HTTP: polling and webhook, kept before acknowledged, each chat in order."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from bot.channels.telegram import TelegramChannel
from intents.message import Location, Message, Option, Reply
from tests.sim.telegram import TelegramSim
from tests.sim.telegram.ears import PNG, Clock, Office, channel_for, listening

GROUP = -1001
SECRET = {"X-Telegram-Bot-Api-Secret-Token": "s3cret"}


@pytest.fixture
async def sim() -> AsyncIterator[TelegramSim]:
    async with TelegramSim() as made:
        yield made


@pytest.fixture
def office() -> Office:
    return Office()


async def test_a_talk(sim: TelegramSim, office: Office) -> None:
    office.answer = lambda m: Reply(f"收到：{m.text}{m.button or ''}", (Option("=human", "找人工"),))
    user = sim.user(7)
    async with listening(channel_for(sim, office), office):
        user.says("义诊", at=datetime(2026, 3, 1, 8, tzinfo=UTC))
        await sim.wait_for(1)
        user.taps("找人工")
        await sim.wait_for(2)
        await sim.wait_for(lambda: len(sim.answered) == 1)
    assert sim.texts(7) == ["收到：义诊\n1. 找人工", "收到：=human\n1. 找人工"]
    assert office.heard[0].at == datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert office.heard[1].button == "=human"
    assert office.rows[office.heard[0].event_id][1]["message"]["text"] == "义诊"
    assert office.rows[office.heard[0].event_id][0] == "7"
    assert [one["command"] for one in sim.commands] == ["menu", "mine", "human", "cancel", "help"]


async def test_each_chat_in_order_while_chats_go_side_by_side(sim: TelegramSim, office: Office) -> None:
    going: set[str] = set()
    most = 0
    stuck = asyncio.Event()

    async def slow(message: Message) -> None:
        nonlocal most
        assert message.address not in going, "two turns of one chat at once"
        going.add(message.address)
        most = max(most, len(going))
        if message.address == "1":
            await stuck.wait()  # the first chat is stuck until all others are done
        await asyncio.sleep(0)
        going.discard(message.address)

    office.before_hear = slow
    async with listening(channel_for(sim, office, side_by_side=4), office):
        for number in range(20):
            for person in range(1, 11):
                sim.user(person).says(f"{number}")
        await office.until_heard(180)
        assert "1" not in {message.address for message in office.heard}
        stuck.set()
        await office.until_heard(200)
    said = defaultdict(list)
    for message in office.heard:
        said[message.address].append(message.text)
    assert all(words == [str(n) for n in range(20)] for words in said.values())
    assert 1 < most <= 4


async def test_the_same_update_three_times_is_heard_once(sim: TelegramSim, office: Office) -> None:
    async with listening(channel_for(sim, office), office):
        update = sim.user(7).says("义诊")
        await sim.wait_for(lambda: not sim.queue.pending)
        sim.queue.repeat(update)
        await sim.wait_for(lambda: not sim.queue.pending)
        sim.queue.repeat(update)
        await sim.wait_for(lambda: not sim.queue.pending)
        sim.user(7).says("然后")
        await office.until_heard(2)
    assert office.keeps == 4
    assert office.words == ["义诊", "然后"]
    assert len(office.turns) == 2


async def test_killed_before_keeping_nothing_was_acknowledged(sim: TelegramSim, office: Office) -> None:
    reached = asyncio.Event()

    async def die(_: str) -> None:
        reached.set()
        await asyncio.Event().wait()

    office.before_keep = die
    sim.user(7).says("一")
    async with listening(channel_for(sim, office), office):
        await reached.wait()
    assert office.rows == {}
    assert len(sim.queue.pending) == 1
    office.before_keep = Office().before_keep
    async with listening(channel_for(sim, office), office):
        await office.until_heard(1)
    assert office.words == ["一"]


async def test_killed_after_keeping_it_is_heard_at_the_next_start_and_first(
    sim: TelegramSim, office: Office
) -> None:
    stop = asyncio.Event()

    async def die(_: Message) -> None:
        stop.set()
        await asyncio.Event().wait()

    office.before_hear = die
    sim.user(7).says("一")
    sim.user(7).says("二")
    async with listening(channel_for(sim, office), office):
        await stop.wait()
        await sim.wait_for(lambda: not sim.queue.pending)
    assert office.heard == []
    office.before_hear = Office().before_hear
    sim.user(7).says("三")
    async with listening(channel_for(sim, office), office):
        await office.until_heard(3)
    assert office.words == ["一", "二", "三"]


async def test_a_batch_of_which_one_could_not_be_kept_comes_again(sim: TelegramSim, office: Office) -> None:
    failed: list[str] = []

    async def fail_once(event: str) -> None:
        if event.endswith("2") and not failed:
            failed.append(event)
            raise OSError("disk full")

    office.before_keep = fail_once
    for text in ("一", "二", "三"):
        sim.user(7).says(text)
    async with listening(channel_for(sim, office), office):
        await office.until_heard(3)
    assert office.words == ["一", "二", "三"]
    assert len(office.turns) == 3
    assert failed


async def test_a_turn_that_storage_refused_is_tried_again(sim: TelegramSim, office: Office) -> None:
    tries: list[str] = []

    async def fail_twice(message: Message) -> None:
        tries.append(message.text)
        if len(tries) < 3:
            raise OSError("database is locked")

    office.before_hear = fail_twice
    clock = Clock()
    async with listening(channel_for(sim, office, clock=clock), office):
        sim.user(7).says("一")
        sim.user(7).says("二")
        await office.until_heard(2)
    assert tries == ["一", "一", "一", "二"]
    assert clock.naps == [1.0, 5.0]


async def test_a_photo_in_its_largest_size_and_cleaned(sim: TelegramSim, office: Office) -> None:
    async with listening(channel_for(sim, office, clean=lambda data: b"clean " + data), office):
        sim.user(7).sends_photo(PNG, "灯坏了")
        sim.user(7).sends_photo(PNG, claimed=25_000_000)  # then the next size
        await office.until_heard(2)
    first, second = office.heard
    assert first.photo
    assert second.photo
    assert (first.photo.data, first.text, first.kind) == (b"clean " + PNG, "灯坏了", "words")
    assert second.photo.data == b"clean middle"


async def test_a_refused_photo_is_told_in_words_and_heard_as_nothing_legible(
    sim: TelegramSim, office: Office
) -> None:
    def refuse(_: bytes) -> bytes:
        raise ValueError("这张照片打不开，请换一张。")

    async with listening(channel_for(sim, office, clean=refuse), office):
        sim.user(7).sends_photo(PNG)
        sim.user(7).sends_photo(PNG, "灯坏了")
        await office.until_heard(2)
    assert sim.texts(7) == ["这张照片打不开，请换一张。"] * 2
    assert [(m.kind, m.text, m.photo) for m in office.heard] == [
        ("other", "", None),
        ("words", "灯坏了", None),
    ]
    assert await office.unheard("telegram") == []


async def test_photos_that_cannot_be_fetched(sim: TelegramSim, office: Office) -> None:
    async with listening(channel_for(sim, office, most_bytes=100), office):
        sim.user(7).sends_file(b"x" * 101, "image/png", "a.png")  # over our limit
        sim.files.clear()
        sim.user(8).sends_photo(PNG)
        sim.files.clear()  # Telegram has lost it
        await office.until_heard(2)
    assert "太大" in sim.texts(7)[0]
    assert sim.texts(8) == ["照片没有收到，请再发一次。"]


async def test_a_photo_is_fetched_again_when_the_line_broke(sim: TelegramSim, office: Office) -> None:
    sim.fails("drop_before", "getFile")
    sim.fails("status", "download", status=503)
    clock = Clock()
    async with listening(channel_for(sim, office, clock=clock), office):
        sim.user(7).sends_photo(PNG)
        await office.until_heard(1)
    assert office.heard[0].photo
    assert clock.naps == [1.0, 5.0]


async def test_place_voice_sticker_and_deep_link(sim: TelegramSim, office: Office) -> None:
    user = sim.user(7)
    async with listening(channel_for(sim, office), office):
        user.shares(30.25, 120.125)
        user.sends_voice()
        user.sends_sticker()
        user.says("/start card_MZ01")
        await office.until_heard(4)
    place, voice, sticker, link = office.heard
    assert place.location == Location(30.25, 120.125)
    assert (voice.kind, sticker.kind) == ("voice", "other")
    assert (link.text, link.button) == ("", "=card:MZ01")


async def test_what_is_not_for_us_is_acknowledged_and_not_kept(sim: TelegramSim, office: Office) -> None:
    sim.group(-2002)
    user = sim.user(7)
    user.edits(1, "改了")  # before the bot says what it wants
    sim.queue.repeat({"update_id": 900, "kind_of_the_future": {"a": 1}})
    async with listening(channel_for(sim, office), office):
        user.says("在别的群里", chat=-2002)
        user.posts({"pinned_message": user.message({"text": "旧话"})})
        user.says("您好")
        await office.until_heard(1)
        await sim.wait_for(lambda: not sim.queue.pending)
    assert office.words == ["您好"]
    assert len(office.rows) == 1


async def test_a_worker_in_a_topic(sim: TelegramSim, office: Office) -> None:
    sim.group(GROUP).topics[44] = "居民 1"
    async with listening(channel_for(sim, office, staff_group=GROUP), office):
        sim.user(9, "李姐").says("接", chat=GROUP, topic=44)
        await office.until_heard(1)
    said = office.heard[0]
    assert (said.room, said.address, said.sender, said.reply_to) == ("staff", str(GROUP), "9", "44")


async def test_another_program_that_polls_is_named_and_waited_for(
    sim: TelegramSim, office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    sim.fails(
        "status",
        "getUpdates",
        times=3,
        status=409,
        description="Conflict: terminated by other getUpdates request",
    )
    clock = Clock()
    async with listening(channel_for(sim, office, clock=clock), office):
        sim.user(7).says("还在吗")
        await office.until_heard(1)
    assert "another program" in caplog.text
    assert clock.naps == [1.0, 2.0, 4.0]


async def test_polling_goes_on_after_any_answer(
    sim: TelegramSim, office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    sim.fails("status", "deleteWebhook", status=401, description="Unauthorized")
    sim.fails("status", "setMyCommands", status=429, description="Too Many Requests", retry_after=30)
    for kind in ("status", "drop_before", "garbage"):
        sim.fails(kind, "getUpdates")
    clock = Clock()
    async with listening(channel_for(sim, office, clock=clock), office):
        sim.user(7).says("您好")
        await office.until_heard(1)
    assert clock.naps == [1.0, 30.0, 1.0, 2.0, 4.0]
    assert "请检查设置" in caplog.text
    assert sim.token not in caplog.text


# webhook


def hook(
    sim: TelegramSim, office: Office, url: str = "https://example.test/hook", **more: Any
) -> TelegramChannel:
    return channel_for(sim, office, mode="webhook", webhook_secret="s3cret", webhook_url=url, **more)


def update(text: str = "您好", number: int = 5) -> bytes:
    person = {"id": 7, "is_bot": False, "first_name": "王"}
    chat = {"id": 7, "type": "private", "first_name": "王"}
    message = {"message_id": number, "from": person, "chat": chat, "date": 1_772_000_000, "text": text}
    return json.dumps({"update_id": number, "message": message}).encode()


async def test_webhook_end_to_end(sim: TelegramSim, office: Office) -> None:
    office.answer = lambda m: Reply(f"收到：{m.text}")
    app = web.Application()
    runner = web.AppRunner(app, access_log=None)

    async def take(request: web.Request) -> web.Response:
        return web.Response(status=await channel.webhook(request.headers, await request.read()))

    app.router.add_post("/hook", take)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    channel = hook(sim, office, f"http://127.0.0.1:{runner.addresses[0][1]}/hook")
    async with listening(channel, office):
        sim.user(7).says("一")
        sim.user(7).says("二")
        await sim.wait_for(2)
        await sim.wait_for(lambda: not sim.queue.pending)
    await runner.cleanup()
    assert sim.texts(7) == ["收到：一", "收到：二"]
    assert set(sim.queue.webhook_statuses) == {200}


@pytest.mark.parametrize(
    "headers",
    [{}, {"X-Telegram-Bot-Api-Secret-Token": ""}, {"X-Telegram-Bot-Api-Secret-Token": "s3cres"},
     {"X-Telegram-Bot-Api-Secret-Token": "密码"}, {"Authorization": "s3cret"}],
)  # fmt: skip
async def test_a_forged_webhook_call_leaves_no_row(
    sim: TelegramSim, office: Office, headers: dict[str, str]
) -> None:
    channel = hook(sim, office)
    async with listening(channel, office):
        await sim.wait_for(lambda: bool(sim.queue.webhook_url))
        assert await channel.webhook(headers, update()) == 403
        assert (office.rows, office.keeps) == ({}, 0)
        assert await channel.webhook({name.lower(): value for name, value in SECRET.items()}, update()) == 200
        assert len(office.rows) == 1


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"update_id": "5"}', b"\xff", b"[" * 100_000])
async def test_a_webhook_call_that_is_no_update(sim: TelegramSim, office: Office, body: bytes) -> None:
    channel = hook(sim, office)
    async with listening(channel, office):
        await sim.wait_for(lambda: bool(sim.queue.webhook_url))
        assert await channel.webhook(SECRET, body) == 400
        assert await channel.webhook(SECRET, b" " * 1_000_001) == 413
    assert office.rows == {}


async def test_a_webhook_answers_when_it_has_kept_and_before_it_has_heard(
    sim: TelegramSim, office: Office
) -> None:
    go = asyncio.Event()

    async def wait(_: Message) -> None:
        await go.wait()

    office.before_hear = wait
    channel = hook(sim, office)
    assert await channel.webhook(SECRET, update()) == 503
    async with listening(channel, office):
        await sim.wait_for(lambda: bool(sim.queue.webhook_url))
        assert await channel.webhook(SECRET, update()) == 200
        assert (len(office.rows), office.heard) == (1, [])
        go.set()
        await office.until_heard(1)


async def test_what_comes_while_old_rows_are_heard_waits_behind_them(
    sim: TelegramSim, office: Office
) -> None:
    go, started = asyncio.Event(), asyncio.Event()

    async def wait(_: Message) -> None:
        started.set()
        await go.wait()

    office.before_hear = wait
    office.batch = 1
    office.rows = {str(n): ("7", json.loads(update(f"旧{n}", n))) for n in (1, 2)}
    channel = hook(sim, office)
    async with listening(channel, office):
        await started.wait()
        assert await channel.webhook(SECRET, update("新", 3)) == 200
        go.set()
        await office.until_heard(3)
    assert office.words == ["旧1", "旧2", "新"]
    assert len(office.turns) == 3


async def test_polling_mode_takes_no_webhook_calls(sim: TelegramSim, office: Office) -> None:
    channel = channel_for(sim, office)
    async with listening(channel, office):
        assert await channel.webhook({"X-Telegram-Bot-Api-Secret-Token": ""}, update()) == 403
    assert office.rows == {}
