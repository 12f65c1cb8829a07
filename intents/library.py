"""What is known at this moment: published entries, catalogue, places, areas; read again when a revision changes."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from knowledge import places as place_rules
from knowledge import services as service_rules
from knowledge import wishes
from knowledge.areas import Gazetteer
from knowledge.calendar import Calendar
from knowledge.handbook import HandbookEntry
from knowledge.places import Place
from knowledge.search import Finding, Index, Negative, read_negatives
from knowledge.services import Service
from knowledge.wishes import Recogniser, Wish
from storage.archive import Records
from storage.overrides import Override
from storage.places import Area
from storage.questions import Term

RECALLED = 32  # texts: those of the turns at work, not a memory of what people say
DATA = Path(__file__).resolve().parent.parent / "knowledge" / "data"


@dataclass(frozen=True, slots=True)
class Centre:
    """This centre's own facts."""

    name: str = "社区党群服务中心"
    area_id: str = ""
    phone: str = ""
    place_id: str = ""
    sample: bool = False
    walk: float = place_rules.WALK  # metres a minute, for walking times

    @property
    def call(self) -> str:
        """Whom to ring, in words: the centre where its number is known, the hotline always."""
        return f"{self.phone}，或 12345 便民热线" if self.phone else "12345 便民热线"


class Recalled:
    """The index, asked once about the same words: in one turn several rules ask it about the same text."""

    def __init__(self, index: Index) -> None:
        self._find = lru_cache(RECALLED)(index.find)
        self._index = index

    def find(self, text: str) -> Finding:
        """`Index.find`."""
        return self._find(text)

    def facet(self, text: str) -> str | None:
        """`Index.facet`."""
        return self._index.facet(text)

    def is_elliptic(self, text: str) -> bool:
        """`Index.is_elliptic`."""
        return self._index.is_elliptic(text)


class RecalledWishes:
    """The recogniser, asked once about the same words."""

    def __init__(self, recogniser: Recogniser) -> None:
        self._recognise = lru_cache(RECALLED)(recogniser.recognise)

    def recognise(self, text: str) -> tuple[Wish, ...]:
        """`Recogniser.recognise`."""
        return self._recognise(text)


NOWHERE = Gazetteer.build((), (), ())


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
    index: Recalled
    recogniser: RecalledWishes
    revisions: Mapping[str, int]
    gazetteer: Gazetteer = NOWHERE
    overrides: Mapping[str, Sequence[Override]] = field(default_factory=dict)
    sensitive: Sequence[Term] = ()

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
        index, recogniser = Index.build(entries, negatives(records)), _recogniser(entries)
        self._built = revisions.get("handbook", 0)
        if self._lore is not None:
            self._lore = replace(self._lore, index=Recalled(index), recogniser=RecalledWishes(recogniser))

    def _read(self, records: Records, revisions: dict[str, int]) -> Lore:
        published = records.handbook.published()
        entries = {version.entry.id: version.entry for version in published}
        index, recogniser = self._searching(records, list(entries.values()), revisions.get("handbook", 0))
        areas, gazetteer = self._placing(records, revisions.get("areas", 0))
        return Lore(
            entries=entries,
            versions={version.entry.id: version.version for version in published},
            services={told["id"]: service_rules.from_mapping(told) for told in records.places.services()},
            places={told["id"]: place_rules.from_mapping(told) for told in records.places.places()},
            areas=areas,
            centre=Centre(**records.places.fact("centre", {})),
            calendar=_calendar(records.places.fact("holidays", {})),
            index=index,
            recogniser=recogniser,
            revisions=revisions,
            gazetteer=gazetteer,
            overrides=_by_entry(records.overrides.published()),
            sensitive=tuple(term for term in records.questions.terms("approved") if term.kind == "sensitive"),
        )

    def _placing(self, records: Records, revision: int) -> tuple[Mapping[str, Area], Gazetteer]:
        """The tree and what lies in it: thousands of rows, read again only when they changed."""
        if self._lore is not None and self._lore.revisions.get("areas", 0) == revision:
            return self._lore.areas, self._lore.gazetteer
        areas = records.places.areas()
        gazetteer = Gazetteer.build(areas, records.areas.estates(), records.areas.buildings()).warm()
        return {area.id: area for area in areas}, gazetteer

    def _searching(
        self, records: Records, entries: Sequence[HandbookEntry], revision: int
    ) -> tuple[Recalled, RecalledWishes]:
        if self._lore is not None and (self._built == revision or not self._eager):
            return self._lore.index, self._lore.recogniser
        self._built = revision
        return Recalled(Index.build(entries, negatives(records))), RecalledWishes(_recogniser(entries))


def with_entries(lore: Lore, entries: Mapping[str, HandbookEntry], outside: Sequence[Negative]) -> Lore:
    """What would be known with these entries instead: a whole index of its own. Takes seconds; nothing is kept."""
    told = [entries[i] for i in sorted(entries)]
    versions = {i: lore.versions.get(i, 0) for i in entries}
    return replace(
        lore,
        entries=dict(entries),
        versions=versions,
        index=Recalled(Index.build(told, outside)),
        recogniser=RecalledWishes(_recogniser(told)),
    )


def _by_entry(found: Iterable[Override]) -> dict[str, list[Override]]:
    out: dict[str, list[Override]] = {}
    for override in found:
        out.setdefault(override.entry_id, []).append(override)
    return out


def negatives(records: Records) -> list[Negative]:
    """What is outside the handbook: the shipped sentences, and those that were learned here."""
    shipped = _negatives()
    known = {negative.text for negative in shipped}
    return [*shipped, *(Negative(*told) for told in records.questions.negatives() if told[1] not in known)]


@cache
def _negatives() -> list[Negative]:
    return read_negatives(DATA / "negatives.yaml")


def _recogniser(entries: Sequence[HandbookEntry]) -> Recogniser:
    """Wishes learn from their own sentences, from the handbook's questions and from what is neither."""
    return Recogniser.build(wishes.read_phrases(), wishes.questions(entries), wishes.read_negatives())


def _calendar(told: Mapping[str, Any]) -> Calendar:
    return Calendar.from_table(told) if told else Calendar.default()
