"""What every door to a kind of row has in common."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, bindparam, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import UpdateBase

from storage.tables import counters, revisions

if TYPE_CHECKING:
    from storage.archive import Records

_TURN = update(revisions).where(revisions.c.name == bindparam("which")).values(value=revisions.c.value + 1)

_STEP = (
    update(counters)
    .where(counters.c.name == bindparam("which"))
    .values(value=counters.c.value + 1)
    .returning(counters.c.value)
)


@cache
def insert_or_not(table: Table, unique: tuple[str, ...], is_sqlite: bool) -> UpdateBase:
    """An insert that leaves a row with the same unique columns alone."""
    make = sqlite.insert if is_sqlite else postgresql.insert
    statement = make(table).on_conflict_do_nothing(index_elements=unique).inline()
    return statement.execution_options(preserve_rowcount=True)  # else an insert's count is not kept


class Book:
    """A door to some tables. Everything that touches them goes through here."""

    def __init__(self, records: Records) -> None:
        self.records = records
        self.vault = records.vault

    def insert(self, table: Table, values: dict[str, Any]) -> int:
        """Insert one row and return its id."""
        result = self.records.run(table.insert(), values)
        key = result.inserted_primary_key
        return int(key[0]) if key else 0

    def insert_new(self, table: Table, values: dict[str, Any], unique: list[str]) -> bool:
        """Insert a row unless one with the same unique columns is there; say whether it was inserted."""
        statement = insert_or_not(table, tuple(unique), self.records.is_sqlite)
        return self.records.run(statement, values).rowcount == 1

    def turn_page(self, name: str) -> None:
        """Count up a revision, so that every process reads `name` again."""
        if self.records.run(_TURN, {"which": name}).rowcount == 0:
            self.insert_new(revisions, {"name": name, "value": 1}, ["name"])

    def next_number(self, name: str) -> int:
        """The next value of a counter, from 1; two transactions never get the same."""
        found = self.records.run(_STEP, {"which": name}).scalar()
        if found is None:
            if self.insert_new(counters, {"name": name, "value": 1}, ["name"]):
                return 1
            found = self.records.run(_STEP, {"which": name}).scalar_one()  # another transaction made it first
        return int(found)
