"""A tiny platform that pushes are sent to: it writes down each thing it was told, and hands out updates until acknowledged."""

from __future__ import annotations

from collections import Counter
from typing import Any

from aiohttp import web

MOST = 10  # updates a poll


class Platform:
    """A real HTTP server of the test's own process, so that it outlives the processes that are killed."""

    def __init__(self, updates: list[dict[str, Any]]) -> None:
        self.updates = updates  # each with a rising `id`, `address` and `text`
        self.acknowledged = 0
        self.rows: Counter[int] = Counter()  # how often each row of the outbox arrived
        self.addresses: Counter[str] = Counter()

    async def __aenter__(self) -> Platform:
        site = web.Application()
        site.add_routes([web.post("/send", self._send), web.get("/updates", self._updates)])
        self._runner = web.AppRunner(site)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.base = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _send(self, request: web.Request) -> web.Response:
        told = await request.json()
        self.rows[told["id"]] += 1
        self.addresses[told["address"]] += 1
        return web.json_response({"ref": str(self.rows.total())})

    async def _updates(self, request: web.Request) -> web.Response:
        """Updates after the one named, which acknowledges all before it (as Telegram's getUpdates does)."""
        self.acknowledged = max(self.acknowledged, int(request.query["after"]))
        waiting = [update for update in self.updates if update["id"] > self.acknowledged]
        return web.json_response(waiting[:MOST])
