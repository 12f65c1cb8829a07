"""Conversations and the inbox: what was said to us, by whom, and where the talk stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.engine import Row

from storage.door import Book, insert_or_not
from storage.hot import Hot
from storage.people import Person
from storage.tables import contacts, conversations, inbox, people

_SAME = (contacts.c.channel == conversations.c.channel) & (contacts.c.address == conversations.c.address)
_FIND = Hot(
    select(conversations, people.c.area_id, people.c.elder, contacts.c.blocked_at)
    .join(people, people.c.id == conversations.c.person_id)
    .outerjoin(contacts, _SAME)
    .where(conversations.c.channel == bindparam("on"), conversations.c.address == bindparam("to"))
    .with_for_update(of=conversations)  # SQLite, with its one writer, leaves this out
)
_TAKE = {
    is_sqlite: Hot(insert_or_not(inbox, ("channel", "event_id"), is_sqlite)) for is_sqlite in (True, False)
}
_KEEP = Hot(
    update(conversations)
    .where(conversations.c.id == bindparam("row"))
    .values(
        held=bindparam("held_now"),
        case_id=bindparam("case_now"),
        dialogue=bindparam("dialogue_now"),
        state=bindparam("state_now"),
        topic=bindparam("topic_now"),
        heard_at=bindparam("now"),
    )
)
_HEARD = (
    update(inbox)
    .where(
        inbox.c.channel == bindparam("on"), inbox.c.event_id == bindparam("event"), inbox.c.heard_at.is_(None)
    )
    .values(
        heard_at=bindparam("now"),
        conversation_id=bindparam("conversation"),
        failed=bindparam("why"),
        body=bindparam("words"),
    )
)


@dataclass(slots=True)
class Conversation:
    """Where one talk stands. `state` holds the open dialogue's answers, the question asked and what was offered."""

    id: int
    channel: str
    address: str
    person: Person
    held: str = "bot"
    case_id: int | None = None
    dialogue: str = ""
    topic: str = ""
    state: dict[str, Any] = field(default_factory=dict)
    blocked: bool = False  # the platform said that writing there is pointless


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was said, either way."""

    id: str
    at: datetime
    who: str  # resident | bot | a worker's name
    body: dict[str, Any]


class ConversationBook(Book):
    """Conversations and the inbox."""

    def _read(self, row: Row[Any]) -> Conversation:
        state = self.vault.open_json(row.state, f"conversations.state:{row.id}") or {}
        person = Person(row.person_id, row.area_id, row.elder)
        return Conversation(
            row.id, row.channel, row.address, person, row.held, row.case_id, row.dialogue, row.topic, state,
            row.blocked_at is not None,
        )  # fmt: skip

    def find(self, channel: str, address: str) -> Conversation | None:
        """The conversation at an address, locked until the unit of work ends."""
        rows = self.records.look(_FIND, {"on": channel, "to": address})
        return self._read(rows[0]) if rows else None

    def id_at(self, channel: str, address: str) -> int | None:
        """The id of the conversation at an address, without locking it."""
        mine = (conversations.c.channel == channel) & (conversations.c.address == address)
        return self.records.run(select(conversations.c.id).where(mine)).scalar()

    def get(self, conversation_id: int) -> Conversation:
        """The conversation with that id, locked until the unit of work ends."""
        row = self.records.run(
            select(conversations.c.channel, conversations.c.address).where(
                conversations.c.id == conversation_id
            )
        ).one()
        found = self.find(row.channel, row.address)
        assert found is not None  # it was there a statement ago, and conversations are never deleted
        return found

    def of_topic(self, channel: str, topic: str) -> Conversation | None:
        """The resident's conversation behind a thread of the staff group."""
        row = self.records.run(
            select(conversations.c.id).where(
                conversations.c.channel == channel, conversations.c.topic == topic
            )
        ).first()
        return self.get(row.id) if row else None

    def open(self, channel: str, address: str, now: datetime) -> Conversation:
        """The conversation at an address, made where there is none."""
        found = self.find(channel, address)
        if found:
            return found
        person_id = self.records.people.meet(channel, address, now)
        self.insert_new(
            conversations,
            {"channel": channel, "address": address, "person_id": person_id, "held": "bot", "dialogue": "",
             "topic": "", "heard_at": now},
            ["channel", "address"],
        )  # fmt: skip
        made = self.find(channel, address)
        assert made is not None
        return made

    def keep(self, talk: Conversation, now: datetime) -> None:
        """Write down where the talk stands."""
        self.records.change(
            _KEEP,
            {"row": talk.id, "held_now": talk.held, "case_now": talk.case_id, "dialogue_now": talk.dialogue,
             "state_now": self.vault.seal_json(talk.state, f"conversations.state:{talk.id}"),
             "topic_now": talk.topic, "now": now},
        )  # fmt: skip

    def set_topic(self, conversation_id: int, topic: str) -> None:
        """The staff group's thread for this conversation."""
        self.records.run(
            update(conversations).where(conversations.c.id == conversation_id).values(topic=topic)
        )

    def of_person(self, person_id: int) -> list[int]:
        """Ids of a person's conversations."""
        rows = self.records.run(select(conversations.c.id).where(conversations.c.person_id == person_id))
        return [row.id for row in rows]

    def cold(self, before: datetime, limit: int = 200) -> list[int]:
        """Conversations with a dialogue open in which nothing was said since `before`, locked; busy ones are not."""
        rows = self.records.run(
            select(conversations.c.id)
            .where(conversations.c.dialogue != "", conversations.c.heard_at < before)
            .order_by(conversations.c.heard_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return [row.id for row in rows]

    # the inbox

    def take(self, channel: str, event_id: str, address: str, body: dict[str, Any], now: datetime) -> bool:
        """Store what came in, to be heard later; False where this event is stored already (RG17)."""
        row = self._row(channel, event_id, address, body, now)
        row |= {"heard_at": None, "conversation_id": None, "failed": None}
        return self.records.change(_TAKE[self.records.is_sqlite], row) == 1

    def hear(self, channel: str, event_id: str, address: str, body: dict[str, Any], now: datetime,
             conversation_id: int | None, failed: str | None = None) -> bool:  # fmt: skip
        """The event has its effect in this unit of work, stored before or not; False where it had it already (RG17).

        The body replaces the platform's raw update: what people read of the talk, and no more than that.
        """
        row = self._row(channel, event_id, address, body, now)
        row |= {"heard_at": now, "conversation_id": conversation_id, "failed": failed}
        if self.records.change(_TAKE[self.records.is_sqlite], row) == 1:
            return True
        values = {
            "on": channel,
            "event": event_id[:80],
            "now": now,
            "conversation": conversation_id,
            "why": failed,
            "words": row["body"],
        }
        return self.records.run(_HEARD, values).rowcount == 1

    def _row(
        self, channel: str, event_id: str, address: str, body: dict[str, Any], now: datetime
    ) -> dict[str, Any]:
        sealed = self.vault.seal_json(body, f"inbox.body:{channel}:{event_id[:80]}")
        return {
            "channel": channel,
            "event_id": event_id[:80],
            "address": address,
            "received_at": now,
            "body": sealed,
        }

    def unheard(self, channel: str, limit: int = 500) -> list[dict[str, Any]]:
        """Bodies of events stored and not heard, oldest first (after a restart)."""
        rows = self.records.run(
            select(inbox.c.body, inbox.c.event_id)
            .where(inbox.c.heard_at.is_(None), inbox.c.channel == channel)
            .order_by(inbox.c.id)
            .limit(limit)
        )
        return [self.vault.open_json(row.body, f"inbox.body:{channel}:{row.event_id}") for row in rows]

    def unheard_count(self) -> int:
        """How many events are stored and not heard, on all channels."""
        waiting = select(func.count()).select_from(inbox).where(inbox.c.heard_at.is_(None))
        return int(self.records.run(waiting).scalar_one())

    def heard_since(self, since: datetime, until: datetime) -> int:
        """How many messages were heard in a time, on all channels."""
        within = (inbox.c.heard_at >= since) & (inbox.c.heard_at < until)
        return int(self.records.run(select(func.count()).select_from(inbox).where(within)).scalar_one())

    def lines_in(self, conversation_id: int, *, after: int = 0, last: int = 200) -> list[Line]:
        """What the resident said, oldest first."""
        rows = self.records.run(
            select(inbox)
            .where(inbox.c.conversation_id == conversation_id, inbox.c.id > after)
            .order_by(inbox.c.id.desc())
            .limit(last)
        ).all()
        return [
            Line(f"i{row.id}", row.received_at, "resident",
                 {**self.vault.open_json(row.body, f"inbox.body:{row.channel}:{row.event_id}"), "event_id": row.event_id})
            for row in reversed(rows)
        ]  # fmt: skip

    def lines(self, conversation_id: int, *, last: int = 50) -> list[Line]:
        """The whole talk in order, both sides."""
        both = self.lines_in(conversation_id, last=last) + self.records.outbox.lines(
            conversation_id, last=last
        )
        return sorted(both, key=lambda line: line.at)[-last:]
