"""What booking should do, as simply as it can be said: a list of who has which seat from when to when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from knowledge.services import Claim


@dataclass
class Taken:
    """A seat of a resource, by whom, until when it is held (None: for good)."""

    resource: str
    seat: int
    first: int
    last: int
    who: str
    until: datetime | None


@dataclass
class Model:
    """Everything that is taken."""

    taken: list[Taken] = field(default_factory=list)

    def take(self, who: str, claims: tuple[Claim, ...], now: datetime, until: datetime | None = None) -> bool:
        """First fit, in the order of the claims; all or nothing."""
        before = list(self.taken)
        for claim in claims:
            found = self._fit(claim) or (self._lapse(claim, now) and self._fit(claim))
            if not found:
                self.taken = before
                return False
            self.taken += [Taken(name, seat, claim.first, claim.last, who, until) for name, seat in found]
        return True

    def _fit(self, claim: Claim) -> list[tuple[str, int]]:
        for name, capacity in claim.choices:
            free = [
                seat
                for seat in range(capacity)
                if not any(self._hits(t, name, seat, claim) for t in self.taken)
            ]
            if len(free) >= claim.seats:
                return [(name, seat) for seat in free[: claim.seats]]
        return []

    def _hits(self, taken: Taken, name: str, seat: int | None, claim: Claim) -> bool:
        same = taken.resource == name and (seat is None or taken.seat == seat)
        return same and taken.first < claim.last and claim.first < taken.last

    def _lapse(self, claim: Claim, now: datetime) -> bool:
        """Drop whoever holds something of these resources past their time."""
        over = {t.who for t in self.taken for name, _ in claim.choices
                if self._hits(t, name, None, claim) and t.until is not None and t.until <= now}  # fmt: skip
        self.taken = [t for t in self.taken if t.who not in over]
        return bool(over)

    def lapse_all(self, now: datetime) -> None:
        """Drop every hold past its time."""
        self.taken = [t for t in self.taken if t.until is None or t.until > now]

    def free(self, who: str) -> None:
        """Give back what somebody has."""
        self.taken = [t for t in self.taken if t.who != who]

    def holds(self, who: str) -> bool:
        """Whether somebody has anything."""
        return any(t.who == who for t in self.taken)

    def extend(self, who: str, until: datetime) -> None:
        """Hold on."""
        for taken in self.taken:
            if taken.who == who:
                taken.until = until
