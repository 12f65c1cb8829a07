"""`doctor`: looks at settings, database and channels, and says what to mend."""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot.settings import BadSetting, Settings, key_of
from knowledge.areas.care import power_gaps
from storage import migrate
from storage.archive import Archive
from storage.vault import Unreadable, Vault


def add_parser(parts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `doctor`."""
    parts.add_parser("doctor", help="检查设置、数据库和各渠道，说明要改什么").set_defaults(do=run)


def run(_args: argparse.Namespace, settings: Settings) -> int:
    """Print a line a check; 1 where something must be mended."""
    found = [
        *check_settings(settings),
        *check_database(settings),
        *check_port(settings),
        *asyncio.run(check_telegram(settings)),
    ]
    for ok, line in found:
        print(("好    " if ok else "要修  ") + line)
    return 0 if all(ok for ok, _ in found) else 1


Check = tuple[bool, str]


def check_settings(settings: Settings) -> Iterator[Check]:
    """Key, and what is on."""
    try:
        key_of(settings)
        yield True, "密钥可用。请把它和数据库分开备份。"
    except BadSetting as error:
        yield False, str(error)
    path = settings.data_dir / "secret.key"
    if path.exists() and path.stat().st_mode & 0o077:
        yield False, f"密钥文件 {path} 别人也能读，请执行 chmod 600 {path}。"


def check_database(settings: Settings) -> Iterator[Check]:
    """Reachable, migrated, readable with this key."""
    if settings.url.startswith("sqlite:///") and not Path(settings.url.removeprefix("sqlite:///")).exists():
        yield True, "数据库还没有建，第一次启动时会自动建好。"
        return
    archive = Archive(settings.url, Vault(key_of(settings), os.urandom), os.urandom)
    try:
        at, newest = migrate.revision(archive.engine), migrate.newest()
        yield (
            at == newest,
            f"数据库能连上，版本 {at}。" + ("" if at == newest else "请执行 python bot.py migrate。"),
        )
        if at == newest:
            yield from _look_inside(archive)
    except SQLAlchemyError as error:
        yield (
            False,
            f"数据库连不上（{type(error).__name__}），请检查 JIAMENKOU_DATABASE_URL 和数据库是否开着。",
        )
    finally:
        archive.close()


def _look_inside(archive: Archive) -> Iterator[Check]:
    with archive.reading() as records:
        count = len(records.handbook.published())
        yield (
            count > 0,
            f"手册里有 {count} 条已发布。"
            + ("" if count else "请导入手册：python bot.py handbook import 文件"),
        )
        admins = [w for w in records.staff.all() if w.role == "admin" and w.active]
        yield (
            bool(admins),
            f"有 {len(admins)} 位管理员。" if admins else "还没有管理员，启动后用一次性链接登录。",
        )
        try:
            records.handbook.misses(1)
            yield True, "密钥和数据库对得上。"
        except Unreadable as error:
            yield False, str(error)
        powers = power_gaps(records.places.fact("powers", {}))
        named = "、".join(gap.what for gap in powers[:5])
        yield (
            not powers,
            "下放事项都有唯一的承办办公室。"
            if not powers
            else f"有 {len(powers)} 项没有唯一的承办办公室：{named}。",
        )
        stuck = {k: v for k, v in records.outbox.counts().items() if k in ("dead", "unknown")}
        yield (
            not stuck,
            "没有送不出去的消息。" if not stuck else f"有送不出去的消息：{stuck}，请到工作台查看。",
        )


def check_port(settings: Settings) -> Iterator[Check]:
    """Whether the pages' port is free or already ours."""
    with socket.socket() as probe:
        probe.settimeout(1)
        busy = probe.connect_ex((settings.host, settings.port)) == 0
    yield True, f"网页地址 {settings.base_url}" + ("，正在运行或被占用。" if busy else "，端口空闲。")


async def check_telegram(settings: Settings) -> list[Check]:
    """The token is good; where it is not set, that is fine."""
    token = settings.telegram_token.get_secret_value()
    if not token:
        return [(True, "Telegram 没有设置，不启用。")]
    import aiohttp  # heavy, and needed here only

    url = f"{settings.telegram_api}/bot{token}/getMe"
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session,
            session.get(url) as answer,
        ):
            told = await answer.json(content_type=None)
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return [(False, "连不上 Telegram 服务器，请检查网络，或 JIAMENKOU_TELEGRAM_API。")]
    if not told.get("ok"):
        return [(False, "Telegram 不认这个令牌，请到 @BotFather 核对 JIAMENKOU_TELEGRAM_TOKEN。")]
    return [
        (True, f"Telegram 机器人 @{told['result'].get('username', '')} 可用。注意：数据会经过境外服务器。")
    ]
