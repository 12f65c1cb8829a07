"""Cases: mediation, reports, errands, handoffs, alerts. Every change of state is a compare-and-set."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, func, or_, select, update

from knowledge.cases import KINDS
from storage.door import Book
from storage.tables import areas, attachments, case_events, case_subscribers, cases


@dataclass(frozen=True, slots=True)
class Case:
    """One matter with an owner and an end."""

    id: int
    number: str
    kind: str
    state: str
    area_id: str
    person_id: int | None
    conversation_id: int | None
    title: str
    body: dict[str, Any]
    holder_id: int | None
    unit: str
    level: int
    round: int
    category: str
    opened_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    nudged: int = 0
    priority: int = 0


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One thing that happened to a case."""

    at: datetime
    actor: str
    move: str
    state: str
    note: str
    public: bool


@dataclass(frozen=True, slots=True)
class Attachment:
    """A stored picture."""

    id: str
    mime: str
    kind: str
    data: bytes = field(repr=False)


class CaseBook(Book):
    """Cases, their events, subscribers and pictures; body and notes are sealed."""

    def open(self, kind: str, *, area_id: str, title: str, body: dict[str, Any], now: datetime,
             person_id: int | None = None, conversation_id: int | None = None, due_at: datetime | None = None,
             unit: str = "", level: int = 0, category: str = "", priority: int = 0, token: str | None = None,
             actor: str = "居民") -> Case:  # fmt: skip
        """Open a case; with a token, the same request twice is one case."""
        if token and (same := self._by_token(token)):
            return same
        rules = KINDS[kind]
        day = now.strftime("%y%m%d")
        number = f"{rules.letter}{day}{self.next_number(rules.letter + day):03d}"
        case_id = self.insert(cases, {
            "number": number, "kind": kind, "state": rules.first, "area_id": area_id, "person_id": person_id,
            "conversation_id": conversation_id, "title": title[:80], "unit": unit, "level": level, "round": 0,
            "body": self.vault.seal_json(body, f"cases.body:{number}"), "category": category, "priority": priority,
            "opened_at": now, "due_at": due_at, "nudged": 0, "token": token,
        })  # fmt: skip
        self.note(case_id, now, actor, "open", rules.first, "", public=True)
        return self.get(case_id)

    def _by_token(self, token: str) -> Case | None:
        row = self.records.run(select(cases).where(cases.c.token == token)).first()
        return self._read(row) if row else None

    def _read(self, row: Row[Any]) -> Case:
        body = self.vault.open_json(row.body, f"cases.body:{row.number}") or {}
        return Case(row.id, row.number, row.kind, row.state, row.area_id, row.person_id, row.conversation_id,
                    row.title, body, row.holder_id, row.unit or "", row.level, row.round, row.category or "",
                    row.opened_at, row.due_at, row.closed_at, row.nudged, row.priority)  # fmt: skip

    def get(self, case_id: int) -> Case:
        """The case with that id."""
        return self._read(self.records.run(select(cases).where(cases.c.id == case_id)).one())

    def by_number(self, number: str) -> Case | None:
        """The case with that number, whoever's it is: the caller must check."""
        row = self.records.run(select(cases).where(cases.c.number == number.upper())).first()
        return self._read(row) if row else None

    def of_person(self, person_id: int, conversation_ids: Iterable[int] = (), kinds: Sequence[str] = (),
                  limit: int = 10) -> list[Case]:  # fmt: skip
        """A person's own matters and those followed, open ones first, newest first."""
        followed = select(case_subscribers.c.case_id).where(
            case_subscribers.c.conversation_id.in_(list(conversation_ids))
        )
        mine = or_(cases.c.person_id == person_id, cases.c.id.in_(followed))
        found = select(cases).where(mine)
        if kinds:
            found = found.where(cases.c.kind.in_(kinds))
        rows = self.records.run(
            found.order_by(cases.c.closed_at.is_not(None), cases.c.id.desc()).limit(limit)
        )
        return [self._read(row) for row in rows]

    def _in_scope(self, path: str) -> Any:
        return cases.c.area_id.in_(select(areas.c.id).where(areas.c.path.startswith(path, autoescape=True)))

    def open_ones(self, path: str, kinds: Sequence[str] = (), *, holder_id: int | None = None,
                  limit: int = 200) -> list[Case]:  # fmt: skip
        """Open cases in an area's subtree, most urgent first; a worker's own are among them wherever they are."""
        scope = self._in_scope(path)
        if holder_id is not None:
            scope = or_(scope, cases.c.holder_id == holder_id)
        found = select(cases).where(cases.c.closed_at.is_(None), scope)
        if kinds:
            found = found.where(cases.c.kind.in_(kinds))
        rows = self.records.run(
            found.order_by(cases.c.priority.desc(), cases.c.due_at, cases.c.id).limit(limit)
        )
        return [self._read(row) for row in rows]

    def listed(self, path: str, *, holder_id: int, kind: str = "", state: str = "open", mine: bool = False,
               late_at: datetime | None = None, limit: int = 200) -> list[Case]:  # fmt: skip
        """The desk's list, newest first. state: open | closed | all, or one of the kind's own states."""
        is_mine = cases.c.holder_id == holder_id
        found = select(cases).where(is_mine if mine else or_(self._in_scope(path), is_mine))
        if kind:
            found = found.where(cases.c.kind == kind)
        if state in ("open", "closed"):
            found = found.where(cases.c.closed_at.is_(None) == (state == "open"))
        elif state != "all":
            found = found.where(cases.c.state == state)
        if late_at is not None:
            found = found.where(cases.c.closed_at.is_(None), cases.c.due_at < late_at)
        return [self._read(row) for row in self.records.run(found.order_by(cases.c.id.desc()).limit(limit))]

    def is_in_scope(self, case: Case, path: str) -> bool:
        """Whether the case lies in an area's subtree."""
        return (
            self.records.run(select(cases.c.id).where(cases.c.id == case.id, self._in_scope(path))).first()
            is not None
        )

    def queue_place(self, case: Case) -> int:
        """How many of the same kind, area and state wait before this one."""
        ahead = and_(cases.c.kind == case.kind, cases.c.state == case.state, cases.c.area_id == case.area_id,
                     cases.c.closed_at.is_(None), cases.c.id < case.id)  # fmt: skip
        return int(self.records.run(select(func.count()).where(ahead)).scalar_one())

    def overdue(self, now: datetime, nudged: int, limit: int = 200) -> list[Case]:
        """Open cases past their due time that were nudged at most so often."""
        late = and_(cases.c.closed_at.is_(None), cases.c.due_at < now, cases.c.nudged <= nudged)
        rows = self.records.run(select(cases).where(late).order_by(cases.c.due_at).limit(limit))
        return [self._read(row) for row in rows]

    def change(self, case: Case, now: datetime, **values: Any) -> Case | None:
        """Change a case that still is as it was read (state, holder and escalations); None where another was first."""
        if "body" in values:
            values["body"] = self.vault.seal_json(values["body"], f"cases.body:{case.number}")
        if KINDS[case.kind].is_end(values.get("state", case.state)):
            values.setdefault("closed_at", now)
        as_read = and_(cases.c.id == case.id, cases.c.state == case.state, cases.c.nudged == case.nudged,
                       cases.c.holder_id.is_not_distinct_from(case.holder_id))  # fmt: skip
        if self.records.run(update(cases).where(as_read).values(**values)).rowcount == 0:
            return None
        return self.get(case.id)

    def note(self, case_id: int, now: datetime, actor: str, move: str, state: str, words: str, *,
             public: bool = False) -> None:  # fmt: skip
        """Append to the case's history."""
        sealed = self.vault.seal(words, f"case_events.note:{case_id}") if words else None
        row = {"case_id": case_id, "at": now, "actor": actor[:60], "move": move, "state": state, "note": sealed,
               "public": public}  # fmt: skip
        self.records.run(case_events.insert().inline(), row)

    def events(self, case_id: int, *, public_only: bool = False) -> list[CaseEvent]:
        """The case's history, oldest first."""
        found = select(case_events).where(case_events.c.case_id == case_id)
        if public_only:
            found = found.where(case_events.c.public)
        about = f"case_events.note:{case_id}"
        return [CaseEvent(row.at, row.actor, row.move, row.state, self.vault.open(row.note, about), row.public)
                for row in self.records.run(found.order_by(case_events.c.id))]  # fmt: skip

    def subscribe(self, case_id: int, conversation_id: int) -> bool:
        """Follow a case from a conversation; False where it is followed already."""
        row = {"case_id": case_id, "conversation_id": conversation_id}
        return self.insert_new(case_subscribers, row, ["case_id", "conversation_id"])

    def subscribers(self, case: Case) -> list[int]:
        """Conversations that want to hear of this case, the reporter's first."""
        rows = self.records.run(
            select(case_subscribers.c.conversation_id).where(case_subscribers.c.case_id == case.id)
        ).scalars()
        return list(dict.fromkeys([*([case.conversation_id] if case.conversation_id else []), *rows]))

    def similar(self, *, category: str, area_id: str, since: datetime) -> list[Case]:
        """Open reports of the same category in the same area."""
        same = and_(cases.c.kind == "report", cases.c.category == category, cases.c.area_id == area_id,
                    cases.c.opened_at >= since, cases.c.closed_at.is_(None))  # fmt: skip
        return [self._read(row) for row in self.records.run(select(cases).where(same).order_by(cases.c.id))]

    # pictures

    def attach(self, data: bytes, mime: str, now: datetime, *, conversation_id: int | None, kind: str = "before",
               case_id: int | None = None, name: str = "") -> str:  # fmt: skip
        """Store a picture under a name nobody can guess."""
        name = name or self.records.code(20)
        self.records.run(attachments.insert(), {
            "id": name, "case_id": case_id, "conversation_id": conversation_id, "mime": mime, "kind": kind,
            "data": self.vault.seal_bytes(data, f"attachments.data:{name}"), "made_at": now,
        })  # fmt: skip
        return name

    def file(self, attachment_id: str, case_id: int) -> None:
        """Put a stored picture to a case."""
        mine = (attachments.c.id == attachment_id) & attachments.c.case_id.is_(None)
        self.records.run(update(attachments).where(mine).values(case_id=case_id))

    def pictures(self, case_id: int) -> list[tuple[str, str]]:
        """(id, kind) of a case's pictures."""
        rows = self.records.run(
            select(attachments.c.id, attachments.c.kind).where(attachments.c.case_id == case_id)
        )
        return [(row.id, row.kind) for row in rows]

    def picture(self, attachment_id: str) -> tuple[Attachment, int | None, int | None] | None:
        """A picture with its case and conversation, for the caller to check who may see it."""
        row = self.records.run(select(attachments).where(attachments.c.id == attachment_id)).first()
        if row is None:
            return None
        data = self.vault.open_bytes(row.data, f"attachments.data:{row.id}")
        return Attachment(row.id, row.mime, row.kind, data), row.case_id, row.conversation_id
