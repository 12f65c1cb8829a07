"""A strict Telegram for tests, over real HTTP."""

from tests.sim.telegram.people import Button, Chat, Shown, SimUser
from tests.sim.telegram.server import TOKEN, TelegramSim

__all__ = ["TOKEN", "Button", "Chat", "Shown", "SimUser", "TelegramSim"]
