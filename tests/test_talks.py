"""Every talk is played four ways: as written, restarted before each line, each message heard twice, on PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from intents.library import Library
from tests.conftest import TALKS
from tests.databases import SqliteFactory
from tests.stage import Stage, Way

FILES = sorted(TALKS.glob("**/*.talk"))


def _play(url: str, library: Library, path: Path, way: Way) -> None:
    stage = Stage(url, library, way)
    try:
        stage.play(path)
    finally:
        stage.close()


@pytest.mark.parametrize("way", ["written", "restarted", "twice"])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_talk(path: Path, way: Way, sqlite_factory: SqliteFactory, library: Library) -> None:
    _play(sqlite_factory.new(), library, path, way)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_talk_on_postgres(path: Path, postgres_url: str, library: Library) -> None:
    _play(postgres_url, library, path, "restarted")


def test_there_are_talks() -> None:
    assert len(FILES) >= 40
