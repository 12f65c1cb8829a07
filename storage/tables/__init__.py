"""Every table. Columns named *_at are UTC moments; LargeBinary columns hold sealed (encrypted) data."""

from storage.tables.base import Moment, metadata
from storage.tables.bookings import bookings, places, seats, services
from storage.tables.cases import attachments, case_events, case_subscribers, cases
from storage.tables.handbook import (
    entries,
    feedback,
    negatives,
    overrides,
    review_notices,
    saved_questions,
    terms,
    unanswered,
    waivers,
)
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
    "contacts",
    "conversations",
    "counters",
    "entries",
    "facts",
    "feedback",
    "inbox",
    "keys",
    "metadata",
    "negatives",
    "outbox",
    "overrides",
    "people",
    "places",
    "reminders",
    "review_notices",
    "revisions",
    "rota",
    "saved_questions",
    "seats",
    "services",
    "terms",
    "unanswered",
    "waivers",
    "workers",
]
