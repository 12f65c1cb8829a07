"""What was learned, kept in a folder between two starts: plain arrays only, and learned again where anything differs."""

from __future__ import annotations

import logging
import os
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

KNOWLEDGE = Path(__file__).resolve().parent.parent / "knowledge"
LEARNED_FROM = ("search", "wishes", "data/search", "data/wishes")  # folders whose every file counts
AND_FILES = ("handbook.py", "data/negatives.yaml", "data/wish_rules.yaml", "data/wish_signs.yaml")
Arrays = dict[str, NDArray[Any]]
log = logging.getLogger(__name__)


@cache
def release_mark() -> bytes:
    """Changes with the program's own rules and sentences, and with numpy."""
    mark = blake2b(np.__version__.encode(), digest_size=16)
    folders = (path for name in LEARNED_FROM for path in sorted((KNOWLEDGE / name).rglob("*")))
    for path in (*folders, *(KNOWLEDGE / name for name in AND_FILES)):
        if path.suffix in (".py", ".yaml", ".tsv", ".txt", ".json"):
            mark.update(f"\n{path.relative_to(KNOWLEDGE)}\n".encode())
            mark.update(path.read_bytes())
    return mark.digest()


class Shelf:
    """A folder with the last of each kind. Broken or foreign files are as good as none."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, kind: str, mark: str) -> Arrays | None:
        """What was kept under this mark."""
        try:
            with self._path(kind).open("rb") as opened, np.load(opened, allow_pickle=False) as file:
                if str(file["mark"]) != mark:
                    return None
                return {name: file[name] for name in file.files if name != "mark"}
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None

    def keep(self, kind: str, mark: str, told: Mapping[str, NDArray[Any]]) -> None:
        """Keep it, whole or not at all; a full disk is no reason to stop."""
        path = self._path(kind)
        fresh = path.with_suffix(f".{os.getpid()}.tmp")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with fresh.open("wb") as file:
                np.savez(file, allow_pickle=False, mark=np.array(mark), **told)
            fresh.replace(path)
        except OSError:
            log.warning("what was learned could not be kept in %s", self._folder, exc_info=True)
            with suppress(OSError):
                fresh.unlink(missing_ok=True)

    def _path(self, kind: str) -> Path:
        return self._folder / f"{kind}.npz"
