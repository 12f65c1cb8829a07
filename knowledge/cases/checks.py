"""What every table of a kind must hold: no dead ends, a holder and a due time in every open state."""

from __future__ import annotations

from string import Formatter

from knowledge.cases.model import LEVELS, Kind, Move

FIELDS = {"number", "who", "note", "level", "round"}
MADE_BY_OTHERS = {
    "report": ("withdrawn",),
    "handoff": ("message",),
}  # reached by the resident, not by a worker's move


def faults(kind: Kind) -> list[str]:
    """What is wrong with a kind's table; empty where it can be used."""
    return [*_states(kind), *_ways(kind), *(fault for move in kind.moves for fault in _move(kind, move))]


def _states(kind: Kind) -> list[str]:
    named = {kind.first, *kind.ends, *kind.pool, *kind.rests, *kind.clocks}
    found = [f"{kind.name}: no state {state}" for state in sorted(named - set(kind.states))]
    if kind.first not in kind.pool:
        found.append(f"{kind.name}: nobody holds it when it begins")
    if kind.accept_within.count <= 0 or any(span.count <= 0 for span in kind.clocks.values()):
        found.append(f"{kind.name}: a clock without time")
    if len(kind.escalate) != len(LEVELS):
        found.append(f"{kind.name}: it must escalate two levels up")
    if kind.recategorised and not kind.within:
        found.append(f"{kind.name}: categories without times")
    return found


def _ways(kind: Kind) -> list[str]:
    """Every state is reached, and from every open state an end is."""
    reached, found = _closure(kind, {kind.first, *MADE_BY_OTHERS.get(kind.name, ())}), []
    found += [f"{kind.name}: {state} is never reached" for state in kind.states if state not in reached]
    for state in kind.open_states:
        if not _closure(kind, {state}) & set(kind.ends):
            found.append(f"{kind.name}: {state} is a dead end")
        elif state not in kind.pool and not _taken_before(kind, state):
            found.append(f"{kind.name}: in {state} nobody holds it")
    return found


def _closure(kind: Kind, states: set[str]) -> set[str]:
    while True:
        more = {move.to for move in kind.moves if set(move.start) & states} - states
        if not more:
            return states
        states = states | more


def _taken_before(kind: Kind, state: str) -> bool:
    """Whether no way leads there without somebody having taken the case."""
    reached = {kind.first}
    while True:
        steps = [move for move in kind.moves if move.effect != "take"]
        more = {move.to for move in steps if set(move.start) & reached} - reached
        if not more:
            return state not in reached
        reached |= more


def _move(kind: Kind, move: Move) -> list[str]:
    where = f"{kind.name}.{move.name}"
    found = [f"{where}: no state {state}" for state in (*move.start, move.to) if state not in kind.states]
    found += [f"{where}: leads out of an end" for state in move.start if state in kind.ends]
    found += [f"{where}: no party {role}" for role in move.consents if kind.party(role) is None]
    told = {name for _, name, _, _ in Formatter().parse(move.tells) if name}
    found += [f"{where}: no words for {name}" for name in sorted(told - FIELDS)]
    if not move.roles:
        found.append(f"{where}: nobody may do it")
    return found
