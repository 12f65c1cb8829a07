"""The catalogue: what can be booked, when, how many at once, and what it needs. A new service is data, not code."""

from knowledge.services.model import GROUPS, ZONE, Choice, Limit, Period, Service, Slot
from knowledge.services.naming import at_part, begins_in, named
from knowledge.services.needs import CELL, Claim, Closure, Resource, cell, moment, resource
from knowledge.services.offers import Busy, Scheme, claims, count, planned
from knowledge.services.providers import Provider, provider
from knowledge.services.reading import ASKS, BadService, from_mapping

__all__ = [
    "ASKS",
    "CELL",
    "GROUPS",
    "ZONE",
    "BadService",
    "Busy",
    "Choice",
    "Claim",
    "Closure",
    "Limit",
    "Period",
    "Provider",
    "Resource",
    "Scheme",
    "Service",
    "Slot",
    "at_part",
    "begins_in",
    "cell",
    "claims",
    "count",
    "from_mapping",
    "moment",
    "named",
    "planned",
    "provider",
    "resource",
]
