"""The outbox: everything we say, from the moment it is committed until the platform has it.

pending → claimed (lease) → sending (committed before the call) → sent | pending again | dead | unknown | expired.
Channels that fetch for themselves (web page, terminal) get rows in the state `kept`: the committed row is the delivery.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, func, literal_column, select, update

from storage.conversations import Line
from storage.door import Book
from storage.hot import Hot
from storage.tables import conversations, outbox

FETCHING = frozenset({"web", "console"})
LEASE = timedelta(seconds=120)
Calls = Mapping[
    tuple[int, int], str | None
]  # (row, tries) handed to its channel: the platform's id, None without answer
CUT_SHORT = "进程中断，无法确认是否送达"
_PUT = Hot(outbox.insert().inline())
BY_ID = outbox.c.id == bindparam("row")
_MINE = and_(BY_ID, outbox.c.claim == bindparam("mine"))
_SENDING = update(outbox).where(_MINE, outbox.c.state == "claimed").values(
    state="sending", tries=outbox.c.tries + 1, lease_until=bindparam("until")).returning(outbox.c.tries)  # fmt: skip
_WAITING = outbox.c.state.in_(
    [literal_column("'pending'"), literal_column("'claimed'")]
)  # written out, as in the partial index
_FLYING = select(outbox.c.id).where(_MINE, outbox.c.state == "sending")
_SENT = (
    update(outbox)
    .where(BY_ID)
    .values(state="sent", sent_at=bindparam("now"), ref=bindparam("at_platform"), claim=None)
)


class OutboxBook(Book):
    """The only way out."""

    def put(self, *, channel: str, address: str, body: dict[str, Any], purpose: str, now: datetime,
            conversation_id: int | None = None, key: str | None = None, priority: int = 0, sender: str = "",
            due_at: datetime | None = None, expires_at: datetime | None = None) -> bool:  # fmt: skip
        """Say something. With a `key`, the same thing is never said twice; False where it was."""
        kept = channel in FETCHING
        about = f"outbox.body:{channel}:{address}"
        values = {
            "conversation_id": conversation_id, "channel": channel, "address": address, "sender": sender,
            "body": self.vault.seal_json(body, about), "purpose": purpose, "key": key, "priority": priority,
            "made_at": now, "due_at": due_at or now, "state": "kept" if kept else "pending", "tries": 0, "repeats": 0,
            "sent_at": now if kept else None, "expires_at": expires_at, "entry_id": body.get("entry") or None,
            "entry_version": body.get("version") or None, "entry_override": body.get("override") or None,
        }  # fmt: skip
        self.records.rung.add((channel, address))
        if key is None:
            self.records.change(_PUT, values)
            return True
        return self.insert_new(outbox, values, ["key"])

    def put_expired(self, **said: Any) -> bool:
        """Write down what was too late to be said (RG19)."""
        if not self.put(**said):
            return False
        mine = outbox.c.key == said["key"]
        self.records.run(
            update(outbox)
            .where(mine)
            .values(state="expired", error="停机期间错过，过了有用的时间", sent_at=None)
        )
        return True

    def put_many(self, rows: Sequence[dict[str, Any]]) -> None:
        """Say many things at once; each row has every column's value."""
        if rows:
            self.records.run(outbox.insert(), list(rows))
            self.records.rung.update((row["channel"], row["address"]) for row in rows)

    def claim(
        self,
        now: datetime,
        mine: str,
        limit: int = 100,
        channels: Sequence[str] | None = None,
        lease: timedelta = LEASE,
    ) -> list[Row[Any]]:
        """Take up to `limit` due rows, replies before reminders before broadcasts; nobody else gets them."""
        due = select(outbox.c.id).where(outbox.c.state == "pending", outbox.c.due_at <= now)
        if channels is not None:
            due = due.where(outbox.c.channel.in_(channels))
        due = due.order_by(outbox.c.priority, outbox.c.due_at, outbox.c.id).limit(limit)
        if not self.records.is_sqlite:
            due = due.with_for_update(skip_locked=True)
        taken = self.records.run(
            update(outbox)
            .where(outbox.c.id.in_(due.scalar_subquery()))
            .values(state="claimed", claim=mine, lease_until=now + lease)
            .returning(outbox)
        ).all()
        return sorted(taken, key=lambda row: (row.priority, row.due_at, row.id))

    def topics(self, conversation_ids: Sequence[int]) -> dict[int, str]:
        """Staff-group threads of conversations."""
        rows = self.records.run(
            select(conversations.c.id, conversations.c.topic).where(conversations.c.id.in_(conversation_ids))
        )
        return {row.id: row.topic for row in rows}

    @staticmethod
    def is_last_try(row: Row[Any]) -> bool:
        """Whether a process died over this row: if another does, nobody will know whether it arrived."""
        return bool(row.repeats) and row.error == CUT_SHORT

    def body(self, row: Row[Any]) -> dict[str, Any]:
        """What a row says."""
        told: dict[str, Any] = self.vault.open_json(row.body, f"outbox.body:{row.channel}:{row.address}")
        return told

    def sending(self, row_id: int, mine: str, now: datetime, lease: timedelta = LEASE) -> int:
        """The call is about to be made: commit this first. Its number, from 1; 0 where the claim ran out: do not send."""
        values = {"row": row_id, "mine": mine, "until": now + lease}
        return int(self.records.run(_SENDING, values).scalar() or 0)

    def is_flying(self, row_id: int, mine: str) -> bool:
        """Whether the row is still this process's to settle, and not given to another while the call took long."""
        return self.records.run(_FLYING, {"row": row_id, "mine": mine}).first() is not None

    def sent(self, done: Sequence[tuple[int, str]], now: datetime) -> None:
        """The platform has these; each with the platform's own id."""
        if done:
            self.records.run(_SENT, [{"row": i, "now": now, "at_platform": ref[:80]} for i, ref in done])

    def later(self, row_id: int, until: datetime, why: str) -> None:
        """Certainly not sent: try again then, and keep what follows to the same address behind it.

        What follows may be claimed already; whoever holds it puts it `back`, where it keeps the new time.
        """
        row = self.records.run(
            update(outbox).where(outbox.c.id == row_id)
            .values(state="pending", due_at=until, error=why[:200], claim=None)
            .returning(outbox.c.id, outbox.c.channel, outbox.c.address)
        ).one()  # fmt: skip
        self._keep_behind(row, until)

    def _keep_behind(self, row: Row[Any], until: datetime) -> None:
        """What follows to the row's address is not due before it."""
        same = and_(outbox.c.channel == row.channel, outbox.c.address == row.address)
        waiting = update(outbox).where(same, _WAITING, outbox.c.due_at < until, outbox.c.id > row.id)
        self.records.run(waiting.values(due_at=until))

    def back(self, ids: Sequence[int]) -> None:
        """Not begun: put back where they were in the queue."""
        mine = outbox.c.id.in_(ids) & (outbox.c.state == "claimed")
        self.records.run(update(outbox).where(mine).values(state="pending", claim=None))

    def unsure(self, row_id: int, now: datetime, why: str) -> None:
        """Nobody knows whether it arrived: it is repeated once, then left as unknown for the desk (RG18)."""
        mine = outbox.c.id == row_id
        again = update(outbox).where(mine, outbox.c.repeats == 0)
        values = {
            "state": "pending",
            "repeats": 1,
            "error": why[:200],
            "claim": None,
            "due_at": now + timedelta(seconds=5),
        }
        if self.records.run(again.values(**values)).rowcount == 0:
            self.end(row_id, "unknown", why)

    def tries(self, row_id: int) -> int:
        """How often sending was begun."""
        return int(self.records.run(select(outbox.c.tries).where(outbox.c.id == row_id)).scalar_one())

    def end(self, row_id: int, state: str, why: str) -> None:
        """Give up on a row: dead, unknown or expired, with the reason for the desk."""
        self.records.run(
            update(outbox).where(outbox.c.id == row_id).values(state=state, error=why[:200], claim=None)
        )

    def recover(self, now: datetime) -> int:
        """Rows whose process died: claimed ones go back; sending ones are repeated once, then unknown (RG18)."""
        stale = outbox.c.lease_until < now
        back = self.records.run(
            update(outbox).where(outbox.c.state == "claimed", stale).values(state="pending", claim=None)
        ).rowcount
        return int(back) + self._doubt(and_(outbox.c.state == "sending", stale), now)

    def recover_claim(self, claim: str, calls: Calls, whole: bool, now: datetime) -> int:
        """Rows of a process that is dead, by its journal; returns how many will be sent again.

        Answered: sent. Called and not answered: repeated once, then unknown. Never called: back, and not a repeat;
        but where the journal may have lost lines (not `whole`), every row that was `sending` may have been called.
        """
        mine = outbox.c.claim == claim
        flying = and_(mine, outbox.c.state == "sending")
        rows = self.records.run(select(outbox.c.id, outbox.c.tries).where(flying)).all()
        answered = [(row.id, ref) for row in rows if (ref := calls.get((row.id, row.tries))) is not None]
        self.sent(answered, now)
        called = [row.id for row in rows if not whole or (row.id, row.tries) in calls]
        again = self._doubt(and_(flying, outbox.c.id.in_(called)), now)
        back = self.records.run(
            update(outbox)
            .where(mine, outbox.c.state.in_(("claimed", "sending")))
            .values(state="pending", claim=None)
        ).rowcount
        return int(back) + again

    def _doubt(self, flying: ColumnElement[bool], now: datetime) -> int:
        """Nobody can ask any more: repeated once, then unknown; returns how many are repeated.

        They queue up anew, behind what is due already: where a process dies again and again, what cannot be in doubt
        goes first, and a row that may have killed its process does not hold up the others.
        """
        self.records.run(update(outbox).where(flying, outbox.c.repeats >= 1).values(
            state="unknown", error=CUT_SHORT, claim=None))  # fmt: skip
        again = self.records.run(
            update(outbox).where(flying)
            .values(state="pending", repeats=outbox.c.repeats + 1, claim=None, error=CUT_SHORT, due_at=now)
            .returning(outbox.c.id, outbox.c.channel, outbox.c.address)
        ).all()  # fmt: skip
        for row in again:
            self._keep_behind(row, now)
        return len(again)

    def has_flying(self, mine: str) -> bool:
        """Whether a call of this process is not settled."""
        flying = select(outbox.c.id).where(outbox.c.claim == mine, outbox.c.state == "sending")
        return self.records.run(flying.limit(1)).first() is not None

    def release(self, mine: str) -> None:
        """Put back what this process had claimed and not begun to send (an orderly stop)."""
        self.records.run(
            update(outbox)
            .where(outbox.c.claim == mine, outbox.c.state == "claimed")
            .values(state="pending", claim=None)
        )

    def lines(self, conversation_id: int, *, after: int = 0, last: int = 200) -> list[Line]:
        """What was said to the resident, oldest first."""
        rows = self.records.run(
            select(outbox)
            .where(
                outbox.c.conversation_id == conversation_id, outbox.c.id > after, outbox.c.purpose != "staff"
            )
            .order_by(outbox.c.id.desc())
            .limit(last)
        ).all()
        return [
            Line(f"o{row.id}", row.made_at, row.sender or "bot", self.body(row)) for row in reversed(rows)
        ]

    def counts(self) -> dict[str, int]:
        """How many rows are in each state that somebody should know about."""
        rows = self.records.run(
            select(outbox.c.state, func.count().label("rows"))
            .where(outbox.c.state.not_in(("sent", "kept")))
            .group_by(outbox.c.state)
        )
        return {row.state: row.rows for row in rows.all()}

    def oldest_unsent(self, now: datetime) -> datetime | None:
        """Since when the row has been due that waits longest; None where nothing waits."""
        waiting = outbox.c.state.in_(("pending", "claimed", "sending"))
        due = select(outbox.c.due_at).where(waiting, outbox.c.due_at <= now)
        return self.records.run(due.order_by(outbox.c.due_at).limit(1)).scalar()

    def troubled(self, limit: int = 100) -> list[Row[Any]]:
        """Rows that did not arrive, newest first, for the desk."""
        gone = outbox.c.state.in_(("dead", "unknown", "expired"))
        return list(self.records.run(select(outbox).where(gone).order_by(outbox.c.id.desc()).limit(limit)))
