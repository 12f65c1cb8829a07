"""Sending: a row of the outbox to Telegram, and what came of it as a Sent."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from telegram import Bot
from telegram import Message as Post
from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from bot.channels.telegram import topics as threads
from bot.channels.telegram.pace import Pace
from bot.channels.telegram.settings import TelegramSettings
from bot.channels.telegram.topics import Topics
from bot.channels.telegram.wire import BadToken, Down, Flood, NotSent
from bot.channels.telegram.words import Piece, keyboard, pieces
from intents.message import Outgoing, Sent

log = logging.getLogger(__name__)
LoadPicture = Callable[[str], Awaitable[bytes | None]]
REMEMBERED = 1000
TOKEN_PAUSE = 60.0


@dataclass(slots=True)
class Way:
    """How far one outgoing has come: pieces that Telegram has, the first one's id, the thread they are in."""

    done: int = 0
    ref: str = ""
    topic: str = ""
    opened: str = ""


class Wait(Exception):
    """现在还不能发，要等一会儿。"""

    def __init__(self, seconds: float) -> None:
        super().__init__(Wait.__doc__)
        self.seconds = seconds


class Sending:
    """The way out. An outgoing that had to stop half-way goes on where it stopped."""

    def __init__(
        self, bot: Bot, settings: TelegramSettings, load_picture: LoadPicture, pace: Pace,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:  # fmt: skip
        self._bot, self._settings, self._load, self._pace, self._sleep = (
            bot,
            settings,
            load_picture,
            pace,
            sleep,
        )
        self._topics = Topics(bot)
        self._ways: OrderedDict[int, Way] = OrderedDict()

    async def send(self, outgoing: Outgoing) -> Sent:
        """Deliver one thing; never raises for what Telegram answers."""
        chat = self._chat(outgoing)
        if chat is None:
            return Sent("refused", why="地址不是 Telegram 的聊天编号")
        way = self._ways.pop(outgoing.id, None) or Way()
        sent = await self._try(chat, outgoing, way)
        if sent.outcome in ("later", "unsure") and outgoing.id:
            self._remember(outgoing.id, way)
        return sent

    def _chat(self, outgoing: Outgoing) -> int | None:
        try:
            return int(outgoing.address)
        except ValueError:
            return (
                self._settings.staff_group if outgoing.purpose == "staff" and not outgoing.address else None
            )

    async def _try(self, chat: int, outgoing: Outgoing, way: Way) -> Sent:
        try:
            await self._walk(chat, outgoing, way)
        except Wait as wait:
            return Sent("later", way.ref, "等发送名额", retry_after=wait.seconds, topic=way.opened)
        except TelegramError as error:
            return self._outcome(chat, error, way)
        except (
            KeyError,
            TypeError,
            ValueError,
        ) as error:  # an answer that the library cannot read: it was sent
            return Sent(
                "unsure", way.ref, f"看不懂 Telegram 的回答（{type(error).__name__}）", topic=way.opened
            )
        if not way.done:
            return Sent("refused", why="没有可发的内容")
        return Sent("sent", way.ref, topic=way.opened)

    async def _walk(self, chat: int, outgoing: Outgoing, way: Way) -> None:
        reply = outgoing.reply
        picture = await self._load(reply.picture) if reply.picture else None
        todo = pieces(outgoing, picture)
        if todo and chat == self._settings.staff_group:
            await self._find_thread(chat, outgoing, way)
        for piece in todo[way.done :]:
            post = await self._say(chat, outgoing, piece, way)
            way.done += 1
            way.ref = way.ref or (str(post.message_id) if post else "")

    async def _say(self, chat: int, outgoing: Outgoing, piece: Piece, way: Way) -> Post | None:
        """One piece; in a thread that was deleted, once more in a new one."""
        try:
            return await self._call(chat, piece, way.topic)
        except BadRequest as error:
            if "message is not modified" in error.message.lower():
                return None
            if not way.topic or not threads.is_gone(error):
                raise
        await self._find_thread(chat, outgoing, way, gone=way.topic)
        return await self._call(chat, piece, way.topic)

    async def _find_thread(self, chat: int, outgoing: Outgoing, way: Way, gone: str = "") -> None:
        way.topic = await self._topics.thread(chat, outgoing, gone) if gone or not way.topic else way.topic
        way.opened = way.topic if way.topic != outgoing.topic else ""

    async def _call(self, chat: int, piece: Piece, topic: str) -> Post:
        has_place, seconds = self._pace.reserve(chat)
        if not has_place:
            raise Wait(seconds)
        if seconds > 0:
            await self._sleep(seconds)
        thread = int(topic) if topic.isdigit() else None
        markup = keyboard(piece.options)
        if piece.picture is not None:
            return await self._bot.send_photo(
                chat,
                piece.picture,
                filename="photo.jpg",
                caption=piece.text or None,
                reply_markup=markup,
                message_thread_id=thread,
            )
        if piece.location is not None:
            return await self._bot.send_location(
                chat,
                piece.location.latitude,
                piece.location.longitude,
                reply_markup=markup,
                message_thread_id=thread,
            )
        return await self._bot.send_message(chat, piece.text, reply_markup=markup, message_thread_id=thread)

    def _outcome(self, chat: int, error: TelegramError, way: Way) -> Sent:
        why, ref, topic = error.message.replace(self._settings.token, "…"), way.ref, way.opened
        match error:
            case Flood():
                self._pace.hold(chat, error.seconds)
                return Sent("later", ref, why, retry_after=error.seconds, topic=topic)
            case BadToken():
                log.error("telegram: %s", why)
                return Sent("later", ref, why, retry_after=TOKEN_PAUSE, topic=topic)
            case NotSent() | Down():
                return Sent("later", ref, why, topic=topic)  # the outbox knows how often it has tried
            case Forbidden():
                return Sent("refused", ref, why, topic=topic, blocked=chat > 0)
            case ChatMigrated():
                return Sent("refused", ref, f"群已升级，新编号 {error.new_chat_id}，请改设置")
            case BadRequest():
                return Sent("refused", ref, why, topic=topic)
            case _:
                return Sent("unsure", ref, why, topic=topic)

    def _remember(self, outgoing_id: int, way: Way) -> None:
        self._ways[outgoing_id] = way
        while len(self._ways) > REMEMBERED:
            self._ways.popitem(last=False)
