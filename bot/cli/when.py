"""`when`: one time expression a line in, one JSON object a line out."""

from __future__ import annotations

import argparse
import json
import sys

from bot.cli.common import ZONE, moment, wall_clock
from bot.settings import Settings
from knowledge import when


def add_parser(parts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `when`."""
    part = parts.add_parser("when", help="逐行读一个说时间的句子，输出读成了什么时间（JSON）")
    part.add_argument("--at", metavar="时间", help="说话的时间，如 2026-11-23T10:00；默认现在")
    part.set_defaults(do=run)


def run(args: argparse.Namespace, _settings: Settings) -> int:
    """Read every line."""
    at = (moment(args.at) if args.at else wall_clock()).astimezone(ZONE)
    for line in sys.stdin:
        print(json.dumps(when.to_json(when.read(line.strip(), at)), ensure_ascii=False), flush=True)
    return 0
