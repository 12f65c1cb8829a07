"""What is learned from the handbook's words: the index and the recogniser of wishes, kept on a shelf between starts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from hashlib import blake2b
from pathlib import Path

from intents.shelf import Shelf, release_mark
from knowledge import wishes
from knowledge.handbook import HandbookEntry
from knowledge.search import Encoder, Index, Negative, read_negatives
from knowledge.wishes import Recogniser
from storage.archive import Records

DATA = Path(__file__).resolve().parent.parent / "knowledge" / "data"


def learn_index(
    entries: Sequence[HandbookEntry],
    outside: Sequence[Negative],
    before: Index | None = None,
    shelf: Shelf | None = None,
    encoder: Encoder | None = None,
) -> Index:
    """The index of these entries: from the shelf, else learned anew only where it differs from the one before."""
    mark = _mark(entries, outside) + (f" {encoder.mark} {encoder.weight}" if encoder else "")
    if shelf and (told := shelf.load("index", mark)):
        return Index.unpacked(entries, told, encoder)
    index = before.renewed(entries, outside) if before else Index.build(entries, outside, encoder=encoder)
    if shelf and (packed := index.packed()):
        shelf.keep("index", mark, packed)
    return index


def learn_wishes(entries: Sequence[HandbookEntry], shelf: Shelf | None = None) -> Recogniser:
    """Wishes learn from their own sentences, from the handbook's questions and from what is neither."""
    mark = _mark(entries, ())
    if shelf and (told := shelf.load("wishes", mark)):
        return Recogniser.unpacked(told)
    ordered = sorted(entries, key=lambda entry: entry.id)
    made = Recogniser.build(wishes.read_phrases(), wishes.questions(ordered), wishes.read_negatives())
    if shelf:
        shelf.keep("wishes", mark, made.packed())
    return made


def _mark(entries: Sequence[HandbookEntry], outside: Sequence[Negative]) -> str:
    """Changes with every word that is learned from, and with the release."""
    mark = blake2b(release_mark(), digest_size=16)
    for entry in sorted(entries, key=lambda entry: entry.id):
        names = (entry.id, entry.title, entry.short, *entry.aliases, entry.summary)
        mark.update(json.dumps([names, sorted(entry.phrasings.items())], ensure_ascii=False).encode())
    for negative in outside:
        mark.update(f"{negative.kind}\t{negative.text}\t{negative.office}\n".encode())
    return mark.hexdigest()


def negatives(records: Records) -> list[Negative]:
    """What is outside the handbook: the shipped sentences, and those that were learned here."""
    shipped = _negatives()
    known = {negative.text for negative in shipped}
    return [*shipped, *(Negative(*told) for told in records.questions.negatives() if told[1] not in known)]


@cache
def _negatives() -> list[Negative]:
    return read_negatives(DATA / "negatives.yaml")
