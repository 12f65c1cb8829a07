"""A small assistant for channel tests: keeps in a dict, answers each message, sends like the outbox would."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from bot.channels.telegram import TelegramChannel, TelegramSettings
from intents.message import Message, Outgoing, Reply, Sent
from tests.sim.telegram.server import TelegramSim

PNG = b"\x89PNG\r\n\x1a\n picture"


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.naps: list[float] = []

    def __call__(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.naps.append(seconds)
        self.seconds += seconds
        await asyncio.sleep(0)


class Office:
    """Ears whose inbox outlives channels. `answer` makes the reply; `before_keep`/`before_hear` may stop or fail."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[str, dict[str, Any]]] = {}
        self.done: list[str] = []
        self.heard: list[Message] = []
        self.keeps = 0
        self.turns: list[str] = []  # every call of hear that came to its end, also in vain
        self.batch = 500
        self.channel: TelegramChannel | None = None
        self.sent: list[Sent] = []
        self.answer: Callable[[Message], Reply | None] = lambda _: None
        self.before_keep: Callable[[str], Awaitable[None]] = _nothing
        self.before_hear: Callable[[Message], Awaitable[None]] = _nothing_heard
        self._changed = asyncio.Condition()

    async def keep(self, channel: str, event_id: str, address: str, body: dict[str, Any]) -> bool:
        """Write a row, once for each event."""
        assert channel == "telegram"
        await self.before_keep(event_id)
        self.keeps += 1
        if event_id in self.rows:
            return False
        self.rows[event_id] = (address, body)
        return True

    async def unheard(self, channel: str) -> list[dict[str, Any]]:
        """Rows without a turn."""
        return [body for event, (_, body) in self.rows.items() if event not in self.done][: self.batch]

    async def hear(self, message: Message) -> list[Reply]:
        """A turn: once for each event."""
        await self.before_hear(message)
        self.turns.append(message.event_id)
        if message.event_id in self.done:
            return []
        self.done.append(message.event_id)
        self.heard.append(message)
        reply = self.answer(message)
        if reply and self.channel:
            await self.say(message.address, reply)
        async with self._changed:
            self._changed.notify_all()
        return [reply] if reply else []

    async def say(self, address: str, reply: Reply, **more: Any) -> Sent:
        """Send as delivery would."""
        assert self.channel
        sent = await self.channel.send(
            Outgoing(len(self.sent) + 1, "telegram", address, reply, more.pop("purpose", "reply"), **more)
        )
        self.sent.append(sent)
        return sent

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait for a turn after which it is so."""
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(is_so)

    async def until_heard(self, number: int) -> None:
        """Wait for so many turns."""
        await self.until(lambda: len(self.heard) >= number)

    @property
    def words(self) -> list[str]:
        """What was heard, in order."""
        return [message.text for message in self.heard]


async def _nothing(_: str) -> None: ...


async def _nothing_heard(_: Message) -> None: ...


async def no_picture(_: str) -> bytes | None:
    """A loader that has nothing."""
    return None


async def one_picture(_: str) -> bytes | None:
    """A loader that has one picture."""
    return PNG


def as_is(data: bytes) -> bytes:
    """A cleaner that finds nothing to clean."""
    return data


def settings_for(sim: TelegramSim, **more: Any) -> TelegramSettings:
    """Settings for the simulator, without a pace unless asked for."""
    free: dict[str, Any] = {"private_gap": 0, "group_per_minute": 0, "bot_per_second": 0}
    return TelegramSettings(**{"token": sim.token, "base_url": sim.url, **free, **more})


def channel_for(sim: TelegramSim, office: Office, *, clean: Callable[[bytes], bytes] = as_is, clock: Clock | None = None,
                load: Callable[[str], Awaitable[bytes | None]] = no_picture, **more: Any) -> TelegramChannel:  # fmt: skip
    """A channel of the office."""
    clock = clock or Clock()
    office.channel = TelegramChannel(settings_for(sim, **more), clean, load, clock=clock, sleep=clock.sleep)
    return office.channel


@asynccontextmanager
async def listening(channel: TelegramChannel, office: Office) -> AsyncIterator[asyncio.Task[None]]:
    """The channel at work; afterwards it is stopped as a killed process is, without good-bye."""
    task = asyncio.create_task(channel.run(office))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait({task})
        await channel.close()
    if not task.cancelled() and (error := task.exception()):
        raise error
