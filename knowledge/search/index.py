"""The index: built from the entries and the negatives, asked with a resident's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.handbook import HandbookEntry
from knowledge.search.building import Group, Parts, build, kept_lines
from knowledge.search.concepts import standardise
from knowledge.search.encoder import Encoder, Meaning
from knowledge.search.facets import Facets
from knowledge.search.finding import KINDS, Costs, Decision, Finding, Negative
from knowledge.search.fusion import (
    SHOWN,
    Chances,
    Doubles,
    Weights,
    chances,
    decide,
    fitted,
    measures,
    softmax,
)
from knowledge.search.grams import best_lines
from knowledge.search.names import Names
from knowledge.search.offices import office
from knowledge.search.ratio import Ratio
from knowledge.search.reading import Reading, plain, plain_all, read
from knowledge.search.repair import Repair
from knowledge.search.text import normalise
from knowledge.search.vocabulary import Floats, Known

NAMED = 0.97  # confidence when a message is an entry's very name
VAGUE = 2  # a message of so few characters, no name of an entry, is never answered with one entry
VAGUE_CHOICE = 0.5  # … but is offered as a choice from this confidence on


@dataclass(frozen=True, slots=True)
class Switches:
    """Each signal on its own switch, to measure what it adds."""

    sounds: bool = True
    words: bool = True
    items: bool = True
    phrases: bool = False  # measured: the same
    ratio: bool = False  # measured: adds nothing beside the rest
    linear: bool = True
    repair: bool = True
    names: bool = True


@dataclass(frozen=True, slots=True)
class Signals:
    """Every signal's score for every class."""

    scores: dict[str, Floats]
    known: Known


def entry_lines(entry: HandbookEntry) -> list[str]:
    """An entry's own text as far as residents' questions share its words."""
    return [entry.title, entry.short, *entry.aliases, entry.summary]


def groups_of(entries: Sequence[HandbookEntry], negatives: Sequence[Negative]) -> list[Group]:
    """The classes: the entries in the order of their ids, then the kinds of negatives."""
    ordered = sorted(entries, key=lambda entry: entry.id)
    told = [Group(entry.id, [*entry.all_phrasings(), *entry_lines(entry)]) for entry in ordered]
    outside = [Group(kind, [n.text for n in negatives if n.kind == kind]) for kind in KINDS]
    return told + [group for group in outside if group.lines]


def _offices(groups: Sequence[Group], negatives: Sequence[Negative]) -> list[str]:
    """The office of every line kept one by one, where known."""
    known = {negative.text: negative.office for negative in negatives if negative.office}
    lines = ((group, n) for group, kept in zip(groups, kept_lines(groups), strict=True) for n in kept)
    return [known.get(group.lines[n], "") if group.name in KINDS else "" for group, n in lines]


class Index:
    """Searches phrasings, pure and deterministic. Build with `Index.build`."""

    def __init__(self, entries: Sequence[HandbookEntry], parts: Parts | None, offices: Sequence[str], *,
                 costs: Costs, switches: Switches, weights: Weights) -> None:  # fmt: skip
        ordered = sorted(entries, key=lambda entry: entry.id)
        self.ids = [entry.id for entry in ordered]
        self.kinds = list(parts.names[len(self.ids) :]) if parts else []
        self._costs, self._switches, self._weights = costs, switches, weights
        self._facets = Facets()
        self._names = Names(ordered, self._facets.content, words=switches.words)
        self._offices, self._parts = list(offices), parts
        self._ratio: Ratio | None = None
        self._meaning: Meaning | None = None
        self._last: tuple[str, Finding | None] = "", None
        if parts:
            letters = slice(parts.vocabulary.starts[1])
            self._repair = Repair.of(parts.vocabulary.keys[letters], parts.vocabulary.frequency[letters])

    @classmethod
    def build(cls, entries: Sequence[HandbookEntry], negatives: Sequence[Negative], costs: Costs | None = None,
              switches: Switches | None = None, weights: Weights | None = None,
              encoder: Encoder | None = None) -> Index:  # fmt: skip
        """An index of these entries, in whatever order they come; `encoder` adds one signal more."""
        told = costs or Costs(), switches or Switches(), weights or fitted()
        return cls._made(entries, negatives, None, *told)._encoded(entries, negatives, encoder)

    def renewed(self, entries: Sequence[HandbookEntry], negatives: Sequence[Negative]) -> Index:
        """An index of these entries, learning anew only what is not the same in this one."""
        made = self._made(entries, negatives, self._parts, self._costs, self._switches, self._weights)
        before = self._meaning
        return made._encoded(entries, negatives, before.encoder, before) if before else made

    def _encoded(self, entries: Sequence[HandbookEntry], negatives: Sequence[Negative], encoder: Encoder | None,
                 before: Meaning | None = None) -> Index:  # fmt: skip
        """This index, with the meanings of its lines."""
        if encoder and self._parts:
            groups = groups_of(entries, negatives)
            kept = zip(groups, kept_lines(groups), strict=True)
            lines = [group.lines[n] for group, numbers in kept for n in numbers]
            self._mean(Meaning.of(encoder, lines, self._parts.ends[:-1], before))
        return self

    def _mean(self, meaning: Meaning) -> None:
        self._meaning = meaning
        signals = {**self._weights.signals, "encoder": meaning.encoder.weight}
        self._weights = replace(self._weights, signals=signals)

    @classmethod
    def _made(cls, entries: Sequence[HandbookEntry], negatives: Sequence[Negative], before: Parts | None,
              costs: Costs, switches: Switches, weights: Weights) -> Index:  # fmt: skip
        groups = groups_of(entries, negatives)
        parts = build(groups, before, sounds=switches.sounds, words=switches.words) if entries else None
        offices = _offices(groups, negatives) if parts else []
        made = cls(entries, parts, offices, costs=costs, switches=switches, weights=weights)
        if switches.ratio and parts:
            lines = [
                (group.lines[n], i)
                for i, (group, kept) in enumerate(zip(groups, kept_lines(groups), strict=True))
                for n in kept
            ]
            texts = plain_all([line for line, _ in lines], words=switches.words)
            made._ratio = Ratio(texts, np.array([i for _, i in lines]), len(groups))
        return made

    def packed(self) -> dict[str, NDArray[Any]]:
        """What was learned, as plain arrays (`Index.unpacked`)."""
        if self._parts is None:
            return {}
        offices = sorted(set(self._offices))
        codes = np.array([offices.index(office) for office in self._offices], dtype=np.int16)
        meaning = self._meaning.packed() if self._meaning else {}
        return {**self._parts.packed(), "offices": np.array(offices), "office_of": codes, **meaning}

    @classmethod
    def unpacked(cls, entries: Sequence[HandbookEntry], told: Mapping[str, NDArray[Any]],
                 encoder: Encoder | None = None) -> Index:  # fmt: skip
        """The index that `packed` told of, with the same entries and the same encoder."""
        parts = Parts.unpacked(told)
        offices = [str(told["offices"][code]) for code in told["office_of"].tolist()]
        made = cls(entries, parts, offices, costs=Costs(), switches=Switches(), weights=fitted())
        if encoder:
            made._mean(Meaning.unpacked(encoder, told, parts.ends[:-1]))
        return made

    def _grams(self, text: str) -> Reading:
        return read(text, sounds=self._switches.sounds, words=self._switches.words)

    def read(self, message: str) -> tuple[Reading, int]:
        """A message's grams, and how many typing errors were mended first."""
        return self._read(normalise(message))

    def _read(self, normal: str) -> tuple[Reading, int]:
        text, mended = standardise(normal) if self._switches.words else normal, 0
        if self._switches.repair:
            text, mended = self._repair.mend(self._repair.write_out(text))
        return self._grams(text), mended

    def signals(self, reading: Reading) -> Signals:
        """All signals that are switched on."""
        on, parts = self._switches, self._known()
        known = parts.vocabulary.look_up(reading)
        shared = parts.grams.shared(known)
        out: dict[str, Floats] = {}
        if on.items:
            out["item_chars"] = shared.chars
            if on.sounds:
                out["item_sounds"] = shared.sounds
        if on.phrases:
            out["phrase_chars"] = best_lines(parts.lines.similar(known), parts.ends[:-1])
        if self._ratio:
            out["ratio"] = self._ratio.scores(reading.text, parts.lines.similar(known))
        if on.linear:
            out["linear"] = parts.classifier.scores(known)
        if self._meaning:
            out["encoder"] = self._meaning.scores(reading.text)
        return Signals(out, known)

    def _known(self) -> Parts:
        if self._parts is None:
            raise ValueError("an index without entries knows no signals")
        return self._parts

    def rank(self, scores: dict[str, Floats]) -> tuple[Doubles, list[int]]:
        """The share of every class, and the best entries' numbers."""
        shares = softmax(scores, len(self.ids), self._weights)
        return shares, np.argsort(-shares[: len(self.ids)], kind="stable")[:SHOWN].tolist()

    def find(self, text: str) -> Finding:
        """What was asked: any text at all, without the clock."""
        asked, found = self._last  # one turn asks for the same words several times
        if asked != text or found is None:
            found = self._find(text)
            self._last = text, found
        return found

    def _find(self, text: str) -> Finding:
        normal = normalise(text)
        facet = self._facets.field(normal)
        if not self.ids:
            return Finding("refuse", facet=facet)
        reading, mended = self._read(normal)
        if not len(reading.keys):
            return Finding("refuse", facet=facet, outside="nonsense")
        told = self.signals(reading)
        shares, order = self.rank(told.scores)
        measured = measures(told.scores, shares, order, len(self.ids), reading.letters, mended)
        likely = chances(measured, self._weights)
        content = self._facets.content(reading.text)
        named = self._named(reading.text, content, order)
        if named is not None:
            best = (named, *(i for i in order if i != named))[:SHOWN]
            return Finding("answer", self._told(best), max(likely.first, NAMED), facet)
        decision = self._decide(content, likely)
        kind = self._outside(content, shares) if decision == "refuse" else None
        whom = self._office(text, told.known) if kind == "other_gov" else ""
        return Finding(decision, self._told(order), likely.first, facet, kind, whom)

    def _office(self, text: str, known: Known) -> str:
        return office(plain(text), self._known().lines.similar(known), self._offices)

    def _told(self, numbers: Sequence[int]) -> tuple[str, ...]:
        return tuple(self.ids[number] for number in numbers)

    def _named(self, text: str, content: str, order: Sequence[int]) -> int | None:
        """The entry whose very name the message is; what merely contains a name must rank well, too."""
        if not self._switches.names:
            return None
        exact, asked = self._names.exact(text), self._names.exact(content)
        return exact if exact is not None else asked if asked in order else None

    def _decide(self, content: str, likely: Chances) -> Decision:
        decision = decide(likely, self._costs)
        if not content:
            return "refuse"
        vague = len(content) <= VAGUE and likely.first >= VAGUE_CHOICE
        return "choose" if vague or (decision == "answer" and len(content) <= VAGUE) else decision

    def _outside(self, content: str, shares: Doubles) -> str | None:
        rest = shares[len(self.ids) :]
        if not len(rest) or rest.sum() < 0.5:
            return None
        kind = self.kinds[int(rest.argmax())]
        says_nothing = kind in ("other_gov", "commerce", "attack") and not content
        return None if kind == "lookalike" or says_nothing else kind

    def facet(self, text: str) -> str | None:
        """The field asked for, also in a follow-up that names no topic; None: the whole entry."""
        return self._facets.facet(text)

    def is_elliptic(self, text: str) -> bool:
        """Whether the question names no topic of its own, so that it belongs to the last entry."""
        named = self._names.exact(plain(text)) is not None or self._names.asked(plain(text)) is not None
        return not named and self._facets.is_elliptic(text)
