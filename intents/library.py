"""What is known at this moment: published entries, catalogue, places, areas; read again when a revision changes."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from knowledge import places as place_rules
from knowledge import services as service_rules
from knowledge import wishes
from knowledge.calendar import Calendar
from knowledge.handbook import HandbookEntry
from knowledge.places import Place
from knowledge.search import Index, Negative, read_negatives
from knowledge.services import Closure, Provider, Resource, Scheme, Service
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
    resources: Mapping[str, Resource] = field(default_factory=dict)
    providers: Mapping[str, Provider] = field(default_factory=dict)
    closures: tuple[Closure, ...] = ()

    @property
    def scheme(self) -> Scheme:
        """What the plans of services are held against."""
        return Scheme(self.calendar, self.closures, self.resources, self.services)

    def offered(self, now: datetime) -> dict[str, Service]:
        """The services that may be shown now: not those of a provider whose qualification has run out."""
        today = now.astimezone(place_rules.ZONE).date()
        return {i: s for i, s in self.services.items()
                if s.provider not in self.providers or self.providers[s.provider].holds_on(today)}  # fmt: skip

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

    def __init__(self, *, eager: bool = False) -> None:
        self._lore: Lore | None = None
        self._built: int | None = None
        self._eager = eager
        self._reading = threading.Lock()  # one builds; whoever else asks meanwhile waits for it

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
        """Build the index from what is published now."""
        revisions = records.revisions()
        entries = [version.entry for version in records.handbook.published()]
        index, recogniser = Index.build(entries, _negatives()), _recogniser(entries)
        self._built = revisions.get("handbook", 0)
        if self._lore is not None:
            self._lore = replace(self._lore, index=index, recogniser=recogniser)

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
            resources={told["id"]: service_rules.resource(told) for told in records.places.resources()},
            providers={told["id"]: service_rules.provider(told) for told in records.places.providers()},
            closures=tuple(records.bookings.closures(datetime.fromtimestamp(0, UTC))),
        )

    def _searching(self, entries: Sequence[HandbookEntry], revision: int) -> tuple[Index, Recogniser]:
        if self._lore is not None and (self._built == revision or not self._eager):
            return self._lore.index, self._lore.recogniser
        self._built = revision
        return Index.build(entries, _negatives()), _recogniser(entries)


@cache
def _negatives() -> list[Negative]:
    return read_negatives(DATA / "negatives.yaml")


def _recogniser(entries: Sequence[HandbookEntry]) -> Recogniser:
    """Wishes learn from their own sentences, from the handbook's questions and from what is neither."""
    return Recogniser.build(wishes.read_phrases(), wishes.questions(entries), wishes.read_negatives())


def _calendar(told: Mapping[str, Any]) -> Calendar:
    return Calendar.from_table(told) if told else Calendar.default()
