"""The web chat: a page that anybody can open, without a name."""

from bot.channels.web.channel import Front, WebChannel

__all__ = ["Front", "WebChannel"]
