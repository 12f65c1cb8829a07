"""Alembic's entry: runs on the connection that storage.migrate hands over."""

from typing import Any, Literal

from alembic import context

from storage.tables import Moment, metadata


def render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write moments as what the database has."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Moment) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=render,
    transaction_per_migration=True,
)
context.run_migrations()
