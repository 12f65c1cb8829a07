"""The one place that builds objects and reads settings."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from bot import rounds
from bot.adviser import Adviser
from bot.channels import Channel
from bot.channels.web import Front, WebChannel
from bot.clerk import Rung
from bot.delivery import Delivery
from bot.journal import journal_in
from bot.lock import FileLock
from bot.office import Office, wall_clock
from bot.photos import clean_photo
from bot.sample import load_sample
from bot.settings import BadSetting, Settings, encoder_for, key_of, ready_folder
from bot.web import site
from intents.library import Centre, Library
from intents.shelf import Shelf
from knowledge import when
from storage import migrate
from storage.archive import Archive, Records
from storage.vault import Vault

if TYPE_CHECKING:
    from bot.channels.telegram import TelegramChannel

log = logging.getLogger("jiamenkou")
QUIET = ("apscheduler", "httpx", "httpcore", "telegram", "uvicorn.access", "websockets", "alembic")


def archive_for(settings: Settings) -> Archive:
    """The archive that the settings name, its tables up to date."""
    if settings.url.startswith("sqlite:///"):
        Path(settings.url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    archive = Archive(
        settings.url, Vault(key_of(settings), os.urandom), os.urandom, synchronous=settings.synchronous
    )
    try:
        migrate.upgrade(archive.engine)
    except OperationalError as error:
        archive.close()
        raise BadSetting(
            f"设置有误，JIAMENKOU_DATABASE_URL：数据库打不开（{str(error.orig).splitlines()[0]}）。请改好后再启动。"
        ) from error
    return archive


def adviser_for(settings: Settings) -> Adviser | None:
    """The endpoint that may be asked which entry is meant, where one is set."""
    if not settings.adviser_url:
        return None
    key = settings.adviser_key.get_secret_value()
    return Adviser(settings.adviser_url, settings.adviser_model, key, seconds=settings.adviser_seconds)


def lock_for(settings: Settings) -> FileLock | None:
    """The lock that keeps a second process off an SQLite file."""
    ready_folder(settings)
    if not settings.url.startswith("sqlite:///"):
        return None
    return FileLock(Path(settings.url.removeprefix("sqlite:///") + ".lock"))


def first_link(records: Records, office: Office) -> str | None:
    """A one-time sign-in for the first admin, as long as no admin has a password."""
    admins = [worker for worker in records.staff.all() if worker.role == "admin" and worker.active]
    if any(worker.has_password for worker in admins):
        return None
    if admins:
        admin_id = max(
            admins, key=lambda worker: (worker.level, -worker.id)
        ).id  # who can let everybody else in
    else:
        area = records.places.fact("centre", {}).get("area_id") or "root"
        admin_id = records.staff.add(
            login="admin", name="管理员", role="admin", area_id=area, now=office.now()
        )
    return records.staff.issue(admin_id, "link", office.now(), timedelta(hours=24))


class App:
    """Everything that runs together in one process."""

    def __init__(self, settings: Settings, *, now: Callable[[], datetime] = wall_clock,
                 telegram: Mapping[str, Any] | None = None) -> None:  # fmt: skip
        self.settings = settings
        self._more_telegram = telegram or {}  # paces and limits, where they are not Telegram's own
        self.archive = archive_for(settings)
        library = Library(shelf=Shelf(settings.data_dir / "learned"), encoder=encoder_for(settings))
        self.office = Office(self.archive, library, now=now, adviser=adviser_for(settings))
        self.web = self._web() if settings.web_chat else None
        self.telegram = self._telegram() if settings.telegram_token.get_secret_value() else None
        self.channels: dict[str, Channel] = {"telegram": self.telegram} if self.telegram else {}
        claim = f"{os.getpid()}-{secrets.token_hex(4)}"
        journal = journal_in(settings.data_dir, claim)
        self.delivery = Delivery(self.office, self.channels, claim, journal=journal)

    def _web(self) -> WebChannel:
        origins = (self.settings.base_url,) if self.settings.public_url else ()
        return WebChannel(self.office, clean_photo, self.office.picture, front=self._front, now=self.office.now,
                          origins=origins)  # fmt: skip

    async def _front(self) -> Front:
        centre = Centre(**await self.office.read(lambda records: records.places.fact("centre", {})))
        return Front(centre.name, centre.phone, centre.sample)

    def _telegram(self) -> TelegramChannel:
        from bot.channels.telegram import (  # a second that a centre without saves
            TelegramChannel,
            TelegramSettings,
        )

        told = self.settings
        settings = TelegramSettings(
            token=told.telegram_token.get_secret_value(), base_url=told.telegram_api, mode=told.telegram_mode,
            webhook_secret=told.telegram_webhook_secret.get_secret_value(),
            webhook_url=f"{told.base_url}/telegram" if told.telegram_mode == "webhook" else "",
            staff_group=told.telegram_staff_group, **self._more_telegram,
        )  # fmt: skip
        return TelegramChannel(settings, clean_photo, self.office.picture, now=self.office.now)

    async def prepare(self) -> None:
        """Load the sample into an empty archive."""
        now = self.office.now()
        if self.settings.sample_centre:
            await self.office.write(lambda records: load_sample(records, now) if _is_empty(records) else {})
        group = self.settings.telegram_staff_group
        told = {"channel": "telegram", "address": str(group)} if group else {}
        await self.office.write(lambda records: _set_group(records, told))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Channels, delivery, rounds and the index keeper, until the block ends."""
        loop = asyncio.get_running_loop()

        def ring(rung: Rung) -> None:
            loop.call_soon_threadsafe(self._ring, rung)

        self.office.on_bell(ring)
        await self.delivery.recover()
        beat = asyncio.Event()
        scheduler = self._heartbeat(beat)
        works: dict[str, Coroutine[Any, Any, None]] = {
            "delivery": self.delivery.run(self.settings.delivery_seconds),
            "rounds": self._on_each_beat(beat),
            "index": self._warm_up(),
            **{name: channel.run(self.office) for name, channel in self.channels.items()},
        }
        tasks = [asyncio.create_task(work, name=name) for name, work in works.items()]
        for task in tasks:
            task.add_done_callback(_report)
        try:
            yield
        finally:
            scheduler.shutdown(wait=False)
            await _cancel(tasks)
            await self.delivery.stop()
            if self.office.adviser:
                await self.office.adviser.close()
            for channel in self.channels.values():
                await channel.close()

    async def _warm_up(self) -> None:
        """Build the index beside the first page views; a message that comes before waits for it."""
        await self.office.read(self.office.lore)
        when.read("正月十五", self.office.now())  # the lunar tables are made at the first use
        gc.collect()
        gc.freeze()  # the index is for good: collections need not walk it again

    def _ring(self, rung: Rung) -> None:
        self.delivery.ring()
        for channel, address in rung:
            if channel == "web" and self.web:
                self.web.ring(address)

    def _heartbeat(self, beat: asyncio.Event) -> AsyncIOScheduler:
        """APScheduler beats and remembers nothing; a missed beat is caught by the next."""
        scheduler = AsyncIOScheduler(timezone="Asia/Shanghai")
        every = max(1, int(self.settings.rounds_seconds))
        scheduler.add_job(
            _strike,
            args=(beat,),
            trigger=IntervalTrigger(seconds=every),
            coalesce=True,
            misfire_grace_time=None,
        )
        scheduler.start()
        return scheduler

    async def _on_each_beat(self, beat: asyncio.Event) -> None:
        while True:
            await beat.wait()
            beat.clear()
            try:
                await self.make_rounds()
                await self.keep_index()
            except SQLAlchemyError:
                log.exception("a round failed; the next beat tries again")

    async def make_rounds(self) -> None:
        """Make rounds until nothing more is due."""
        more = True
        while more:
            more = await self._one_round(self.office.now())

    async def _one_round(self, now: datetime) -> bool:
        return await self.office.write(lambda records: rounds.make(records, self.office.library, now))

    async def keep_index(self) -> None:
        """Rebuild the index beside the talk when the handbook has changed."""
        if await self.office.read(self._is_stale):
            await self.office.read(self.office.library.rebuild)

    def _is_stale(self, records: Records) -> bool:
        self.office.lore(records)
        return self.office.library.is_stale()

    def close(self) -> None:
        """Finish what waits and let go of the database."""
        self.office.close()


async def _strike(beat: asyncio.Event) -> None:
    beat.set()


def _is_empty(records: Records) -> bool:
    return not records.places.fact("sample") and not records.places.areas()


def _set_group(records: Records, told: Mapping[str, str]) -> None:
    if records.places.fact("staff_group", {}) != told:
        records.places.set_fact("staff_group", dict(told))


def _report(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.error("%s stopped: %s", task.get_name(), type(error).__name__, exc_info=error)


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task


def set_up_logging(level: str) -> None:
    """Plain lines on standard error; no words of residents are ever logged."""
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


async def run(settings: Settings) -> int:
    """Run until a signal comes."""
    async with AsyncExitStack() as stack:
        if lock := lock_for(settings):
            stack.enter_context(lock)
        door = stack.enter_context(_door(settings))
        app = App(settings)
        stack.callback(app.close)
        await app.prepare()
        server = uvicorn.Server(_uvicorn(app, settings))
        await stack.enter_async_context(app.running())
        await _announce(app)
        await server.serve(sockets=[door])
    return 0


def _door(settings: Settings) -> socket.socket:
    """The socket that the pages are served on, taken before any address is told."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=2048)
    except OSError as error:
        raise BadSetting(
            f"设置有误，JIAMENKOU_HOST、JIAMENKOU_PORT：不能在 {settings.host}:{settings.port} 上启动（{error.strerror}），"
            "可能已被别的程序占用。请改好后再启动。"
        ) from error


def _uvicorn(app: App, settings: Settings) -> uvicorn.Config:
    webhook = app.telegram if settings.telegram_mode == "webhook" else None
    pages = site(app.office, secure=settings.base_url.startswith("https://"), web=app.web, telegram=webhook)
    return uvicorn.Config(pages, host=settings.host, port=settings.port, log_level="warning", access_log=False,
                          ws="websockets-sansio", ws_max_size=262_144, timeout_graceful_shutdown=5,
                          proxy_headers=True, forwarded_allow_ips="127.0.0.1")  # fmt: skip


async def _announce(app: App) -> None:
    base = app.settings.base_url
    link = await app.office.write(lambda records: first_link(records, app.office))
    print(f"居民聊天：{base}/\n工作台：  {base}/desk/", flush=True)
    if link:
        print(f"第一位管理员的一次性登录链接（24小时内有效）：{base}/desk/enter?key={link}", flush=True)
