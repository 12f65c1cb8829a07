"""One open page: a WebSocket that hears, and pushes what is new."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.channels.web import words
from bot.channels.web.guard import MOST_JSON
from bot.channels.web.pace import Pace
from bot.channels.web.refused import Garbled, Refused, TooLong
from bot.channels.web.talk import LATE, Line, Talk, newest
from bot.channels.web.words import Said

FORGOTTEN = 4001  # the close code of a page whose cookie was taken back


class Visit:
    """A socket, where it has read to, and a bell that may be rung from any thread."""

    def __init__(self, socket: WebSocket, talk: Talk, pace: Pace, look_every: float) -> None:
        self.socket = socket
        self.talk = talk
        self.pace = pace
        self.look_every = look_every
        self.after = (0, 0)
        self.begun = False
        self.forgotten = False
        self._told: set[str] = set()
        self._bell = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._one_at_a_time = asyncio.Lock()

    def ring(self) -> None:
        """Something was said to this address; safe from any thread."""
        with suppress(RuntimeError):  # the loop has closed, and the socket with it
            self._loop.call_soon_threadsafe(self._bell.set)

    def forget(self) -> None:
        """Close the page's socket and tell it why."""
        self.forgotten = True
        self.ring()

    async def run(self) -> None:
        """Hear and tell until the page goes."""
        both = [asyncio.create_task(self._listen()), asyncio.create_task(self._watch())]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in both:
                task.cancel()
            ends = await asyncio.gather(*both, return_exceptions=True)
        for end in ends:
            if isinstance(end, Exception) and not isinstance(end, WebSocketDisconnect):
                raise end

    async def _listen(self) -> None:
        while True:
            frame = await self.socket.receive()
            if frame["type"] == "websocket.disconnect":
                return
            await self._take(frame.get("text"))

    async def _take(self, raw: str | None) -> None:
        said = Said()
        try:
            said = self._read(raw)
            if said.event_id:
                self.pace.step(self.talk.address)
                await self.talk.say(said)
        except Refused as refusal:
            await self._send(refusal.told() | ({"event_id": said.event_id} if said.event_id else {}))
        else:
            await self._tell({"heard": said.event_id} if said.event_id else {"lines": []})

    def _read(self, raw: str | None) -> Said:
        if raw is None:
            raise Garbled
        if len(raw.encode("utf-8", "replace")) > MOST_JSON:
            raise TooLong
        said = words.read(raw)
        self.after = (max(self.after[0], said.after_in), max(self.after[1], said.after_out))
        self.begun = True
        return said

    async def _watch(self) -> None:
        """Push on the bell, and look by the clock: another process may have written."""
        while not self.forgotten:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._bell.wait(), self.look_every)
            self._bell.clear()
            if self.begun and not self.forgotten:
                await self._tell({})
        await self.socket.close(FORGOTTEN)

    async def _tell(self, words: dict[str, Any]) -> None:
        async with self._one_at_a_time:
            lines = self._fresh(await self.talk.since(*self.after))
            if lines or words:
                await self.socket.send_json(words | {"lines": lines})

    async def _send(self, words: dict[str, Any]) -> None:
        async with self._one_at_a_time:
            await self.socket.send_json(words)

    def _fresh(self, lines: list[Line]) -> list[Line]:
        fresh = [line for line in lines if line["id"] not in self._told]
        self.after = newest(lines, *self.after)
        floor = {"i": self.after[0] - LATE, "o": self.after[1] - LATE}
        told = self._told | {line["id"] for line in fresh}
        self._told = {one for one in told if int(one[1:]) > floor[one[0]]}
        return fresh
