"""What every part shares: a filled SQLite file, and how figures are printed."""

from __future__ import annotations

import os
import statistics
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.sample import load_sample
from storage import migrate
from storage.archive import Archive
from storage.vault import Vault

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@contextmanager
def filled(synchronous: str = "FULL") -> Iterator[Archive]:
    """An archive on a file of its own, with the sample centre."""
    with tempfile.TemporaryDirectory(prefix="jmk-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'bench.db'}"
        archive = Archive(url, Vault(os.urandom(32), os.urandom), os.urandom, synchronous=synchronous)
        migrate.upgrade(archive.engine)
        with archive.open() as records:
            load_sample(records, NOW)
        yield archive
        archive.close()


def table(title: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table with a title."""
    lines = [tuple(map(str, head)), *(tuple(map(_plain, row)) for row in rows)]
    widths = [max(len(line[n]) for line in lines) for n in range(len(head))]
    print(f"\n{title}")
    for line in lines:
        print("  " + "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)))


def _plain(cell: object) -> str:
    return f"{cell:,.2f}" if isinstance(cell, float) else f"{cell:,}" if isinstance(cell, int) else str(cell)


def middle_and_worst(seconds: Sequence[float]) -> tuple[float, float]:
    """Median and 99th percentile, in milliseconds."""
    ordered = sorted(seconds)
    return statistics.median(ordered) * 1000, ordered[int(len(ordered) * 0.99)] * 1000
