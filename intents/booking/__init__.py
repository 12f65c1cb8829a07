"""Booking: choose a service, a day, a time; see, move and cancel."""

from intents.booking.after import CANNOT_COME, MATERIALS, RATE, heard
from intents.booking.change import CANCEL, LIST, MOVE
from intents.booking.choose import INTENT
from intents.booking.holds import let_go
from intents.booking.hooks import just_booked, other_service
from intents.booking.rounds import make_round
from intents.booking.waiting import ANSWER

__all__ = [
    "ANSWER",
    "CANCEL",
    "CANNOT_COME",
    "INTENT",
    "LIST",
    "MATERIALS",
    "MOVE",
    "RATE",
    "heard",
    "just_booked",
    "let_go",
    "make_round",
    "other_service",
]
