"""One web server for the chat, the desk, the Telegram webhook and the health page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot import desk
from bot.channels.web import WebChannel
from bot.desk import feeds
from bot.office import Office

if TYPE_CHECKING:
    from bot.channels.telegram import TelegramChannel

MOST_BODY = 1_000_000  # bytes of one webhook call


def site(
    office: Office, *, secure: bool, web: WebChannel | None, telegram: TelegramChannel | None
) -> Starlette:
    """The whole site. `telegram` is given only where it is reached by webhook."""
    routes: list[BaseRoute] = [*desk.routes(office, secure=secure), feeds.public(office)]
    if telegram is not None:
        routes.append(Route("/telegram", _webhook(telegram), methods=["POST"]))
    if web is not None:
        routes += web.routes()
    return Starlette(routes=routes)


def _webhook(telegram: TelegramChannel) -> Callable[[Request], Awaitable[Response]]:
    async def receive(request: Request) -> Response:
        if int(request.headers.get("content-length") or 0) > MOST_BODY:
            return Response(status_code=413)
        return Response(status_code=await telegram.webhook(request.headers, await request.body()))

    return receive
