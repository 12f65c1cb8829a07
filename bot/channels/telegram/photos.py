"""Photos: fetched from Telegram, then made clean by a function that the channel is given."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from telegram import Bot
from telegram.error import BadRequest

from bot.channels.telegram.reading import File
from bot.channels.telegram.wire import AiohttpRequest, TooBig
from intents.message import Photo

CleanPhoto = Callable[[bytes], bytes]
TOO_BIG = "照片太大了，请发小于{}MB的照片，或者直接选“照片”发送，不要选“文件”。"
NOT_THERE = "照片没有收到，请再发一次。"


class RefusedPhoto(ValueError):
    """照片不能用。"""


class Photos:
    """Pictures that people send."""

    def __init__(self, bot: Bot, request: AiohttpRequest, clean: CleanPhoto, most_bytes: int) -> None:
        self._bot, self._request, self._clean, self._most = bot, request, clean, most_bytes

    async def fetch(self, sizes: Sequence[File]) -> Photo:
        """The largest size that may be fetched, clean. Raises RefusedPhoto with words for the person."""
        fit = [one for one in sizes if one.size <= self._most]
        if not fit:
            raise RefusedPhoto(self._too_big())
        data = await self._download(fit[-1])
        try:
            return Photo(await asyncio.to_thread(self._clean, data))
        except ValueError as error:
            raise RefusedPhoto(str(error)) from error

    async def _download(self, file: File) -> bytes:
        try:
            found = await self._bot.get_file(file.id)
            if not found.file_path:
                raise RefusedPhoto(NOT_THERE)
            return await self._request.retrieve(found.file_path)
        except TooBig:
            raise RefusedPhoto(self._too_big()) from None
        except BadRequest as error:
            too_big = "too big" in error.message.lower()
            raise RefusedPhoto(self._too_big() if too_big else NOT_THERE) from None

    def _too_big(self) -> str:
        return TOO_BIG.format(self._most // 1_000_000)
