"""What a dialogue sees: the message, the talk so far, the records, what we know, and the moment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from intents.library import Lore
from intents.message import Message, Reply, to_json
from knowledge.areas.care import community_of
from storage.archive import Records
from storage.conversations import Conversation
from storage.people import Person
from storage.staff import Worker

ZONE = ZoneInfo("Asia/Shanghai")
REMEMBERED = 6  # sentences of an open dialogue
REPLY, NOTICE, REMINDER, BROADCAST = 0, 1, 2, 3  # priorities of the outbox


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a message was understood, for the command line, statistics and tests."""

    decision: str  # answer | choose | refuse | act | emergency | human
    intent: str
    entries: tuple[str, ...] = ()
    confidence: float = 1.0


@dataclass(slots=True)
class Scene:
    """One message being heard."""

    records: Records
    lore: Lore
    now: datetime
    message: Message
    talk: Conversation
    worker: Worker | None = None
    photo: str = ""  # id of the picture that came with the message
    verdict: Verdict | None = None

    @property
    def person(self) -> Person:
        return self.talk.person

    @property
    def local(self) -> datetime:
        """The message's own moment on the wall clock here."""
        return self.message.at.astimezone(ZONE)

    @property
    def text(self) -> str:
        return self.message.text

    @property
    def answers(self) -> dict[str, Any]:
        """Answers of the open dialogue."""
        found: dict[str, Any] = self.talk.state.setdefault("answers", {})
        return found

    @property
    def opening(self) -> str:
        """The words that opened the dialogue."""
        return str(self.answers.get("_opening", self.message.text))

    def said_before(self) -> Iterator[Scene]:
        """What was said earlier in this dialogue, the latest first, each heard at its own time."""
        for words, at in reversed(self.answers.get("_said", [])):
            message = Message(
                self.message.channel, self.message.address, "", words, datetime.fromisoformat(at)
            )
            yield replace(self, message=message, photo="")

    def note_words(self) -> None:
        """Remember what was said, so that it may answer a question asked later."""
        if self.text:
            said = [*self.answers.get("_said", []), [self.text, self.message.at.isoformat()]]
            self.answers["_said"] = said[:1] + said[1:][-REMEMBERED:]

    @property
    def token(self) -> str:
        """Names this dialogue's one deed, so that doing it twice is doing it once."""
        return f"{self.talk.id}:{self.answers.get('_token', self.message.event_id)}"[:120]

    @property
    def area_id(self) -> str:
        """The area a matter of this person belongs to: the community where they live, or the centre's own."""
        return community_of(self.lore.areas, self.person.area_id or self.lore.centre.area_id)

    def say_to(self, conversation_id: int, reply: Reply, purpose: str, *, key: str | None = None,
               sender: str = "", priority: int = NOTICE) -> None:  # fmt: skip
        """Say something in another conversation."""
        say_to(
            self.records, conversation_id, reply, purpose, self.now, key=key, sender=sender, priority=priority
        )

    def tell_workers(self, workers: Iterable[Worker], text: str, key: str) -> int:
        """A private word to workers who have an address; returns how many."""
        return tell_workers(self.records, workers, text, key, self.now)


def say_to(records: Records, conversation_id: int, reply: Reply, purpose: str, now: datetime, *,
           key: str | None = None, sender: str = "", priority: int = NOTICE) -> None:  # fmt: skip
    """Put words for a conversation into the outbox."""
    talk = records.conversations.get(conversation_id)
    if reply.options and not talk.dialogue:  # so that "1" is heard as this list's first
        talk.state["offered"] = [[option.id, option.label] for option in reply.options]
        records.conversations.keep(talk, now)
    records.outbox.put(channel=talk.channel, address=talk.address, body=to_json(reply), purpose=purpose, now=now,
                       conversation_id=talk.id, key=key, sender=sender, priority=priority)  # fmt: skip


def tell_workers(records: Records, workers: Iterable[Worker], text: str, key: str, now: datetime) -> int:
    """A private word to each worker who has an address, at most once under the key."""
    told = 0
    for worker in workers:
        if worker.channel and worker.address:
            records.outbox.put(channel=worker.channel, address=worker.address, body=to_json(Reply(text)),
                               purpose="notice", now=now, key=f"{key}:{worker.id}", priority=NOTICE)  # fmt: skip
            told += 1
    return told
