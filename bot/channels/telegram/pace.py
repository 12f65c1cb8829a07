"""Pace: how fast Telegram lets a bot speak (about 1/s to a person, 20/min to a group, 30/s in all)."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable

from bot.channels.telegram.settings import TelegramSettings

SECOND, MINUTE = 1.0, 60.0
FORGET_AT = 10_000


class Window:
    """At most `most` places in any `span` seconds; 0 means no limit."""

    __slots__ = ("_most", "_span", "_taken")

    def __init__(self, most: int, span: float) -> None:
        self._most, self._span = most, span
        self._taken: list[float] = []

    def free_at(self, now: float) -> float:
        """The earliest time with a free place."""
        if not self._most or len(self._taken) < self._most:
            return now
        return max(now, self._taken[-self._most] + self._span)

    def take(self, at: float, now: float) -> None:
        """Take a place, and forget those that are over."""
        insort(self._taken, at)
        del self._taken[: bisect_left(self._taken, now - self._span)]

    def is_over(self, now: float) -> bool:
        """Nothing here matters any more."""
        return not self._taken or self._taken[-1] + self._span <= now


class Pace:
    """Places for messages; `clock` is monotonic, in seconds. Groups have negative chat ids."""

    def __init__(self, settings: TelegramSettings, clock: Callable[[], float]) -> None:
        self._settings = settings
        self._clock = clock
        self._bot = Window(settings.bot_per_second, SECOND)
        self._chats: dict[int, Window] = {}
        self._held: dict[int, float] = {}

    def reserve(self, chat: int) -> tuple[bool, float]:
        """(True, seconds to wait) with a place taken; (False, seconds) where that is too long to wait here."""
        now = self._clock()
        window = self._window(chat, now)
        at = max(self._held.get(chat, now), window.free_at(now), self._bot.free_at(now))
        if at - now > self._settings.longest_wait:
            return False, at - now
        self._held.pop(chat, None)
        window.take(at, now)
        self._bot.take(at, now)
        return True, at - now

    def hold(self, chat: int, seconds: float) -> None:
        """Telegram said to be silent there for so long."""
        self._held[chat] = self._clock() + seconds

    def _window(self, chat: int, now: float) -> Window:
        if chat not in self._chats:
            self._forget(now)
            group = Window(self._settings.group_per_minute, MINUTE)
            private = Window(1 if self._settings.private_gap else 0, self._settings.private_gap)
            self._chats[chat] = group if chat < 0 else private
        return self._chats[chat]

    def _forget(self, now: float) -> None:
        if len(self._chats) >= FORGET_AT:
            self._chats = {chat: window for chat, window in self._chats.items() if not window.is_over(now)}
            self._held = {chat: until for chat, until in self._held.items() if until > now}


class Backoff:
    """1, 2, 4 … 60 seconds, until something works again."""

    def __init__(self, longest: float = 60.0) -> None:
        self._longest = longest
        self._next = 1.0

    def next(self) -> float:
        """Seconds to wait now."""
        seconds = self._next
        self._next = min(seconds * 2, self._longest)
        return seconds

    def reset(self) -> None:
        """It worked."""
        self._next = 1.0
