"""Reminders: a person's own, and those before bookings. Making one ring is a compare-and-set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from storage.door import Book
from storage.tables import conversations, reminders

_RING = (
    update(reminders)
    .where(
        reminders.c.id == bindparam("row"), reminders.c.next_at == bindparam("was"), reminders.c.state == "on"
    )
    .values(next_at=bindparam("then"), state=bindparam("state_now"))
)


@dataclass(frozen=True, slots=True)
class Reminder:
    """What to say when, and how it repeats (`rule` as knowledge.when reads it; None: once)."""

    id: int
    person_id: int
    conversation_id: int
    what: str
    rule: str | None
    starts_at: datetime
    next_at: datetime | None
    purpose: str
    booking_id: int | None
    late_after: int
    channel: str = ""
    address: str = ""


class ReminderBook(Book):
    """Reminders."""

    def add(self, *, person_id: int, conversation_id: int, what: str, starts_at: datetime, now: datetime,
            rule: str | None = None, purpose: str = "own", booking_id: int | None = None, late_after: int = 21600,
            token: str | None = None) -> None:  # fmt: skip
        """Remind a person; with a token, the same request twice is one reminder."""
        values = {
            "person_id": person_id, "conversation_id": conversation_id, "rule": rule, "starts_at": starts_at,
            "next_at": starts_at, "state": "on", "purpose": purpose, "booking_id": booking_id, "made_at": now,
            "late_after": late_after, "token": token,
            "what": self.vault.seal(what, f"reminders.what:{conversation_id}"),
        }  # fmt: skip
        self.insert_new(reminders, values, ["token"])

    def _read(self, row: Row[Any]) -> Reminder:
        what = self.vault.open(row.what, f"reminders.what:{row.conversation_id}")
        return Reminder(row.id, row.person_id, row.conversation_id, what, row.rule, row.starts_at, row.next_at,
                        row.purpose, row.booking_id, row.late_after,
                        getattr(row, "channel", ""), getattr(row, "address", ""))  # fmt: skip

    def of_person(self, person_id: int) -> list[Reminder]:
        """A person's own reminders that are on."""
        mine = (
            (reminders.c.person_id == person_id)
            & (reminders.c.state == "on")
            & (reminders.c.purpose == "own")
        )
        rows = self.records.run(select(reminders).where(mine).order_by(reminders.c.next_at, reminders.c.id))
        return [self._read(row) for row in rows]

    def due(self, now: datetime, limit: int) -> list[Reminder]:
        """Reminders whose moment has come, oldest first, with where to say them."""
        rows = self.records.run(
            select(reminders, conversations.c.channel, conversations.c.address)
            .join(conversations, conversations.c.id == reminders.c.conversation_id)
            .where(reminders.c.state == "on", reminders.c.next_at <= now)
            .order_by(reminders.c.next_at, reminders.c.id)
            .limit(limit)
        )
        return [self._read(row) for row in rows]

    def ring(self, reminder: Reminder, then: datetime | None) -> bool:
        """Move on to the next time, or to the end; False where another process was first."""
        changed = self.records.run(
            _RING,
            {
                "row": reminder.id,
                "was": reminder.next_at,
                "then": then,
                "state_now": "on" if then else "done",
            },
        )
        return changed.rowcount == 1

    def stop(self, reminder_id: int, person_id: int) -> bool:
        """The person wants it no more."""
        mine = (
            (reminders.c.id == reminder_id)
            & (reminders.c.person_id == person_id)
            & (reminders.c.state == "on")
        )
        return self.records.run(update(reminders).where(mine).values(state="off", next_at=None)).rowcount == 1

    def stop_for_booking(self, booking_id: int) -> None:
        """The booking is off, so are its reminders; the same ones may be made again."""
        mine = (reminders.c.booking_id == booking_id) & (reminders.c.state == "on")
        self.records.run(update(reminders).where(mine).values(state="off", next_at=None, token=None))
