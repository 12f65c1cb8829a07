"""What residents thought of a service afterwards."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from storage.door import Book
from storage.tables import ratings


class RatingBook(Book):
    """One rating a booking; the words are sealed."""

    def rate(self, booking_id: int, service_id: str, provider_id: str, score: int, now: datetime,
             words: str = "") -> bool:  # fmt: skip
        """1 to 5; False where the booking was rated before."""
        values = {"booking_id": booking_id, "service_id": service_id, "provider_id": provider_id or None,
                  "score": score, "made_at": now,
                  "words": self.vault.seal(words, f"ratings.words:{booking_id}") if words else None}  # fmt: skip
        return self.insert_new(ratings, values, ["booking_id"])

    def average(self, provider_id: str) -> tuple[float, int]:
        """A provider's mean score and how many rated; (0, 0) where nobody did."""
        mine = select(func.avg(ratings.c.score).label("mean"), func.count().label("number")).where(
            ratings.c.provider_id == provider_id
        )
        row = self.records.run(mine).one()
        return (float(row.mean or 0), int(row.number))

    def averages(self) -> dict[str, tuple[float, int]]:
        """Each rated service's mean score and how many rated."""
        mean = select(
            ratings.c.service_id, func.avg(ratings.c.score).label("mean"), func.count().label("number")
        )
        rows = self.records.run(mean.group_by(ratings.c.service_id))
        return {row.service_id: (float(row.mean), int(row.number)) for row in rows}
