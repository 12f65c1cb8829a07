"""The index: built from the entries and the negatives, asked with a resident's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.handbook import HandbookEntry
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
from knowledge.search.grams import ItemGrams, PhraseGrams
from knowledge.search.linear import Classifier
from knowledge.search.names import Names
from knowledge.search.offices import office
from knowledge.search.ratio import Ratio
from knowledge.search.reading import BLOCKS, Reading, plain, read, read_all
from knowledge.search.release import release
from knowledge.search.repair import Repair
from knowledge.search.vocabulary import Floats, Vocabulary

NAMED = 0.97  # confidence when a message is an entry's very name
VAGUE = 2  # a message of so few characters, no name of an entry, is never answered with one entry
VAGUE_CHOICE = 0.5  # … but is offered as a choice from this confidence on


@dataclass(frozen=True, slots=True)
class Switches:
    """Each signal on its own switch, to measure what it adds."""

    sounds: bool = True
    words: bool = True
    items: bool = True
    phrases: bool = True
    ratio: bool = False  # measured: adds nothing beside the rest
    linear: bool = True
    repair: bool = True
    names: bool = True


@dataclass(frozen=True, slots=True)
class Signals:
    """Every signal's score for every class, and the message's likeness to every line."""

    scores: dict[str, Floats]
    similar: Floats


def entry_lines(entry: HandbookEntry) -> list[str]:
    """An entry's own text as far as residents' questions share its words."""
    return [entry.title, entry.short, *entry.aliases, entry.summary]


class Index:
    """Searches phrasings, pure and deterministic. Build with `Index.build`."""

    def __init__(self, entries: Sequence[HandbookEntry], negatives: Sequence[Negative], costs: Costs,
                 switches: Switches, weights: Weights) -> None:  # fmt: skip
        self.ids = [entry.id for entry in entries]
        self.kinds = [kind for kind in KINDS if any(n.kind == kind for n in negatives)]
        self._costs, self._switches, self._weights = costs, switches, weights
        self._facets = Facets()
        self._names = Names(entries, self._facets.content, words=switches.words)
        told = [[n for n in negatives if n.kind == kind] for kind in self.kinds]
        groups = [[*entry.all_phrasings(), *entry_lines(entry)] for entry in entries]
        self._offices = [""] * sum(map(len, groups)) + [n.office for group in told for n in group]
        self._train([*groups, *([n.text for n in group] for group in told)])

    @classmethod
    def build(cls, entries: Sequence[HandbookEntry], negatives: Sequence[Negative], costs: Costs | None = None,
              switches: Switches | None = None, weights: Weights | None = None) -> Index:  # fmt: skip
        """An index of these entries, in whatever order they come."""
        ordered = sorted(entries, key=lambda entry: entry.id)
        return cls(ordered, negatives, costs or Costs(), switches or Switches(), weights or fitted())

    def _train(self, groups: list[list[str]]) -> None:
        """`groups`: the lines of each class, entries first."""
        self._owners: NDArray[np.intp] = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
        if not self.ids:
            return
        starts = np.cumsum([0, *map(len, groups)])[:-1].tolist()
        texts = [plain(line, words=self._switches.words) for group in groups for line in group]
        blocks = read_all(texts, sounds=self._switches.sounds, words=self._switches.words)
        vocabulary = self._vocabulary = Vocabulary(blocks, len(texts))
        del blocks
        letters = slice(vocabulary.starts[1])
        self._repair = Repair.of(vocabulary.keys[letters], vocabulary.frequency[letters])
        heard = range(2 if self._switches.sounds else 1)
        self._items = [ItemGrams(vocabulary, block, self._owners, len(groups)) for block in heard]
        self._phrases = PhraseGrams(vocabulary, 0, starts)
        self._ratio = Ratio(texts, self._owners, len(groups)) if self._switches.ratio else None
        del texts
        self._classifier = Classifier(vocabulary, self._owners, len(groups))
        vocabulary.forget_lines()
        release()

    def _grams(self, text: str) -> Reading:
        return read(text, sounds=self._switches.sounds, words=self._switches.words)

    def read(self, message: str) -> tuple[Reading, int]:
        """A message's grams, and how many typing errors were mended first."""
        text, mended = plain(message, words=self._switches.words), 0
        if self._switches.repair:
            text, mended = self._repair.mend(self._repair.write_out(text))
        return self._grams(text), mended

    def signals(self, reading: Reading) -> Signals:
        """All signals that are switched on."""
        on, known = self._switches, self._vocabulary.look_up(reading)
        out: dict[str, Floats] = {}
        similar = self._phrases.phrases(known.ids[0], known.unknown[0])
        if on.items:
            for block, items in enumerate(self._items):
                out[f"item_{BLOCKS[block]}"] = items.scores(known.ids[block], known.unknown[block])
        if on.phrases:
            out["phrase_chars"] = self._phrases.best(similar)
        if self._ratio:
            out["ratio"] = self._ratio.scores(reading.text, similar)
        if on.linear:
            out["linear"] = self._classifier.scores(known)
        return Signals(out, similar)

    def rank(self, scores: dict[str, Floats]) -> tuple[Doubles, list[int]]:
        """The share of every class, and the best entries' numbers."""
        shares = softmax(scores, len(self.ids), self._weights)
        return shares, np.argsort(-shares[: len(self.ids)], kind="stable")[:SHOWN].tolist()

    def find(self, text: str) -> Finding:
        """What was asked: any text at all, without the clock."""
        facet = self.facet(text)
        if not self.ids:
            return Finding("refuse", facet=facet)
        reading, mended = self.read(text)
        if not any(map(len, reading.blocks)):
            return Finding("refuse", facet=facet, outside="nonsense")
        told = self.signals(reading)
        shares, order = self.rank(told.scores)
        measured = measures(told.scores, shares, order, len(self.ids), len(reading.blocks[0]), mended)
        likely = chances(measured, self._weights)
        named = self._named(reading.text, order)
        if named is not None:
            best = (named, *(i for i in order if i != named))[:SHOWN]
            return Finding("answer", self._told(best), max(likely.first, NAMED), facet)
        decision = self._decide(reading.text, likely)
        kind = self._outside(reading.text, shares) if decision == "refuse" else None
        whom = office(plain(text), told.similar, self._offices) if kind == "other_gov" else ""
        return Finding(decision, self._told(order), likely.first, facet, kind, whom)

    def _told(self, numbers: Sequence[int]) -> tuple[str, ...]:
        return tuple(self.ids[number] for number in numbers)

    def _named(self, text: str, order: Sequence[int]) -> int | None:
        """The entry whose very name the message is; what merely contains a name must rank well, too."""
        if not self._switches.names:
            return None
        exact, asked = self._names.exact(text), self._names.asked(text)
        return exact if exact is not None else asked if asked in order else None

    def _decide(self, text: str, likely: Chances) -> Decision:
        content = self._facets.content(text)
        decision = decide(likely, self._costs)
        if not content:
            return "refuse"
        vague = len(content) <= VAGUE and likely.first >= VAGUE_CHOICE
        return "choose" if vague or (decision == "answer" and len(content) <= VAGUE) else decision

    def _outside(self, text: str, shares: Doubles) -> str | None:
        rest = shares[len(self.ids) :]
        if not len(rest) or rest.sum() < 0.5:
            return None
        kind = self.kinds[int(rest.argmax())]
        says_nothing = kind in ("other_gov", "commerce", "attack") and not self._facets.content(text)
        return None if kind == "lookalike" or says_nothing else kind

    def facet(self, text: str) -> str | None:
        """The field asked for, also in a follow-up that names no topic; None: the whole entry."""
        return self._facets.facet(text)

    def is_elliptic(self, text: str) -> bool:
        """Whether the question names no topic of its own, so that it belongs to the last entry."""
        named = self._names.exact(plain(text)) is not None or self._names.asked(plain(text)) is not None
        return not named and self._facets.is_elliptic(text)
