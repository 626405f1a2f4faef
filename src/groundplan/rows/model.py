"""A sample: how many rows each relation gets, and the rows themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import overload
from uuid import UUID

Value = (
    None | bool | int | float | str | bytes | Decimal | UUID | date | datetime | time | timedelta
    | tuple["Value", ...] | dict[str, "Value"]
)  # fmt: skip
"""A logical value, engine-free: a point is (longitude, latitude), a range (lower, upper), a polygon a tuple of points,
a list a tuple, JSON a dict, a timestamp an aware datetime in UTC with whole milliseconds."""


class RowView(Sequence[tuple[Value, ...]]):
    """Rows over columns that stay as they are: a row is put together when it is asked for."""

    __slots__ = ("_columns",)

    def __init__(self, columns: tuple[Sequence[Value], ...]) -> None:
        self._columns = columns

    def __len__(self) -> int:
        return len(self._columns[0]) if self._columns else 0

    def __iter__(self) -> Iterator[tuple[Value, ...]]:
        return zip(*self._columns, strict=True)

    @overload
    def __getitem__(self, position: int) -> tuple[Value, ...]: ...

    @overload
    def __getitem__(self, position: slice) -> list[tuple[Value, ...]]: ...

    def __getitem__(self, position: int | slice) -> tuple[Value, ...] | list[tuple[Value, ...]]:
        if isinstance(position, slice):
            return list(zip(*(column[position] for column in self._columns), strict=True))
        return tuple(column[position] for column in self._columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationRows:
    """The rows of one relation; `columns` are logical attribute names, `values` has one sequence for each of them."""

    relation: str
    columns: tuple[str, ...]
    values: tuple[Sequence[Value], ...]

    @property
    def rows(self) -> RowView:
        """The rows, each with one value per column."""
        return RowView(self.values)

    def column(self, name: str) -> Sequence[Value]:
        """Return the values of a column; ValueError where there is none."""
        return self.values[self.columns.index(name)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """A fan-out that the sample could not keep: `wanted` sources per target, `kept` of them."""

    relationship: str
    wanted: int
    kept: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Rows for every relation, a relation after those it references.

    `scale` is the share of the declared rows that the sample holds; relations of up to 10,000 rows are whole. `spare`
    holds further rows that fit in beside the others, for trying inserts; they may point at spare rows.
    """

    seed: int
    scale: float
    relations: tuple[RelationRows, ...]
    clips: tuple[Clip, ...] = ()
    spare: tuple[RelationRows, ...] = ()

    def of(self, relation: str) -> RelationRows:
        """Return the rows of a relation; KeyError where there is none."""
        for rows in self.relations:
            if rows.relation == relation:
                return rows
        raise KeyError(relation)

    def spare_of(self, relation: str) -> RelationRows:
        """Return the spare rows of a relation; KeyError where there is none."""
        for rows in self.spare:
            if rows.relation == relation:
                return rows
        raise KeyError(relation)
