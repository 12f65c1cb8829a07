"""What the Telegram channel has to be told."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}\Z")
OFFICIAL = "https://api.telegram.org"


class BadTelegramSettings(ValueError):
    """Telegram 的设置不完整。"""


@dataclass(frozen=True, slots=True)
class TelegramSettings:
    """Token, server, way in, staff group, limits. Times in seconds; `staff_group` is a forum's chat id."""

    token: str = field(repr=False)
    base_url: str = OFFICIAL
    mode: Literal["polling", "webhook"] = "polling"
    webhook_secret: str = field(default="", repr=False)
    webhook_url: str = ""
    staff_group: int | None = None
    most_bytes: int = 20_000_000  # of a file; Telegram's own limit for bots
    side_by_side: int = 16  # chats that are heard at the same time
    poll_seconds: int = 30
    read_seconds: float = 20.0
    connect_seconds: float = 5.0
    private_gap: float = 1.0  # between two messages to one person
    group_per_minute: int = 20
    bot_per_second: int = 30
    longest_wait: float = 1.0  # inside one call of `send`, for a free place

    def __post_init__(self) -> None:
        if not self.token:
            raise BadTelegramSettings("没有 Telegram 令牌（token）。")
        if self.mode == "webhook" and not SECRET.match(self.webhook_secret):
            raise BadTelegramSettings("webhook 方式必须设置密码：1 到 256 个字母、数字、_ 或 -。")
        if self.mode == "webhook" and not self.webhook_url:
            raise BadTelegramSettings("webhook 方式必须设置 webhook 地址。")
