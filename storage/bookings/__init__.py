"""Bookings, the seats they hold, who waits for one, closures and ratings."""

from storage.bookings.book import BookingBook
from storage.bookings.model import ENDED, LIVE, Booking, Draft, SeatTaken
from storage.bookings.waits import Wait

__all__ = ["ENDED", "LIVE", "Booking", "BookingBook", "Draft", "SeatTaken", "Wait"]
