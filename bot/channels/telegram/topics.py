"""Topics: one thread of the staff group for each conversation, opened when first needed and again where it was deleted."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict

from telegram import Bot
from telegram.error import BadRequest

from bot.channels.telegram.words import MOST_TOPIC
from intents.message import Outgoing

log = logging.getLogger(__name__)
REMEMBERED = 5000
GONE = ("thread not found", "topic_deleted", "topic_closed", "topic_id_invalid")
NO_FORUM = ("not a forum", "not enough rights", "forum_disabled", "chat_admin_required")


def is_gone(error: BadRequest) -> bool:
    """The thread is not there any more, or closed."""
    return any(word in error.message.lower() for word in GONE)


class Topics:
    """Threads opened by this process; the rows remember them for the next one."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._opened: OrderedDict[int, str] = OrderedDict()
        self._opening = asyncio.Lock()
        self._has_topics = True

    async def thread(self, chat: int, outgoing: Outgoing, gone: str = "") -> str:
        """The thread for these words, opened where there is none; "" for the group's general talk.

        `gone` is a thread that is no more. Raises what Telegram answers, except where the group has no threads.
        """
        known = self._known(outgoing)
        if known and known != gone:
            return known
        if outgoing.purpose != "staff" or not outgoing.topic_name or not self._has_topics:
            return ""
        key = outgoing.conversation_id or -outgoing.id
        async with self._opening:
            known = self._opened.get(key, "")
            if not known or known == gone:
                known = await self._open(chat, outgoing.topic_name)
                self._remember(key, known)
        return known

    def _known(self, outgoing: Outgoing) -> str:
        """A thread opened since the row was read is newer than the row's."""
        opened = self._opened.get(outgoing.conversation_id or -outgoing.id, "")
        return (opened if outgoing.purpose == "staff" else "") or outgoing.topic

    async def _open(self, chat: int, name: str) -> str:
        try:
            made = await self._bot.create_forum_topic(chat, name[:MOST_TOPIC])
        except BadRequest as error:
            if not any(word in error.message.lower() for word in NO_FORUM):
                raise
            self._has_topics = False
            log.warning(
                "telegram: the staff group has no topics (%s); words go to the group itself", error.message
            )
            return ""
        return str(made.message_thread_id)

    def _remember(self, key: int, thread: str) -> None:
        self._opened[key] = thread
        self._opened.move_to_end(key)
        while len(self._opened) > REMEMBERED:
            self._opened.popitem(last=False)
