"""What the page sends, read strictly: {event_id, text, button, location, after_in, after_out}."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from bot.channels.web.refused import Garbled
from intents.message import Location

EVENT_ID = re.compile(r"[A-Za-z0-9_-]{8,40}")
FIELDS = {"event_id", "text", "button", "location", "after_in", "after_out"}
MOST_BUTTON = 60  # bytes, as in Option
MOST_ID = 2**53


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the page. Without an event id it only asks for what is new since the cursors."""

    event_id: str = ""
    text: str = ""
    button: str | None = None
    location: Location | None = None
    after_in: int = 0
    after_out: int = 0


def read(raw: str | bytes) -> Said:
    """The message in a JSON text; raises Garbled."""
    try:
        told = json.loads(raw, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Garbled from error
    if not isinstance(told, dict):
        raise Garbled
    return said(told)


def said(told: Mapping[str, Any]) -> Said:
    """The message in plain data; raises Garbled."""
    if not FIELDS.issuperset(told):
        raise Garbled("消息里有不认识的内容，没有收下。请刷新页面再试。")
    heard = Said(_event_id(told.get("event_id")), clean(_text(told.get("text"))), _button(told.get("button")),
                 _location(told.get("location")), cursor(told.get("after_in")), cursor(told.get("after_out")))  # fmt: skip
    if not heard.event_id and (heard.text or heard.button or heard.location):
        raise Garbled("消息没有编号，没有收下。请刷新页面再试。")
    return heard


def clean(text: str) -> str:
    """Without what no database takes: NUL and halves of surrogate pairs."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def cursor(told: object) -> int:
    """A row's number; raises Garbled."""
    if told is None:
        return 0
    if isinstance(told, bool) or not isinstance(told, int) or not 0 <= told <= MOST_ID:
        raise Garbled
    return told


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _event_id(told: object) -> str:
    if told is None:
        return ""
    if not isinstance(told, str) or not EVENT_ID.fullmatch(told):
        raise Garbled("消息的编号不对，没有收下。请刷新页面再试。")
    return told


def _text(told: object) -> str:
    if told is None:
        return ""
    if not isinstance(told, str):
        raise Garbled
    return told


def _button(told: object) -> str | None:
    if told is None:
        return None
    if not isinstance(told, str) or not told or len(clean(told).encode()) > MOST_BUTTON:
        raise Garbled
    return clean(told)


def _location(told: object) -> Location | None:
    """[latitude, longitude] in degrees, WGS-84."""
    if told is None:
        return None
    if not isinstance(told, list) or len(told) != 2:
        raise Garbled("位置的格式不对，没有收下。")
    latitude, longitude = (_degrees(one) for one in told)
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise Garbled("位置的格式不对，没有收下。")
    return Location(latitude, longitude)


def _degrees(told: object) -> float:
    if isinstance(told, bool) or not isinstance(told, int | float):
        raise Garbled("位置的格式不对，没有收下。")
    return float(told) if abs(told) <= 180 else 999.0
