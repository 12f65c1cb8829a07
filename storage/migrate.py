"""Bringing a database to this release's tables."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

FOLDER = Path(__file__).parent / "migrations"
LOCK = 0x6A6D6B  # "jmk": several replicas start at once, one migrates


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine) -> None:
    """Apply every migration that is missing; safe to call at each start and from several processes."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        command.upgrade(_config(connection), "head")


def downgrade(connection: Connection, to: str) -> None:
    """For tests of upgrades: back to an older release's tables."""
    command.downgrade(_config(connection), to)


def revision(engine: Engine) -> str | None:
    """Which migration the database is at; None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """The newest migration of this release."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def write_revision(engine: Engine, message: str) -> None:
    """For developers: write a migration from the difference between tables.py and the database."""
    with engine.begin() as connection:
        command.revision(_config(connection), message=message, autogenerate=True)
