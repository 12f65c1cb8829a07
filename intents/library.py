"""What is known at this moment: entries, catalogue, places, areas; read again when a revision changes."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from intents.learning import learn_index, learn_wishes, negatives
from intents.shelf import Shelf
from knowledge import places as place_rules
from knowledge import services as service_rules
from knowledge.areas import Gazetteer
from knowledge.calendar import Calendar
from knowledge.handbook import HandbookEntry
from knowledge.places import Place
from knowledge.search import Encoder, Index, Negative
from knowledge.services import Closure, Provider, Resource, Scheme, Service
from knowledge.wishes import Recogniser
from storage.archive import Records
from storage.overrides import Override
from storage.places import Area
from storage.questions import Term

NOWHERE = Gazetteer.build((), (), ())


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
    gazetteer: Gazetteer = NOWHERE
    overrides: Mapping[str, Sequence[Override]] = field(default_factory=dict)
    sensitive: Sequence[Term] = ()
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

    def __init__(
        self, *, eager: bool = False, shelf: Shelf | None = None, encoder: Encoder | None = None
    ) -> None:
        """`shelf`: where what was learned is kept until the next start; `encoder`: one more signal of the index."""
        self._shelf, self._encoder = shelf, encoder
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
            index = learn_index(entries, negatives(records), before.index, self._shelf, self._encoder)
            self._exchange(index=index)
            self._exchange(recogniser=learn_wishes(entries, self._shelf))
            self._built = revision

    def _exchange(self, **parts: Any) -> None:
        with self._reading:
            self._lore = replace(self._lore, **parts) if self._lore else None

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
            resources={told["id"]: service_rules.resource(told) for told in records.places.resources()},
            providers={told["id"]: service_rules.provider(told) for told in records.places.providers()},
            closures=tuple(records.bookings.closures(datetime.fromtimestamp(0, UTC))),
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
    ) -> tuple[Index, Recogniser]:
        if self._lore is not None and (self._built == revision or not self._eager):
            return self._lore.index, self._lore.recogniser
        self._built = revision
        before = self._lore.index if self._lore else None
        index = learn_index(entries, negatives(records), before, self._shelf, self._encoder)
        return index, learn_wishes(entries, self._shelf)


def with_entries(lore: Lore, entries: Mapping[str, HandbookEntry], outside: Sequence[Negative]) -> Lore:
    """What would be known with these entries instead. Takes a second or two; nothing is kept."""
    told = [entries[i] for i in sorted(entries)]
    versions = {i: lore.versions.get(i, 0) for i in entries}
    return replace(
        lore,
        entries=dict(entries),
        versions=versions,
        index=learn_index(told, outside, lore.index),
        recogniser=learn_wishes(told),
    )


def _by_entry(found: Iterable[Override]) -> dict[str, list[Override]]:
    out: dict[str, list[Override]] = {}
    for override in found:
        out.setdefault(override.entry_id, []).append(override)
    return out


def _calendar(told: Mapping[str, Any]) -> Calendar:
    return Calendar.from_table(told) if told else Calendar.default()
