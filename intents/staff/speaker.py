"""A worker who speaks in chat: who, where, and which residents they speak with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from intents.library import Lore
from storage.archive import Records
from storage.cases import Case
from storage.staff import Worker

NUMBER = r"(?:编号\s*)?([TBDRJtbdrj]\d{9,})"
ANY_NUMBER = re.compile(r"[TBDRJY]\d{9,}", re.I)


@dataclass(frozen=True, slots=True)
class Speaker:
    """One message of a worker. `talks`: the residents whom their words may reach, the first taken first."""

    records: Records
    lore: Lore
    worker: Worker
    now: datetime
    talks: Sequence[Case] = ()
    photo: str = ""
    in_group: bool = False  # others read along: no personal data
    key: str | None = None
    talk_id: int | None = None  # the worker's own conversation

    @property
    def talk(self) -> Case | None:
        """The only talk, where there is only one."""
        return self.talks[0] if len(self.talks) == 1 else None

    def listed(self) -> str:
        """The numbers of all talks."""
        return "、".join(case.number for case in self.talks)


def held(records: Records, worker: Worker) -> list[Case]:
    """The residents whom a worker speaks with now."""
    found = records.cases.held_by(worker.id, ("handoff",))
    return sorted((case for case in found if case.state == "human"), key=lambda case: case.id)
