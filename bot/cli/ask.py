"""`ask`: one message a line in, one JSON object a line out, through the same code as the chat; nothing is stored."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from bot import turn
from bot.cli.common import known_to, moment, wall_clock
from bot.settings import Settings, encoder_for
from intents.library import Library
from intents.message import Message
from intents.scene import Verdict
from knowledge.search import Encoder
from storage.archive import Archive

INTENTS = {"thanks": "greeting", "menu": "greeting", "help": "greeting", "elder_mode": "greeting", "duty": "nearest",
           "my_reminders": "reminder", "withdraw": "progress"}  # fmt: skip


def add_parser(parts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `ask`."""
    ask = parts.add_parser("ask", help="从标准输入逐行读一句话，逐行输出一个 JSON（不保存任何东西）")
    ask.add_argument("--at", metavar="时间", help="说话的时间，如 2026-11-23T10:00；默认现在")
    ask.set_defaults(do=run)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Answer every line."""
    at = moment(args.at) if args.at else wall_clock()
    with known_to(settings, at) as archive:
        for answer in answers(archive, sys.stdin, at, encoder_for(settings)):
            print(json.dumps(answer, ensure_ascii=False), flush=True)
    return 0


def answers(archive: Archive, lines: Iterable[str], at: datetime,
            encoder: Encoder | None = None) -> Iterator[dict[str, Any]]:  # fmt: skip
    """What is said to each line by a resident who is new."""
    library = Library(eager=True, encoder=encoder)
    for number, line in enumerate(lines):
        text = line.rstrip("\r\n")
        yield _one(archive, library, Message("console", f"ask-{number}", f"ask-{number}", text, at))


def _one(archive: Archive, library: Library, message: Message) -> dict[str, Any]:
    with archive.engine.connect() as connection, connection.begin() as work:
        replies, verdict = turn.listen(archive.records(connection), library, message, message.at)
        work.rollback()
    found = verdict or Verdict("refuse", "none", (), 0.0)
    return {
        "text": message.text, "decision": found.decision, "intent": INTENTS.get(found.intent, found.intent),
        "entries": list(found.entries[:3]), "confidence": round(float(found.confidence), 4),
        "reply": "\n".join(reply.plain() for reply in replies),
    }  # fmt: skip
