"""Booking: choose a service, a day, a time; see, move and cancel."""

from intents.booking.change import CANCEL, LIST, MOVE
from intents.booking.choose import INTENT

__all__ = ["CANCEL", "INTENT", "LIST", "MOVE"]
