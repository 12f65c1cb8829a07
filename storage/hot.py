"""The few statements of every turn, handed to SQLite's driver itself.

SQLAlchemy's way from a statement to the driver costs several times what SQLite needs for it (docs/reliability.md). A hot
statement is written in Core like any other and compiled once; on other databases it goes the usual way.
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, Connection, Select
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase

Process = Callable[[Any], Any] | None
Values = Mapping[str, Any]


class Hot:
    """A select, or a change whose parameters are all named at each call; no IN lists, no defaults made by Python."""

    def __init__(self, statement: Select[Any] | UpdateBase) -> None:
        self.statement = statement
        self.is_change = isinstance(statement, UpdateBase)
        self._made: _Made | None = None

    def rows(self, connection: Connection, values: Values) -> Sequence[Any]:
        """What a select finds, on SQLite."""
        made = self._for(connection, values)
        return made.read(made.call(connection, values).fetchall())

    def count(self, connection: Connection, values: Values) -> int:
        """How many rows a change touched, on SQLite."""
        return self._for(connection, values).call(connection, values).rowcount

    def _for(self, connection: Connection, values: Values) -> _Made:
        if self._made is None:  # two threads may both compile it: the same comes out
            self._made = _Made(self.statement, connection.dialect, list(values))
        return self._made


class _Made:
    """A statement as SQLite's text, with what turns values into the driver's and back."""

    def __init__(self, statement: Select[Any] | UpdateBase, dialect: Dialect, names: list[str]) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=names if statement.is_insert else None)
        assert isinstance(compiled, SQLCompiler)
        assert not compiled.prefetch, "a default made by Python"
        self.text = str(compiled)
        self._binds = [_bind(compiled.binds[name], dialect) for name in compiled.positiontup or ()]
        columns = statement.selected_columns.items() if isinstance(statement, Select) else []
        self._row = _row([name for name, _ in columns])
        found = [column.type.dialect_impl(dialect).result_processor(dialect, None) for _, column in columns]
        self._reading = [(place, process) for place, process in enumerate(found) if process]

    def call(self, connection: Connection, values: Values) -> sqlite3.Cursor:
        """Errors are those of SQLAlchemy, without the values."""
        if not connection.in_transaction():
            connection.begin()
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        try:
            told = [
                process(values[name] if name else fixed) if process else values[name] if name else fixed
                for name, fixed, process in self._binds
            ]
        except (KeyError, TypeError, ValueError) as error:
            raise StatementError(str(error), self.text, None, error) from error
        try:
            return driver.cursor().execute(self.text, told)
        except sqlite3.Error as error:
            raise DBAPIError.instance(self.text, None, error, sqlite3.Error) from error

    def read(self, rows: list[tuple[Any, ...]]) -> Sequence[Any]:
        """Rows with named columns."""
        return [self._row(*self._read(row)) for row in rows]

    def _read(self, row: tuple[Any, ...]) -> Sequence[Any]:
        told = list(row)
        for place, process in self._reading:
            told[place] = process(told[place])
        return told


def _row(names: list[str]) -> Callable[..., Any]:
    made: Any = namedtuple  # its names come with the statement, where a type checker cannot read them
    row: Callable[..., Any] = made("Row", names)
    return row


def _bind(parameter: BindParameter[Any], dialect: Dialect) -> tuple[str | None, Any, Process]:
    """The name of the value to come, or the value that stands in the statement; and its way to the driver."""
    process = parameter.type.dialect_impl(dialect).bind_processor(dialect)
    is_named = parameter.required or parameter.value is None
    return (parameter.key if is_named else None), parameter.value, process
