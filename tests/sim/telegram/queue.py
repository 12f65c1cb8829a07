"""Updates on their way to the bot: long polling with offsets, or a webhook, never both."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

import aiohttp

from tests.sim.telegram.wire import Refusal, bad

Json = dict[str, Any]
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}\Z")
AGAIN_SECONDS = 0.02
UNASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


class Bell:
    """Rings for everybody who waits; what they wait for, they look up themselves."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        """Something changed."""
        self._event.set()
        self._event = asyncio.Event()

    async def until(self, is_so: Callable[[], bool], seconds: float) -> bool:
        """Wait until it is so; False when the time is over."""
        try:
            async with asyncio.timeout(seconds):
                while not is_so():
                    await self._event.wait()
        except TimeoutError:
            return is_so()
        return True


class Queue:
    """What Telegram keeps for a bot until it is acknowledged."""

    def __init__(self, bell: Bell) -> None:
        self._bell = bell
        self.pending: list[Json] = []
        self.allowed: list[str] | None = None
        self.webhook_url = ""
        self.webhook_statuses: list[int] = []
        self._secret = ""
        self._next_id = 1000
        self._poller: object | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def is_polled(self) -> bool:
        """Somebody waits in a long poll."""
        return self._poller is not None

    def put(self, kind: str, body: Json) -> Json:
        """A new update; kinds that the bot did not ask for are not kept."""
        self._next_id += 1
        update = {"update_id": self._next_id, kind: body}
        if kind not in UNASKED if not self.allowed else kind in self.allowed:
            self.pending.append(update)
            self._bell.ring()
        return update

    def repeat(self, update: Json) -> None:
        """Deliver an update again."""
        self.pending.append(update)
        self._bell.ring()

    async def poll(
        self, offset: int | None, limit: int | None, seconds: int | None, allowed: list[str] | None
    ) -> list[Json]:
        """getUpdates."""
        if self.webhook_url:
            raise Refusal(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")  # fmt: skip
        if not 1 <= (limit or 100) <= 100:
            raise bad("limit must be between 1 and 100")
        if allowed is not None:
            self.allowed = allowed
        self._acknowledge(offset or 0)
        me = self._poller = object()
        self._bell.ring()  # an earlier poll ends with a conflict
        await self._bell.until(lambda: bool(self.pending) or self._poller is not me, seconds or 0)
        if self._poller is not me:
            raise Refusal(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")  # fmt: skip
        self._poller = None
        return self.pending[: limit or 100]

    def _acknowledge(self, offset: int) -> None:
        if offset < 0:
            self.pending = self.pending[offset:]
        else:
            self.pending = [update for update in self.pending if update["update_id"] >= offset]
        self._bell.ring()

    async def set_webhook(self, url: str, secret: str | None, allowed: list[str] | None, drop: bool) -> None:
        """setWebhook; an empty url removes it. (Telegram itself wants https.)"""
        if secret is not None and not SECRET.match(secret):
            raise bad("secret token contains unallowed characters")
        await self.stop()
        if drop:
            self.pending.clear()
        if allowed is not None:
            self.allowed = allowed
        self.webhook_url, self._secret = url, secret or ""
        self._poller = None
        self._bell.ring()
        if url:
            self._task = asyncio.create_task(self._deliver())

    async def _deliver(self) -> None:
        """Each update in order, again and again until it is answered with 2xx."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": self._secret} if self._secret else {}
        async with aiohttp.ClientSession() as session:
            while True:
                await self._bell.until(lambda: bool(self.pending), 3600)
                update = self.pending[0]
                status = await self._post(session, update, headers)
                self.webhook_statuses.append(status)
                if 200 <= status < 300:
                    self.pending.remove(update)
                else:
                    await asyncio.sleep(AGAIN_SECONDS)
                self._bell.ring()

    async def _post(self, session: aiohttp.ClientSession, update: Json, headers: dict[str, str]) -> int:
        try:
            async with session.post(self.webhook_url, json=update, headers=headers) as answer:
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return 0

    async def stop(self) -> None:
        """No more deliveries."""
        if self._task:
            self._task.cancel()
            await asyncio.wait({self._task})
            self._task = None
