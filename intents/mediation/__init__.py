"""三级三轮调解 from intake to its end. Steps and their words: knowledge/cases/mediation.py; docs/mediation.md explains it."""

from intents.mediation import afterwards, invited, parties, sittings, steps
from intents.mediation.intake import INTENT

INTENTS = (INTENT, invited.INTENT, parties.WORDS, parties.CHANGE, parties.LEAVE, parties.ANSWER,
           parties.LOG, parties.UNSIGNED)  # fmt: skip

__all__ = ["INTENT", "INTENTS", "afterwards", "invited", "parties", "sittings", "steps"]
