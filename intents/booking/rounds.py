"""What is due of bookings: confirmations that did not come, offers that nobody took, holds that lapsed."""

from __future__ import annotations

from datetime import datetime

from intents.booking import pending, waiting
from intents.library import Lore
from storage.archive import Records


def make_round(records: Records, lore: Lore, now: datetime) -> None:
    """One round; everything is a compare-and-set, so several processes may make it."""
    pending.make_round(records, lore, now)
    waiting.make_round(records, lore, now)
