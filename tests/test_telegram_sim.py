"""The simulator is strict, and speaks as aiogram's models (an independent reading of the Bot API) say."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiogram.types import File, ForumTopic, Message, Update, User
from aiohttp import web

from tests.sim.telegram import TelegramSim
from tests.sim.telegram.ears import PNG

Json = dict[str, Any]
GROUP = -1001


class Api:
    """Bare calls, with no client library."""

    def __init__(self, sim: TelegramSim, session: aiohttp.ClientSession) -> None:
        self.sim, self.session = sim, session

    async def __call__(self, method: str, *, token: str = "", **given: Any) -> Json:
        url = f"{self.sim.url}/bot{token or self.sim.token}/{method}"
        async with self.session.post(url, json=given) as answer:
            told: Json = await answer.json()
            assert answer.status == told.get("error_code", 200)
            return told

    async def updates(self, offset: int = 0, **more: Any) -> list[str]:
        """Texts of what getUpdates gives."""
        told = await self("getUpdates", offset=offset, **more)
        return [update["message"]["text"] for update in told["result"]]


@pytest.fixture
async def sim() -> AsyncIterator[TelegramSim]:
    async with TelegramSim() as made:
        yield made


@pytest.fixture
async def api(sim: TelegramSim) -> AsyncIterator[Api]:
    async with aiohttp.ClientSession() as session:
        yield Api(sim, session)


def description(told: Json) -> str:
    assert told["ok"] is False
    return str(told["description"])


async def test_every_update_it_makes_is_an_update_to_aiogram(sim: TelegramSim, api: Api) -> None:
    user = sim.user(7, "王阿姨")
    sim.group(GROUP).topics[5] = "居民 1"
    await api(
        "sendMessage",
        chat_id=7,
        text="选一个",
        reply_markup={"inline_keyboard": [[{"text": "好", "callback_data": "ok"}]]},
    )
    made = [user.says("您好"), user.says("/start card_MZ01"), user.says("接", chat=GROUP, topic=5), user.sends_photo(PNG, "灯坏了"),
            user.shares(30.2, 120.1), user.sends_voice(), user.sends_file(b"x", "text/plain", "a.txt"), user.sends_sticker(),
            user.taps("好"), user.edits(1, "您好呀")]  # fmt: skip
    read = [Update.model_validate(update) for update in made]
    assert [update.event_type for update in read] == ["message"] * 8 + ["callback_query", "edited_message"]
    assert read[1].message
    assert read[1].message.entities
    assert read[1].message.entities[0].type == "bot_command"
    assert read[3].message
    assert read[3].message.photo
    assert len(read[3].message.photo) == 3


async def test_every_answer_it_gives_is_one_to_aiogram(sim: TelegramSim, api: Api) -> None:
    sim.user(7).sends_photo(PNG)
    sim.group(GROUP)
    assert User.model_validate((await api("getMe"))["result"]).is_bot
    assert Message.model_validate((await api("sendMessage", chat_id=7, text=" 好 "))["result"]).text == "好"
    assert Message.model_validate(
        (await api("sendLocation", chat_id=7, latitude=1, longitude=2))["result"]
    ).location
    topic = ForumTopic.model_validate((await api("createForumTopic", chat_id=GROUP, name="居民 1"))["result"])
    assert (await api("sendMessage", chat_id=GROUP, text="在", message_thread_id=topic.message_thread_id))[
        "ok"
    ]
    file = File.model_validate((await api("getFile", file_id="file3"))["result"])
    async with api.session.get(f"{sim.url}/file/bot{sim.token}/{file.file_path}") as answer:
        assert await answer.read() == PNG


@pytest.mark.parametrize(
    ("method", "given", "why"),
    [
        ("sendMessage", {"chat_id": 7, "text": "长" * 4097}, "too long"),
        ("sendMessage", {"chat_id": 7, "text": "😀" * 2049}, "too long"),
        ("sendMessage", {"chat_id": 7, "text": " \n"}, "empty"),
        ("sendMessage", {"chat_id": 8, "text": "在吗"}, "chat not found"),
        ("sendMessage", {"chat_id": 7, "text": "在吗", "colour": "red"}, "unknown parameter"),
        ("sendMessage", {"chat_id": 7, "text": "在", "reply_markup": {"inline_keyboard": [[{"text": "好", "callback_data": "字" * 22}]]}}, "BUTTON_DATA_INVALID"),
        ("sendMessage", {"chat_id": 7, "text": "在", "reply_markup": {"inline_keyboard": [[{"text": "好", "callback_data": "a", "size": 3}]]}}, "unknown field"),
        ("sendMessage", {"chat_id": 7, "text": "在", "reply_markup": {"inline_keyboard": [[{"text": "好"}]]}}, "unallowed"),
        ("sendMessage", {"chat_id": 7, "text": "在", "message_thread_id": 9}, "thread not found"),
        ("sendMessage", {"text": "在"}, "chat_id"),
        ("sendLocation", {"chat_id": 7, "latitude": 91, "longitude": 0}, "latitude"),
        ("createForumTopic", {"chat_id": 7, "name": "题"}, "not a forum"),
        ("createForumTopic", {"chat_id": GROUP, "name": "题" * 129}, "too long"),
        ("answerCallbackQuery", {"callback_query_id": "1"}, "too old"),
        ("getFile", {"file_id": "none"}, "wrong file_id"),
        ("setWebhook", {"url": "http://127.0.0.1:1/", "secret_token": "有"}, "unallowed"),
        ("setMyCommands", {"commands": [{"command": "菜单", "description": "菜单"}]}, "BOT_COMMAND_INVALID"),
        ("getUpdates", {"limit": 101}, "limit"),
    ],
)  # fmt: skip
async def test_it_refuses_what_telegram_refuses(
    sim: TelegramSim, api: Api, method: str, given: Json, why: str
) -> None:
    sim.user(7)
    sim.group(GROUP)
    told = await api(method, **given)
    assert told["error_code"] == 400
    assert why in description(told)
    assert sim.sent_to(7) == []


async def test_a_wrong_token_an_unknown_method_and_people_who_do_not_want_the_bot(
    sim: TelegramSim, api: Api
) -> None:
    user = sim.user(7)
    sim.user(8, started=False)
    assert (await api("getMe", token="1:wrong"))["error_code"] == 401
    assert (await api("sendRocket"))["error_code"] == 404
    assert "can't initiate" in description(await api("sendMessage", chat_id=8, text="在"))
    user.blocks()
    assert "blocked" in description(await api("sendMessage", chat_id=7, text="在"))
    user.unblocks()
    assert (await api("sendMessage", chat_id=7, text="在"))["ok"]


async def test_an_update_comes_again_until_a_later_offset_is_asked_for(sim: TelegramSim, api: Api) -> None:
    first = sim.user(7).says("一")["update_id"]
    sim.user(7).says("二")
    assert await api.updates() == ["一", "二"]
    assert await api.updates(limit=1) == ["一"]
    assert await api.updates(first + 1) == ["二"]
    assert await api.updates() == ["二"]
    assert await api.updates(first + 2) == []


async def test_a_long_poll_ends_with_the_next_update(sim: TelegramSim, api: Api) -> None:
    poll = asyncio.create_task(api.updates(timeout=50))
    await sim.wait_for(lambda: sim.queue.is_polled)
    sim.user(7).says("来了")
    assert await poll == ["来了"]


async def test_of_two_pollers_the_earlier_is_sent_away(sim: TelegramSim, api: Api) -> None:
    first = asyncio.create_task(api("getUpdates", timeout=50))
    await sim.wait_for(lambda: sim.queue.is_polled)
    second = asyncio.create_task(api.updates(timeout=50))
    assert "terminated by other" in description(await first)
    sim.user(7).says("来了")
    assert await second == ["来了"]


async def test_kinds_not_asked_for_do_not_come(sim: TelegramSim, api: Api) -> None:
    await api("getUpdates", allowed_updates=["message"])
    sim.user(7).edits(1, "改了")
    sim.user(7).says("新的")
    assert await api.updates() == ["新的"]


async def test_a_webhook_gets_updates_with_its_secret_until_it_says_200(sim: TelegramSim, api: Api) -> None:
    got: list[tuple[str, str]] = []

    async def take(request: web.Request) -> web.Response:
        got.append(
            (
                request.headers["X-Telegram-Bot-Api-Secret-Token"],
                json.loads(await request.read())["message"]["text"],
            )
        )
        return web.Response(status=500 if len(got) < 3 else 200)

    app = web.Application()
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await api("setWebhook", url=f"http://127.0.0.1:{runner.addresses[0][1]}/hook", secret_token="s3cret")
    assert "webhook is active" in description(await api("getUpdates"))
    sim.user(7).says("一")
    await sim.wait_for(lambda: not sim.queue.pending)
    assert got == [("s3cret", "一")] * 3
    assert sim.queue.webhook_statuses == [500, 500, 200]
    await api("deleteWebhook")
    assert await api.updates() == []
    await runner.cleanup()


async def test_a_tap_can_be_answered_once(sim: TelegramSim, api: Api) -> None:
    await api_with_button(sim, api)
    query = sim.user(7).taps("好")["callback_query"]["id"]
    assert (await api("answerCallbackQuery", callback_query_id=query))["ok"]
    assert "too old" in description(await api("answerCallbackQuery", callback_query_id=query))


async def api_with_button(sim: TelegramSim, api: Api) -> int:
    sim.user(7)
    markup = {"inline_keyboard": [[{"text": "好", "callback_data": "ok"}]]}
    told = await api("sendMessage", chat_id=7, text="选一个", reply_markup=markup)
    return int(told["result"]["message_id"])


async def test_editing_to_the_same_words_is_refused(sim: TelegramSim, api: Api) -> None:
    message = await api_with_button(sim, api)
    assert (await api("editMessageText", chat_id=7, message_id=message, text="选好了"))["ok"]
    again = await api("editMessageText", chat_id=7, message_id=message, text="选好了")
    assert "message is not modified" in description(again)
    assert sim.texts(7) == ["选好了"]
    assert "not found" in description(await api("editMessageText", chat_id=7, message_id=99, text="选好了"))


@pytest.mark.parametrize(("chat", "most", "wait"), [(7, 1, 1), (GROUP, 20, 60)])
async def test_too_many_to_one_chat(chat: int, most: int, wait: int) -> None:
    clock = [0.0]
    async with TelegramSim(clock=lambda: clock[0]) as sim, aiohttp.ClientSession() as session:
        sim.user(7), sim.group(GROUP)
        sim.floods.on = True
        api = Api(sim, session)
        assert all([(await api("sendMessage", chat_id=chat, text="好"))["ok"] for _ in range(most)])
        told = await api("sendMessage", chat_id=chat, text="好")
        assert (told["error_code"], told["parameters"]) == (429, {"retry_after": wait})
        clock[0] = wait
        assert (await api("sendMessage", chat_id=chat, text="好"))["ok"]


async def test_too_many_in_all() -> None:
    async with TelegramSim(clock=lambda: 0.0) as sim, aiohttp.ClientSession() as session:
        sim.floods.on = True
        api = Api(sim, session)
        told = [await api("sendMessage", chat_id=sim.user(id).id, text="好") for id in range(1, 32)]
        assert [one["ok"] for one in told] == [True] * 30 + [False]


async def test_planned_troubles(sim: TelegramSim, api: Api) -> None:
    sim.user(7)
    sim.fails("status", "sendMessage", status=502, description="Bad Gateway")
    sim.fails("drop_before", "sendMessage")
    sim.fails("drop_after", "sendMessage")
    assert (await api("sendMessage", chat_id=7, text="一"))["error_code"] == 502
    for text in ("二", "三"):
        with pytest.raises(aiohttp.ClientConnectionError):
            await api("sendMessage", chat_id=7, text=text)
    assert sim.texts(7) == ["三"]
    held = sim.fails("hold_after", "sendMessage")
    call = asyncio.create_task(api("sendMessage", chat_id=7, text="四"))
    await sim.wait_for(lambda: "四" in sim.texts(7))
    assert not call.done()
    held.release.set()
    assert (await call)["ok"]
