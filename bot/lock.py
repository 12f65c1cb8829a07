"""One process at a time on an SQLite file: a second writer would be a danger to the data."""

from __future__ import annotations

import sys
from pathlib import Path
from types import TracebackType
from typing import IO


class Busy(RuntimeError):
    """数据库正被另一个正在运行的家门口使用。请先停掉它，或者在工作台里操作。"""


class FileLock:
    """An exclusive lock on a file for as long as the process lives; the system frees it when the process dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None

    def __enter__(self) -> FileLock:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._path.open("a+")
        try:
            _lock(self._file)
        except OSError as error:
            self._file.close()
            raise Busy(Busy.__doc__) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file:
            self._file.close()


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[str]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(file: IO[str]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
