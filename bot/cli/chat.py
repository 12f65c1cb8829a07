"""`chat`: talk in the terminal, as a resident would."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys

from bot.settings import Settings


def add_parser(parts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `chat`."""
    chat = parts.add_parser("chat", help="在终端里和小滨聊天（会保存，和网页聊天一样）")
    chat.add_argument("--name", default="me", help="用哪个身份聊天；同一个名字接着上次的话说")
    chat.set_defaults(do=run)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Talk until the end of input."""
    return asyncio.run(_talk(args, settings))


async def _talk(args: argparse.Namespace, settings: Settings) -> int:
    from bot.app import App, lock_for
    from bot.channels.console import ConsoleChannel

    settings = settings.model_copy(
        update={"telegram_token": type(settings.telegram_token)(""), "web_chat": False}
    )
    lock = lock_for(settings)
    if lock:
        lock.__enter__()
    app = App(settings)
    try:
        await app.prepare()
        console = ConsoleChannel(
            args.name, sys.stdin, sys.stdout, app.office.now, lambda: secrets.token_hex(8)
        )
        async with app.running():
            await console.run(app.office)
    finally:
        app.close()
        if lock:
            lock.__exit__(None, None, None)
    return 0
