"""The terminal: lines in, lines out. Words that fall due (reminders, a worker's answer) are shown before the next prompt."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol, TextIO

from bot.channels import Ears
from intents.message import Message, from_json


class Book(Ears, Protocol):
    """Ears that can also show the talk so far."""

    async def lines(self, channel: str, address: str, *, after_in: int = 0, after_out: int = 0,
                    last: int = 50) -> list[dict[str, Any]]:  # fmt: skip
        """The talk at an address."""


class ConsoleChannel:
    """One person at a terminal."""

    name = "console"

    def __init__(self, address: str, source: TextIO, sink: TextIO, now: Callable[[], datetime],
                 token: Callable[[], str]) -> None:  # fmt: skip
        self._address, self._source, self._sink = address, source, sink
        self._now, self._token = now, token
        self._seen = 0

    async def run(self, ears: Book) -> None:
        """Talk until the end of input."""
        self._write("小滨：您好，想办什么直接说。（按 Ctrl+D 结束）")
        await self._show(ears, quietly=True)
        while line := await asyncio.to_thread(self._source.readline):
            await self._show(ears)
            text = line.rstrip("\r\n")
            await ears.hear(Message(self.name, self._address, self._token(), text, self._now()))
            await self._show(ears)

    async def _show(self, ears: Book, *, quietly: bool = False) -> None:
        for line in await ears.lines(
            self.name, self._address, after_out=self._seen, last=1 if quietly else 50
        ):
            if line["id"].startswith("o"):
                self._seen = max(self._seen, int(line["id"][1:]))
                if not quietly:
                    who = "小滨" if line["who"] == "bot" else f"工作人员 {line['who']}"
                    self._write(f"{who}：{from_json(line['body']).plain()}")

    def _write(self, text: str) -> None:
        self._sink.write(text + "\n")
        self._sink.flush()
