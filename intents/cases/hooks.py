"""What a kind's own module adds to a move of its table: what it needs before, and what it does after.

`@before(kind, move)` returns further columns to change, or raises Refused; `@after(kind, move)` runs once it is done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from intents.library import Lore
from knowledge.cases import Move
from storage.archive import Records
from storage.cases import Case
from storage.staff import Worker


@dataclass(frozen=True, slots=True)
class Turn:
    """A move that is about to be done, or was done. `worker` is empty where a party or the clock moves the case."""

    records: Records
    lore: Lore
    case: Case
    step: Move
    actor: str
    note: str
    now: datetime
    worker: Worker | None = None


Before = Callable[[Turn], dict[str, object]]
After = Callable[[Turn], None]
BEFORE: dict[tuple[str, str], Before] = {}
AFTER: dict[tuple[str, str], After] = {}


def before(kind: str, *moves: str) -> Callable[[Before], Before]:
    """Ask this function before any of these moves of a kind."""

    def take(hook: Before) -> Before:
        BEFORE.update({(kind, move): hook for move in moves})
        return hook

    return take


def after(kind: str, *moves: str) -> Callable[[After], After]:
    """Call this function after any of these moves of a kind."""

    def take(hook: After) -> After:
        AFTER.update({(kind, move): hook for move in moves})
        return hook

    return take


def prepare(turn: Turn) -> dict[str, object]:
    """Further columns that the move changes."""
    hook = BEFORE.get((turn.case.kind, turn.step.name))
    return hook(turn) if hook else {}


def follow(turn: Turn) -> None:
    """What comes after the move."""
    if hook := AFTER.get((turn.case.kind, turn.step.name)):
        hook(turn)
