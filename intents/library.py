"""What is known at this moment: entries, catalogue, places, areas; read again when a revision changes."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from intents.shelf import Shelf, release_mark
from knowledge import places as place_rules
from knowledge import services as service_rules
from knowledge import wishes
from knowledge.calendar import Calendar
from knowledge.handbook import HandbookEntry
from knowledge.places import Place
from knowledge.search import Index, Negative, read_negatives
from knowledge.services import Service
from knowledge.wishes import Recogniser
from storage.archive import Records
from storage.places import Area

DATA = Path(__file__).resolve().parent.parent / "knowledge" / "data"


@dataclass(frozen=True, slots=True)
class Centre:
    """This centre's own facts."""

    name: str = "社区党群服务中心"
    area_id: str = ""
    phone: str = ""
    place_id: str = ""
    sample: bool = False

    @property
    def call(self) -> str:
        """Whom to ring, in words: the centre where its number is known, the hotline always."""
        return f"{self.phone}，或 12345 便民热线" if self.phone else "12345 便民热线"


@dataclass(frozen=True, slots=True)
class Lore:
    """Everything known, as of one set of revisions."""

    entries: Mapping[str, HandbookEntry]
    versions: Mapping[str, int]
    services: Mapping[str, Service]
    places: Mapping[str, Place]
    areas: Mapping[str, Area]
    centre: Centre
    calendar: Calendar
    index: Index
    recogniser: Recogniser
    revisions: Mapping[str, int]

    def entry(self, entry_id: str, now: datetime) -> HandbookEntry | None:
        """A published entry that holds now."""
        found = self.entries.get(entry_id)
        return found if found and found.holds_on(now.astimezone(place_rules.ZONE).date()) else None

    def area_name(self, area_id: str) -> str:
        """渭滨街道·示例社区."""
        area = self.areas.get(area_id)
        if area is None:
            return ""
        names = [self.areas[i].name for i in area.path.strip("/").split("/") if i in self.areas]
        return "·".join(names[1:] or names)


class Library:
    """Keeps one Lore fresh. Small things are read again at once; the index is rebuilt by `rebuild`.

    With `eager`, the index too is rebuilt within the turn that finds it old (tests, the command line).
    """

    def __init__(self, *, eager: bool = False, shelf: Shelf | None = None) -> None:
        """`shelf`: where what was learned is kept until the next start."""
        self._shelf = shelf
        self._lore: Lore | None = None
        self._built: int | None = None
        self._eager = eager
        self._reading = threading.Lock()  # one reads; whoever else asks meanwhile waits for it
        self._learning = threading.Lock()  # … but nobody waits for a rebuild

    def lore(self, records: Records) -> Lore:
        """What is known now; withdrawn entries are gone from the very next message (RG24)."""
        revisions = records.revisions()
        if self._lore is None or self._lore.revisions != revisions:
            with self._reading:
                if self._lore is None or self._lore.revisions != revisions:
                    self._lore = self._read(records, revisions)
        return self._lore

    def is_stale(self) -> bool:
        """Whether the index was built from an older handbook."""
        return self._lore is not None and self._built != self._lore.revisions.get("handbook", 0)

    def rebuild(self, records: Records) -> None:
        """Learn what is published now and was not before; what is searched is exchanged first."""
        with self._learning:
            revision = records.revisions().get("handbook", 0)
            before = self._lore
            if before is None or self._built == revision:
                return
            entries = [version.entry for version in records.handbook.published()]
            index = self._index(entries, before.index)
            self._exchange(index=index)
            self._exchange(recogniser=self._recogniser(entries))
            self._built = revision

    def _exchange(self, **parts: Any) -> None:
        with self._reading:
            self._lore = replace(self._lore, **parts) if self._lore else None

    def _read(self, records: Records, revisions: dict[str, int]) -> Lore:
        published = records.handbook.published()
        entries = {version.entry.id: version.entry for version in published}
        index, recogniser = self._searching(list(entries.values()), revisions.get("handbook", 0))
        return Lore(
            entries=entries,
            versions={version.entry.id: version.version for version in published},
            services={told["id"]: service_rules.from_mapping(told) for told in records.places.services()},
            places={told["id"]: place_rules.from_mapping(told) for told in records.places.places()},
            areas={area.id: area for area in records.places.areas()},
            centre=Centre(**records.places.fact("centre", {})),
            calendar=_calendar(records.places.fact("holidays", {})),
            index=index,
            recogniser=recogniser,
            revisions=revisions,
        )

    def _searching(self, entries: Sequence[HandbookEntry], revision: int) -> tuple[Index, Recogniser]:
        if self._lore is not None and (self._built == revision or not self._eager):
            return self._lore.index, self._lore.recogniser
        self._built = revision
        return self._index(entries, self._lore.index if self._lore else None), self._recogniser(entries)

    def _index(self, entries: Sequence[HandbookEntry], before: Index | None) -> Index:
        mark = _mark(entries)
        if self._shelf and (told := self._shelf.load("index", mark)):
            return Index.unpacked(entries, told)
        index = before.renewed(entries, _negatives()) if before else Index.build(entries, _negatives())
        if self._shelf and (packed := index.packed()):
            self._shelf.keep("index", mark, packed)
        return index

    def _recogniser(self, entries: Sequence[HandbookEntry]) -> Recogniser:
        """Wishes learn from their own sentences, from the handbook's questions and from what is neither."""
        mark = _mark(entries)
        if self._shelf and (told := self._shelf.load("wishes", mark)):
            return Recogniser.unpacked(told)
        ordered = sorted(entries, key=lambda entry: entry.id)
        made = Recogniser.build(wishes.read_phrases(), wishes.questions(ordered), wishes.read_negatives())
        if self._shelf:
            self._shelf.keep("wishes", mark, made.packed())
        return made


def _mark(entries: Sequence[HandbookEntry]) -> str:
    """Changes with every word that is learned from, and with the release."""
    mark = blake2b(release_mark(), digest_size=16)
    for entry in sorted(entries, key=lambda entry: entry.id):
        names = (entry.id, entry.title, entry.short, *entry.aliases, entry.summary)
        mark.update(json.dumps([names, sorted(entry.phrasings.items())], ensure_ascii=False).encode())
    return mark.hexdigest()


@cache
def _negatives() -> list[Negative]:
    return read_negatives(DATA / "negatives.yaml")


def _calendar(told: Mapping[str, Any]) -> Calendar:
    return Calendar.from_table(told) if told else Calendar.default()
