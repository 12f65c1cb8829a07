"""The staff desk (工作台): pages that the server writes, under /desk."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.desk import (
    areas,
    bookings,
    calendar,
    cases,
    caseturns,
    conversation,
    counter,
    daysheets,
    duty,
    feeds,
    handbook,
    health,
    mediation,
    people,
    questions,
    services,
    sheets,
    watch,
    work,
    writing,
)
from bot.desk.guard import Desk, NotHere, Visit
from bot.desk.paper import HERE
from bot.desk.signin import SignIn
from bot.office import Office

PAGES = (
    work,
    conversation,
    sheets,
    writing,
    mediation,
    cases,
    caseturns,
    counter,
    calendar,
    daysheets,
    feeds,
    bookings,
    duty,
    handbook,
    questions,
    people,
    areas,
    services,
    watch,
)
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # "no-referrer" would hide the origin of our own forms
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
}


class Careful:
    """Puts the careful headers on everything the desk sends; pages are never kept by the browser."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back with the headers."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                static = "/static/" in scope["path"]
                headers["Cache-Control"] = "no-cache" if static else "no-store"
            await send(message)

        await self.app(scope, receive, sending)


async def _nothing(visit: Visit) -> Response:
    raise NotHere


def routes(office: Office, *, secure: bool) -> list[Route | Mount]:
    """The desk and the health page. `secure`: the pages are reached over HTTPS, so cookies travel only there."""
    desk = Desk(office, secure=secure)
    inside: list[BaseRoute] = [
        Mount("/static", StaticFiles(directory=HERE / "static")),
        *SignIn(desk).routes(),
        *(route for pages in PAGES for route in pages.routes(desk)),
        desk.get("/{rest:path}", _nothing),
    ]
    return [
        Route("/health", health.page(office), methods=["GET"]),
        Mount("/desk", routes=inside, middleware=[Middleware(Careful)]),
    ]
