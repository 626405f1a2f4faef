"""Making scenes: rows that meet every constraint, with parents of their own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from groundplan.plan.expressions import Expression
from groundplan.postgres.model import ForeignKey, Table
from groundplan.prove.specimen.hints import columns_of
from groundplan.prove.specimen.scene import NoSpecimen, PlannedRow, Scene, in_order, takes_value
from groundplan.prove.specimen.solver import Solver

_FIRST_NUMBER = 1_000
"""Specimens are numbered from here, away from the first values of sequences."""

_MOST_DEEP = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a row has to be like: values it has, columns that are not NULL, conditions that hold."""

    given: Mapping[str, str | None] = field(default_factory=dict)
    filled: frozenset[str] = frozenset()
    holding: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True)
class _Ancestor:
    """A row that is being made while its parents are."""

    table: str
    values: dict[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """Makes scenes of a schema's tables; no two share a value that has to be unique, where there are enough."""

    solver: Solver
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(_FIRST_NUMBER))

    def scene(self, table: Table, *, wishes: Wishes | None = None) -> Scene:
        """Return a row of a table with everything it needs; raises NoSpecimen where none is found."""
        rows: list[PlannedRow] = []
        subject = self._plan(table, wishes=wishes or Wishes(), rows=rows, ancestors=())
        placed = in_order(rows, schema=self.solver.schema)
        return Scene(rows=placed, subject=next(place for place, row in enumerate(placed) if row is subject))

    def _plan(
        self, table: Table, *, wishes: Wishes, rows: list[PlannedRow], ancestors: tuple[_Ancestor, ...]
    ) -> PlannedRow:
        if len(ancestors) > _MOST_DEEP:
            raise NoSpecimen(f"the references of {table.name} never end")
        pointing = {name for key in table.foreign_keys for name in key.columns}
        own = self._own_values(table, wishes=wishes, pointing=pointing)
        required = [key for key in table.foreign_keys if _is_required(key, table=table, wishes=wishes)]
        optional = [key for key in table.foreign_keys if key not in required and not _is_given(key, wishes=wishes)]
        # A check may ask for one of several optional references: try none, then one, then more.
        for extra in itertools.chain.from_iterable(
            itertools.combinations(optional, size) for size in range(len(optional) + 1)
        ):
            tried = list(rows)
            values = dict(own)
            self._point(table, (*required, *extra), values=values, rows=tried, ancestors=ancestors)
            whole = self._completed(table, values=values, wishes=wishes, pointing=pointing)
            if whole is not None:
                row = PlannedRow(table=table.name, values=whole)
                rows[:] = [*tried, row]
                return row
        raise NoSpecimen(f"no row of {table.name} was found that meets all of its checks")

    def _own_values(self, table: Table, *, wishes: Wishes, pointing: set[str]) -> dict[str, str | None]:
        """Choose values for the columns that point nowhere, as far as conditions over them alone go."""
        free = [
            column.name
            for column in table.columns
            if takes_value(table, column.name) and column.name not in pointing and column.name not in wishes.given
        ]
        conditions = (*(check.condition for check in table.checks), *wishes.holding)
        ours = tuple(condition for condition in conditions if not columns_of(condition) & pointing)
        choices = self._choices(table, free, wishes=wishes, conditions=conditions)
        chosen = self.solver.solve(table, fixed=wishes.given, choices=choices, conditions=ours)
        if chosen is None:
            raise NoSpecimen(f"no row of {table.name} was found that meets all of its checks")
        return {**wishes.given, **chosen}

    def _choices(
        self, table: Table, columns: list[str], *, wishes: Wishes, conditions: tuple[Expression, ...]
    ) -> dict[str, tuple[str | None, ...]]:
        number = next(self._numbers)
        choices: dict[str, tuple[str | None, ...]] = {}
        for name, values in self.solver.choices(table, columns, number=number, conditions=conditions).items():
            can_be_null = table.column(name).is_nullable and name not in wishes.filled
            choices[name] = (None, *values) if can_be_null else values
        return choices

    def _point(
        self,
        table: Table,
        keys: tuple[ForeignKey, ...],
        *,
        values: dict[str, str | None],
        rows: list[PlannedRow],
        ancestors: tuple[_Ancestor, ...],
    ) -> None:
        """Fill the columns of foreign keys, making the rows that they point at; narrow keys first, wide ones agree."""
        for key in sorted(keys, key=lambda key: len(key.columns)):
            given = {
                target: values[column]
                for column, target in zip(key.columns, key.target_columns, strict=True)
                if values.get(column) is not None
            }
            if len(given) == len(key.columns) and any(
                row.table == key.target and all(row.values[name] == value for name, value in given.items())
                for row in rows
            ):
                continue
            target = self._target(table, key, given=given, values=values, rows=rows, ancestors=ancestors)
            if any(target.get(name) is None for name in key.target_columns):
                raise NoSpecimen(f"{table.name} needs a value of {key.target} that is not chosen yet")
            values.update(zip(key.columns, (target[name] for name in key.target_columns), strict=True))

    def _target(
        self,
        table: Table,
        key: ForeignKey,
        *,
        given: dict[str, str | None],
        values: dict[str, str | None],
        rows: list[PlannedRow],
        ancestors: tuple[_Ancestor, ...],
    ) -> Mapping[str, str | None]:
        lineage = (*ancestors, _Ancestor(table.name, values))
        if key.target == table.name and _is_required(key, table=table, wishes=Wishes()):
            # Every row needs another, so this one points at itself: foreign keys are checked when the statement ends.
            return values
        closing = self._closing(table, key, ancestors=ancestors)
        if closing is not None:
            return closing.values
        target = self.solver.schema.table(key.target)
        return self._plan(target, wishes=Wishes(given=given), rows=rows, ancestors=lineage).values

    def _closing(self, table: Table, key: ForeignKey, *, ancestors: tuple[_Ancestor, ...]) -> _Ancestor | None:
        """Return the row above that a reference may point at, so that a cycle of references ends.

        It ends on its second round, so that what the first row points at has no other duties. A reference that no two
        rows share cannot take a row that another is about to point at: it goes on, or two such rows take each other.
        """
        is_single = _is_single(table, key.columns)
        if is_single and ancestors and ancestors[-1].table == key.target:
            back = [found for found in self.solver.schema.table(key.target).foreign_keys if found.target == table.name]
            if any(_is_single(self.solver.schema.table(key.target), found.columns) for found in back):
                return ancestors[-1]
        if all(ancestor.table != table.name for ancestor in ancestors):
            return None
        for place in reversed(range(len(ancestors))):
            found = ancestors[place]
            is_taken = is_single and place > 0 and ancestors[place - 1].table == table.name
            if found.table == key.target and not is_taken and all(name in found.values for name in key.target_columns):
                return found
        return None

    def _completed(
        self, table: Table, *, values: dict[str, str | None], wishes: Wishes, pointing: set[str]
    ) -> dict[str, str | None] | None:
        """Return the whole row once its references are known; None where a condition over them is false."""
        whole = {column.name: values.get(column.name) for column in table.columns if takes_value(table, column.name)}
        conditions = (*(check.condition for check in table.checks), *wishes.holding)
        theirs = tuple(condition for condition in conditions if columns_of(condition) & pointing)
        if not theirs:
            return whole
        if self.solver.first(table, fixed=whole, choices={}, holding=conditions) is not None:
            return whole
        movable = [
            name
            for name in whole
            if name not in pointing
            and name not in wishes.given
            and name not in table.primary_key.columns
            and any(name in columns_of(condition) for condition in theirs)
        ]
        choices = self._choices(table, movable, wishes=wishes, conditions=conditions)
        fixed = {name: value for name, value in whole.items() if name not in movable}
        found = self.solver.solve(table, fixed=fixed, choices=choices, conditions=conditions)
        return None if found is None else {**whole, **found}


def _is_single(table: Table, columns: tuple[str, ...]) -> bool:
    """Tell whether no two rows of a table can have the same in some columns."""
    keys = (table.primary_key.columns, *(found.columns for found in table.unique))
    return any(set(found) <= set(columns) for found in keys)


def _is_required(key: ForeignKey, *, table: Table, wishes: Wishes) -> bool:
    """Tell whether a row has to point somewhere: with simple matching, one NULL frees it."""
    return all(not table.column(name).is_nullable or name in wishes.filled for name in key.columns)


def _is_given(key: ForeignKey, *, wishes: Wishes) -> bool:
    return all(name in wishes.given for name in key.columns)
