"""Hearing: an update is kept first, then turned; each chat in order, several chats at a time."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from telegram import Bot
from telegram.error import TelegramError

from bot.channels import Ears
from bot.channels.telegram.lanes import Lanes
from bot.channels.telegram.photos import NOT_THERE, Photos, RefusedPhoto
from bot.channels.telegram.reading import CHANNEL, Heard, event_of, read
from bot.channels.telegram.sending import Sending
from bot.channels.telegram.settings import TelegramSettings
from intents.message import Message, Outgoing, Reply

log = logging.getLogger(__name__)
TURN_PAUSES = (1.0, 5.0, 15.0, 60.0, 300.0)  # before a turn that storage refused is tried again
PHOTO_PAUSES = (1.0, 5.0, 15.0)
PHOTOS_AT_ONCE = 4  # each may be 20 MB
CATCH_UP_SECONDS = 60.0
ANSWER_SECONDS = 5.0


class Hearing:
    """The way in, from a raw update to a turn."""

    def __init__(
        self, bot: Bot, ears: Ears, photos: Photos, sending: Sending, settings: TelegramSettings,
        now: Callable[[], datetime], sleep: Callable[[float], Awaitable[None]],
    ) -> None:  # fmt: skip
        self._bot, self._ears, self._photos, self._sending = bot, ears, photos, sending
        self._settings, self._now, self._sleep = settings, now, sleep
        self._lanes: Lanes[Heard] = Lanes(self._turn)
        self._gate = asyncio.Semaphore(settings.side_by_side)
        self._photo_gate = asyncio.Semaphore(PHOTOS_AT_ONCE)
        self._old: set[int] = set()
        self._fresh: set[str] = set()  # kept by us, and not yet in a lane
        self._behind: list[dict[str, Any]] | None = []  # kept while older ones are still being heard

    async def take(self, raws: Sequence[dict[str, Any]]) -> None:
        """Keep updates; when this returns they may be acknowledged. What is not said to us is not kept."""
        ours = [(raw, heard) for raw in map(writable, raws) if (heard := self._read(raw))]
        if len(ours) < len(raws):
            log.info("telegram: %d update(s) are not for us", len(raws) - len(ours))
        kept = await asyncio.gather(*(self._keep(raw, heard) for raw, heard in ours), return_exceptions=True)
        for (raw, heard), failure in zip(ours, kept, strict=True):
            if failure is not None:
                raise failure
            if heard.message.event_id in self._fresh:
                self._fresh.discard(heard.message.event_id)
                self._line_up(raw, heard)

    async def _keep(self, raw: dict[str, Any], heard: Heard) -> None:
        said = heard.message
        if await self._ears.keep(CHANNEL, said.event_id, said.address, raw):
            self._fresh.add(said.event_id)

    def _line_up(self, raw: dict[str, Any], heard: Heard) -> None:
        if self._behind is None:
            self._lanes.put(heard.message.address, heard)
        else:
            self._behind.append(raw)

    async def catch_up(self) -> None:
        """Hear what was kept before and never heard, in order; then what came in meanwhile."""
        while bodies := [raw for raw in await self._ears.unheard(CHANNEL) if event_of(raw) not in self._old]:
            for raw in sorted(bodies, key=lambda raw: event_of(raw) or 0):
                self._again(raw)
            await self._lanes.idle(CATCH_UP_SECONDS)
        behind, self._behind = self._behind or [], None
        for raw in behind:
            self._again(raw)
        self._old.clear()

    def _again(self, raw: dict[str, Any]) -> None:
        event, heard = event_of(raw), self._read(raw)
        if event is not None and event in self._old:
            return
        self._old.add(event or 0)
        if heard is not None:
            self._lanes.put(heard.message.address, heard)

    def _read(self, raw: dict[str, Any]) -> Heard | None:
        return read(raw, self._settings.staff_group, self._now)

    async def _turn(self, heard: Heard) -> None:
        await asyncio.gather(self._answer(heard.query), self._hear(heard))

    async def _answer(self, query: str) -> None:
        """Stop the button's clock, once; nothing depends on it."""
        if not query:
            return
        try:
            await self._bot.answer_callback_query(query, read_timeout=ANSWER_SECONDS)
        except TelegramError as error:
            log.info("telegram: a tap was not answered: %s", type(error).__name__)

    async def _hear(self, heard: Heard) -> None:
        message, refusal = await self._with_photo(heard)
        if refusal:
            await self._tell(message, refusal)
        for pause in (*TURN_PAUSES, None):
            try:
                async with self._gate:
                    await self._ears.hear(message)
            except Exception as error:  # noqa: BLE001 - whatever storage raises, the row stays in the inbox
                log.error("telegram: turn of update %s failed: %s", message.event_id, type(error).__name__)
            else:
                return
            if pause is not None:
                await self._sleep(pause)

    async def _with_photo(self, heard: Heard) -> tuple[Message, str]:
        """The message with its picture; without one, also the words that say why."""
        if not heard.sizes:
            return heard.message, ""
        without = heard.message if heard.message.text else replace(heard.message, kind="other")
        for pause in (*PHOTO_PAUSES, None):
            try:
                async with self._photo_gate:
                    return replace(heard.message, photo=await self._photos.fetch(heard.sizes)), ""
            except RefusedPhoto as no:
                return without, str(no)
            except TelegramError as error:
                log.warning("telegram: a photo was not fetched: %s", type(error).__name__)
            if pause is not None:
                await self._sleep(pause)
        return without, NOT_THERE

    async def _tell(self, message: Message, words: str) -> None:
        outgoing = Outgoing(0, CHANNEL, message.address, Reply(words), "group", topic=message.reply_to)
        sent = await self._sending.send(outgoing)
        if sent.outcome != "sent":
            log.warning("telegram: a refusal of a photo was not told: %s", sent.why)

    async def close(self) -> None:
        """Stop turning; what was not heard is in the inbox."""
        await self._lanes.close()


def writable(raw: dict[str, Any]) -> dict[str, Any]:
    """The same update without half characters (lone surrogates), which no database can write."""
    text = json.dumps(raw, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        fixed: dict[str, Any] = json.loads(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
        return fixed
    return raw
