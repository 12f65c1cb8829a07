"""Who is on the other side: people, their chats, what the bot said to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.sim.telegram.server import TelegramSim

BOT = {"id": 123456, "is_bot": True, "first_name": "小滨", "username": "jiamenkou_bot"}
Json = dict[str, Any]


@dataclass(frozen=True)
class Button:
    """An inline button as shown."""

    text: str
    data: str


@dataclass
class Shown:
    """One message of the bot as its reader sees it."""

    method: str
    chat: int
    message_id: int
    text: str = ""
    buttons: list[Button] = field(default_factory=list)
    photo: bytes | None = None
    location: tuple[float, float] | None = None
    topic: int | None = None
    at: float = 0.0


@dataclass
class Chat:
    """A private chat (id > 0) or a supergroup."""

    id: int
    title: str
    is_forum: bool = False
    is_blocked: bool = False
    is_started: bool = True
    next_id: int = 1
    topics: dict[int, str] = field(default_factory=dict)
    shown: list[Shown] = field(default_factory=list)

    def wire(self) -> Json:
        """As Telegram writes it."""
        if self.id > 0:
            return {"id": self.id, "type": "private", "first_name": self.title}
        forum = {"is_forum": True} if self.is_forum else {}
        return {"id": self.id, "type": "supergroup", "title": self.title, **forum}

    def number(self) -> int:
        """The next message id."""
        self.next_id += 1
        return self.next_id - 1


class SimUser:
    """A person. `chat` is where they speak (their private chat unless given), `topic` a thread of a forum."""

    def __init__(self, sim: TelegramSim, id: int, name: str) -> None:
        self._sim, self.id, self.name = sim, id, name

    def says(
        self, text: str, *, chat: int | None = None, topic: int | None = None, at: datetime | None = None
    ) -> Json:
        """Write words; a command gets its entity."""
        entities = {}
        if text.startswith("/"):
            size = len(text.split(maxsplit=1)[0])
            entities = {"entities": [{"type": "bot_command", "offset": 0, "length": size}]}
        return self.posts({"text": text, **entities}, chat=chat, topic=topic, at=at)

    def sends_photo(self, data: bytes, caption: str = "", *, claimed: int = 0, chat: int | None = None,
                    topic: int | None = None) -> Json:  # fmt: skip
        """A photo in three sizes, the largest being `data`; `claimed` is another size in bytes for it."""
        sizes = [
            self._sim.keep_file(part, width=width, height=width, claimed=size)
            for part, width, size in ((b"thumb", 90, 0), (b"middle", 320, 0), (data, 1280, claimed))
        ]
        return self.posts(
            {"photo": sizes, **({"caption": caption} if caption else {})}, chat=chat, topic=topic
        )

    def shares(self, latitude: float, longitude: float, *, chat: int | None = None) -> Json:
        """A location."""
        return self.posts({"location": {"latitude": latitude, "longitude": longitude}}, chat=chat)

    def sends_voice(self, caption: str = "") -> Json:
        """A voice message."""
        voice = self._sim.keep_file(b"OggS", duration=3, mime_type="audio/ogg")
        return self.posts({"voice": voice, **({"caption": caption} if caption else {})})

    def sends_file(self, data: bytes, mime: str, name: str) -> Json:
        """A document."""
        return self.posts({"document": self._sim.keep_file(data, mime_type=mime, file_name=name)})

    def sends_sticker(self) -> Json:
        """A sticker."""
        sticker = self._sim.keep_file(
            b"RIFF", type="regular", width=512, height=512, is_animated=False, is_video=False
        )
        return self.posts({"sticker": sticker})

    def posts(
        self, content: Json, *, chat: int | None = None, topic: int | None = None, at: datetime | None = None
    ) -> Json:
        """A message with any content (also a service message)."""
        return self._sim.emit("message", self.message(content, chat=chat, topic=topic, at=at))

    def edits(self, message_id: int, text: str) -> Json:
        """Change words said before."""
        message = self.message({"text": text, "edit_date": int(self._sim.now())})
        return self._sim.emit("edited_message", {**message, "message_id": message_id})

    def message(
        self, content: Json, *, chat: int | None = None, topic: int | None = None, at: datetime | None = None
    ) -> Json:
        """A message of this person as Telegram writes it."""
        where = self._sim.chat(self.id if chat is None else chat)
        where.is_started = True
        thread = {"message_thread_id": topic, "is_topic_message": True} if topic else {}
        date = int(at.timestamp() if at else self._sim.now())
        return {
            "message_id": where.number(),
            "from": self.wire(),
            "chat": where.wire(),
            "date": date,
            **thread,
            **content,
        }

    def taps(self, button: str, *, chat: int | None = None) -> Json:
        """Tap the newest button with this label or data."""
        where = self._sim.chat(self.id if chat is None else chat)
        for shown in reversed(where.shown):
            for one in shown.buttons:
                if button in (one.text, one.data):
                    return self._sim.tap(self, shown, one.data)
        raise AssertionError(f"no button “{button}” in chat {where.id}: {[s.buttons for s in where.shown]}")

    def blocks(self) -> None:
        """Block the bot."""
        self._sim.chat(self.id).is_blocked = True

    def unblocks(self) -> None:
        """Let it speak again."""
        self._sim.chat(self.id).is_blocked = False

    def wire(self) -> Json:
        """As Telegram writes it."""
        return {"id": self.id, "is_bot": False, "first_name": self.name, "language_code": "zh-hans"}
