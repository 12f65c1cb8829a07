"""Every table. Columns named *_at are UTC moments; LargeBinary columns hold sealed (encrypted) data."""

from storage.tables.areas import area_versions, buildings, estates
from storage.tables.base import Moment, metadata
from storage.tables.bookings import bookings, places, seats, services
from storage.tables.cases import attachments, case_events, case_subscribers, cases
from storage.tables.handbook import entries, unanswered
from storage.tables.people import areas, contacts, keys, people, rota, workers
from storage.tables.talks import conversations, inbox, outbox, reminders
from storage.tables.upkeep import audit, counters, facts, revisions

__all__ = [
    "Moment",
    "area_versions",
    "areas",
    "attachments",
    "audit",
    "bookings",
    "buildings",
    "case_events",
    "case_subscribers",
    "cases",
    "contacts",
    "conversations",
    "counters",
    "entries",
    "estates",
    "facts",
    "inbox",
    "keys",
    "metadata",
    "outbox",
    "people",
    "places",
    "reminders",
    "revisions",
    "rota",
    "seats",
    "services",
    "unanswered",
    "workers",
]
