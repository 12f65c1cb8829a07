"""Fixtures: databases, a library built once, the stage that talks are played on."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path

import pytest

from intents.library import Library
from storage.archive import Archive
from tests.databases import NO_POSTGRES, PostgresFactory, SqliteFactory, open_archive, postgres_server


@pytest.fixture(scope="session")
def sqlite_factory(tmp_path_factory: pytest.TempPathFactory) -> SqliteFactory:
    """Copies of a filled SQLite file."""
    return SqliteFactory(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def _postgres() -> Iterator[PostgresFactory | None]:
    with postgres_server() as url:
        if url is None:
            yield None
            return
        factory = PostgresFactory(url)
        yield factory
        factory.close()


@pytest.fixture
def postgres_url(_postgres: PostgresFactory | None) -> Iterator[str]:
    """A fresh PostgreSQL database with the sample loaded."""
    if _postgres is None:
        pytest.skip(NO_POSTGRES)
    url = _postgres.new()
    yield url
    _postgres.drop(url)


@pytest.fixture
def sqlite_url(sqlite_factory: SqliteFactory) -> str:
    """A fresh SQLite file with the sample loaded."""
    return sqlite_factory.new()


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Each database in turn."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def archive(database_url: str) -> Iterator[Archive]:
    """An archive on each database in turn."""
    opened = open_archive(database_url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def built_library(sqlite_factory: SqliteFactory) -> Library:
    """A library whose index is built from the sample; tests take copies."""
    library = Library(eager=True)
    archive = open_archive(sqlite_factory.new())
    with archive.reading() as records:
        library.lore(records)
    archive.close()
    return library


@pytest.fixture
def library(built_library: Library) -> Library:
    """A library of the test's own; what it reads anew stays its own."""
    return copy.copy(built_library)


TALKS = Path(__file__).parent / "talks"
