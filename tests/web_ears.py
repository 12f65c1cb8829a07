"""A small assistant for the web chat's tests: it records, answers in words one can predict, and knows no event twice."""

from __future__ import annotations

import json
import threading
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import StarletteDeprecationWarning

from bot.channels.web import Front, WebChannel
from bot.photos import clean_photo
from intents.message import Card, Message, Option, Reply, to_json

with (
    warnings.catch_warnings()
):  # the test client also runs on httpx, and says each time that it would rather not
    warnings.simplefilter("ignore", StarletteDeprecationWarning)
    from starlette.testclient import TestClient, WebSocketTestSession

__all__ = ["ListeningEars", "TestClient", "WebSocketTestSession", "app_of", "as_json"]

START = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)


class ListeningEars:
    """Keeps both sides of every talk in order of arrival; rings after each turn."""

    def __init__(self) -> None:
        self.heard: list[Message] = []
        self.pictures: dict[str, bytes] = {}
        self.ring: Callable[[str], None] = lambda _: None
        self._rows: list[tuple[str, dict[str, Any]]] = []
        self._lock = threading.Lock()

    async def hear(self, message: Message) -> list[Reply]:
        """Answer once per event."""
        if any(message.event_id == known.event_id for known in self.heard):
            return []
        self.heard.append(message)
        self._write(message.address, "i", "resident", self._body(message))
        replies = answers(message)
        for reply in replies:
            self._write(message.address, "o", "bot", to_json(reply))
        self.ring(message.address)
        return replies

    async def lines(self, channel: str, address: str, *, after_in: int = 0, after_out: int = 0,
                    last: int = 50) -> list[dict[str, Any]]:  # fmt: skip
        """As the office does it."""
        assert channel == "web"
        with self._lock:
            mine = [line for owner, line in self._rows if owner == address]
        if not (after_in or after_out):
            return mine[-last:]
        after = {"i": after_in, "o": after_out}
        return [line for line in mine if int(line["id"][1:]) > after[line["id"][0]]]

    async def picture(self, name: str) -> bytes | None:
        """A stored picture."""
        return self.pictures.get(name)

    def say(self, address: str, who: str, reply: Reply) -> None:
        """Something is said that is no answer: a reminder, a worker's words."""
        self._write(address, "o", who, to_json(reply))

    def _body(self, message: Message) -> dict[str, Any]:
        body: dict[str, Any] = {"text": message.text, "event_id": message.event_id}
        if message.button:
            body["button"] = message.button
        if message.location:
            body["location"] = [message.location.latitude, message.location.longitude]
        if message.photo:
            body["photo"] = f"photo{len(self.pictures)}"
            self.pictures[body["photo"]] = message.photo.data
        return body

    def _write(self, address: str, side: str, who: str, body: dict[str, Any]) -> None:
        with self._lock:
            number = 1 + sum(line["id"][0] == side for _, line in self._rows)
            at = (START + timedelta(seconds=len(self._rows))).isoformat()
            self._rows.append((address, {"id": f"{side}{number}", "at": at, "who": who, "body": body}))


def answers(message: Message) -> list[Reply]:
    """What this assistant says."""
    if message.text == "菜单":
        return [
            Reply(
                "您可以直接说，也可以回数字：", (Option("=ask", "问政策、问材料"), Option("=book", "约服务"))
            )
        ]
    if message.text == "老年优待证":
        rows = (
            ("谁能办", "年满60周岁的本区户籍老人"),
            ("带什么", "身份证\n一寸照片1张"),
            ("在哪办", "社区中心一楼，0574-87650000"),
        )
        return [
            Reply(
                "您问的是这个吧：", (Option("=more", "怎么走"),), Card("老年人优待证", rows, "社区可帮您办。")
            )
        ]
    if message.text == "他打我":
        return [Reply("请先到安全的地方。拨打110。", quick_exit=True)]
    return [Reply(f"听到：{message.text or message.button or '照片或位置'}")]


def app_of(
    ears: ListeningEars, *, look_every: float = 5.0, sample: bool = True
) -> tuple[Starlette, WebChannel]:
    """The web chat as an application."""

    async def front() -> Front:
        return Front("海曙区示例社区党群服务中心", "0574-87650000", sample)

    web = WebChannel(ears, clean_photo, ears.picture, front=front, now=lambda: START, look_every=look_every)
    ears.ring = web.ring
    return Starlette(routes=web.routes()), web


def as_json(told: object) -> str:
    """For frames that are sent as text."""
    return json.dumps(told)
