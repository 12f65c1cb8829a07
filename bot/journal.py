"""The delivery journal: what one process has asked of platforms, and what they answered, in a file of the data folder.

SIGKILL takes a process, not what it wrote: the pages belong to the system. So the next process knows which rows were
never handed over and which arrived. One file a process, `delivery-<claim>.journal`, locked for as long as it lives:

    b <boot id>                  first line
    c <row id> <tries>           right before the call
    s <row id> <tries> <ref>     right after the platform took it

There is no fsync. After a power cut lines may be missing, so a journal of another boot proves no absence.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from storage.outbox import Calls

if sys.platform != "win32":
    import fcntl

log = logging.getLogger(__name__)
LARGE = 1_000_000  # bytes
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")  # Linux, random(4)


@dataclass(frozen=True)
class Past:
    """What the journal of a dead process tells. `whole`: a call that is not in it was not made."""

    claim: str
    calls: Calls
    whole: bool
    path: Path


class Journal:
    """This process's journal. One that cannot be written is withdrawn: then the lease alone decides, as without it."""

    def __init__(self, folder: Path, claim: str) -> None:
        self._folder = folder
        self._path = folder / f"delivery-{claim}.journal"
        self._first = f"b {boot_id()}\n".encode()
        self._file: int | None = None
        self._withdrawn = False

    def open(self) -> None:
        """Make the file and lock it, before the first claim; it gets its name only when it is locked."""
        if self._file is not None or self._withdrawn:
            return
        new = self._path.with_suffix(".new")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._file = os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._write(self._first)
            new.rename(self._path)
        except OSError:
            self._withdraw()

    def call(self, row_id: int, tries: int) -> None:
        """The row is about to be handed to its channel."""
        self._write(f"c {row_id} {tries}\n".encode())

    def answer(self, row_id: int, tries: int, ref: str) -> None:
        """The platform took it."""
        self._write(f"s {row_id} {tries} {' '.join(ref.split())}\n".encode())

    def _write(self, line: bytes) -> None:
        if self._file is None:
            return
        try:
            if os.write(self._file, line) == len(line):
                return
        except OSError:
            log.exception("the delivery journal cannot be written")
        self._withdraw()

    def _withdraw(self) -> None:
        """A journal with gaps would tell lies. Raises OSError where it cannot even be removed."""
        log.error("delivery goes on without its journal %s", self._path)
        self._withdrawn = True
        self.remove()

    def is_large(self) -> bool:
        """Whether it is time to begin anew."""
        return self._file is not None and os.fstat(self._file).st_size > LARGE

    def begin_anew(self) -> None:
        """Forget the calls; only where none of this process's rows is in flight."""
        if self._file is not None:
            os.ftruncate(self._file, len(self._first))

    def remove(self) -> None:
        """No row needs it any more."""
        self._path.unlink(missing_ok=True)
        self._path.with_suffix(".new").unlink(missing_ok=True)
        self.close()

    def close(self) -> None:
        """Let go of the file: whoever finds it settles what is in it."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def past(self) -> Generator[Past, None, None]:
        """Journals of processes that no longer live, each locked until the next one is asked for."""
        for path in sorted(self._folder.glob("delivery-*.journal")):
            file = _take(path) if path != self._path else None
            if file is not None:
                try:
                    yield _read(path, file)
                finally:
                    os.close(file)


def journal_in(folder: Path, claim: str) -> Journal | None:
    """A journal, where the system has locks that die with their process (not on Windows)."""
    return Journal(folder, claim) if sys.platform != "win32" else None


def boot_id() -> str:
    """Names the time since the machine was started; empty where the system does not tell."""
    return _BOOT_ID.read_text().strip() if _BOOT_ID.exists() else ""


def _take(path: Path) -> int | None:
    """The file, locked; None while its process lives, another settles it, or it is gone."""
    try:
        file = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return None
    return file


def _read(path: Path, file: int) -> Past:
    """Whole lines only: a torn one was not followed by its call."""
    with os.fdopen(os.dup(file), "rb") as opened:
        lines = opened.read().decode("utf-8", "replace").split("\n")[:-1]
    calls: dict[tuple[int, int], str | None] = {}
    for line in lines:
        match line.split(" ", 3):
            case ["c", row, tries] if row.isdecimal() and tries.isdecimal():
                calls[int(row), int(tries)] = None
            case ["s", row, tries, ref] if row.isdecimal() and tries.isdecimal():
                calls[int(row), int(tries)] = ref
    whole = bool(boot_id()) and lines[:1] == [f"b {boot_id()}"]
    return Past(path.stem.removeprefix("delivery-"), calls, whole, path)
