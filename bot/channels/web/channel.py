"""The web chat's routes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket

from bot.channels.web import cookie, guard, words
from bot.channels.web.pace import Pace
from bot.channels.web.refused import Garbled, Missing, Refused
from bot.channels.web.talk import CHANNEL, Ears, Talk
from bot.channels.web.visit import Visit
from bot.photos import BadPhoto
from intents.message import Photo

HERE = Path(__file__).resolve().parent
PAGES = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True)
MOST_PAGES = 8  # open at once, by address
AT_ONCE = 2  # photos being cleaned
BUSY = 1013
ELSEWHERE = 1008


@dataclass(frozen=True, slots=True)
class Front:
    """What the page shows of the centre."""

    centre_name: str = "社区党群服务中心"
    phone: str = ""
    sample: bool = False


async def _some_centre() -> Front:
    return Front()


def _wall_clock() -> datetime:
    return datetime.now(UTC)


class _Static(StaticFiles):
    """Asked for again each time (the ETag makes that cheap), so that no browser runs an old script."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["cache-control"] = "no-cache"
        response.headers["x-content-type-options"] = "nosniff"
        return response


class WebChannel:
    """The chat page at /, and what it asks for under /chat.

    `origins` are sites besides the request's own host that pages may speak from ("https://chat.example.cn",
    where a proxy changes the Host header).
    """

    name = CHANNEL

    def __init__(self, ears: Ears, clean_photo: Callable[[bytes], bytes],
                 load_picture: Callable[[str], Awaitable[bytes | None]], *,
                 front: Callable[[], Awaitable[Front]] = _some_centre, now: Callable[[], datetime] = _wall_clock,
                 origins: Collection[str] = (), look_every: float = 5.0) -> None:  # fmt: skip
        self.ears = ears
        self.clean_photo = clean_photo
        self.load_picture = load_picture
        self.front = front
        self.now = now
        self.origins = origins
        self.look_every = look_every
        self.says = Pace(20, 10)
        self.looks = Pace(60, 10)
        self.photos = Pace(10, 60)
        self._cleaning = asyncio.Semaphore(AT_ONCE)
        self._visits: dict[str, set[Visit]] = {}
        self._lock = threading.Lock()

    def routes(self) -> list[BaseRoute]:
        """For the application's router; nothing else may own / or /chat."""
        return [
            Route("/", guard.answered(self._page)),
            Route("/chat/away", guard.answered(self._away)),
            Route("/chat/lines", guard.answered(self._lines)),
            Route("/chat/say", guard.answered(self._say), methods=["POST"]),
            Route("/chat/photo", guard.answered(self._photo), methods=["POST"]),
            Route("/chat/picture/{picture}", guard.answered(self._picture)),
            Route("/chat/forget", guard.answered(self._forget), methods=["POST"]),
            WebSocketRoute("/chat/ws", self._socket),
            Mount("/chat/static", _Static(directory=HERE / "static")),
        ]

    def ring(self, address: str) -> None:
        """Something was said to this address; from any thread."""
        for visit in self._of(address):
            visit.ring()

    def _of(self, address: str) -> list[Visit]:
        with self._lock:
            return list(self._visits.get(address, ()))

    def _talk(self, connection: HTTPConnection) -> Talk:
        return Talk(self.ears, self.now, guard.address_of(connection))

    def _own_talk(self, connection: HTTPConnection) -> Talk:
        """The talk that a request from our own page may change."""
        guard.same_site(connection, self.origins)
        return self._talk(connection)

    # pages

    async def _page(self, request: Request) -> Response:
        front = await self.front()
        page = PAGES.get_template("page.html").render(
            centre_name=front.centre_name, phone=front.phone, sample=front.sample
        )
        response = HTMLResponse(page, headers={
            "content-security-policy": guard.page_policy(request), "x-frame-options": "DENY",
            "permissions-policy": "geolocation=(self), camera=(self), microphone=()"})  # fmt: skip
        if not cookie.found(request):
            cookie.give(response, cookie.made(), secure=request.url.scheme == "https")
        return response

    async def _away(self, request: Request) -> Response:
        page = PAGES.get_template("away.html").render()
        return HTMLResponse(page, headers={"content-security-policy": guard.page_policy(request)})

    # words

    async def _lines(self, request: Request) -> Response:
        talk = self._talk(request)
        self.looks.step(talk.address)
        after_in, after_out = (
            _number(request.query_params.get(name, "0")) for name in ("after_in", "after_out")
        )
        return JSONResponse({"lines": await talk.since(after_in, after_out)})

    async def _say(self, request: Request) -> Response:
        talk = self._own_talk(request)
        said = words.read(await guard.json_body(request))
        if not said.event_id:
            raise Garbled("消息没有编号，没有收下。请刷新页面再试。")
        self.says.step(talk.address)
        await talk.say(said)
        return await self._heard(talk, said)

    async def _heard(self, talk: Talk, said: words.Said) -> Response:
        return JSONResponse(
            {"heard": said.event_id, "lines": await talk.since(said.after_in, said.after_out)}
        )

    async def _photo(self, request: Request) -> Response:
        talk = self._own_talk(request)
        self.photos.step(talk.address)
        fields, data = await guard.form_body(request)
        told: dict[str, Any] = dict(fields)
        for name in {"after_in", "after_out"} & told.keys():
            told[name] = _number(told[name])
        said = words.said(told)
        if not said.event_id or not data:
            raise Garbled("没有收到照片。请重新选一张再发。")
        await talk.say(said, Photo(await self._cleaned(data)))
        return await self._heard(talk, said)

    async def _cleaned(self, data: bytes) -> bytes:
        async with self._cleaning:
            try:
                return await asyncio.to_thread(self.clean_photo, data)
            except BadPhoto as error:
                raise Refused(str(error)) from error

    async def _picture(self, request: Request) -> Response:
        talk, picture = self._talk(request), request.path_params["picture"]
        data = await self.load_picture(picture) if await talk.shows(picture) else None
        if data is None:
            raise Missing
        return Response(data, media_type="image/jpeg")

    async def _forget(self, request: Request) -> Response:
        """The browser loses its cookie, and every page of it its words. What was said stays with the centre."""
        guard.same_site(request, self.origins)
        if found := cookie.found(request):
            for visit in self._of(cookie.address(found)):
                visit.forget()
        response = JSONResponse({})
        cookie.take_back(response, secure=request.url.scheme == "https")
        return response

    # sockets

    async def _socket(self, socket: WebSocket) -> None:
        try:
            talk = self._own_talk(socket)
        except Refused:
            return await socket.close(ELSEWHERE)
        visit = Visit(socket, talk, self.says, self.look_every)
        if not self._enter(talk.address, visit):
            return await socket.close(BUSY)
        try:
            await socket.accept()
            await visit.run()
        finally:
            self._leave(talk.address, visit)

    def _enter(self, address: str, visit: Visit) -> bool:
        with self._lock:
            visits = self._visits.setdefault(address, set())
            if len(visits) >= MOST_PAGES:
                return False
            visits.add(visit)
            return True

    def _leave(self, address: str, visit: Visit) -> None:
        with self._lock:
            self._visits[address].discard(visit)
            if not self._visits[address]:
                del self._visits[address]


def _number(told: str) -> int:
    if not told.isascii() or not told.isdigit() or len(told) > 16:
        raise Garbled
    return words.cursor(int(told))
