"""What goes wrong on purpose: the next call of a method fails in a chosen way."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["status", "drop_before", "drop_after", "hold_before", "hold_after", "garbage"]


@dataclass
class Trouble:
    """One planned failure. `drop_*` cuts the connection, `hold_*` waits for `release`, before or after the effect."""

    kind: Kind
    status: int = 500
    description: str = "Internal Server Error"
    retry_after: int = 0
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    release: asyncio.Event = field(default_factory=asyncio.Event)


class Troubles:
    """Failures in the order they were planned, per method ("" for any)."""

    def __init__(self) -> None:
        self._planned: dict[str, deque[Trouble]] = defaultdict(deque)

    def plan(self, trouble: Trouble, method: str = "", times: int = 1) -> Trouble:
        """Fail so, the next `times` times."""
        self._planned[method].extend([trouble] * times)
        return trouble

    def next(self, method: str) -> Trouble | None:
        """What happens to this call."""
        for key in (method, ""):
            if self._planned[key]:
                trouble = self._planned[key].popleft()
                trouble.reached.set()
                return trouble
        return None
