"""What is learned from is written once, and never stands in a test set."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from knowledge.wishes import DATA, read_negatives, read_phrases

SETS = Path(__file__).parent / "phrases"


def bare(text: str) -> str:
    return re.sub(r"[^\w]", "", text).lower()


def lines(told: Any) -> Iterator[str]:
    if isinstance(told, dict):
        for part in told.values():
            yield from lines(part)
    elif isinstance(told, list):
        for part in told:
            yield from lines(part)
    else:
        yield str(told)


def read(path: Path) -> list[str]:
    return list(lines(yaml.safe_load(path.read_text("utf-8"))))


def blind() -> set[str]:
    """The sets in tests/phrases/blind and /second and the held-out emergencies, without marks."""
    folders = (SETS / "blind", SETS / "second")
    files = [
        *(path for folder in folders for path in sorted(folder.glob("*.yaml"))),
        SETS / "emergency_heldout.yaml",
    ]
    return {bare(line) for path in files for line in read(path)} - {""}


def danger() -> list[str]:
    return [line for path in sorted((DATA / "emergency_words").glob("*.yaml")) for line in read(path)]


def test_a_blind_sentence_is_not_learned_from() -> None:
    held_back = blind()
    learned = [*danger(), *read_negatives(), *(line for told in read_phrases().values() for line in told)]
    assert sorted({line for line in learned if len(bare(line)) > 3 and bare(line) in held_back}) == []


def test_a_negative_is_written_once() -> None:
    rows = yaml.safe_load((DATA / "negatives.yaml").read_text("utf-8"))
    seen = Counter(bare(row["text"]) or row["text"] for row in rows)
    assert [text for text, count in seen.items() if count > 1] == []


def test_a_blind_sentence_is_written_once() -> None:
    told = [bare(line) or line for path in sorted((SETS / "blind").glob("*.yaml")) for line in read(path)]
    assert [line for line, count in Counter(told).items() if count > 1] == []
