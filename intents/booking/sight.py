"""What looking for free times needs: a Scene has it, and so have the rounds and the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from intents.library import Lore
from intents.scene import ZONE
from storage.archive import Records
from storage.people import Person


class Sees(Protocol):
    """Records, what is known, the moment, and for whom one looks."""

    @property
    def records(self) -> Records: ...
    @property
    def lore(self) -> Lore: ...
    @property
    def now(self) -> datetime: ...
    @property
    def local(self) -> datetime: ...
    @property
    def person(self) -> Person: ...


@dataclass(frozen=True, slots=True)
class Sight:
    """The same outside a conversation."""

    records: Records
    lore: Lore
    now: datetime
    person: Person

    @property
    def local(self) -> datetime:
        """The moment on the wall clock here."""
        return self.now.astimezone(ZONE)
