"""A database of the first release, filled with cases of each kind and state, goes on working after the upgrade."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from alembic import command
from sqlalchemy import text

from bot import rounds
from bot.sample import load_sample
from intents.library import Library, Lore
from intents.refused import Refused
from intents.staff import deeds
from knowledge.cases import KINDS, Move
from storage import migrate
from storage.archive import Archive, Records
from storage.cases import Case
from storage.staff import Worker
from storage.tables import Moment
from tests.databases import START, open_archive

FIRST = {  # the states that the first release knew
    "mediation": "received accepted inviting sitting agreed failed refused withdrawn",
    "report": "received accepted working fixed unfixable elsewhere duplicate closed withdrawn",
    "errand": "received accepted collecting filing amending done returned withdrawn refused",
    "handoff": "queued human message ended",
    "alert": "raised seen ended",
}
OLD_STATES = [(kind, state) for kind, states in FIRST.items() for state in states.split()]
OLD = (
    "INSERT INTO cases (number, kind, state, area_id, title, body, holder_id, level, round, category, priority, opened_at, "
    "due_at, closed_at, nudged) VALUES (:number, :kind, :state, :area, '旧件', :body, :holder, 0, 0, :category, :priority, "
    ":opened, :due, :closed, :nudged)"
)


@pytest.fixture
def old(database_url: str) -> Archive:
    """The database as the first release left it: its tables, areas and workers, and a case of each kind and state."""
    archive = open_archive(database_url)
    with archive.engine.begin() as connection:
        command.downgrade(migrate._config(connection), "0001")
    with archive.engine.begin() as connection:
        for n, (kind, state) in enumerate(OLD_STATES, 1):
            rules, number = KINDS[kind], f"{KINDS[kind].letter}26110{n:04d}"
            is_pool = state in rules.pool
            opened = START - timedelta(days=3, minutes=n)
            connection.execute(text(OLD), {
                "number": number, "kind": kind, "state": state, "area": "wb01" if n % 2 else "wb01-03",
                "body": archive.vault.seal_json({"words": f"旧话{n}"}, f"cases.body:{number}"),
                "holder": None if is_pool else 1, "category": "light" if kind == "report" else "", "priority": n % 6,
                "opened": _told(archive, opened), "due": _told(archive, START + timedelta(days=1)),
                "closed": _told(archive, START) if rules.is_end(state) else None, "nudged": n % 4,
            })  # fmt: skip
    return archive


def _told(archive: Archive, moment: object) -> object:
    """A moment as the driver writes it."""
    bind = Moment().dialect_impl(archive.engine.dialect).bind_processor(archive.engine.dialect)
    return bind(moment) if bind else moment


def test_every_case_of_the_first_release_can_be_worked_on(old: Archive, library: Library) -> None:
    migrate.upgrade(old.engine)
    assert migrate.revision(old.engine) == migrate.newest()
    with old.open() as records:
        load_sample(records, START)  # nothing is loaded twice
        found = {
            (case.kind, case.state): case
            for case in records.cases.listed("/", holder_id=0, state="all", limit=500)
        }
        assert set(found) == set(OLD_STATES)
        for n, (kind, state) in enumerate(OLD_STATES, 1):
            case = found[kind, state]
            assert case.body == {"words": f"旧话{n}"}
            assert case.areas[:3] == ("qd", "wb", "wb01")
            assert case.areas[3] == (None if n % 2 else "wb01-03")
            assert len(records.clocks.of(case.id)) == (0 if case.closed_at else 1), case
        numbers = {case.number for case in records.cases.open_ones("/qd/wb/wb01/", limit=500)}
        assert numbers == {case.number for case in found.values() if not case.closed_at}
    with old.open() as records:
        _work(records, library, list(found.values()))
    with old.open() as records:
        more = rounds.make(records, library, START + timedelta(days=9))
        assert not more
    old.close()


def _work(records: Records, library: Library, found: list[Case]) -> None:
    """Every open case takes each step of its table that somebody of the community may take, one case a step."""
    lore, liu = library.lore(records), records.staff.by_login("liu")
    assert liu
    for case in found:
        moves = KINDS[case.kind].moves_from(case.state, "admin")
        if case.closed_at:
            with pytest.raises(Refused):
                deeds.assign(records, liu, case, liu, START)
            continue
        step, done = _first_that_goes(records, lore, liu, case, moves)
        assert done.state == step.to, case
        assert done.rev == case.rev + 1


def _first_that_goes(
    records: Records, lore: Lore, who: Worker, case: Case, moves: list[Move]
) -> tuple[Move, Case]:
    """The first step that needs nothing first (a consent, a photo, a disclosure)."""
    for step in moves:
        with suppress(Refused):
            return step, deeds.move(records, lore, who, case, step.name, START, note="办了")
    raise AssertionError(case)
