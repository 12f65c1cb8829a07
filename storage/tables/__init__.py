"""Every table. Columns named *_at are UTC moments; LargeBinary columns hold sealed (encrypted) data."""

from storage.tables.areas import area_versions, buildings, estates
from storage.tables.base import Moment, metadata
from storage.tables.bookings import bookings, places, seats, services
from storage.tables.cases import (
    attachments,
    case_clocks,
    case_events,
    case_objections,
    case_parties,
    case_subscribers,
    case_units,
    cases,
    dispatch_rules,
    grants,
    proxies,
    unit_contacts,
    units,
)
from storage.tables.handbook import entries, unanswered
from storage.tables.mediation import (
    mediation_debts,
    mediation_papers,
    mediation_results,
    mediation_sittings,
    mediations,
)
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
    "case_clocks",
    "case_events",
    "case_objections",
    "case_parties",
    "case_subscribers",
    "case_units",
    "cases",
    "contacts",
    "conversations",
    "counters",
    "dispatch_rules",
    "entries",
    "estates",
    "facts",
    "grants",
    "inbox",
    "keys",
    "mediation_debts",
    "mediation_papers",
    "mediation_results",
    "mediation_sittings",
    "mediations",
    "metadata",
    "outbox",
    "people",
    "places",
    "proxies",
    "reminders",
    "revisions",
    "rota",
    "seats",
    "services",
    "unanswered",
    "unit_contacts",
    "units",
    "workers",
]
