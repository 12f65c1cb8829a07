"""Workers: who they are, how they sign in, who is on duty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, case, delete, literal, or_, select, update

from storage.door import Book
from storage.hot import Hot
from storage.tables import areas, keys, rota, workers

_WORKERS = select(workers, areas.c.kind.label("area_kind")).outerjoin(areas, areas.c.id == workers.c.area_id)
HEIGHTS = {"街道": 1, "区": 2}  # a worker's level, as the levels of mediation count
ROLES = ("worker", "mediator", "admin", "auditor")  # an auditor reads the log and nothing else
LOCK_AFTER = 5
LOCK_FOR = timedelta(minutes=15)
SESSIONS = ("session", "shared")  # a computer of one's own, and one that others use too
_AT = Hot(
    _WORKERS.where(
        workers.c.channel == bindparam("on"), workers.c.address == bindparam("to"), workers.c.active
    )
)


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody of the centre, with a role inside an area's subtree."""

    id: int
    login: str
    name: str
    role: str
    area_id: str
    active: bool
    channel: str
    address: str
    has_password: bool
    level: int = 0  # 0 community, 1 street, 2 district


@dataclass(frozen=True, slots=True)
class Key:
    """A session, a one-time link or a code to bind a chat. kind: session | shared | link | bind."""

    worker: Worker
    kind: str
    csrf: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Shift:
    """A line of the rota: a weekday (0 = Monday) or one day, local times "HH:MM"."""

    id: int
    area_id: str
    worker_id: int
    post: str
    weekday: int | None
    day: date | None
    opens: str
    closes: str


class StaffBook(Book):
    """Workers, their keys and the rota."""

    def _read(self, row: Row[Any]) -> Worker:
        return Worker(row.id, row.login, row.name, row.role, row.area_id, row.active, row.channel or "",
                      row.address or "", bool(row.password), HEIGHTS.get(row.area_kind, 0))  # fmt: skip

    def add(self, *, login: str, name: str, role: str, area_id: str, now: datetime) -> int:
        """A new worker without a password: an invitation lets them set one."""
        if role not in ROLES:
            raise ValueError(role)
        return self.insert(workers, {"login": login, "name": name, "role": role, "area_id": area_id, "made_at": now,
                                     "active": True, "misses": 0})  # fmt: skip

    def get(self, worker_id: int) -> Worker:
        """The worker with that id."""
        return self._read(self.records.run(_WORKERS.where(workers.c.id == worker_id)).one())

    def by_login(self, login: str) -> Worker | None:
        """The worker with that login name."""
        row = self.records.run(_WORKERS.where(workers.c.login == login)).first()
        return self._read(row) if row else None

    def at(self, channel: str, address: str) -> Worker | None:
        """The active worker who writes from that address."""
        rows = self.records.look(_AT, {"on": channel, "to": address})
        return self._read(rows[0]) if rows else None

    def all(self) -> list[Worker]:
        """Every worker, active ones first."""
        return [
            self._read(row)
            for row in self.records.run(_WORKERS.order_by(workers.c.active.desc(), workers.c.id))
        ]

    def within(self, path: str) -> list[Worker]:
        """Every worker of an area's subtree, active ones first."""
        here = select(areas.c.id).where(areas.c.path.startswith(path, autoescape=True))
        found = _WORKERS.where(workers.c.area_id.in_(here))
        return [
            self._read(row) for row in self.records.run(found.order_by(workers.c.active.desc(), workers.c.id))
        ]

    def change(self, worker_id: int, **values: Any) -> None:
        """Change name, role, area, active, channel, address or password.

        Who leaves or gets another password is signed out everywhere, and their links no longer work.
        """
        self.records.run(update(workers).where(workers.c.id == worker_id).values(**values))
        if values.get("active") is False or "password" in values:
            self.records.run(delete(keys).where(keys.c.worker_id == worker_id))

    def secret(self, worker_id: int) -> tuple[str, datetime | None]:
        """The password's hash and until when the account is locked."""
        row = self.records.run(
            select(workers.c.password, workers.c.locked_until).where(workers.c.id == worker_id)
        ).one()
        return row.password or "", row.locked_until

    def missed(self, worker_id: int, now: datetime) -> bool:
        """Count a try as missed; the fifth locks the account for a quarter of an hour. False: it is locked now.

        One statement, so that of many tries at once no sixth gets through.
        """
        free = or_(workers.c.locked_until.is_(None), workers.c.locked_until <= now)
        full = workers.c.misses + 1 >= LOCK_AFTER
        until = literal(now + LOCK_FOR, workers.c.locked_until.type)
        counted = update(workers).where(workers.c.id == worker_id, free)
        done = self.records.run(counted.values(
            misses=case((full, 0), else_=workers.c.misses + 1), locked_until=case((full, until), else_=None)
        ))  # fmt: skip
        return done.rowcount == 1

    def entered(self, worker_id: int) -> None:
        """A right password."""
        self.records.run(update(workers).where(workers.c.id == worker_id).values(misses=0, locked_until=None))

    # keys

    def issue(self, worker_id: int, kind: str, now: datetime, life: timedelta, length: int = 32) -> str:
        """A fresh token; only its hash is stored. A short one is for minutes only."""
        token = self.records.code(length)
        self.records.run(keys.insert(), {
            "hash": self.vault.token_hash(token), "worker_id": worker_id, "kind": kind, "made_at": now,
            "csrf": self.records.code(20), "expires_at": now + life,
        })  # fmt: skip
        return token

    def key(self, token: str, kind: str, now: datetime) -> Key | None:
        """The key a token stands for, if it is of that kind, unused, in time, and its worker is active."""
        mine = (
            (keys.c.hash == self.vault.token_hash(token)) & (keys.c.kind == kind) & (keys.c.expires_at > now)
        )
        row = self.records.run(select(keys).where(mine, keys.c.used_at.is_(None))).first()
        if row is None:
            return None
        worker = self.get(row.worker_id)
        return Key(worker, row.kind, row.csrf or "", row.expires_at) if worker.active else None

    def use(self, token: str, now: datetime) -> bool:
        """Use up a one-time key; False where somebody already has."""
        mine = (keys.c.hash == self.vault.token_hash(token)) & keys.c.used_at.is_(None)
        return self.records.run(update(keys).where(mine).values(used_at=now)).rowcount == 1

    def extend(self, token: str, now: datetime, life: timedelta) -> None:
        """A session that is used lives on."""
        self.records.run(
            update(keys).where(keys.c.hash == self.vault.token_hash(token)).values(expires_at=now + life)
        )

    def drop(self, token: str) -> None:
        """Sign out."""
        self.records.run(delete(keys).where(keys.c.hash == self.vault.token_hash(token)))

    # the rota

    def put_shift(self, *, area_id: str, worker_id: int, post: str, opens: str, closes: str,
                  weekday: int | None = None, day: date | None = None) -> None:  # fmt: skip
        """Add a line to the rota."""
        self.records.run(rota.insert().inline(), {"area_id": area_id, "worker_id": worker_id, "post": post,
                                                  "opens": opens, "closes": closes, "weekday": weekday, "day": day})  # fmt: skip

    def drop_shift(self, shift_id: int) -> None:
        """Take a line off the rota."""
        self.records.run(delete(rota).where(rota.c.id == shift_id))

    def shifts(self, area_ids: Sequence[str] | None = None) -> list[Shift]:
        """The rota of some areas, or all of it."""
        found = select(rota).order_by(rota.c.area_id, rota.c.day, rota.c.weekday, rota.c.opens, rota.c.id)
        rows = self.records.run(found if area_ids is None else found.where(rota.c.area_id.in_(area_ids)))
        return [
            Shift(r.id, r.area_id, r.worker_id, r.post, r.weekday, r.day, r.opens, r.closes) for r in rows
        ]

    def shifts_on(self, day: date, area_ids: Sequence[str]) -> list[Shift]:
        """The rota of one day: lines of that very day, and where there are none, of its weekday."""
        which = or_(rota.c.day == day, (rota.c.day.is_(None)) & (rota.c.weekday == day.weekday()))
        rows = self.records.run(
            select(rota).where(rota.c.area_id.in_(area_ids), which).order_by(rota.c.opens, rota.c.id)
        )
        found = [
            Shift(r.id, r.area_id, r.worker_id, r.post, r.weekday, r.day, r.opens, r.closes) for r in rows
        ]
        dated = {shift.area_id for shift in found if shift.day}
        return [shift for shift in found if shift.day or shift.area_id not in dated]
