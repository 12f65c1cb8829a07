"""The Telegram channel: updates in, through the inbox; outgoings out, at Telegram's pace."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from bot.channels import Ears
from bot.channels.telegram.fetching import Fetching
from bot.channels.telegram.hearing import Hearing
from bot.channels.telegram.pace import Pace
from bot.channels.telegram.photos import CleanPhoto, Photos
from bot.channels.telegram.reading import event_of
from bot.channels.telegram.sending import LoadPicture, Sending
from bot.channels.telegram.settings import TelegramSettings
from bot.channels.telegram.wire import bot_for
from intents.message import Outgoing, Sent

log = logging.getLogger(__name__)
SECRET_HEADER = "x-telegram-bot-api-secret-token"
MOST_BODY = 1_000_000


def utc_now() -> datetime:
    """Now, aware, UTC."""
    return datetime.now(UTC)


class TelegramChannel:
    """Telegram, by polling or by webhook.

    `clean_photo` re-encodes a picture or raises ValueError with words for the person; `load_picture` gives a stored
    picture's bytes. `now` is the wall clock, `clock` a monotonic one in seconds, `sleep` waits.
    """

    name = "telegram"

    def __init__(
        self, settings: TelegramSettings, clean_photo: CleanPhoto, load_picture: LoadPicture, *,
        now: Callable[[], datetime] = utc_now, clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:  # fmt: skip
        self.settings = settings
        self._bot, self._request = bot_for(settings)
        self._sending = Sending(self._bot, settings, load_picture, Pace(settings, clock), sleep)
        self._photos = Photos(self._bot, self._request, clean_photo, settings.most_bytes)
        self._now, self._sleep = now, sleep
        self._hearing: Hearing | None = None

    async def run(self, ears: Ears) -> None:
        """Hear what was left over, then listen until cancelled."""
        hearing = Hearing(self._bot, ears, self._photos, self._sending, self.settings, self._now, self._sleep)
        fetching = Fetching(self._bot, self._request, self.settings, self._sleep)
        self._hearing = hearing
        try:
            await hearing.catch_up()
            await fetching.run(hearing)
        finally:
            self._hearing = None
            await hearing.close()

    async def webhook(self, headers: Mapping[str, str], body: bytes) -> int:
        """One webhook call → the status to answer. 200 only once the update is kept; turns follow by themselves."""
        if not self._is_telegram(headers):
            return 403
        if self._hearing is None:
            return 503  # not listening yet; Telegram comes again
        if len(body) > MOST_BODY:
            return 413
        raw = _update(body)
        if raw is None:
            return 400
        await self._hearing.take([raw])
        return 200

    def _is_telegram(self, headers: Mapping[str, str]) -> bool:
        if self.settings.mode != "webhook":
            return False
        told = next((value for name, value in headers.items() if name.lower() == SECRET_HEADER), "")
        return hmac.compare_digest(told.encode(errors="replace"), self.settings.webhook_secret.encode())

    async def send(self, outgoing: Outgoing) -> Sent:
        """Deliver one thing; never raises for what Telegram answers."""
        return await self._sending.send(outgoing)

    async def close(self) -> None:
        """Let go of connections."""
        await self._request.shutdown()


def _update(body: bytes) -> dict[str, Any] | None:
    """The body as an update; None for anything else."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) and event_of(told) is not None else None
