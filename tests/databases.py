"""Real databases for tests: an SQLite file and, where a server can be had, PostgreSQL; both with the sample loaded."""

from __future__ import annotations

import glob
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
from sqlalchemy.engine import make_url

from bot.sample import load_sample
from storage import migrate
from storage.archive import Archive
from storage.vault import Vault

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 11, 23, 10, 0, tzinfo=ZONE)
KEY = bytes(range(32))
NO_POSTGRES = "PostgreSQL server binaries not found: tests on PostgreSQL skipped"


def open_archive(url: str, *, synchronous: str = "NORMAL") -> Archive:
    """An archive on a database that is there already."""
    return Archive(url, Vault(KEY, os.urandom), os.urandom, synchronous=synchronous)


def fill(url: str) -> None:
    """Make the tables by the migrations and load the sample centre."""
    archive = open_archive(url)
    migrate.upgrade(archive.engine)
    with archive.open() as records:
        load_sample(records, START)
    archive.close()


class SqliteFactory:
    """Hands out copies of one filled file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template = folder / "template.db"
        self._count = 0
        fill(f"sqlite:///{self._template}")
        for path in (self._template,):
            with open_archive(f"sqlite:///{path}").engine.connect() as connection:
                connection.exec_driver_sql("SELECT 1")

    def new(self) -> str:
        """The URL of a fresh copy."""
        self._count += 1
        path = self._folder / f"copy{self._count}.db"
        shutil.copy(self._template, path)
        wal = self._template.with_name(self._template.name + "-wal")
        if wal.exists():
            shutil.copy(wal, path.with_name(path.name + "-wal"))
        return f"sqlite:///{path}"


class PostgresFactory:
    """Hands out databases made from one filled template."""

    def __init__(self, admin_url: str) -> None:
        self._admin = admin_url
        self._name = f"jmk_{os.getpid()}"
        self._count = 0
        self._run(f"CREATE DATABASE \"{self._name}\" TEMPLATE template0 ENCODING 'UTF8'")
        fill(self._url(self._name))

    def _url(self, name: str) -> str:
        return (
            make_url(self._admin).set(database=name, drivername="postgresql+psycopg").render_as_string(False)
        )

    def _run(self, statement: str) -> None:
        with psycopg.connect(self._admin, autocommit=True) as connection:
            connection.execute(statement.encode())

    def new(self) -> str:
        """The URL of a fresh database."""
        self._count += 1
        name = f"{self._name}_{self._count}"
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{self._name}"')
        return self._url(name)

    def drop(self, url: str) -> None:
        """Drop one that was handed out."""
        self._run(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')

    def close(self) -> None:
        """Drop everything."""
        for n in range(1, self._count + 1):
            self._run(f'DROP DATABASE IF EXISTS "{self._name}_{n}" WITH (FORCE)')
        self._run(f'DROP DATABASE IF EXISTS "{self._name}" WITH (FORCE)')


def _binaries() -> Path | None:
    found = sorted(
        glob.glob("/usr/lib/postgresql/*/bin/initdb") + glob.glob("/opt/homebrew/opt/postgresql*/bin/initdb")
    )
    where = shutil.which("initdb")
    return Path(found[-1]).parent if found else (Path(where).parent if where else None)


def _as_plain_user() -> tuple[list[str], int | None]:
    """PostgreSQL refuses to run as root; a container's root lends itself another name."""
    if os.geteuid() != 0:
        return [], None
    for name in ("postgres", "nobody"):
        try:
            return ["runuser", "-u", name, "--"], pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    return [], None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def postgres_server() -> Iterator[str | None]:
    """An admin URL of a server for this run: the one named by TEST_POSTGRES, or a private one; None where there is none."""
    if told := os.environ.get("TEST_POSTGRES"):
        yield told
        return
    binaries = _binaries()
    if binaries is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="jmk-pg-") as folder:
        yield from _private(binaries, Path(folder))


def _private(binaries: Path, folder: Path) -> Iterator[str]:
    lead, uid = _as_plain_user()
    if uid is not None:
        os.chown(folder, uid, -1)
    port, data = _free_port(), folder / "data"

    def call(*words: str) -> None:
        subprocess.run(
            [*lead, *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, cwd=folder
        )

    call(
        str(binaries / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"
    )
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off -c max_connections=200"
    call(str(binaries / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    finally:
        call(str(binaries / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
