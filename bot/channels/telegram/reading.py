"""Reading: Telegram's update into a Message, or None for what is not said to us."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from telegram import CallbackQuery, Update
from telegram import Message as Post
from telegram.error import TelegramError

from intents.message import Location, Message

CHANNEL = "telegram"
KINDS = ("message", "callback_query")  # what we ask Telegram for; edits among others are left out
COMMANDS = {
    "start": "菜单",
    "help": "帮助",
    "menu": "菜单",
    "cancel": "取消",
    "human": "转人工",
    "mine": "我的预约",
}
MENU = (("menu", "菜单"), ("mine", "我的预约"), ("human", "转人工"), ("cancel", "取消"), ("help", "帮助"))
COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@[A-Za-z0-9_]+)?(?:\s+(.*))?\Z", re.DOTALL)
DEEP_LINK = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")


@dataclass(frozen=True, slots=True)
class File:
    """A picture at Telegram; size in bytes, 0 where it was not told."""

    id: str
    size: int


@dataclass(frozen=True, slots=True)
class Heard:
    """An update read: the message without its picture, the picture's sizes (small to large), the tap to answer."""

    message: Message
    sizes: tuple[File, ...] = ()
    query: str = ""


def event_of(raw: dict[str, Any]) -> int | None:
    """The update's id; None for what is no update."""
    found = raw.get("update_id")
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def read(raw: dict[str, Any], staff_group: int | None, now: Callable[[], datetime]) -> Heard | None:
    """An update as somebody's words; None for edits, service messages, other bots, other groups, unknown kinds.

    A tap has no time of its own on the wire, so it gets `now`.
    """
    if event_of(raw) is None:
        return None
    try:
        update = Update.de_json(raw, None)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError, TelegramError):
        return None  # not what the Bot API describes
    if update.callback_query:
        return _tap(update, update.callback_query, staff_group, now())
    return _post(update, update.message, staff_group) if update.message else None


def _post(update: Update, post: Post, staff_group: int | None) -> Heard | None:
    room = _room(post.chat.id, post.chat.type, staff_group)
    if room is None or post.from_user is None or post.from_user.is_bot:
        return None
    sizes, kind = _sizes(post), _kind(post)
    words = post.text or post.caption or ""
    if not (words or sizes or post.location or kind != "words"):
        return None  # somebody joined, a topic was opened …
    text, button = _words(words)
    return Heard(
        Message(
            CHANNEL, str(post.chat.id), str(update.update_id), text, post.date, button=button, room=room, kind=kind,
            location=Location(post.location.latitude, post.location.longitude) if post.location else None,
            sender=str(post.from_user.id) if room == "staff" else "", reply_to=_topic(post) if room == "staff" else "",
        ),
        sizes,
    )  # fmt: skip


def _tap(update: Update, query: CallbackQuery, staff_group: int | None, now: datetime) -> Heard | None:
    if query.message is None or not query.data:
        return None
    chat = query.message.chat
    room = _room(chat.id, chat.type, staff_group)
    if room is None:
        return None
    topic = _topic(query.message) if room == "staff" and isinstance(query.message, Post) else ""
    message = Message(
        CHANNEL, str(chat.id), str(update.update_id), "", now, button=query.data, room=room,
        sender=str(query.from_user.id) if room == "staff" else "", reply_to=topic,
    )  # fmt: skip
    return Heard(message, query=query.id)


def _room(chat: int, kind: str, staff_group: int | None) -> Literal["private", "staff"] | None:
    if kind == "private":
        return "private"
    return "staff" if staff_group is not None and chat == staff_group else None


def _topic(post: Post) -> str:
    """The forum topic; a thread of replies elsewhere also has a thread id and is none."""
    return str(post.message_thread_id) if post.is_topic_message and post.message_thread_id else ""


def _kind(post: Post) -> Literal["words", "voice", "other"]:
    if post.voice or post.audio:
        return "voice"
    if post.text or post.location or _sizes(post):
        return "words"
    return "other" if post.effective_attachment is not None else "words"


def _sizes(post: Post) -> tuple[File, ...]:
    """A photo's sizes; a picture sent as a file is a photo too."""
    if post.photo:
        return tuple(File(one.file_id, one.file_size or 0) for one in post.photo)
    document = post.document
    if document and (document.mime_type or "").startswith("image/"):
        return (File(document.file_id, document.file_size or 0),)
    return ()


def _words(text: str) -> tuple[str, str | None]:
    """(text, button): commands become the words that a person would have said."""
    found = COMMAND.match(text.strip())
    if not found:
        return text, None
    name, rest = found[1].lower(), (found[2] or "").strip()
    if name == "start" and DEEP_LINK.match(rest):
        return "", "=" + unlink(rest)
    return COMMANDS.get(name, f"/{found[1]} {rest}".strip()), None


def unlink(start: str) -> str:
    """A deep link's parameter as an option id: `_` stands for `:` and `__` for `_` (card_MZ01 → card:MZ01)."""
    return start.replace("__", "\0").replace("_", ":").replace("\0", "_")
