"""What a search is compared with: each returns the three most fitting phrasings' numbers. All over characters."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from rapidfuzz import fuzz, process

Find = Callable[[str], object]


def grams(text: str) -> list[str]:
    """One and two characters."""
    return [*text, *(text[n : n + 2] for n in range(len(text) - 1))]


def ratio(phrasings: Sequence[str]) -> Find:
    """RapidFuzz, ratio."""
    return lambda text: process.extract(text, phrasings, scorer=fuzz.ratio, limit=3)


def fts5(phrasings: Sequence[str]) -> Find:
    """SQLite FTS5 on its trigrams, any of them."""
    base = sqlite3.connect(":memory:")
    base.execute("CREATE VIRTUAL TABLE told USING fts5(text, tokenize='trigram')")
    base.executemany("INSERT INTO told(text) VALUES (?)", ((text,) for text in phrasings))

    def find(text: str) -> object:
        asked = " OR ".join(f'"{text[n : n + 3]}"' for n in range(max(1, len(text) - 2)))
        return base.execute(
            "SELECT rowid FROM told WHERE told MATCH ? ORDER BY rank LIMIT 3", (asked,)
        ).fetchall()

    return find


def bm25s(phrasings: Sequence[str]) -> Find:
    """bm25s in numpy, on one and two characters."""
    index: Any = import_module("bm25s").BM25()
    index.index([grams(text) for text in phrasings], show_progress=False)
    return lambda text: index.retrieve([grams(text)], k=3, show_progress=False)


def tantivy(phrasings: Sequence[str]) -> Find:
    """tantivy, on one and two characters."""
    told: Any = import_module("tantivy")
    schema = told.SchemaBuilder()
    schema.add_text_field("text", tokenizer_name="whitespace")
    index = told.Index(schema.build())
    writer = index.writer(heap_size=128_000_000)
    for text in phrasings:
        writer.add_document(told.Document(text=" ".join(grams(text.replace(" ", "")))))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def find(text: str) -> object:
        terms = [
            told.Query.term_query(index.schema, "text", gram) for gram in set(grams(text.replace(" ", "")))
        ]
        query = told.Query.boolean_query([(told.Occur.Should, term) for term in terms])
        return searcher.search(query, 3).hits

    return find


PEERS: dict[str, Callable[[Sequence[str]], Find]] = {
    "RapidFuzz ratio": ratio,
    "SQLite FTS5 trigram": fts5,
    "bm25s": bm25s,
    "tantivy": tantivy,
}
