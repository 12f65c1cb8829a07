"""HTTP to the Bot API on aiohttp (3–6 times cheaper than PTB's httpx), and what can go wrong on the way.

Each error says whether the request can have had its effect, which PTB's own errors do not.
"""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from telegram import Bot
from telegram._utils.types import ODVInput
from telegram.error import BadRequest, NetworkError, TelegramError
from telegram.request import BaseRequest, RequestData

from bot.channels.telegram.settings import TelegramSettings

# At DEBUG the library logs its address (which holds the token) and what people said.
logging.getLogger("telegram.Bot").setLevel(logging.INFO)
LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})
MOST_ANSWER = 50_000_000  # bytes; files have their own limit
OWN_WORDS = frozenset({400, 403, 409})  # statuses whose description PTB reads into an error of its own
NEVER_WENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError)


class NotSent(NetworkError):
    """没有连上 Telegram，消息没有发出。"""


class Unsure(NetworkError):
    """发出后没有收到 Telegram 的回答。"""


class Down(NetworkError):
    """Telegram 暂时出错。"""


class BadToken(TelegramError):
    """Telegram 不认这个令牌（token），请检查设置。"""


class TooBig(TelegramError):
    """文件太大。"""


class Flood(TelegramError):
    """发得太快，Telegram 要求等一会儿。"""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"Telegram 要求等 {retry_after:g} 秒")
        self.seconds = retry_after


def bot_for(settings: TelegramSettings) -> tuple[Bot, AiohttpRequest]:
    """The library's bot on our HTTP; nothing is connected yet."""
    request = AiohttpRequest(settings)
    base = settings.base_url.rstrip("/")
    made = Bot(
        settings.token, f"{base}/bot", f"{base}/file/bot", request=request, get_updates_request=request
    )
    return made, request


class AiohttpRequest(BaseRequest):
    """PTB's HTTP door on one aiohttp session."""

    def __init__(self, settings: TelegramSettings) -> None:
        self._settings = settings
        self._session: aiohttp.ClientSession | None = None
        # A proxy from the environment is for the world outside, not for a server on this machine.
        self._use_proxy = urlsplit(settings.base_url).hostname not in LOCAL

    @property
    def read_timeout(self) -> float | None:
        """Seconds to wait for an answer."""
        return self._settings.read_seconds

    async def initialize(self) -> None:
        """Nothing: the session is opened by the first request."""

    async def shutdown(self) -> None:
        """Close the session."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """One call. Raises NotSent, Unsure, Down, Flood, BadToken, TooBig; other statuses are PTB's to read."""
        wait = _given(read_timeout, self._settings.read_seconds)
        try:
            async with self._open().request(
                method, url, data=_form(request_data), timeout=self._timeout(wait), allow_redirects=False
            ) as answer:
                body = await _body(answer, self._settings.most_bytes if method == "GET" else MOST_ANSWER)
        except NEVER_WENT as error:
            raise NotSent(f"连不上 Telegram（{type(error).__name__}）") from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unsure(f"没有收到 Telegram 的回答（{type(error).__name__}）") from None
        _check(answer.status, body)
        return answer.status, body

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                trust_env=self._use_proxy, headers={"User-Agent": self.USER_AGENT}
            )
        return self._session

    def _timeout(self, read: float) -> aiohttp.ClientTimeout:
        connect = self._settings.connect_seconds
        return aiohttp.ClientTimeout(total=None, connect=connect, sock_connect=connect, sock_read=read)

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer as a dict; unlike PTB's, it never logs what it could not read."""
        told = _json(payload)
        if "result" not in told and "description" not in told:
            raise TelegramError("看不懂 Telegram 的回答")
        return told


async def _body(answer: aiohttp.ClientResponse, most: int) -> bytes:
    """The whole body, of at most so many bytes."""
    parts, size = [], 0
    async for part in answer.content.iter_chunked(65536):
        size += len(part)
        if size > most:
            raise TooBig(TooBig.__doc__ or "")
        parts.append(part)
    return b"".join(parts)


def _given(value: Any, default: float) -> float:
    """A time-out that the caller gave, or the default."""
    return float(value) if isinstance(value, int | float) else default


def _form(data: RequestData | None) -> aiohttp.FormData | dict[str, str] | None:
    if data is None:
        return None
    if not data.contains_files:
        return data.json_parameters
    form = aiohttp.FormData(data.json_parameters)
    for name, (filename, content, mime) in (data.multipart_data or {}).items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return form


def _check(status: int, body: bytes) -> None:
    if status < 400 or status in OWN_WORDS:
        return
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise Flood(_retry_after(body))
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND):
        raise BadToken(BadToken.__doc__ or "")
    if status >= 500:
        raise Down(f"Telegram 暂时出错（{status}）")
    raise BadRequest(f"HTTP {status}")


def _retry_after(body: bytes) -> float:
    """Seconds that a 429 asks for; 1 where it does not say."""
    parameters = _json(body).get("parameters")
    asked = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return max(float(asked), 1.0) if isinstance(asked, int | float) else 1.0


def _json(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
