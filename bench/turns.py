"""(a) A turn, message in → committed reply, on an SQLite file with synchronous=FULL, residents side by side."""

from __future__ import annotations

import asyncio
import itertools
import time

from bench.common import NOW, filled, middle_and_worst, table
from bot.office import Office
from intents.library import Library
from intents.message import Message

SETS = {
    "words that work everywhere": ("谢谢", "菜单", "你好"),
    "handbook and nearest": ("低保要什么材料", "医保怎么报销", "附近哪里有厕所"),
    "a booking, begun and left": ("明天上午九点约理发", "取消"),
}
SECONDS = 3.0


async def measure(office: Office, words: tuple[str, ...], residents: int, seconds: float) -> list[float]:
    """Seconds of each turn while so many residents talk, each waiting for its answer."""
    spent: list[float] = []
    ends = time.perf_counter() + seconds

    async def talk(who: str) -> None:
        for n, text in enumerate(itertools.cycle(words)):
            begun = time.perf_counter()
            if begun > ends:
                return
            await office.hear(Message("web", who, f"{who}-{residents}-{words[0]}-{n}", text, NOW))
            spent.append(time.perf_counter() - begun)

    await asyncio.gather(*(talk(f"r{n}") for n in range(residents)))
    return spent


async def _all() -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    with filled("FULL") as archive:
        office = Office(archive, Library(eager=True), now=lambda: NOW)
        await office.hear(Message("web", "first", "first", "谢谢", NOW))
        for name, words in SETS.items():
            for residents in (1, 16, 50):
                spent = await measure(office, words, residents, SECONDS)
                rows.append((name, residents, round(len(spent) / SECONDS), *middle_and_worst(spent)))
        office.clerk.close()
    return rows


def main() -> None:
    """Print turns a second."""
    head = ("words", "residents", "turns/s", "median ms", "p99 ms")
    table("Turns on SQLite, synchronous=FULL, group commit", head, asyncio.run(_all()))


if __name__ == "__main__":
    main()
