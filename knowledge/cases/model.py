"""What a kind of case is made of: states, moves, clocks, parties. A kind is a table that people can read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

STAFF = ("worker", "mediator", "admin")
MEDIATORS = ("mediator", "admin")
LEVELS = ("社区", "街道", "区")
ROUNDS_A_LEVEL = 3


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time: minutes and days by the wall clock, workdays by the centre's calendar (ending at closing time)."""

    count: int
    unit: Literal["minutes", "days", "workdays"]


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who may belong to a case. `consent`: whether they are asked; `follows`: whether they are told of moves."""

    role: str
    label: str
    consent: bool = False
    follows: bool = False
    many: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """One thing a worker can do with a case in one of the states `start`.

    `tells` is said to the reporter ({number}, {note}, {who}, {level}, {round} are filled in); empty: nobody is told.
    `consents` are the roles of parties who must have agreed. `reasons`: the note begins with one of them, where given
    (with `photo_or_reason`: unless there is a photo). `clock` is a side clock that it starts, `stops` those it stops.
    `ask` ({number}) is what a worker reads who has not said what the move needs.
    """

    name: str
    label: str
    start: tuple[str, ...]
    to: str
    roles: tuple[str, ...] = STAFF
    note: Literal["", "optional", "required"] = "optional"
    photo_or_reason: bool = False
    tells: str = ""
    effect: Literal["", "take", "raise", "round"] = ""
    reasons: tuple[str, ...] = ()
    consents: tuple[str, ...] = ()
    clock: tuple[str, Span] | None = None
    stops: tuple[str, ...] = ()
    ask: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A table of allowed moves. `states` maps each state to the words people read.

    The promised date (`accept_within`, or what is told at opening) runs in every state, unless the state has a clock of
    its own in `clocks`. In `rests` somebody is at it and nobody is urged. In `pool` a unit may hold the case; in every
    other open state one person does. `escalate`: how long after the due time each level is told (own unit, one up, two up).
    """

    name: str
    title: str
    letter: str
    first: str
    states: dict[str, str]
    ends: tuple[str, ...]
    moves: tuple[Move, ...]
    accept_within: Span
    private: bool = False  # its words are shown to its holder and its mediators only
    pool: tuple[str, ...] = ()
    clocks: dict[str, Span] = field(default_factory=dict)
    rests: tuple[str, ...] = ()
    escalate: tuple[Span, ...] = (Span(0, "minutes"), Span(1, "days"), Span(2, "days"))
    warns: bool = True  # the holder is told when three quarters of the time are gone
    parties: tuple[Party, ...] = ()
    transfers: bool = False  # may be offered to another unit, paused, objected to
    recategorised: Literal["", "restart", "keep"] = (
        ""  # what becomes of the promised date with another category
    )
    within: dict[str, Span] = field(default_factory=dict)  # promised time of a category, where it differs

    def is_end(self, state: str) -> bool:
        """Whether nothing more happens in that state."""
        return state in self.ends

    def moves_from(self, state: str, role: str) -> list[Move]:
        """What somebody of that role can do now."""
        return [move for move in self.moves if state in move.start and role in move.roles]

    def move(self, name: str) -> Move | None:
        """The move with that name or label."""
        return next((move for move in self.moves if name in (move.name, move.label)), None)

    def party(self, role: str) -> Party | None:
        """The rule for a role among the parties."""
        return next((party for party in self.parties if party.role == role), None)

    def promise(self, category: str = "") -> Span:
        """How long it may take, by category."""
        return self.within.get(category, self.accept_within)

    @property
    def open_states(self) -> tuple[str, ...]:
        """States in which something can still happen."""
        return tuple(state for state in self.states if state not in self.ends)
