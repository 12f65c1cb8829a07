"""Fetching: how updates come. Polling asks for the next ones only when the last ones are kept; a webhook is only set."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

from telegram import Bot, BotCommand
from telegram.error import Conflict, TelegramError

from bot.channels.telegram.hearing import Hearing
from bot.channels.telegram.pace import Backoff
from bot.channels.telegram.reading import KINDS, MENU, event_of
from bot.channels.telegram.settings import TelegramSettings
from bot.channels.telegram.wire import AiohttpRequest, BadToken, Flood

log = logging.getLogger(__name__)
AT_ONCE = 100


class Fetching:
    """Listens by the way that the settings name."""

    def __init__(
        self, bot: Bot, request: AiohttpRequest, settings: TelegramSettings,
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:  # fmt: skip
        self._bot, self._request, self._settings, self._sleep = bot, request, settings, sleep
        self._backoff = Backoff()
        self._offset: int | None = None

    async def run(self, hearing: Hearing) -> None:
        """Listen until cancelled."""
        await self._insist(self._prepare)
        if self._settings.mode == "webhook":
            await asyncio.Event().wait()
        while True:
            await self._insist(lambda: self._poll(hearing))

    async def _insist(self, step: Callable[[], Awaitable[None]]) -> None:
        """Do a step until it works, waiting longer each time."""
        while True:
            try:
                await step()
            except TelegramError as error:
                wait = self._backoff.next()
                _log(error, self._settings.token)
                await self._sleep(max(wait, error.seconds) if isinstance(error, Flood) else wait)
            except Exception as error:  # noqa: BLE001 - what could not be kept is not acknowledged, and comes again
                log.error("telegram: updates could not be kept: %s", type(error).__name__)
                await self._sleep(self._backoff.next())
            else:
                self._backoff.reset()
                return

    async def _prepare(self) -> None:
        if self._settings.mode == "webhook":
            await self._bot.set_webhook(
                self._settings.webhook_url,
                secret_token=self._settings.webhook_secret,
                allowed_updates=list(KINDS),
            )
        else:
            await self._bot.delete_webhook()
        await self._bot.set_my_commands([BotCommand(name, text) for name, text in MENU])

    async def _poll(self, hearing: Hearing) -> None:
        """Ask for updates and keep them all; the next question, with its offset, acknowledges them."""
        found = await self._updates()
        await hearing.take(found)
        events = [event for raw in found if (event := event_of(raw)) is not None]
        self._offset = max(events) + 1 if events else self._offset

    async def _updates(self) -> list[dict[str, Any]]:
        """Raw updates; PTB's own call would fail for a whole batch if it could not read one of them."""
        asked: dict[str, Any] = {"timeout": self._settings.poll_seconds, "limit": AT_ONCE}
        asked["allowed_updates"] = json.dumps(KINDS)
        if self._offset is not None:
            asked["offset"] = self._offset
        found = await self._request.post(
            f"{self._bot.base_url}/getUpdates?{urlencode(asked)}",
            read_timeout=self._settings.poll_seconds + self._settings.read_seconds,
        )
        if not isinstance(found, list):
            raise TelegramError("看不懂 Telegram 的回答")
        return [raw for raw in found if isinstance(raw, dict)]


def _log(error: TelegramError, token: str) -> None:
    why = error.message.replace(token, "…")
    if isinstance(error, Conflict):
        log.error(
            "telegram: another program fetches this bot's updates, or a webhook is set; stop one of them: %s",
            why,
        )
    elif isinstance(error, BadToken):
        log.error("telegram: %s", why)
    else:
        log.warning("telegram: no updates for now: %s", why)
