"""(c) Understanding one message at three sizes, against other engines over the same phrasings, in one run.

`python -m bench.finding [SIZE …]` for other sizes, 0 is the handbook as it is.
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import cycle, islice

from bench.common import table
from bench.peers import PEERS
from bench.starting import resident_now
from intents.learning import DATA, learn_wishes
from intents.router import CERTAIN, DEEDS, SURE, TALK
from knowledge.handbook import HandbookEntry, read_folder
from knowledge.search import Index, read_negatives
from knowledge.wishes import Recogniser

ASKED, ROUNDS = 300, 3
SIZES = (0, 100_000)
MANY = 50_000  # phrasings from which the others are asked a tenth of the queries, once


def queries(entries: Sequence[HandbookEntry]) -> list[str]:
    """Phrasings of all entries in turn, each with a word in front, so that none is found letter by letter."""
    told = [phrasing for entry in entries for phrasing in entry.all_phrasings()]
    return [f"请问{text}" for text in told[:: max(1, len(told) // ASKED)]][:ASKED]


def grown(entries: Sequence[HandbookEntry], size: int) -> list[HandbookEntry]:
    """The entries with `size` phrasings in all: heads and tails of their own phrasings put together."""
    each = size // len(entries) + 1
    return [
        replace(entry, phrasings={"plain": tuple(islice(_mixed(entry.all_phrasings()), each))})
        for entry in entries
    ]


def _mixed(told: Sequence[str]) -> Iterable[str]:
    yield from told
    for step in cycle(range(1, 1 + len(told))):
        for number, text in enumerate(told):
            other = told[(number + step) % len(told)]
            yield f"{text[: 1 + len(text) * (1 + step % 3) // 4]}{other[len(other) * (step % 4) // 4 :]}"


def milliseconds(
    find: Callable[[str], object], asked: Sequence[str], rounds: int = ROUNDS
) -> tuple[float, float]:
    """Median and 99th percentile over the queries of thread-CPU time, the middle of some rounds for each."""
    spent: list[list[float]] = [[] for _ in asked]
    for _ in range(rounds):
        for text, told in zip(asked, spent, strict=True):
            begun = time.thread_time_ns()
            find(text)
            told.append((time.thread_time_ns() - begun) / 1e6)
    ordered = sorted(map(statistics.median, spent))
    return statistics.median(ordered), ordered[int(len(ordered) * 0.99)]


def understand(recogniser: Recogniser, index: Index, text: str) -> object:
    """What the router asks of both: the handbook only where no deed and no small talk is plain."""
    wishes = recogniser.recognise(text)
    if wishes and wishes[0].name in TALK and wishes[0].confidence >= SURE:
        return wishes[0]
    likely = next((wish for wish in wishes if wish.name in DEEDS), None)
    return likely if likely and likely.confidence >= CERTAIN else index.find(text)


def measure(entries: Sequence[HandbookEntry]) -> None:
    """One table."""
    negatives = read_negatives(DATA / "negatives.yaml")
    phrasings = [text for entry in entries for text in entry.all_phrasings()]
    asked = queries(entries)
    before, begun = resident_now(), time.process_time()
    index = Index.build(entries, negatives)
    built, held = time.process_time() - begun, resident_now() - before
    recogniser = learn_wishes(entries if len(phrasings) <= MANY else read_folder(DATA / "handbook"))
    base = milliseconds(index.find, asked)
    whole = milliseconds(lambda text: understand(recogniser, index, text), asked)
    rows: list[tuple[object, ...]] = [
        ("Index.find", *base, 1.0, built, held), ("… and wishes: the whole", *whole, whole[0] / base[0], "", ""),
    ]  # fmt: skip
    for name, make in PEERS.items():
        gc.collect()
        before, begun = resident_now(), time.process_time()
        try:
            find = make(phrasings)
        except ImportError as error:
            print(f"{name} is missing ({error.name}): pip install -r requirements-bench.txt")
            continue
        built, held = time.process_time() - begun, resident_now() - before
        some = asked[::10] if len(phrasings) > MANY else asked
        median, p99 = milliseconds(find, some, 1 if len(phrasings) > MANY else ROUNDS)
        rows.append((name, median, p99, median / base[0], built, held))
    title = f"{len(phrasings)} phrasings of {len(entries)} entries, {len(asked)} queries, thread-CPU time"
    table(title, ("", "median ms", "p99 ms", "× find", "built, CPU s", "MB more"), rows)
    _publish(index, entries)


def _publish(index: Index, entries: Sequence[HandbookEntry]) -> None:
    """One entry changes."""
    negatives = read_negatives(DATA / "negatives.yaml")
    changed = replace(entries[0], aliases=(*entries[0].aliases, "蓝莓券"))
    begun = time.process_time()
    fresh = index.renewed([changed, *entries[1:]], negatives)
    found = fresh.find("蓝莓券").entries[:1] == (changed.id,)
    print(
        f"  one entry published: searchable {'' if found else 'NOT '}after {time.process_time() - begun:.2f} CPU s"
    )


def main(sizes: Sequence[int] = SIZES) -> None:
    """A table for each size."""
    entries = read_folder(DATA / "handbook")
    for size in sizes:
        measure(grown(entries, size) if size else entries)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or SIZES)
