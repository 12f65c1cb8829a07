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
    part = parts.add_parser(
        "when",
        help="逐行读一个说时间的句子，输出读成了什么时间（JSON）",
        description="一行一个句子，逐行输出一个 JSON：kind（point 时刻、part 时段、day 一天、range 一段、deadline 期限、recurrence 重复、"
        "alternatives 几个选一个、question 要再问、none 没说时间），start、end（ISO 时间，end 不含），part，rrule（RRULE，或 WORKDAYS、"
        "WORKDAYS-MONTHLY、LUNAR-YEARLY、LUNAR-MONTHLY、TERM-YEARLY），lead（提前几分钟提醒），why（要问的话），"
        "unconfirmed（节假日还没公布），options（alternatives 的每一个）。详见 docs/when.md。",
    )
    part.add_argument("--at", metavar="时间", help="说话的时间，如 2026-11-23T10:00；默认现在")
    part.set_defaults(do=run)


def run(args: argparse.Namespace, _settings: Settings) -> int:
    """Read every line."""
    at = (moment(args.at) if args.at else wall_clock()).astimezone(ZONE)
    for raw in sys.stdin.buffer:
        line = raw.decode("utf-8", "replace").strip()
        print(json.dumps(when.to_json(when.read(line, at)), ensure_ascii=False), flush=True)
    return 0
