"""The whole assistant on Telegram: residents in private chats, workers in the staff group, over real HTTP."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from pydantic import SecretStr

from bot.app import App
from bot.settings import load
from tests.databases import START
from tests.sim.telegram import TelegramSim

GROUP = -1001234567890
FAST = {"private_gap": 0.0, "group_per_minute": 0, "bot_per_second": 0, "poll_seconds": 1}


class Clock:
    """Time that goes on a second at each look."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        self.at += timedelta(milliseconds=1)
        return self.at


@pytest.fixture
async def sim() -> AsyncIterator[TelegramSim]:
    clock = Clock()
    async with TelegramSim(now=lambda: clock().timestamp()) as running:
        yield running


@asynccontextmanager
async def running_app(sim: TelegramSim, folder: Path) -> AsyncIterator[App]:
    settings = load(
        data_dir=folder, telegram_token=SecretStr(sim.token), telegram_api=sim.url, telegram_staff_group=GROUP,
        delivery_seconds=0.05, synchronous="NORMAL",
    )  # fmt: skip
    app = App(settings, now=Clock(), telegram=FAST)
    try:
        await app.prepare()
        async with app.running():
            yield app
    finally:
        app.close()


async def bind(app: App, sim: TelegramSim, user_id: int, login: str, name: str) -> None:
    """A worker's own account, by the code from the desk."""

    def code(records: object) -> str:
        worker = records.staff.by_login(login)  # type: ignore[attr-defined]
        return str(records.staff.issue(worker.id, "bind", app.office.now(), timedelta(minutes=10)))  # type: ignore[attr-defined]

    worker = sim.user(user_id, name)
    worker.says(f"绑定 {await app.office.write(code)}")
    await sim.wait_for(lambda: any("绑定好了" in text for text in sim.texts(user_id)))


async def said(sim: TelegramSim, chat: int, words: str) -> None:
    await sim.wait_for(lambda: any(words in text for text in sim.texts(chat)))


async def test_a_resident_asks_taps_and_books(sim: TelegramSim, tmp_path: Path) -> None:
    async with running_app(sim, tmp_path):
        user = sim.user(501)
        user.says("/start")
        await said(sim, 501, "您可以直接说")
        user.says("低保要啥材料")
        await said(sim, 501, "最低生活保障")
        user.taps("多少钱") if any(
            b.text.endswith("多少钱") for s in sim.sent_to(501) for b in s.buttons
        ) else user.says("多少钱")
        await said(sim, 501, "多少钱：")
        user.says("明天上午九点约上门理发，我叫王秀英，电话13800001234，珠泉路4号院六单元")
        await said(sim, 501, "确认预约吗")
        user.says("1")
        await said(sim, 501, "预约号 Y261123001")
        for data in (button.data for shown in sim.sent_to(501) for button in shown.buttons):
            assert len(data.encode()) <= 64


async def test_the_staff_group_talks_with_a_resident(sim: TelegramSim, tmp_path: Path) -> None:
    sim.group(GROUP)
    async with running_app(sim, tmp_path) as app:
        await bind(app, sim, 900, "li", "李姐")
        user, worker = sim.user(502), sim.user(900, "李姐")
        user.says("转人工")
        await said(sim, 502, "编号R261123001")
        await said(sim, GROUP, "R261123001 找人工")
        topic = next(shown.topic for shown in sim.sent_to(GROUP) if "R261123001" in shown.text)
        assert topic is not None
        worker.says("您好，我是李姐", chat=GROUP, topic=topic)
        await said(sim, 502, "工作人员李姐来了")
        await said(sim, 502, "您好，我是李姐")
        user.says("我家暖气不热")
        await said(sim, GROUP, "我家暖气不热")
        mirrored = next(shown for shown in sim.sent_to(GROUP) if "我家暖气不热" in shown.text)
        assert mirrored.topic == topic
        worker.says("交回", chat=GROUP, topic=topic)
        await said(sim, 502, "人工服务已结束")
        user.says("低保要啥材料")
        await said(sim, 502, "最低生活保障")


async def test_an_unbound_member_of_the_group_says_nothing_to_residents(
    sim: TelegramSim, tmp_path: Path
) -> None:
    sim.group(GROUP)
    async with running_app(sim, tmp_path):
        sim.user(503).says("转人工")
        await said(sim, GROUP, "找人工")
        topic = next(shown.topic for shown in sim.sent_to(GROUP))
        sim.user(901, "路人").says("我来答", chat=GROUP, topic=topic)
        await said(sim, GROUP, "还没有绑定工作账号")
        assert not any("我来答" in text for text in sim.texts(503))


async def test_rg45_an_emergency_reaches_the_duty_worker_and_no_group(
    sim: TelegramSim, tmp_path: Path
) -> None:
    sim.group(GROUP)
    async with running_app(sim, tmp_path) as app:
        await bind(app, sim, 900, "li", "李姐")
        user = sim.user(504)
        user.says("我爸打我妈")
        await said(sim, 504, "110")
        await said(sim, 900, "【紧急】")
        user.says("低保要啥材料")
        await said(sim, 504, "最低生活保障")
        assert sim.texts(GROUP) == []


async def test_a_problem_with_photo_and_location(sim: TelegramSim, tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("RGB", (32, 32), "grey").save(out, "JPEG")
    async with running_app(sim, tmp_path) as app:
        user = sim.user(505)
        user.sends_photo(out.getvalue(), "单元门口井盖翘起来了")
        await said(sim, 505, "在哪里")
        user.shares(34.336, 108.704)
        await said(sim, 505, "是不是这一类")
        user.says("1")
        await said(sim, 505, "要留名吗")
        user.says("2")
        await said(sim, 505, "提交吗")
        user.says("1")
        await said(sim, 505, "编号B261123001")

        def pictures(records: object) -> int:
            case = records.cases.by_number("B261123001")  # type: ignore[attr-defined]
            return len(records.cases.pictures(case.id))  # type: ignore[attr-defined]

        assert await app.office.read(pictures) == 1


async def test_it_goes_on_where_it_was_after_a_restart(sim: TelegramSim, tmp_path: Path) -> None:
    user = sim.user(506)
    async with running_app(sim, tmp_path):
        user.says("明天上午九点约上门理发，我叫王秀英")
        await said(sim, 506, "留个电话")
    user.says("13800001234")
    async with running_app(sim, tmp_path):
        await said(sim, 506, "上门的地址")
        user.says("珠泉路4号院六单元")
        await said(sim, 506, "确认预约吗")


async def test_rg23_somebody_who_blocked_the_bot_is_not_written_to_again(
    sim: TelegramSim, tmp_path: Path
) -> None:
    async with running_app(sim, tmp_path) as app:
        user = sim.user(507)
        user.says("你好")
        await said(sim, 507, "小滨")
        user.blocks()
        user.says("低保要啥材料")

        def dead(records: object) -> list[object]:
            return list(records.outbox.troubled())  # type: ignore[attr-defined]

        await sim.wait_for(lambda: any(method == "sendMessage" for method, _ in sim.refused))
        while not await app.office.read(dead):
            await app.delivery.once()
        assert await app.office.read(lambda records: records.people.is_blocked("telegram", "507"))


async def test_nonsense_on_telegram_gets_a_clear_word(sim: TelegramSim, tmp_path: Path) -> None:
    async with running_app(sim, tmp_path):
        user = sim.user(508)
        user.sends_voice()
        await said(sim, 508, "听不了语音")
        user.sends_sticker()
        user.says("🌹🙏👍")
        user.sends_photo(b"this is no picture", "")
        user.says("x" * 4096)
        user.says("低保要啥材料")
        await said(sim, 508, "最低生活保障")


async def test_rounds_are_made_while_it_runs(sim: TelegramSim, tmp_path: Path) -> None:
    async with running_app(sim, tmp_path) as app:
        user = sim.user(509)
        user.says("每天早上八点提醒我吃药")
        await said(sim, 509, "对吗")
        user.says("1")
        await said(sim, 509, "设好了")
        clock = app.office.now
        assert isinstance(clock, Clock)
        clock.at = START + timedelta(days=1)
        await said(sim, 509, "提醒您：")
