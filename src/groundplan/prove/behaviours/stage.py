"""The stage on which behaviours are seen: rows are made, changed, looked at again, and taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg

from groundplan.logical.model import LogicalModel, Role
from groundplan.plan.expressions import Expression, Local, Path
from groundplan.postgres.model import Schema, Table
from groundplan.postgres.quoting import expression_sql, statements
from groundplan.prove.evidence import POSTGRES, BehaviourEvidence
from groundplan.prove.specimen import Command, Maker, NoSpecimen, Outcome, PlannedRow, Trials

Seen = dict[str, str | None]
"""A row as PostgreSQL prints it, by column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """Something that a design does by itself, and how to see it."""

    object: str
    behaviour: str
    watch: Callable[[], Sight]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What was seen: whether it was what the design says, and in words."""

    holds: bool
    seen: str
    index: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A loaded schema with what makes and tries rows of it."""

    schema: Schema
    logical: LogicalModel
    maker: Maker
    trials: Trials

    @property
    def version(self) -> int:
        """The server's major version."""
        return self.trials.connection.info.server_version // 10_000

    def observe(self, behaviour: Behaviour) -> BehaviourEvidence:
        """Watch one behaviour, take back what it took, and return what was seen."""
        try:
            with self.trials.taken_back():
                sight = behaviour.watch()
        except NoSpecimen as error:
            sight = Sight(holds=False, seen=f"not tried: {error}")
        except psycopg.DatabaseError as error:
            if error.sqlstate is None or self.trials.connection.broken:
                raise
            sight = Sight(holds=False, seen=f"not tried: {error.sqlstate}: {error.diag.message_primary}")
        return BehaviourEvidence(
            engine=POSTGRES,
            object=behaviour.object,
            behaviour=behaviour.behaviour,
            holds=sight.holds,
            seen=sight.seen,
            index=sight.index,
        )

    def perform(self, command: Command) -> Outcome:
        """Run a statement that stays until the behaviour is taken back, unless the server refuses it."""
        outcome = self.trials.attempt(command)
        if outcome.is_accepted:
            self.trials.run(command)
            self.trials.check_now()
        return outcome

    def look(self, row: PlannedRow) -> Seen | None:
        """Return a row as it is now, found by its primary key; None where it is gone."""
        table = self.schema.table(row.table)
        columns = tuple(column.name for column in table.columns)
        found = self.trials.run(by_key(row, statements.select_rows, table=table, columns=columns))
        return dict(zip(columns, found[0], strict=True)) if found else None

    def value_of(self, expression: Expression) -> str | None:
        """Return the value of an expression over nothing, such as a default, as PostgreSQL prints it."""
        sql = statements.value_of(expression_sql(expression, name=_nothing))
        ((value,),) = self.trials.run(Command(sql=sql))
        return None if value is None else str(value)

    def now(self) -> str:
        """Return the time of the transaction, as PostgreSQL prints it."""
        return str(self.trials.run(Command(sql=statements.value_of("now()")))[0][0])

    def deletion_mark(self, table: Table) -> str | None:
        """Return the column that marks a deleted row; None for a table whose rows are removed."""
        if table.relation is None:
            return None
        marks = (
            found.name for found in self.logical.relation(table.relation).attributes if found.role is Role.DELETED_AT
        )
        name = next(marks, None)
        return next((column.name for column in table.columns if name is not None and column.attribute == name), None)


def _nothing(found: Path | Local) -> str:
    raise ValueError(f"a default reads nothing, least of all {found}")


def key_values(row: PlannedRow, *, table: Table) -> tuple[str | None, ...]:
    """Return the values of a row's primary key."""
    return row.key(table.primary_key.columns)


def by_key(row: PlannedRow, statement: Callable[..., str], *, table: Table, **options: Any) -> Command:  # noqa: ANN401
    """Return a statement about the one row, found by its primary key."""
    sql = statement(table.name, where=table.primary_key.columns, **options)
    return Command(sql=sql, values=key_values(row, table=table))


def deletion(row: PlannedRow, *, table: Table) -> Command:
    """Return DELETE of one row."""
    return by_key(row, statements.delete_rows, table=table)


def change(row: PlannedRow, values: dict[str, str | None], *, table: Table) -> Command:
    """Return UPDATE of one row."""
    sql = statements.update_rows(table.name, changed=tuple(values), where=table.primary_key.columns)
    return Command(sql=sql, values=(*values.values(), *key_values(row, table=table)))


def shown(columns: tuple[str, ...]) -> str:
    """Return columns for a sentence: `slug`, or `(post_id, id)`."""
    return columns[0] if len(columns) == 1 else f"({', '.join(columns)})"
