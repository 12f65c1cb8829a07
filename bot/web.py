"""One web server for the chat, the desk, the Telegram webhook and the health page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot import desk

if TYPE_CHECKING:
    from bot.app import App

MOST_BODY = 1_000_000  # bytes of one webhook call


def site(app: App) -> Starlette:
    """The whole site."""
    routes: list[BaseRoute] = list(
        desk.routes(app.office, secure=app.settings.base_url.startswith("https://"))
    )
    if app.web is not None:
        routes += app.web.routes()
    if app.telegram is not None and app.settings.telegram_mode == "webhook":
        routes.append(Route("/telegram", _webhook(app), methods=["POST"]))
    return Starlette(routes=routes, middleware=MIDDLEWARE)


MIDDLEWARE: list[Middleware] = []


def _webhook(app: App):  # type: ignore[no-untyped-def]
    async def receive(request: Request) -> Response:
        body = await request.body()
        if len(body) > MOST_BODY:
            return Response(status_code=413)
        assert app.telegram is not None
        return Response(status_code=await app.telegram.webhook(request.headers, body))

    return receive
