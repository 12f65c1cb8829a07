"""What several commands need: an archive in memory that knows what the configured one knows."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.copied import copy_rows, in_memory
from bot.sample import load_sample
from bot.settings import Settings, key_of
from storage import migrate
from storage.archive import Archive
from storage.vault import Vault

__all__ = ["in_memory", "known_to", "moment", "wall_clock"]

ZONE = ZoneInfo("Asia/Shanghai")


def moment(text: str) -> datetime:
    """--at: an ISO time; without an offset it is local time here."""
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        raise SystemExit(f"--at 要写成 2026-11-23T10:00 这样的时间，现在是“{text}”。") from None
    return told if told.tzinfo else told.replace(tzinfo=ZONE)


def wall_clock() -> datetime:
    """Now, aware."""
    return datetime.now(UTC)


@contextmanager
def known_to(settings: Settings, now: datetime) -> Iterator[Archive]:
    """An archive in memory with the configured centre's handbook, services and places; the sample where there is none."""
    archive = in_memory()
    try:
        if not _copy(settings, archive):
            with archive.open() as records:
                load_sample(records, now)
        yield archive
    finally:
        archive.close()


def _copy(settings: Settings, into: Archive) -> bool:
    """Copy what is known, never what was told; False where the configured archive is empty or not made yet."""
    if settings.url.startswith("sqlite:///") and not os.path.exists(settings.url.removeprefix("sqlite:///")):
        return False
    source = Archive(settings.url, Vault(key_of(settings), os.urandom), os.urandom)
    try:
        if migrate.revision(source.engine) is None:
            return False
        with source.reading() as old, into.open() as new:
            return copy_rows(old, new)
    finally:
        source.close()
