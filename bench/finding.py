"""(c) One search against RapidFuzz over the same phrasings, in one run."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from rapidfuzz import fuzz, process

from bench.common import middle_and_worst, table
from intents.library import DATA
from knowledge.handbook import HandbookEntry, read_folder
from knowledge.search import Index, read_negatives

ASKED = 300


def queries(entries: Sequence[HandbookEntry]) -> list[str]:
    """Phrasings of all entries in turn, each with a word in front, so that none is found letter by letter."""
    told = [phrasing for entry in entries for phrasing in entry.all_phrasings()]
    return [f"请问{text}" for text in told[:: max(1, len(told) // ASKED)]][:ASKED]


def seconds(find: Callable[[str], object], asked: Sequence[str]) -> list[float]:
    """Seconds of each query."""
    spent = []
    for text in asked:
        begun = time.perf_counter()
        find(text)
        spent.append(time.perf_counter() - begun)
    return spent


def main() -> None:
    """Print milliseconds a query."""
    entries = read_folder(DATA / "handbook")
    phrasings = [text for entry in entries for text in entry.all_phrasings()]
    index = Index.build(entries, read_negatives(DATA / "negatives.yaml"))
    asked = queries(entries)
    ways: dict[str, Callable[[str], object]] = {
        "Index.find": index.find,
        "RapidFuzz extract, WRatio": lambda text: process.extract(text, phrasings, limit=3),
        "RapidFuzz extract, ratio": lambda text: process.extract(text, phrasings, scorer=fuzz.ratio, limit=3),
    }
    figures = {name: middle_and_worst(seconds(find, asked)) for name, find in ways.items()}
    base = figures["Index.find"][0]
    rows = [(name, median, p99, median / base) for name, (median, p99) in figures.items()]
    title = f"Search over {len(phrasings)} phrasings of {len(entries)} entries, {len(asked)} queries"
    table(title, ("", "median ms", "p99 ms", "× find"), rows)


if __name__ == "__main__":
    main()
