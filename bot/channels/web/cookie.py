"""Who is who without a name: a random cookie in the browser, and the address that is derived from it."""

from __future__ import annotations

import hashlib
import re
import secrets

from starlette.requests import HTTPConnection
from starlette.responses import Response

NAME = "jiamenkou"
SHAPE = re.compile(r"[A-Za-z0-9_-]{43}")


def made() -> str:
    """A new cookie: 256 random bits."""
    return secrets.token_urlsafe(32)


def found(connection: HTTPConnection) -> str:
    """The cookie that the browser sent, empty where there is none of our shape."""
    cookie = connection.cookies.get(NAME, "")
    return cookie if SHAPE.fullmatch(cookie) else ""


def address(cookie: str) -> str:
    """What is stored in the cookie's place: 128 bits of its SHA-256, from which it cannot be told."""
    return hashlib.sha256(f"{NAME} web {cookie}".encode()).hexdigest()[:32]


def give(response: Response, cookie: str, *, secure: bool) -> None:
    """Set the cookie; it ends with the browser, so that a shared device shows nobody's history (RG40)."""
    response.set_cookie(NAME, cookie, httponly=True, samesite="lax", secure=secure)


def take_back(response: Response, *, secure: bool) -> None:
    """Make the browser forget the cookie."""
    response.delete_cookie(NAME, httponly=True, samesite="lax", secure=secure)
