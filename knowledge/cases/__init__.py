"""Kinds of cases: one table a kind, in a file of its own. Read model.py first, then any of the tables."""

from __future__ import annotations

from knowledge.cases.alert import ALERT
from knowledge.cases.errand import ERRAND
from knowledge.cases.handoff import HANDOFF
from knowledge.cases.mediation import MEDIATION
from knowledge.cases.model import LEVELS, MEDIATORS, ROUNDS_A_LEVEL, STAFF, Kind, Move, Party, Span
from knowledge.cases.report import REPORT

KINDS: dict[str, Kind] = {kind.name: kind for kind in (MEDIATION, REPORT, ERRAND, HANDOFF, ALERT)}
BY_LETTER = {kind.letter: kind for kind in KINDS.values()}

__all__ = ["BY_LETTER", "KINDS", "LEVELS", "MEDIATORS", "ROUNDS_A_LEVEL", "STAFF", "Kind", "Move", "Party", "Span",
           "may_read"]  # fmt: skip


def may_read(kind: Kind, role: str, *, is_holder: bool, level: int = 0, case_level: int = 0,
             is_held: bool = False) -> bool:  # fmt: skip
    """Whether somebody of that role may read a case's words (RG41).

    Mediation is for its holder; until somebody holds it, for mediators of the levels it has reached (0 community, 1
    street, 2 district), afterwards for nobody but an admin of these levels besides.
    """
    if not kind.private or is_holder:
        return True
    if kind.name != "mediation":
        return role in STAFF
    if is_held and role != "admin":
        return False
    return role in MEDIATORS and level <= case_level
