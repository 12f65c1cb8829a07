"""Words: a Reply as the pieces that Telegram takes, within its limits."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from intents.message import Location, Option, Outgoing

log = logging.getLogger(__name__)
MOST_TEXT, MOST_CAPTION, MOST_DATA, MOST_TOPIC, MOST_BUTTONS = 4096, 1024, 64, 128, 100


@dataclass(frozen=True, slots=True)
class Piece:
    """One call: a picture with a caption, a point, or text; buttons stand on the last one."""

    text: str = ""
    picture: bytes | None = None
    location: Location | None = None
    options: tuple[Option, ...] = ()


def pieces(outgoing: Outgoing, picture: bytes | None) -> list[Piece]:
    """What has to be sent, in order; the words come last, with the buttons."""
    reply = outgoing.reply
    text = said(outgoing)
    out = [Piece(location=reply.location)] if reply.location else []
    if picture is not None and length(text) <= MOST_CAPTION:
        out.append(Piece(text, picture))
    else:
        out += [Piece(picture=picture)] if picture is not None else []
        out += [Piece(part) for part in split(text)]
    if out and reply.options:
        out[-1] = replace(out[-1], options=reply.options)
    return out


def said(outgoing: Outgoing) -> str:
    """The whole reply as text; a worker's words begin with the worker's name."""
    text = outgoing.reply.plain()
    return f"工作人员 {outgoing.sender}：{text}" if outgoing.sender else text


def length(text: str) -> int:
    """Characters as Telegram counts them (UTF-16 code units, the stricter reading)."""
    return len(text) + sum(char > "\uffff" for char in text)


def split(text: str, most: int = MOST_TEXT) -> list[str]:
    """Parts of at most `most`, cut after line ends where there are any; joined, they are the text again.

    A part of blank space alone is left out: Telegram refuses it.
    """
    parts, part, size = [], "", 0
    for line in _lines(text, most):
        long = length(line)
        if size + long > most:
            parts.append(part)
            part, size = "", 0
        part, size = part + line, size + long
    return [one for one in (*parts, part) if one.strip()]


def _lines(text: str, most: int) -> list[str]:
    """Lines with their ends; a line that is too long is cut."""
    return [cut for line in text.splitlines(keepends=True) for cut in _cut(line, most)]


def _cut(line: str, most: int) -> list[str]:
    out: list[str] = []
    part: list[str] = []
    size = 0
    if length(line) <= most:
        return [line]
    for char in line:
        wide = length(char)
        if size + wide > most:
            out.append("".join(part))
            part, size = [], 0
        part.append(char)
        size += wide
    return [*out, "".join(part)]


def keyboard(options: Sequence[Option]) -> InlineKeyboardMarkup | None:
    """One button a row; what Telegram would refuse is left to its number in the text."""
    fit = [option for option in options if option.label and 1 <= len(option.id.encode()) <= MOST_DATA]
    if len(fit) < len(options):
        log.warning(
            "telegram: %d option(s) have an id over %d bytes and no button",
            len(options) - len(fit),
            MOST_DATA,
        )
    rows = [[InlineKeyboardButton(option.label, callback_data=option.id)] for option in fit[:MOST_BUTTONS]]
    return InlineKeyboardMarkup(rows) if rows else None
