"""What the web chat does not take, each with its HTTP status and a sentence for the person."""

from __future__ import annotations

from typing import Any


class Refused(ValueError):
    """这条消息没有收下，请刷新页面再试。"""

    status = 400

    def __init__(self, why: str = "") -> None:
        super().__init__(why or self.__doc__)

    def told(self) -> dict[str, Any]:
        """The refusal as plain data."""
        return {"error": str(self), "status": self.status}


class Garbled(Refused):
    """这条消息的格式不对，没有收下。请刷新页面再试。"""


class Stranger(Refused):
    """还不认识您，请先打开聊天页面；如果已经打开，请刷新一下，并允许本站使用 Cookie。"""

    status = 401


class Elsewhere(Refused):
    """这个请求来自别的网站，没有收下。"""

    status = 403


class Missing(Refused):
    """没有找到。"""

    status = 404


class TooLong(Refused):
    """内容太长了，没有收下。请分几次发。"""

    status = 413


class NotJson(Refused):
    """这里只收 JSON 格式的消息。"""

    status = 415


class TooFast(Refused):
    """您发得有点快，请歇几秒再发。"""

    status = 429

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds

    def told(self) -> dict[str, Any]:
        """The refusal, with the seconds to wait."""
        return super().told() | {"retry_after": round(self.seconds, 1)}
