"""A copy in memory of what an archive knows, never of what people told it: for asking without leaving a trace."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select

from storage.archive import Archive, Records
from storage.tables import metadata
from storage.vault import Vault

KNOWN = ("areas", "estates", "buildings", "units", "unit_contacts", "dispatch_rules", "services", "places", "entries", "overrides", "saved_questions", "negatives", "terms", "facts",
         "workers", "rota", "revisions")  # fmt: skip


def in_memory() -> Archive:
    """An empty archive that nothing outlives."""
    archive = Archive("sqlite://", Vault(os.urandom(32), os.urandom), os.urandom, synchronous="NORMAL")
    metadata.create_all(archive.engine)
    return archive


def copy_rows(old: Records, new: Records) -> bool:
    """Copy what is known; False where no entry is. Of the handbook's versions only what is published."""
    for table in (metadata.tables[name] for name in KNOWN):
        wanted = select(table)
        if table.name in ("entries", "overrides"):
            wanted = wanted.where(table.c.state == "published")
        rows = [dict(row._mapping) for row in old.run(wanted)]
        if rows:
            new.run(table.insert(), rows)
        elif table.name == "entries":
            return False
    return True


@contextmanager
def copied(archive: Archive) -> Iterator[Archive]:
    """A copy of an archive, for the length of the block."""
    copy = in_memory()
    try:
        with archive.reading() as old, copy.open() as new:
            copy_rows(old, new)
        yield copy
    finally:
        copy.close()
