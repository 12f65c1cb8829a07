"""/health: whether the database answers, and what waits. No sign-in, and nothing about anybody."""

from __future__ import annotations

import tomllib
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.office import Office
from storage.archive import Records

PROJECT = Path(__file__).resolve().parent.parent.parent / "pyproject.toml"


@cache
def version() -> str:
    """This release's number."""
    if not PROJECT.exists():
        return "unknown"
    return str(tomllib.loads(PROJECT.read_text("utf-8"))["project"]["version"])


def page(office: Office) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint: 200, or 503 where the database does not answer."""

    async def health(_: Request) -> Response:
        now = office.now()
        try:
            found = await office.read(lambda records: look(records, now))
        except SQLAlchemyError:
            found = {"database": "down", "version": version()}
        status = 200 if found["database"] == "ok" else 503
        return JSONResponse(found, status, {"Cache-Control": "no-store"})

    return health


def look(records: Records, now: datetime) -> dict[str, Any]:
    """Counts and ages only."""
    oldest = records.outbox.oldest_unsent(now)
    return {
        "database": "ok",
        "oldest_unsent_seconds": int((now - oldest).total_seconds()) if oldest else 0,
        "outbox": records.outbox.counts(),
        "unheard_inbox": records.conversations.unheard_count(),
        "version": version(),
    }
