"""Who may act for whom, for what, until when; and further roles of workers in further areas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, update

from storage.door import Book
from storage.tables import areas, grants, proxies

ALL = "all"


@dataclass(frozen=True, slots=True)
class Proxy:
    """Family, a guardian or somebody entrusted. scope: kinds of matters, or "all"."""

    id: int
    person_id: int
    proxy_id: int
    relation: str
    scope: tuple[str, ...]
    from_at: datetime
    until_at: datetime


class ProxyBook(Book):
    """Proxies end by themselves; a grant without an end runs until it is ended."""

    def add(self, person_id: int, proxy_id: int, *, relation: str, scope: Sequence[str], until_at: datetime, now: datetime,
            recorded_by: str) -> int:  # fmt: skip
        """Write down that somebody may act for a person until a moment."""
        if until_at <= now or person_id == proxy_id or not scope:
            raise ValueError("a proxy needs two people, a scope and an end to come")
        return self.insert(proxies, {
            "person_id": person_id, "proxy_id": proxy_id, "relation": relation, "scope": " ".join(scope), "from_at": now,
            "until_at": until_at, "recorded_by": recorded_by,
        })  # fmt: skip

    def end(self, proxy: int, now: datetime) -> bool:
        """End it before its time; False where it was over."""
        mine = (proxies.c.id == proxy) & proxies.c.ended_at.is_(None)
        return self.records.run(update(proxies).where(mine).values(ended_at=now)).rowcount == 1

    def of(self, proxy_id: int, now: datetime) -> list[Proxy]:
        """For whom somebody may act now."""
        valid = (proxies.c.proxy_id == proxy_id) & (proxies.c.from_at <= now) & (proxies.c.until_at > now)
        rows = self.records.run(
            select(proxies).where(valid, proxies.c.ended_at.is_(None)).order_by(proxies.c.id)
        )
        return [
            Proxy(r.id, r.person_id, r.proxy_id, r.relation, tuple(r.scope.split()), r.from_at, r.until_at)
            for r in rows
        ]

    def may_act(self, proxy_id: int, person_id: int, kind: str, now: datetime) -> bool:
        """Whether somebody may act for a person in a matter of that kind now."""
        mine = [proxy for proxy in self.of(proxy_id, now) if proxy.person_id == person_id]
        return any(kind in proxy.scope or ALL in proxy.scope for proxy in mine)

    def grant(
        self, worker_id: int, role: str, area_id: str, now: datetime, until_at: datetime | None = None
    ) -> int:
        """A further role in an area's subtree."""
        return self.insert(grants, {"worker_id": worker_id, "role": role, "area_id": area_id, "from_at": now,
                                    "until_at": until_at})  # fmt: skip

    def granted(self, worker_id: int, now: datetime) -> list[tuple[str, str]]:
        """(role, area path) of a worker's further roles that are in force."""
        found = (
            select(grants.c.role, areas.c.path)
            .join(areas, areas.c.id == grants.c.area_id)
            .where(grants.c.worker_id == worker_id, grants.c.from_at <= now)
            .where(or_(grants.c.until_at.is_(None), grants.c.until_at > now))
        )
        return [(row.role, row.path) for row in self.records.run(found.order_by(grants.c.id))]

    def end_grants(self, worker_id: int, now: datetime) -> None:
        """Who leaves loses them at once."""
        mine = (grants.c.worker_id == worker_id) & or_(grants.c.until_at.is_(None), grants.c.until_at > now)
        self.records.run(update(grants).where(mine).values(until_at=now))
