"""Trials: statements run and taken back, and what the server said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from groundplan.postgres.model import Schema
from groundplan.postgres.quoting import statements
from groundplan.prove.specimen.scene import PlannedRow, Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One statement, with its values for `$1`, `$2` and so on."""

    sql: str
    values: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the server said: nothing (`sqlstate` None), or what it refused and by which name."""

    sqlstate: str | None = None
    constraint: str | None = None
    table: str | None = None
    column: str | None = None
    message: str = ""

    @property
    def is_accepted(self) -> bool:
        """Tell whether the server took it."""
        return self.sqlstate is None

    @property
    def in_words(self) -> str:
        """What was said, for a reason."""
        return "accepted" if self.sqlstate is None else f"{self.sqlstate}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """A connection on which everything tried is taken back."""

    connection: psycopg.Connection
    schema: Schema

    @contextmanager
    def taken_back(self) -> Iterator[None]:
        """Run a block and undo all that it did."""
        with self.connection.transaction(force_rollback=True):
            yield

    def run(self, command: Command) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows, if it gives any; raises psycopg.Error where it is refused."""
        with psycopg.RawCursor(self.connection) as cursor:
            cursor.execute(command.sql.encode(), command.values or None)
            return cursor.fetchall() if cursor.description else []

    def insert(self, rows: Iterable[PlannedRow]) -> None:
        """Insert rows."""
        for row in rows:
            self.run(insertion(row))

    def attempt(self, *commands: Command) -> Outcome:
        """Run statements with every constraint checked at once, take them back, and return what the server said."""
        try:
            with self.taken_back():
                for command in commands:
                    self.run(command)
                self.check_now()
        except psycopg.DatabaseError as error:
            if error.sqlstate is None or self.connection.broken:
                raise
            return _refusal(error)
        return Outcome()

    def attempt_scenes(self, *scenes: Scene) -> Outcome:
        """Insert scenes, take them back, and return what the server said."""
        return self.attempt(*(insertion(row) for scene in scenes for row in scene.rows))

    def check_now(self) -> None:
        """Check the constraints that would wait for the end of the transaction, and let later ones wait again."""
        if any(key.is_deferrable for table in self.schema.tables for key in table.foreign_keys):
            self.connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
            self.connection.execute("SET CONSTRAINTS ALL DEFERRED")


def insertion(row: PlannedRow) -> Command:
    """Return the statement that inserts a row."""
    columns = tuple(row.values)
    return Command(sql=statements.insert_row(row.table, columns), values=tuple(row.values[name] for name in columns))


def _refusal(error: psycopg.DatabaseError) -> Outcome:
    return Outcome(
        sqlstate=error.sqlstate,
        constraint=error.diag.constraint_name,
        table=error.diag.table_name,
        column=error.diag.column_name,
        message=error.diag.message_primary or str(error),
    )
