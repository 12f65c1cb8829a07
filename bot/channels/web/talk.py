"""One address's talk: its words go in, its lines come out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Protocol

from bot.channels.web.words import Said
from intents.message import Message, Photo, Reply

CHANNEL = "web"
LAST = 50
LATE = 64  # a row may be committed after rows with higher numbers; this far behind the cursor is looked again
Line = dict[str, Any]


class Ears(Protocol):
    """What the web chat asks of the assistant."""

    async def hear(self, message: Message) -> list[Reply]:
        """One turn, committed; the same event again changes nothing."""

    async def lines(self, channel: str, address: str, *, after_in: int = 0, after_out: int = 0,
                    last: int = 50) -> list[Line]:  # fmt: skip
        """Both sides as {id: "o12" | "i7", at, who, body}, oldest first."""


class Talk:
    """What one address may say and see."""

    def __init__(self, ears: Ears, now: Callable[[], datetime], address: str) -> None:
        self.ears = ears
        self.now = now
        self.address = address

    async def say(self, said: Said, photo: Photo | None = None) -> None:
        """Have it heard. The event id is made this address's own, so that nobody can take another's."""
        await self.ears.hear(
            Message(CHANNEL, self.address, f"{self.address}:{said.event_id}", said.text, self.now(),
                    photo=photo, location=said.location, button=said.button)
        )  # fmt: skip

    async def since(self, after_in: int, after_out: int) -> list[Line]:
        """Lines since the cursors and a few before them, which the page knows by their ids; the last 50 at 0, 0."""
        lines = await self.ears.lines(
            CHANNEL, self.address, after_in=_behind(after_in), after_out=_behind(after_out), last=LAST
        )
        return [self._own(line) for line in lines]

    async def shows(self, picture: str) -> bool:
        """Whether the picture stands in this talk."""
        lines = await self.ears.lines(CHANNEL, self.address, last=1000)
        return any(picture in (line["body"].get("photo"), line["body"].get("picture")) for line in lines)

    def _own(self, line: Line) -> Line:
        """The line with the event id that the page gave."""
        event_id = line["body"].get("event_id")
        if not event_id:
            return line
        return line | {"body": line["body"] | {"event_id": str(event_id).removeprefix(f"{self.address}:")}}


def newest(lines: Iterable[Line], after_in: int, after_out: int) -> tuple[int, int]:
    """The cursors when these lines are known too."""
    for line in lines:
        if line["id"].startswith("i"):
            after_in = max(after_in, number(line))
        else:
            after_out = max(after_out, number(line))
    return after_in, after_out


def number(line: Line) -> int:
    """The row's number in a line's id."""
    return int(line["id"][1:])


def _behind(after: int) -> int:
    return max(after - LATE, min(after, 1))
