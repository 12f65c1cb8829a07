"""Telegram's own limits: 1/s to a person, 20/min to a group, 30/s for the bot. Off until a test wants them."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Callable

from tests.sim.telegram.wire import Refusal


class Floods:
    """Counts sends; raises 429 with `retry_after`. `clock` is in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.on = False
        self.private, self.group, self.bot = (1, 1.0), (20, 60.0), (30, 1.0)
        self._sent: dict[int, deque[float]] = defaultdict(deque)

    def count(self, chat: int) -> None:
        """One send to a chat."""
        if not self.on:
            return
        now = self.clock()
        limits = {0: self.bot, chat: self.private if chat > 0 else self.group}
        waits = [self._wait(key, most, span, now) for key, (most, span) in limits.items()]
        if (wait := max(waits)) > 0:
            seconds = math.ceil(wait)
            raise Refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
        for key in limits:
            self._sent[key].append(now)

    def _wait(self, key: int, most: int, span: float, now: float) -> float:
        sent = self._sent[key]
        while sent and sent[0] + span <= now:
            sent.popleft()
        return sent[-most] + span - now if len(sent) >= most else 0.0
