"""Cases: one matter with an owner and an end; lists, clocks, parties, units."""

from storage.cases.book import CaseBook
from storage.cases.clocks import ClockBook, Due
from storage.cases.lists import Key, key_of
from storage.cases.papers import Paper, PaperBook
from storage.cases.parties import Party, PartyBook
from storage.cases.rows import Attachment, Case, CaseEvent, Clock
from storage.cases.units import Objection, Rule, Unit, UnitBook

__all__ = ["Attachment", "Case", "CaseBook", "CaseEvent", "Clock", "ClockBook", "Due", "Key", "Objection", "Paper", "PaperBook", "Party",
           "PartyBook", "Rule", "Unit", "UnitBook", "key_of"]  # fmt: skip
