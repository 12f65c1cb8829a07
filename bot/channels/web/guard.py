"""What every request passes: the same site, not too much, not too deep; and the headers of every answer."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection
from urllib.parse import urlsplit

from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response

from bot.channels.web import cookie
from bot.channels.web.refused import Elsewhere, Garbled, NotJson, Refused, Stranger, TooLong

MOST_JSON = 64 * 1024
MOST_UPLOAD = 10 * 1024 * 1024 + MOST_JSON
HOST = re.compile(r"[A-Za-z0-9.\-\[\]:]{1,255}")
Endpoint = Callable[[Request], Awaitable[Response]]


class TooHeavy(TooLong, MultiPartException):  # the parser closes its files for a MultiPartException
    """照片超过10 MB，太大了。请换一张小一点的，或者先截个图再发。"""

    def __init__(self) -> None:
        MultiPartException.__init__(self, self.__doc__ or "")
        TooLong.__init__(self)


def address_of(connection: HTTPConnection) -> str:
    """The address behind the browser's cookie; raises Stranger."""
    if not (found := cookie.found(connection)):
        raise Stranger
    return cookie.address(found)


def same_site(connection: HTTPConnection, origins: Collection[str]) -> None:
    """Raises Elsewhere unless the Origin is this host or one that is named."""
    origin = connection.headers.get("origin", "")
    if origin in origins:
        return
    try:
        parts = urlsplit(origin)
    except ValueError as error:
        raise Elsewhere from error
    if parts.scheme not in ("http", "https") or parts.netloc != connection.headers.get("host", ""):
        raise Elsewhere


async def json_body(request: Request) -> bytes:
    """The body of a JSON request; raises NotJson, TooLong."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise NotJson
    return b"".join([chunk async for chunk in _bounded(request, MOST_JSON, TooLong)])


async def form_body(request: Request) -> tuple[dict[str, str], bytes]:
    """The fields of a multipart request and the file in it; raises NotJson, TooHeavy, Garbled."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise Garbled
    chunks = _bounded(request, MOST_UPLOAD, TooHeavy)
    try:
        form = await MultiPartParser(
            request.headers, chunks, max_files=1, max_fields=8, max_part_size=MOST_JSON
        ).parse()
    except TooHeavy:
        raise
    except MultiPartException as error:
        raise Garbled from error
    fields: dict[str, str] = {}
    data = b""
    for name, value in form.multi_items():
        if isinstance(value, str):
            fields[name] = value
        elif name == "file":
            data = await value.read()
    await form.close()
    return fields, data


async def _bounded(
    request: Request, most: int, refusal: Callable[[], Refused]
) -> AsyncGenerator[bytes, None]:
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > most:
            raise refusal()
        yield chunk


def answered(endpoint: Endpoint) -> Endpoint:
    """The endpoint, with what it refuses told as JSON, and nothing of it kept by any cache."""

    async def answer(request: Request) -> Response:
        try:
            response = await endpoint(request)
        except Refused as refusal:
            response = JSONResponse(refusal.told(), refusal.status)
        response.headers.setdefault("cache-control", "no-store")
        response.headers.setdefault("content-security-policy", "default-src 'none'; frame-ancestors 'none'")
        response.headers["x-content-type-options"] = "nosniff"
        response.headers["referrer-policy"] = "same-origin"
        return response

    return answer


def page_policy(request: Request) -> str:
    """The Content-Security-Policy of the page: nothing inline, nothing from elsewhere."""
    host = request.headers.get("host", "")
    sockets = (
        f" ws://{host} wss://{host}" if HOST.fullmatch(host) else ""
    )  # 'self' has no ws in older browsers
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
        f"connect-src 'self'{sockets}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
