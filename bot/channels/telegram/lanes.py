"""Lanes: what belongs to one chat is done in order, while chats go side by side."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Lanes(Generic[T]):
    """A queue per chat. `work` bounds its own use of what is scarce, and must not raise."""

    def __init__(self, work: Callable[[T], Awaitable[None]]) -> None:
        self._work = work
        self._waiting: dict[str, deque[T]] = {}
        self._running: set[asyncio.Task[None]] = set()

    def put(self, lane: str, thing: T) -> None:
        """Queue a thing at the end of its lane."""
        if lane in self._waiting:
            self._waiting[lane].append(thing)
            return
        self._waiting[lane] = deque([thing])
        task = asyncio.create_task(self._go(lane))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _go(self, lane: str) -> None:
        waiting = self._waiting[lane]
        try:
            while waiting:
                await self._work(waiting.popleft())
        finally:
            del self._waiting[lane]

    async def idle(self, at_most: float | None = None) -> None:
        """Return when what is being done now and what waits behind it is done, or after so many seconds."""
        if self._running:
            await asyncio.wait(set(self._running), timeout=at_most)

    async def close(self) -> None:
        """Drop what waits; it is in the inbox and is heard at the next start."""
        for task in self._running:
            task.cancel()
        await self.idle()
