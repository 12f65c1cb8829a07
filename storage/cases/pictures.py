"""Pictures of cases: sealed, under names nobody can guess, each with who may see it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from storage.cases.rows import Attachment
from storage.door import Book
from storage.tables import attachments


class PictureBook(Book):
    """The part of the case book that keeps pictures."""

    def attach(self, data: bytes, mime: str, now: datetime, *, conversation_id: int | None, kind: str = "before",
               case_id: int | None = None, name: str = "", seen_by: str = "staff") -> str:  # fmt: skip
        """Store a picture under a name nobody can guess."""
        name = name or self.records.code(20)
        self.records.run(attachments.insert(), {
            "id": name, "case_id": case_id, "conversation_id": conversation_id, "mime": mime, "kind": kind,
            "data": self.vault.seal_bytes(data, f"attachments.data:{name}"), "made_at": now, "seen_by": seen_by,
        })  # fmt: skip
        return name

    def file(self, attachment_id: str, case_id: int, kind: str = "", *, seen_by: str = "") -> None:
        """Put a stored picture to a case; `kind` (before, after, paper …) and `seen_by` where they change."""
        mine = (attachments.c.id == attachment_id) & attachments.c.case_id.is_(None)
        values = {"case_id": case_id} | {k: v for k, v in (("kind", kind), ("seen_by", seen_by)) if v}
        self.records.run(update(attachments).where(mine).values(**values))

    def show_to(self, attachment_id: str, seen_by: str) -> None:
        """Say who may see a picture: holder | staff | parties."""
        mine = attachments.c.id == attachment_id
        self.records.run(update(attachments).where(mine).values(seen_by=seen_by))

    def loose_picture(self, conversation_id: int, since: datetime) -> str:
        """The newest picture sent in a conversation that belongs to no case yet; empty where there is none."""
        mine = (attachments.c.conversation_id == conversation_id) & attachments.c.case_id.is_(None)
        found = select(attachments.c.id).where(mine, attachments.c.made_at >= since)
        return self.records.run(found.order_by(attachments.c.made_at.desc()).limit(1)).scalar() or ""

    def pictures(self, case_id: int, *, seen_by: tuple[str, ...] = ()) -> list[tuple[str, str]]:
        """(id, kind) of a case's pictures, oldest first; of some visibilities only, where named."""
        found = select(attachments.c.id, attachments.c.kind).where(attachments.c.case_id == case_id)
        if seen_by:
            found = found.where(attachments.c.seen_by.in_(seen_by))
        rows = self.records.run(found.order_by(attachments.c.made_at, attachments.c.id))
        return [(row.id, row.kind) for row in rows]

    def picture(self, attachment_id: str) -> tuple[Attachment, int | None, int | None] | None:
        """A picture with its case and conversation, for the caller to check who may see it."""
        row = self.records.run(select(attachments).where(attachments.c.id == attachment_id)).first()
        if row is None:
            return None
        data = self.vault.open_bytes(row.data, f"attachments.data:{row.id}")
        return Attachment(row.id, row.mime, row.kind, data, row.seen_by), row.case_id, row.conversation_id
