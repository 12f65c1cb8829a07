"""Plays a .talk file: a conversation as text, held against what the assistant really says.

    时间 2026-11-23 10:00             moves the clock, and the rounds are made
    工作人员 李姐 li                   the speaker 李姐 is the worker with that login
    王奶奶：低保咋办                   somebody says something; [照片] and [定位 34.3 108.7] are sent things; [不出声] nothing
    小滨：… 要带什么 …                 what is said back; … matches anything
    小滨→李姐：有居民找人工…           what is said to somebody else
    李姐→王奶奶：您好…                 a worker's words as the resident reads them
    老王：调解 {邀请码}                 {邀请码} is the invitation code that was said last
    重启                              the process is killed and started anew

Longer answers go on in lines that begin with a space. Anything said and not written fails.
"""

from __future__ import annotations

import copy
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from PIL import Image
from sqlalchemy import select

from bot import rounds, turn
from intents.library import Library
from intents.message import Location, Message, Photo, from_json
from storage.archive import Archive
from storage.tables import outbox
from tests.databases import START, ZONE, open_archive

Way = Literal["written", "restarted", "twice"]
SAID = re.compile(r"^(?P<who>[^\s：→]+)(?:→(?P<to>[^\s：]+))?：(?P<text>[\s\S]*)$")
BOT = "小滨"


class TalkError(AssertionError):
    """The talk did not go as it is written."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a talk with its number."""

    number: int
    text: str


def steps(text: str) -> Iterator[Step]:
    """The lines of a talk; a line that begins with a space goes on."""
    current: Step | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith((" ", "\t", "　")) and current:
            current = Step(current.number, f"{current.text}\n{line.strip()}")
            continue
        if current:
            yield current
        current = Step(number, line.rstrip()) if line.strip() and not line.startswith("#") else None
    if current:
        yield current


@dataclass
class Stage:
    """A database, a library, a clock, and who has spoken."""

    url: str
    library: Library
    way: Way = "written"
    now: datetime = START
    seen: int = 0
    events: int = 0
    last: str = ""
    waiting: list[tuple[str, str, str]] = field(default_factory=list)  # (address, sender, words)
    group: str = ""
    code: str = ""

    def __post_init__(self) -> None:
        self._fresh = self.library
        self.archive: Archive = open_archive(self.url)

    def close(self) -> None:
        self.archive.close()

    def restart(self) -> None:
        """Everything in memory is gone."""
        self.archive.close()
        self.archive = open_archive(self.url)
        self.library = copy.copy(self._fresh)

    def play(self, path: Path) -> None:
        """Play a whole file."""
        step = Step(0, "")
        try:
            for step in steps(path.read_text("utf-8")):
                self._step(step)
            self._nothing_left()
        except TalkError as error:
            raise TalkError(f"{path.name}:{step.number}: {step.text}\n{error}") from None

    def _step(self, step: Step) -> None:
        if step.text.startswith("时间 "):
            self._nothing_left()
            self._move_clock(datetime.fromisoformat(step.text.removeprefix("时间 ")).replace(tzinfo=ZONE))
        elif step.text.startswith("工作人员 "):
            self._make_worker(*step.text.split()[1:3])
        elif step.text == "重启":
            self.restart()
        elif found := SAID.match(step.text):
            self._said(found["who"], found["to"], found["text"])
        else:
            raise TalkError("this line is none that a talk knows")

    def _said(self, who: str, to: str | None, text: str) -> None:
        if who == BOT or to:
            self._expect(to or self.last, "" if who == BOT else who, text)
            return
        self._nothing_left()
        self.last = who
        if self.way == "restarted":
            self.restart()
        self._hear(who, text)

    def _make_worker(self, name: str, login: str) -> None:
        with self.archive.open() as records:
            worker = records.staff.by_login(login)
            assert worker, login
            records.staff.change(worker.id, name=name, channel="console", address=name)

    def _move_clock(self, to: datetime) -> None:
        self.now = to
        more = True
        while more:
            with self.archive.open() as records:
                more = rounds.make(records, self.library, self.now)
        self._listen()

    def _message(self, who: str, text: str) -> Message:
        self.events += 1
        self.now += timedelta(seconds=1)
        text = text.replace("{邀请码}", self.code)
        photo = Photo(_picture()) if "[照片]" in text else None
        place = re.search(r"\[定位 ([\d.]+) ([\d.]+)\]", text)
        where = Location(float(place[1]), float(place[2])) if place else None
        button = re.search(r"\[按钮 (\S+)\]", text)
        words = re.sub(r"\[(照片|定位 [\d. ]+|按钮 \S+|语音|不出声)\]", "", text).strip()
        kind: Literal["words", "voice"] = "voice" if "[语音]" in text else "words"
        return Message("console", who, f"{who}-{self.events}", words, self.now, photo=photo, location=where,
                       button=button[1] if button else None, kind=kind)  # fmt: skip

    def _hear(self, who: str, text: str) -> None:
        message = self._message(who, text)
        with self.archive.open() as records:
            turn.hear(records, self.library, message, self.now)
        self._listen()
        if self.way == "twice":
            with self.archive.open() as records:
                again = turn.hear(records, self.library, message, self.now)
            before = len(self.waiting)
            self._listen()
            if again or len(self.waiting) != before:
                raise TalkError(f"the same message heard again had an effect: {again}")

    def _listen(self) -> None:
        with self.archive.reading() as records:
            rows = records.run(select(outbox).where(outbox.c.id > self.seen).order_by(outbox.c.id)).all()
            for row in rows:
                self.seen = row.id
                words = from_json(records.outbox.body(row)).plain()
                told = re.search(r"邀请码：([2-9a-z]{8})", words)
                self.code = told[1] if told else self.code
                self.waiting.append((row.address, row.sender or "", words))

    def _expect(self, to: str, sender: str, text: str) -> None:
        place = next((n for n, heard in enumerate(self.waiting) if heard[0] == to), None)
        if place is None:
            raise TalkError(f"nothing was said to {to}; waiting: {self.waiting}")
        _, who, words = self.waiting[place]
        if who != sender:
            raise TalkError(f"said by {who or BOT!r}, not by {sender or BOT!r}: {words}")
        if not matches(text, words):
            raise TalkError(f"said was:\n{words}")
        self.waiting.pop(place)

    def _nothing_left(self) -> None:
        if self.waiting:
            raise TalkError(f"said and not written: {self.waiting}")


def matches(written: str, said: str) -> bool:
    """Whether what was said fits what is written; … stands for anything."""
    pattern = r"[\s\S]*?".join(re.escape(part.strip()) for part in written.split("…"))
    return re.fullmatch(rf"\s*{pattern}\s*", said) is not None


def _picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "grey").save(out, "JPEG")
    return out.getvalue()
