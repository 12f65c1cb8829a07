"""The command line: run, chat, ask, when, handbook, migrate, demo-data, doctor."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence

from bot.cli import ask, chat, doctor, handbook, mediation, upkeep, when
from bot.lock import Busy
from bot.settings import BadSetting, Settings, load

PARTS = (chat, ask, when, handbook, mediation, upkeep, doctor)


def parser() -> argparse.ArgumentParser:
    """All sub-commands with their help."""
    top = argparse.ArgumentParser(prog="python bot.py", description="家门口：社区党群服务中心的居民助手")
    parts = top.add_subparsers(dest="command", required=True, metavar="命令")
    run = parts.add_parser("run", help="启动：网页聊天、工作台，以及设置好的其他渠道")
    run.set_defaults(do=_run)
    for part in PARTS:
        part.add_parser(parts)
    return top


def _run(_args: argparse.Namespace, settings: Settings) -> int:
    from bot.app import run, set_up_logging

    set_up_logging(settings.log_level)
    return asyncio.run(run(settings))


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    args = parser().parse_args(argv)
    try:
        return int(args.do(args, load()))
    except (BadSetting, Busy) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 0
