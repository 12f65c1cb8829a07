"""Every table. Columns named *_at are UTC moments; LargeBinary columns hold sealed (encrypted) data."""

from storage.tables.base import Moment, metadata
from storage.tables.bookings import (
    bookings,
    closures,
    places,
    providers,
    ratings,
    resources,
    seats,
    services,
    uses,
    waits,
)
from storage.tables.cases import attachments, case_events, case_subscribers, cases
from storage.tables.handbook import entries, unanswered
from storage.tables.people import areas, contacts, keys, people, rota, workers
from storage.tables.talks import conversations, inbox, outbox, reminders
from storage.tables.upkeep import audit, counters, facts, revisions

__all__ = [
    "Moment",
    "areas",
    "attachments",
    "audit",
    "bookings",
    "case_events",
    "case_subscribers",
    "cases",
    "closures",
    "contacts",
    "conversations",
    "counters",
    "entries",
    "facts",
    "inbox",
    "keys",
    "metadata",
    "outbox",
    "people",
    "places",
    "providers",
    "ratings",
    "reminders",
    "resources",
    "revisions",
    "rota",
    "seats",
    "services",
    "unanswered",
    "uses",
    "waits",
    "workers",
]
