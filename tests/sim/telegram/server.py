"""A strict Telegram over real HTTP: `async with TelegramSim() as sim: … sim.url`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

from aiogram.types import Update
from aiohttp import web

from tests.sim.telegram.floods import Floods
from tests.sim.telegram.methods import Methods
from tests.sim.telegram.people import Button, Chat, Json, Shown, SimUser
from tests.sim.telegram.queue import Bell, Queue
from tests.sim.telegram.troubles import Kind, Trouble, Troubles
from tests.sim.telegram.wire import METHODS, Refusal, checked, extras

TOKEN = "123456:TEST-kCkzNQhXVQtL7gAaF2RrXyZ0abcdefg"
PATIENCE = 90.0  # seconds; only a broken test waits so long


class TelegramSim:
    """Telegram's side of the wire. `now` is the wall clock in seconds (dates), `clock` counts floods."""

    def __init__(
        self,
        *,
        token: str = TOKEN,
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.token, self.now = token, now
        self.url = ""
        self.bell = Bell()
        self.queue = Queue(self.bell)
        self.floods = Floods(clock)
        self.troubles = Troubles()
        self.commands: list[Json] = []
        self.answered: list[str] = []  # callback query ids
        self.queries: set[str] = set()
        self.calls: list[tuple[str, Any]] = []  # every call that was let through, with its checked parameters
        self.refused: list[tuple[str, Refusal]] = []
        self.files: dict[str, tuple[bytes, int]] = {}
        self._chats: dict[int, Chat] = {}
        self._methods = Methods(self)
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> TelegramSim:
        app = web.Application(client_max_size=30_000_000)
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/{path:.*}", self._download)
        self._runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.queue.stop()
        if self._runner:
            await self._runner.cleanup()

    # the world

    def user(self, id: int, name: str = "居民", *, started: bool = True) -> SimUser:
        """A person; one who has not `started` cannot be written to."""
        chat = self._chats.setdefault(id, Chat(id, name))
        chat.is_started = chat.is_started and started
        return SimUser(self, id, name)

    def group(self, id: int, title: str = "工作群", *, forum: bool = True) -> Chat:
        """A supergroup that the bot is in."""
        return self._chats.setdefault(id, Chat(id, title, is_forum=forum))

    def chat(self, id: int) -> Chat:
        """A chat that the bot may know."""
        if id not in self._chats:
            raise Refusal(400, "Bad Request: chat not found")
        return self._chats[id]

    def sent_to(self, chat: int) -> list[Shown]:
        """What the bot said there, in order."""
        return self._chats[chat].shown if chat in self._chats else []

    def texts(self, chat: int) -> list[str]:
        """Only the words of it."""
        return [shown.text for shown in self.sent_to(chat)]

    def emit(self, kind: str, body: Json) -> Json:
        """An update to the bot; raises where aiogram's model does not know it."""
        update = self.queue.put(kind, body)
        read = Update.model_validate(update)
        if strange := extras(read):
            raise AssertionError(f"the simulator made an update with {strange}")
        return update

    def tap(self, user: SimUser, shown: Shown, data: str) -> Json:
        """A callback query on a message of the bot."""
        query = f"{user.id}{len(self.queries) + len(self.answered):010d}"
        self.queries.add(query)
        message = self._methods.wire(shown)
        return self.emit("callback_query", {"id": query, "from": user.wire(), "message": message,
                                            "chat_instance": str(shown.chat), "data": data})  # fmt: skip

    def keep_file(self, data: bytes, *, claimed: int = 0, **more: Any) -> Json:
        """A file at Telegram, as a message refers to it."""
        name = f"file{len(self.files) + 1}"
        self.files[name] = (data, claimed or len(data))
        return {"file_id": name, "file_unique_id": f"u{name}", "file_size": claimed or len(data), **more}

    def delete_topic(self, chat: int, topic: int) -> None:
        """A worker deletes a thread of the forum."""
        del self._chats[chat].topics[topic]

    def fails(self, kind: Kind, method: str = "", *, times: int = 1, status: int = 500,
              description: str = "Internal Server Error", retry_after: int = 0) -> Trouble:  # fmt: skip
        """Let the next calls fail."""
        return self.troubles.plan(Trouble(kind, status, description, retry_after), method, times)

    async def wait_for(self, what: int | Callable[[], bool], chat: int | None = None) -> None:
        """Until the bot has said so many things (in that chat), or something is so. No looking again and again."""
        is_so = (lambda: self._count(chat) >= what) if isinstance(what, int) else what
        if not await self.bell.until(is_so, PATIENCE):
            said = {one.id: [shown.text for shown in one.shown] for one in self._chats.values() if one.shown}
            raise AssertionError(
                f"waited in vain; said: {said}; refused: {self.refused}; pending: {self.queue.pending}"
            )

    def _count(self, chat: int | None) -> int:
        return sum(len(one.shown) for one in self._chats.values() if chat in (None, one.id))

    # the wire

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        trouble = self.troubles.next(method)
        try:
            await self._before(trouble)
            result = await self._do(request, method)
        except Refusal as no:
            self.refused.append((method, no))
            self.bell.ring()
            return web.json_response(no.body(), status=no.code)
        except ConnectionError:
            return _cut(request)
        self.bell.ring()
        if trouble and trouble.kind == "hold_after":
            await trouble.release.wait()
        if trouble and trouble.kind == "drop_after":
            return _cut(request)
        if trouble and trouble.kind == "garbage":
            return web.Response(text="<html>not Telegram</html>", content_type="text/html")
        return web.json_response({"ok": True, "result": result})

    async def _before(self, trouble: Trouble | None) -> None:
        if trouble is None:
            return
        if trouble.kind == "status":
            after = {"retry_after": trouble.retry_after} if trouble.retry_after else {}
            raise Refusal(trouble.status, trouble.description, **after)
        if trouble.kind == "hold_before":
            await trouble.release.wait()
        if trouble.kind == "drop_before":
            raise ConnectionError

    async def _do(self, request: web.Request, method: str) -> Any:
        if request.match_info["token"] != self.token:
            raise Refusal(401, "Unauthorized")
        if method not in METHODS:
            raise Refusal(404, "Not Found")
        made = checked(method, await _parameters(request))
        result = await getattr(self._methods, method)(made)
        self.calls.append((method, made))
        return result

    async def _download(self, request: web.Request) -> web.StreamResponse:
        found = self.files.get(request.match_info["path"].removeprefix("photos/"))
        if request.match_info["token"] != self.token or found is None:
            return web.json_response(Refusal(404, "Not Found").body(), status=404)
        if trouble := self.troubles.next("download"):
            return web.Response(status=trouble.status)
        return web.Response(body=found[0], content_type="application/octet-stream")

    def show(self, shown: Shown) -> Shown:
        """A message of the bot appears."""
        self._chats[shown.chat].shown.append(shown)
        return shown


def _cut(request: web.Request) -> web.StreamResponse:
    """The connection is gone without an answer."""
    if request.transport:
        request.transport.abort()
    raise asyncio.CancelledError


async def _parameters(request: web.Request) -> Json:
    """Query, form, multipart or JSON, as Telegram takes them; uploads are bytes."""
    given: Json = dict(request.query)
    if request.content_type == "application/json":
        return {**given, **await request.json()}
    for name, value in (await request.post()).items():
        given[name] = value.file.read() if isinstance(value, web.FileField) else value
    return given


__all__ = ["Button", "TelegramSim"]
