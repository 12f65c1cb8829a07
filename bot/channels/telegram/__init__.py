"""Telegram: residents in private chats, workers in the staff group's topics."""

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.settings import BadTelegramSettings, TelegramSettings

__all__ = ["BadTelegramSettings", "TelegramChannel", "TelegramSettings"]
