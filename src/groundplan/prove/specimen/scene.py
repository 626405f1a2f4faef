"""A scene: a row of one table, and the rows that have to be there for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from groundplan.postgres.model import ForeignKey, Schema, Table

Values = Mapping[str, str | None]
"""A row by column, every value in PostgreSQL's input spelling."""


class NoSpecimen(Exception):
    """No row was found that a table takes; the message says why, as a part of a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRow:
    """A row to insert, with a value for every column that takes one."""

    table: str
    values: Values

    def key(self, columns: tuple[str, ...]) -> tuple[str | None, ...]:
        """Return the values of some columns."""
        return tuple(self.values[column] for column in columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Rows in an order in which they can be inserted; `subject` is the place of the row that it is all for."""

    rows: tuple[PlannedRow, ...]
    subject: int

    @property
    def row(self) -> PlannedRow:
        """The row that the scene is for."""
        return self.rows[self.subject]

    @property
    def others(self) -> tuple[PlannedRow, ...]:
        """What has to be there for it."""
        return tuple(row for row in self.rows if row is not self.row)

    def changed(self, values: Values) -> Scene:
        """Return the scene with other values in its row."""
        row = replace(self.row, values={**self.row.values, **values})
        return replace(self, rows=(*self.rows[: self.subject], row, *self.rows[self.subject + 1 :]))

    def target_of(self, key: ForeignKey) -> PlannedRow | None:
        """Return the row that the scene's row points at by a foreign key; None where it points at none."""
        wanted = self.row.key(key.columns)
        if None in wanted:
            return None
        return next(
            (row for row in self.rows if row.table == key.target and row.key(key.target_columns) == wanted), None
        )


def in_order(rows: list[PlannedRow], *, schema: Schema) -> tuple[PlannedRow, ...]:
    """Sort rows so that each comes after those it points at, foreign keys that can wait left out."""
    waiting, placed = list(rows), list[PlannedRow]()
    while waiting:
        ready = next(
            (row for row in waiting if not any(_points_at(row, other, schema=schema) for other in waiting)), None
        )
        if ready is None:
            raise NoSpecimen(f"the rows of {', '.join(sorted({row.table for row in waiting}))} need each other")
        waiting.remove(ready)
        placed.append(ready)
    return tuple(placed)


def takes_value(table: Table, column: str) -> bool:
    """Tell whether a column can be given a value."""
    return table.column(column).generated is None


def _points_at(row: PlannedRow, other: PlannedRow, *, schema: Schema) -> bool:
    return other is not row and any(
        key.target == other.table and not key.is_deferrable and row.key(key.columns) == other.key(key.target_columns)
        for key in schema.table(row.table).foreign_keys
    )
