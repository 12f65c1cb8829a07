"""How often one address may do something."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from bot.channels.web.refused import TooFast

MOST_KEYS = 20_000


class Pace:
    """At most `most` steps in any `seconds`, by key. Kept in memory: it guards this process, not a count."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.most = most
        self.seconds = seconds
        self.clock = clock
        self._steps: dict[str, deque[float]] = {}

    def step(self, key: str) -> None:
        """Count a step; raises TooFast."""
        now = self.clock()
        steps = self._steps.pop(key, None) or deque()
        while steps and steps[0] <= now - self.seconds:
            steps.popleft()
        self._steps[key] = steps  # last in the dict: the ones in front are the longest quiet
        if len(steps) >= self.most:
            raise TooFast(steps[0] + self.seconds - now)
        steps.append(now)
        if len(self._steps) > MOST_KEYS:
            del self._steps[next(iter(self._steps))]
