"""The way out, over HTTP: what residents and workers see, and what each answer of Telegram comes to."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.channels.telegram import TelegramChannel
from intents.message import Card, Location, Option, Outgoing, Reply
from tests.sim.telegram import Button, TelegramSim
from tests.sim.telegram.ears import PNG, Clock, Office, channel_for, no_picture, one_picture, settings_for

GROUP = -1001


@pytest.fixture
async def sim() -> AsyncIterator[TelegramSim]:
    async with TelegramSim() as made:
        made.user(7)
        made.group(GROUP)
        yield made


@pytest.fixture
async def channel(sim: TelegramSim) -> AsyncIterator[TelegramChannel]:
    made = channel_for(sim, Office(), load=one_picture, staff_group=GROUP, read_seconds=0.3)
    yield made
    await made.close()


def out(reply: Reply | str, id: int = 1, address: str = "7", purpose: str = "reply", **more: Any) -> Outgoing:
    return Outgoing(
        id, "telegram", address, Reply(reply) if isinstance(reply, str) else reply, purpose, **more
    )


def staff(words: str, id: int = 1, **more: Any) -> Outgoing:
    return out(words, id, str(GROUP), "staff", **{"conversation_id": 3, "topic_name": "居民 3", **more})


async def test_words_card_and_buttons(sim: TelegramSim, channel: TelegramChannel) -> None:
    reply = Reply(
        "好的。", (Option("=menu", "菜单"), Option("字" * 22, "太长")), Card("老年证", (("材料", "身份证"),))
    )
    sent = await channel.send(out(reply, sender="李姐"))
    shown = sim.sent_to(7)[0]
    assert (sent.outcome, sent.ref) == ("sent", str(shown.message_id))
    assert shown.text == "工作人员 李姐：好的。\n【老年证】\n材料：身份证\n1. 菜单\n2. 太长"
    assert shown.buttons == [Button("菜单", "=menu")]


async def test_long_words_come_whole_with_the_buttons_last(
    sim: TelegramSim, channel: TelegramChannel
) -> None:
    text = "\n".join(f"第{n}条：" + "字" * 90 for n in range(120))
    assert (await channel.send(out(Reply(text, (Option("=menu", "菜单"),))))).outcome == "sent"
    shown = sim.sent_to(7)
    assert "\n".join(one.text for one in shown) == f"{text}\n1. 菜单"
    assert [len(one.buttons) for one in shown] == [0, 0, 1]


async def test_picture_and_place(sim: TelegramSim, channel: TelegramChannel) -> None:
    options = (Option("=menu", "菜单"),)
    await channel.send(out(Reply("看图", options, location=Location(30.5, 120.5), picture="a")))
    await channel.send(out(Reply("字" * 1100, picture="a"), 2))
    place, picture, alone, words = sim.sent_to(7)
    assert place.location == (30.5, 120.5)
    assert (picture.photo, picture.text, picture.buttons) == (PNG, "看图\n1. 菜单", [Button("菜单", "=menu")])
    assert (alone.photo, alone.text, words.text) == (PNG, "", "字" * 1100)


async def test_a_picture_that_is_gone(sim: TelegramSim) -> None:
    channel = channel_for(sim, Office(), load=no_picture)
    assert (await channel.send(out(Reply("看图", picture="a")))).outcome == "sent"
    assert (await channel.send(out(Reply(picture="a"), 2))).outcome == "refused"
    await channel.close()
    assert sim.texts(7) == ["看图"]


# the staff group


async def test_a_topic_is_opened_once_for_a_conversation(sim: TelegramSim, channel: TelegramChannel) -> None:
    first, second = await asyncio.gather(channel.send(staff("一", 1)), channel.send(staff("二", 2)))
    third = await channel.send(staff("三", 3, topic=first.topic))
    other = await channel.send(staff("四", 4, conversation_id=4, topic_name="名" * 300))
    assert first.topic == second.topic != ""
    assert third.topic == ""
    assert list(sim.chat(GROUP).topics.values()) == ["居民 3", "名" * 128]
    assert [str(one.topic) for one in sim.sent_to(GROUP)] == [first.topic] * 3 + [other.topic]


async def test_a_deleted_topic_is_opened_again_once(sim: TelegramSim, channel: TelegramChannel) -> None:
    sim.chat(GROUP).topics[44] = "居民 3"
    sim.delete_topic(GROUP, 44)
    first = await channel.send(staff("一", 1, topic="44"))
    late = await channel.send(staff("二", 2, topic="44"))  # read before the new topic was written down
    assert first.outcome == late.outcome == "sent"
    assert first.topic == late.topic
    assert [(one.text, str(one.topic)) for one in sim.sent_to(GROUP)] == [
        ("一", first.topic),
        ("二", first.topic),
    ]
    assert len(sim.chat(GROUP).topics) == 1


async def test_words_for_the_group_in_a_thread_or_without(sim: TelegramSim, channel: TelegramChannel) -> None:
    sim.chat(GROUP).topics[44] = "居民 3"
    await channel.send(out("已交回", 1, str(GROUP), "group", topic="44"))
    await channel.send(out("未绑定", 2, str(GROUP), "group"))
    assert [one.topic for one in sim.sent_to(GROUP)] == [44, None]


async def test_a_group_without_topics_gets_the_words_all_the_same(sim: TelegramSim) -> None:
    sim.group(-1002, forum=False)
    channel = channel_for(sim, Office(), staff_group=-1002)
    sent = [
        await channel.send(out(words, n, "-1002", "staff", conversation_id=3, topic_name="居民 3"))
        for n, words in enumerate(("一", "二"))
    ]
    await channel.close()
    assert [one.outcome for one in sent] == ["sent", "sent"]
    assert sim.texts(-1002) == ["一", "二"]
    assert [method for method, _ in sim.refused] == ["createForumTopic"]


async def test_a_worker_in_private_gets_no_topic(sim: TelegramSim, channel: TelegramChannel) -> None:
    sent = await channel.send(out("有人找", 1, "7", "staff", conversation_id=3, topic_name="居民 3"))
    assert (sent.outcome, sent.topic, sim.texts(7)) == ("sent", "", ["有人找"])


# outcomes


async def test_429_is_waited_out_without_asking_again(sim: TelegramSim) -> None:
    channel = channel_for(sim, Office(), clock=(clock := Clock()))
    sim.fails(
        "status",
        "sendMessage",
        status=429,
        description="Too Many Requests: retry after 10000",
        retry_after=10_000,
    )
    sent = await channel.send(out("好"))
    assert (sent.outcome, sent.retry_after) == ("later", 10_000)
    clock.seconds += 4000
    again = await channel.send(out("好"))
    assert (again.outcome, again.retry_after) == ("later", 6000)
    assert len(sim.refused) == 1
    clock.seconds += 6000
    assert (await channel.send(out("好"))).outcome == "sent"
    await channel.close()


async def test_at_our_pace_telegram_never_says_429() -> None:
    clock = Clock()
    async with TelegramSim(clock=clock) as sim:
        sim.floods.on = True
        paced: dict[str, Any] = {"private_gap": 1.0, "group_per_minute": 20, "bot_per_second": 30}
        channel = channel_for(sim, Office(), clock=clock, **paced)
        todo = [out(f"{n}", n, address) for n in range(1, 9) for address in ("7", "8", "-1001")]
        todo += [out(f"{n}", n, "-1001") for n in range(9, 40)]
        sim.user(7), sim.user(8), sim.group(-1001)
        while todo:
            waits = []
            for one in list(todo):
                sent = await channel.send(one)
                if sent.outcome == "sent":
                    todo.remove(one)
                else:
                    assert sent.retry_after > 1
                    waits.append(sent.retry_after)
            await clock.sleep(min(waits, default=0))
        await channel.close()
    assert sim.refused == []
    assert max(nap for nap in clock.naps if nap <= 1) <= 1
    assert sim.texts(7) == [str(n) for n in range(1, 9)]
    assert len(sim.texts(-1001)) == 39


async def test_a_person_who_blocked_the_bot(sim: TelegramSim, channel: TelegramChannel) -> None:
    sim.user(7).blocks()
    sent = await channel.send(out("好"))
    assert (sent.outcome, sent.blocked) == ("refused", True)
    sim.chat(GROUP).is_blocked = True
    assert not (await channel.send(out("好", 2, str(GROUP), "group"))).blocked
    assert not (await channel.send(out("好", 3, "99"))).blocked  # chat not found
    assert (await channel.send(out("好", 4, "王阿姨"))).outcome == "refused"


@pytest.mark.parametrize(
    ("status", "description", "outcome"),
    [
        (500, "Internal Server Error", "later"), (502, "Bad Gateway", "later"), (503, "x", "later"),
        (401, "Unauthorized", "later"), (404, "Not Found", "later"), (400, "Bad Request: chat not found", "refused"),
        (413, "Request Entity Too Large", "refused"), (400, "Bad Request: message is not modified: x", "sent"),
        (429, "Too Many Requests", "later"),
    ],
)  # fmt: skip
async def test_what_an_answer_comes_to(
    sim: TelegramSim, channel: TelegramChannel, status: int, description: str, outcome: str
) -> None:
    sim.fails("status", "sendMessage", status=status, description=description)
    sent = await channel.send(out("好"))
    assert sent.outcome == outcome
    assert bool(sent.why) == (outcome != "sent")
    assert (await channel.send(out("好", 2))).outcome == "sent"  # one refusal does not stop the next


@pytest.mark.parametrize("kind", ["hold_after", "hold_before", "drop_after", "drop_before", "garbage"])
async def test_no_answer_is_unsure(sim: TelegramSim, channel: TelegramChannel, kind: Any) -> None:
    trouble = sim.fails(kind, "sendMessage")
    sent = await channel.send(out("好"))
    trouble.release.set()
    assert sent.outcome == "unsure"
    assert len(sim.sent_to(7)) == (1 if kind in ("hold_after", "drop_after", "garbage") else 0)


async def test_nobody_there_is_later() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound and not listening: refused
        port = closed.getsockname()[1]
        channel = channel_for_url(f"http://127.0.0.1:{port}")
        assert (await channel.send(out("好"))).outcome == "later"
        await channel.close()


async def test_a_name_that_does_not_resolve_and_a_server_without_tls_are_later(sim: TelegramSim) -> None:
    for url in ("http://telegram.invalid", sim.url.replace("http", "https")):
        channel = channel_for_url(url)
        assert (await channel.send(out("好"))).outcome == "later"
        await channel.close()


def channel_for_url(url: str) -> TelegramChannel:
    sim = TelegramSim()
    return TelegramChannel(settings_for(sim, base_url=url), bytes, no_picture)


async def test_what_stopped_half_way_goes_on_there(sim: TelegramSim, channel: TelegramChannel) -> None:
    text = "\n".join("字" * 1000 for _ in range(10))
    first = await half_way(sim, channel, text)
    again = await channel.send(out(text, 9))
    assert first.outcome == "later"
    assert again.outcome == "sent"
    assert again.ref == first.ref == str(sim.sent_to(7)[0].message_id)
    assert "\n".join(sim.texts(7)) == text


async def half_way(sim: TelegramSim, channel: TelegramChannel, text: str) -> Any:
    """The first part goes, the second is refused for now."""
    held = sim.fails("hold_after", "sendMessage")
    going = asyncio.create_task(channel.send(out(text, 9)))
    await sim.wait_for(1)
    sim.fails("status", "sendMessage", status=500)
    held.release.set()
    return await going


async def test_the_token_is_never_shown(
    sim: TelegramSim, channel: TelegramChannel, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    sim.fails("status", "sendMessage", status=400, description=f"Bad Request: {sim.token}")
    whys = [(await channel.send(out("秘密的话"))).why]
    for kind in ("drop_before", "garbage", "hold_before"):
        sim.fails(kind, "sendMessage").release.set()
        whys.append((await channel.send(out("秘密的话", 2))).why)
    other = TelegramChannel(settings_for(sim, token="654321:WRONG"), bytes, no_picture)
    whys.append((await other.send(out("秘密的话", 3))).why)
    await other.close()
    shown = caplog.text + "".join(whys) + repr(channel) + repr(channel.settings)
    assert "令牌" in shown
    for secret in (sim.token, "654321:WRONG", "秘密的话"):
        assert secret not in shown
