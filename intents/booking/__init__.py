"""Booking: choose a service, a day, a time; see, move and cancel."""

from intents.booking.change import CANCEL, LIST, MOVE
from intents.booking.choose import INTENT
from intents.booking.holds import let_go
from intents.booking.hooks import just_booked, other_service

__all__ = ["CANCEL", "INTENT", "LIST", "MOVE", "just_booked", "let_go", "other_service"]
