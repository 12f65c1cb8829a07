"""Whether a worker has to say yes first."""

from __future__ import annotations

from datetime import datetime, timedelta

from knowledge.services import Service
from storage.archive import Records

NO_SHOWS = 2  # after so many in half a year a worker rings first; nobody is ever shut out
HALF_YEAR = timedelta(days=183)
RING_WITHIN = 24  # hours


def hours_to_confirm(records: Records, service: Service, person_id: int, now: datetime) -> int:
    """Within how many hours a worker confirms; 0 where it is booked at once."""
    if service.confirm_hours:
        return service.confirm_hours
    return RING_WITHIN if records.bookings.missed(person_id, now - HALF_YEAR) >= NO_SHOWS else 0
