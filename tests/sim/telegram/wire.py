"""Requests checked against aiogram's models and Telegram's limits; refusals in Telegram's own words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import aiogram.methods
from aiogram.types import BufferedInputFile
from pydantic import BaseModel, ValidationError

METHODS: dict[str, type[BaseModel]] = {
    name: getattr(aiogram.methods, name[0].upper() + name[1:])
    for name in (
        "getMe", "getUpdates", "setWebhook", "deleteWebhook", "sendMessage", "sendPhoto", "sendLocation",
        "editMessageText", "answerCallbackQuery", "getFile", "createForumTopic", "setMyCommands",
    )
}  # fmt: skip
IN_JSON = frozenset(
    {"reply_markup", "allowed_updates", "commands", "scope", "entities", "caption_entities", "link_preview_options", "reply_parameters"}
)  # fmt: skip
MOST_TEXT, MOST_CAPTION, MOST_DATA, MOST_ANSWER, MOST_TOPIC, MOST_BUTTONS = 4096, 1024, 64, 200, 128, 100
MOST_DOWNLOAD = 20_000_000


class Refusal(Exception):
    """An answer that is not ok."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters

    def body(self) -> dict[str, Any]:
        """The answer's JSON."""
        told: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        return {**told, "parameters": self.parameters} if self.parameters else told


def bad(why: str) -> Refusal:
    """400 with a reason."""
    return Refusal(400, f"Bad Request: {why}")


def checked(method: str, given: Mapping[str, Any]) -> Any:
    """The request as aiogram's model of the method; unknown names at any depth are refused."""
    model = METHODS[method]
    if unknown := set(given) - set(model.model_fields):
        raise bad(f"unknown parameter {sorted(unknown)}")
    try:
        made = model.model_validate({name: _value(name, value) for name, value in given.items()})
    except ValidationError as error:
        first = error.errors()[0]
        raise bad(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    if strange := extras(made):
        raise bad(f"unknown field {strange}")
    return made


def _value(name: str, value: Any) -> Any:
    if isinstance(value, bytes):
        return BufferedInputFile(value, "file")
    if name in IN_JSON and isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError as error:
            raise bad(f"can't parse {name} JSON object") from error
    return value


def extras(thing: object, path: str = "") -> list[str]:
    """Names, at any depth, that a model of aiogram does not know."""
    if isinstance(thing, BaseModel):
        mine = [f"{path}{name}" for name in thing.model_extra or {}]
        inner = ((name, getattr(thing, name)) for name in type(thing).model_fields)
        return mine + [one for name, value in inner for one in extras(value, f"{path}{name}.")]
    if isinstance(thing, list | tuple):
        return [one for number, value in enumerate(thing) for one in extras(value, f"{path}{number}.")]
    return []


def length(text: str) -> int:
    """UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def text_within(text: str | None, most: int, what: str) -> str:
    """The text as Telegram keeps it (trimmed), or a refusal."""
    trimmed = (text or "").strip()
    if length(trimmed) > most:
        raise bad(f"{what} is too long")
    return trimmed


def keyboard_within(markup: Any) -> list[list[dict[str, Any]]]:
    """The rows of an inline keyboard, within the limits."""
    if markup is None:
        return []
    rows: list[list[dict[str, Any]]] = markup.model_dump(exclude_none=True).get("inline_keyboard", [])
    buttons = [button for row in rows for button in row]
    if len(buttons) > MOST_BUTTONS:
        raise bad("reply markup is too long")
    for button in buttons:
        if not button["text"].strip():
            raise bad("inline keyboard button text must be non-empty")
        if len(button) != 2:
            raise bad("Text buttons are unallowed in the inline keyboard")
        if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= MOST_DATA:
            raise bad("BUTTON_DATA_INVALID")
    return rows
