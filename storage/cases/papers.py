"""Papers that change hands in an errand: entered by the worker, confirmed by the resident."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Row, select, update

from storage.door import Book
from storage.tables import papers


@dataclass(frozen=True, slots=True)
class Paper:
    """One hand-over. way: in (to the worker) | out (back). answer: empty | yes | no, the resident's."""

    id: int
    case_id: int
    way: str
    of_id: int | None
    worker_id: int
    picture: str
    at: datetime
    answer: str
    what: str = field(repr=False)

    @property
    def is_settled(self) -> bool:
        """Confirmed by both sides; a photo of the signed slip counts for who has no chat."""
        return self.answer == "yes" or (bool(self.picture) and self.answer != "no")


class PaperBook(Book):
    """Hand-overs; what was handed over is sealed."""

    def add(self, case_id: int, way: str, what: str, worker_id: int, now: datetime, *, of_id: int | None = None,
            picture: str = "") -> int:  # fmt: skip
        """A worker's entry."""
        return self.insert(papers, {
            "case_id": case_id, "way": way, "of_id": of_id, "worker_id": worker_id, "at": now, "picture": picture or None,
            "what": self.vault.seal(what[:300], f"papers.what:{case_id}"), "answer": "",
        })  # fmt: skip

    def of(self, case_id: int) -> list[Paper]:
        """The hand-overs of a case, oldest first."""
        rows = self.records.run(select(papers).where(papers.c.case_id == case_id).order_by(papers.c.id))
        return [self._read(row) for row in rows]

    def get(self, paper_id: int) -> Paper | None:
        """The hand-over with that id."""
        row = self.records.run(select(papers).where(papers.c.id == paper_id)).first()
        return self._read(row) if row else None

    def answer(self, paper_id: int, answer: str, now: datetime) -> bool:
        """The resident's word, once; False where it was given."""
        mine = (papers.c.id == paper_id) & (papers.c.answer == "")
        return (
            self.records.run(update(papers).where(mine).values(answer=answer, answered_at=now)).rowcount == 1
        )

    def _read(self, r: Row[tuple[object, ...]]) -> Paper:
        what = self.vault.open(r.what, f"papers.what:{r.case_id}")
        return Paper(r.id, r.case_id, r.way, r.of_id, r.worker_id, r.picture or "", r.at, r.answer, what)
