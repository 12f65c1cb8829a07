"""Forks processes that are killed: python -m tests.crash.nursery DATABASE-URL PLATFORM-URL FOLDER.

Everything is imported and the library is built once, so that a replica starts at once. Reads a line of JSON for each
replica, {"clock", "point", "n", "seconds"}: it is killed by SIGKILL at the n-th arrival at the point or after so many
seconds; with neither it works to its end. Answers with a line of JSON, {"signal", "code"}.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import traceback
from datetime import datetime
from pathlib import Path
from typing import Any

from bot import marks
from intents.library import Library
from tests.crash.replica import work
from tests.databases import open_archive


def _library(url: str) -> Library:
    library = Library(eager=True)
    archive = open_archive(url)
    with archive.reading() as records:
        library.lore(records)
    archive.close()
    return library


def _mark_the_end(point: str, n: int) -> None:
    arrivals = 0

    def arrived(name: str) -> None:
        nonlocal arrivals
        arrivals += name == point
        if name == point and arrivals == n:
            os.kill(os.getpid(), signal.SIGKILL)

    marks.listener = arrived


def _live(url: str, library: Library, base: str, folder: Path, told: dict[str, Any]) -> None:
    """In the child: never returns."""
    code = 1
    try:
        if told.get("point"):
            _mark_the_end(told["point"], told["n"])
        asyncio.run(work(url, library, base, folder, datetime.fromisoformat(told["clock"])))
        code = 0
    except Exception:  # noqa: BLE001 - os._exit would swallow it
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _watch(child: int, seconds: float) -> tuple[int, int]:
    """(signal, exit code) of a child that is killed after so many seconds (0: never)."""
    signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGKILL))
    signal.setitimer(signal.ITIMER_REAL, seconds)
    status = os.waitpid(child, 0)[1]
    signal.setitimer(signal.ITIMER_REAL, 0)
    return (os.WTERMSIG(status), 0) if os.WIFSIGNALED(status) else (0, os.WEXITSTATUS(status))


def main() -> None:
    url, base, folder = sys.argv[1:]
    library = _library(url)
    for line in sys.stdin:
        told = json.loads(line)
        child = os.fork()
        if child == 0:
            _live(url, library, base, Path(folder), told)
        sign, code = _watch(child, told.get("seconds", 0))
        print(json.dumps({"signal": sign, "code": code}), flush=True)


if __name__ == "__main__":
    main()
