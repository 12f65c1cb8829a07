"""Which handbook entry a resident's words ask for. Signals, figures: docs/search.md."""

from knowledge.search.encoder import Encoder, NoEncoder
from knowledge.search.finding import BadNegatives, Costs, Finding, Negative, read_negatives
from knowledge.search.index import Index, Switches

__all__ = [
    "BadNegatives",
    "Costs",
    "Encoder",
    "Finding",
    "Index",
    "Negative",
    "NoEncoder",
    "Switches",
    "read_negatives",
]
