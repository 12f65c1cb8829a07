"""The Bot API's methods, each with a checked request in and Telegram's JSON out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiogram import methods as api
from aiogram.types import BufferedInputFile, Message

from tests.sim.telegram.people import BOT, Button, Chat, Json, Shown
from tests.sim.telegram.wire import (
    MOST_ANSWER,
    MOST_CAPTION,
    MOST_DOWNLOAD,
    MOST_TEXT,
    MOST_TOPIC,
    Refusal,
    bad,
    extras,
    keyboard_within,
    text_within,
)

if TYPE_CHECKING:
    from tests.sim.telegram.server import TelegramSim


class Methods:
    """What a bot may ask. Names are the API's own."""

    def __init__(self, sim: TelegramSim) -> None:
        self._sim = sim

    async def getMe(self, _: api.GetMe) -> Json:
        """The bot itself."""
        return {
            **BOT,
            "can_join_groups": True,
            "can_read_all_group_messages": True,
            "supports_inline_queries": False,
        }

    async def getUpdates(self, asked: api.GetUpdates) -> list[Json]:
        """Long poll."""
        return await self._sim.queue.poll(asked.offset, asked.limit, asked.timeout, asked.allowed_updates)

    async def setWebhook(self, asked: api.SetWebhook) -> bool:
        """Push from now on."""
        await self._sim.queue.set_webhook(
            asked.url, asked.secret_token, asked.allowed_updates, bool(asked.drop_pending_updates)
        )
        return True

    async def deleteWebhook(self, asked: api.DeleteWebhook) -> bool:
        """Poll from now on."""
        await self._sim.queue.set_webhook("", None, None, bool(asked.drop_pending_updates))
        return True

    async def setMyCommands(self, asked: api.SetMyCommands) -> bool:
        """The menu."""
        if len(asked.commands) > 100 or any(not 1 <= len(one.description) <= 256 for one in asked.commands):
            raise bad("BOT_COMMANDS_INVALID")
        if any(not one.command.isascii() or one.command != one.command.lower() for one in asked.commands):
            raise bad("BOT_COMMAND_INVALID")
        self._sim.commands = [one.model_dump(include={"command", "description"}) for one in asked.commands]
        return True

    async def sendMessage(self, asked: api.SendMessage) -> Json:
        """Words."""
        chat = self._open(asked)
        text = text_within(asked.text, MOST_TEXT, "message")
        if not text:
            raise bad("message text is empty")
        return self._show(Shown("sendMessage", chat.id, 0, text), asked)

    async def sendPhoto(self, asked: api.SendPhoto) -> Json:
        """A picture, uploaded."""
        chat = self._open(asked)
        if not isinstance(asked.photo, BufferedInputFile):
            raise bad("wrong file identifier/HTTP URL specified")
        if not asked.photo.data.startswith((b"\xff\xd8\xff", b"\x89PNG", b"RIFF", b"GIF8")):
            raise bad("IMAGE_PROCESS_FAILED")
        caption = text_within(asked.caption, MOST_CAPTION, "message caption")
        return self._show(Shown("sendPhoto", chat.id, 0, caption, photo=asked.photo.data), asked)

    async def sendLocation(self, asked: api.SendLocation) -> Json:
        """A point."""
        chat = self._open(asked)
        if not (-90 <= asked.latitude <= 90 and -180 <= asked.longitude <= 180):
            raise bad("wrong latitude or longitude specified")
        return self._show(
            Shown("sendLocation", chat.id, 0, location=(asked.latitude, asked.longitude)), asked
        )

    async def editMessageText(self, asked: api.EditMessageText) -> Json:
        """Change one's own words."""
        chat = self._open(asked)
        text = text_within(asked.text, MOST_TEXT, "message")
        shown = next((one for one in chat.shown if one.message_id == asked.message_id), None)
        if shown is None:
            raise bad("message to edit not found")
        buttons = _buttons(keyboard_within(asked.reply_markup))
        if (shown.text, shown.buttons) == (text, buttons):
            raise bad("message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message")  # fmt: skip
        shown.text, shown.buttons = text, buttons
        return self.wire(shown)

    async def answerCallbackQuery(self, asked: api.AnswerCallbackQuery) -> bool:
        """Stop a button's clock, once."""
        text_within(asked.text, MOST_ANSWER, "callback answer")
        if asked.callback_query_id not in self._sim.queries:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        self._sim.queries.discard(asked.callback_query_id)
        self._sim.answered.append(asked.callback_query_id)
        return True

    async def getFile(self, asked: api.GetFile) -> Json:
        """Where a file can be fetched."""
        if asked.file_id not in self._sim.files:
            raise bad("wrong file_id or the file is temporarily unavailable")
        size = self._sim.files[asked.file_id][1]
        if size > MOST_DOWNLOAD:
            raise bad("file is too big")
        return {"file_id": asked.file_id, "file_unique_id": f"u{asked.file_id}", "file_size": size,
                "file_path": f"photos/{asked.file_id}"}  # fmt: skip

    async def createForumTopic(self, asked: api.CreateForumTopic) -> Json:
        """A new thread."""
        chat = self._open(asked)
        if not chat.is_forum:
            raise bad("the chat is not a forum")
        if not text_within(asked.name, MOST_TOPIC, "topic name"):
            raise bad("TOPIC_TITLE_EMPTY")
        topic = chat.number()
        chat.topics[topic] = asked.name
        return {"message_thread_id": topic, "name": asked.name, "icon_color": 7322096}

    def wire(self, shown: Shown) -> Json:
        """A message of the bot as Telegram writes it; aiogram's model must know all of it."""
        told: Json = {"message_id": shown.message_id, "from": BOT, "chat": self._sim.chat(shown.chat).wire(), "date": int(shown.at)}  # fmt: skip
        if shown.topic:
            told.update(message_thread_id=shown.topic, is_topic_message=True)
        if shown.buttons:
            rows = [[{"text": one.text, "callback_data": one.data}] for one in shown.buttons]
            told["reply_markup"] = {"inline_keyboard": rows}
        told.update(self._content(shown))
        if strange := extras(Message.model_validate(told)):
            raise AssertionError(f"the simulator made a message with {strange}")
        return told

    def _content(self, shown: Shown) -> Json:
        if shown.location:
            return {"location": {"latitude": shown.location[0], "longitude": shown.location[1]}}
        if shown.photo is not None:
            photo = self._sim.keep_file(shown.photo, width=800, height=600)
            return {"photo": [photo], **({"caption": shown.text} if shown.text else {})}
        return {"text": shown.text}

    def _open(self, asked: Any) -> Chat:
        """The chat that a request is for, if the bot may speak there."""
        try:
            chat = self._sim.chat(int(asked.chat_id))
        except (TypeError, ValueError):
            raise bad("chat not found") from None
        if chat.is_blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user" if chat.id > 0 else "Forbidden: bot was kicked from the supergroup chat")  # fmt: skip
        if not chat.is_started:
            raise Refusal(403, "Forbidden: bot can't initiate conversation with a user")
        return chat

    def _show(self, shown: Shown, asked: Any) -> Json:
        """Past all checks: it appears."""
        chat = self._sim.chat(shown.chat)
        shown.topic = asked.message_thread_id
        if shown.topic is not None and shown.topic not in chat.topics:
            raise bad("message thread not found")
        shown.buttons = _buttons(keyboard_within(asked.reply_markup))
        self._sim.floods.count(chat.id)
        shown.message_id, shown.at = chat.number(), self._sim.now()
        return self.wire(self._sim.show(shown))


def _buttons(rows: list[list[Json]]) -> list[Button]:
    return [Button(one["text"], one.get("callback_data", "")) for row in rows for one in row]
