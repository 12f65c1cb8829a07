"""From lines to what a message is compared with; what has not changed since is taken over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.search.digest import Digest, count, digest, sample, shares, spread
from knowledge.search.grams import Grams, Lines, Postings
from knowledge.search.linear import LEAST, Classifier
from knowledge.search.release import release
from knowledge.search.vocabulary import Floats, Ints, Numbers, Vocabulary

ONE_BY_ONE = (
    24_000  # lines that are kept one by one, for the classifier and the nearest line; all are counted
)
RENEWED = (
    20  # times that only what changed is learned; then everything again, so that small errors do not add up
)
TRAINED = 28  # classes trained anew when one changes: itself, and those it lies nearest to
Arrays = Mapping[str, NDArray[Any]]
POSTINGS = ("places", "values", "ends")


@dataclass(frozen=True, slots=True)
class Group:
    """The lines of one class, an entry or a kind of negatives."""

    name: str
    lines: Sequence[str]

    def mark(self) -> str:
        """Changes whenever a line does."""
        return blake2b("\n".join(self.lines).encode("utf-8", "replace"), digest_size=12).hexdigest()


@dataclass(frozen=True, slots=True)
class Parts:
    """What an index is made of. `ends`: where each class ends among the lines kept one by one, 0 first."""

    names: tuple[str, ...]
    marks: tuple[str, ...]
    vocabulary: Vocabulary
    grams: Grams
    lines: Lines
    classifier: Classifier
    ends: Numbers
    renewed: int = 0  # how many times only a part was learned since all was
    digests: tuple[Digest, ...] = ()  # only where reading all lines again would take long

    def packed(self) -> dict[str, NDArray[Any]]:
        """All of it as plain arrays; the digests are left out."""
        return {
            "names": np.array(self.names), "marks": np.array(self.marks), "ends": self.ends,
            "keys": self.vocabulary.keys, "frequency": self.vocabulary.frequency,
            "count": np.array([self.vocabulary.count]), "weights": self.classifier.weights[:-1],
            "renewed": np.array([self.renewed]), "rows": self.grams.rows, "owners": self.grams.owners,
            **_postings("few", self.grams.few), **_postings("line", self.lines.postings),
        }  # fmt: skip

    @classmethod
    def unpacked(cls, told: Arrays) -> Parts:
        """The same from those arrays."""
        vocabulary = Vocabulary(told["keys"], told["frequency"], int(told["count"][0]))
        ends = told["ends"]
        few, postings = (Postings(*(told[f"{name}_{part}"] for part in POSTINGS)) for name in ("few", "line"))
        grams = Grams(vocabulary, len(ends) - 1, few, told["rows"], told["owners"])
        names, marks = (tuple(told[name].tolist()) for name in ("names", "marks"))
        return cls(
            names,
            marks,
            vocabulary,
            grams,
            Lines(vocabulary, int(ends[-1]), postings),
            Classifier(vocabulary, told["weights"]),
            ends,
            int(told["renewed"][0]),
        )


def _postings(name: str, told: Postings) -> dict[str, NDArray[Any]]:
    return {f"{name}_{part}": getattr(told, part) for part in POSTINGS}


def kept_lines(groups: Sequence[Group]) -> list[list[int]]:
    """The numbers of the lines of each group that are kept one by one."""
    most = shares([len(group.lines) for group in groups], ONE_BY_ONE)
    return [spread(group.lines, share) for group, share in zip(groups, most, strict=True)]


def build(groups: Sequence[Group], before: Parts | None = None, *, sounds: bool, words: bool) -> Parts:
    """The parts of an index over these groups; with `before`, only what has changed is read and learned anew."""
    kept = kept_lines(groups)
    marks = [group.mark() for group in groups]
    old = dict(zip(before.names, before.marks, strict=True)) if before else {}
    changed = [n for n, group in enumerate(groups) if old.get(group.name) != marks[n]]
    digests, (lines, keys) = _read(groups, kept, _known_digests(before, marks), sounds=sounds, words=words)
    vocabulary = Vocabulary.of(digests)
    ends = np.cumsum([0, *map(len, kept)])
    rows = _rows(vocabulary, lines, keys)
    del lines, keys
    grams, likeness = Grams.of(vocabulary, digests), Lines.of(vocabulary, rows, int(ends[-1]))
    names = tuple(group.name for group in groups)
    renewed = before.renewed + 1 if before and len(changed) * 2 <= TRAINED and before.renewed < RENEWED else 0
    if before is None or not renewed:
        classifier = Classifier.of(vocabulary, rows, ends)
    else:
        weights = _taken_over(before, vocabulary, names)
        told, claims = Classifier(vocabulary, weights), _rivals(before, names)
        columns = _concerned(told, vocabulary.idf, rows, ends, changed, claims)
        classifier = Classifier.of(vocabulary, rows, ends, weights, columns)
    total = sum(len(group.lines) for group in groups)
    release()
    worth = tuple(digests) if total > ONE_BY_ONE else ()
    return Parts(names, tuple(marks), vocabulary, grams, likeness, classifier, ends, renewed, worth)


def _known_digests(before: Parts | None, marks: Sequence[str]) -> list[Digest | None]:
    told = dict(zip(before.marks, before.digests, strict=False)) if before else {}
    return [told.get(mark) for mark in marks]


def _read(groups: Sequence[Group], kept: Sequence[Sequence[int]], known: Sequence[Digest | None], *,
          sounds: bool, words: bool) -> tuple[list[Digest], tuple[NDArray[Any], NDArray[Any]]]:  # fmt: skip
    """Every group's digest; line and key of every gram of the lines kept one by one."""
    digests, lines, keys, first = [], [], [], 0
    for group, numbers, found in zip(groups, kept, known, strict=True):
        told = sample([group.lines[n] for n in numbers], sounds=sounds, words=words)
        whole = len(numbers) == len(group.lines)
        digests.append(count(told) if whole else found or digest(group.lines, sounds=sounds, words=words))
        lines.append(told.line + first)
        keys.append(told.key)
        first += len(numbers)
    return digests, (np.concatenate(lines), np.concatenate(keys))


def _rows(vocabulary: Vocabulary, lines: NDArray[Any], keys: NDArray[Any]) -> tuple[Ints, Ints]:
    """Line and number of the known grams, each pair once."""
    ids, known = vocabulary.numbers(keys)
    pairs = np.sort(lines[known] * len(vocabulary) + ids[known])
    pairs = pairs[np.append(True, pairs[1:] != pairs[:-1])] if len(pairs) else pairs
    line, gram = np.divmod(pairs, max(1, len(vocabulary)))
    return line.astype(np.int32), gram.astype(np.int32)


def _taken_over(before: Parts, vocabulary: Vocabulary, names: Sequence[str]) -> Floats:
    """The weights learned before, in the order of the new grams and classes."""
    kept = np.flatnonzero(vocabulary.frequency >= LEAST)
    kept = kept[np.argsort(-vocabulary.frequency[kept], kind="stable")]
    ids, known = before.vocabulary.numbers(vocabulary.keys[kept])
    empty = len(before.classifier.weights) - 1
    found = before.classifier.weights[np.where(known, before.classifier.row[ids], empty)]
    numbers = {name: number for number, name in enumerate(before.names)}
    out = np.zeros((len(kept), len(names)), dtype=np.float32)
    for number, name in enumerate(names):
        if name in numbers:
            out[:, number] = found[:, numbers[name]]
    return out


def _rivals(before: Parts, names: Sequence[str]) -> Floats:
    """How much each class had to hold out against those that are gone."""
    weights = before.classifier.weights
    gone = [number for number, name in enumerate(before.names) if name not in names]
    against = dict(zip(before.names, -(weights.T @ weights[:, gone]).sum(axis=1), strict=True))
    return np.array([against.get(name, 0.0) for name in names], dtype=np.float32)


def _concerned(told: Classifier, idf: Floats, rows: tuple[Ints, Ints], ends: Numbers, changed: Sequence[int],
               claims: Floats) -> list[int]:  # fmt: skip
    """The changed classes, and those that lay most claim to their lines, or to those of the classes gone."""
    line, gram = rows
    for number in changed:
        first, last = np.searchsorted(line, ends[number : number + 2]).tolist()
        at, values = line[first:last] - ends[number], idf[gram[first:last]]
        norms = np.sqrt(np.bincount(at, values**2)) + 1e-6
        scores = np.zeros((len(norms), len(claims)), dtype=np.float32)
        shares = (values / norms[at]).astype(np.float32)
        np.add.at(scores, at, shares[:, None] * told.weights[told.row[gram[first:last]]])
        claims += (np.maximum(scores, 0) ** 2).sum(axis=0)
    claims[list(changed)] = np.inf
    return sorted(np.argsort(-claims, kind="stable")[:TRAINED].tolist())
