"""Finding values that meet or break conditions: candidates are made here, the server tells which fit."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from groundplan.plan.expressions import Expression
from groundplan.postgres.model import Column, Schema, Table
from groundplan.postgres.quoting import search as queries
from groundplan.postgres.quoting import type_sql
from groundplan.prove.specimen.candidates import candidates
from groundplan.prove.specimen.hints import columns_of, hints_for
from groundplan.prove.specimen.scene import Values, takes_value
from groundplan.prove.specimen.trial import Command, Trials

MOST_ROWS = 20_000
"""How many combinations of candidates one search looks at."""

Choices = Mapping[str, tuple[str | None, ...]]
"""Candidates by column."""


@dataclass(frozen=True, slots=True)
class Broken:
    """What rows that break a condition break besides: `rows` were found, each of `others` is broken by all of them."""

    rows: int
    others: tuple[Expression, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Solver:
    """Looks for values of the columns of one schema's tables."""

    trials: Trials
    _validity: dict[tuple[str, str], bool] = field(default_factory=dict)

    @property
    def schema(self) -> Schema:
        """The schema whose tables it knows."""
        return self.trials.schema

    def choices(
        self, table: Table, columns: Iterable[str], *, number: int, conditions: Iterable[Expression]
    ) -> dict[str, tuple[str, ...]]:
        """Return candidates for columns, those that their types do not take left out."""
        listed = tuple(conditions)
        made = {
            name: candidates(
                table.column(name).type,
                hints=hints_for(name, listed),
                number=number,
                labels=self._labels(table.column(name)),
            )
            for name in columns
        }
        self._learn(table, made)
        return {
            name: tuple(value for value in values if self._validity[self._type(table, name), value])
            for name, values in made.items()
        }

    def solve(
        self, table: Table, *, fixed: Values, choices: Choices, conditions: tuple[Expression, ...]
    ) -> dict[str, str | None] | None:
        """Choose a value for every column of `choices` so that no condition is false; None where none is found.

        Conditions that share no column are met one after the other.
        """
        chosen: dict[str, str | None] = {}
        for columns, group in _groups(frozenset(choices), conditions, table=table):
            if not group:
                chosen |= {name: choices[name][0] for name in columns if choices[name]}
                continue
            part = {name: choices[name] for name in choices if name in columns}
            found = self.first(table, fixed=fixed, choices=part, holding=group)
            if found is None:
                return None
            chosen |= found
        return chosen if len(chosen) == len(choices) else None

    def first(
        self,
        table: Table,
        *,
        fixed: Values,
        choices: Choices,
        holding: tuple[Expression, ...],
        failing: tuple[Expression, ...] = (),
    ) -> dict[str, str | None] | None:
        """Return the first combination in which no `holding` condition is false and every `failing` one is."""
        search = self._search(table, fixed=fixed, choices=choices, conditions=(*holding, *failing))
        varied = [column.name for column in search.columns if column.is_varied]
        query = queries.first_row(search, holding=holding, failing=failing)
        limited = _limited(choices, among=varied)
        rows = self.trials.run(Command(sql=query, values=tuple(limited[name] for name in varied)))
        if not rows:
            return None
        places = rows[0]
        found = {name: limited[name][place - 1] for name, place in zip(varied, places, strict=False)}
        # What no condition reads keeps its first candidate.
        return {name: found[name] if name in found else values[0] for name, values in choices.items()}

    def broken(
        self, table: Table, *, fixed: Values, choices: Choices, failing: Expression, among: tuple[Expression, ...]
    ) -> Broken:
        """Tell which conditions every combination breaks that breaks `failing`."""
        search = self._search(table, fixed=fixed, choices=choices, conditions=(failing, *among))
        varied = [column.name for column in search.columns if column.is_varied]
        query = queries.always_failing(search, failing=failing, among=among)
        limited = _limited(choices, among=varied)
        ((rows, *verdicts),) = self.trials.run(Command(sql=query, values=tuple(limited[name] for name in varied)))
        others = tuple(other for other, is_broken in zip(among, verdicts, strict=True) if is_broken)
        return Broken(rows, others if rows else ())

    def _search(
        self, table: Table, *, fixed: Values, choices: Choices, conditions: tuple[Expression, ...]
    ) -> queries.Search:
        read = {name for condition in conditions for name in columns_of(condition)}
        generated = {
            column.name: column.generated
            for column in table.columns
            if column.generated is not None and column.name in read
        }
        read |= {name for expression in generated.values() for name in columns_of(expression)}
        return queries.Search(
            columns=tuple(
                queries.SearchColumn(
                    name=column.name,
                    type=column.type,
                    value=fixed.get(column.name),
                    is_varied=column.name in choices,
                )
                for column in table.columns
                if column.name in read and takes_value(table, column.name)
            ),
            generated=generated,
            enums=tuple(enum.name for enum in self.schema.enums),
        )

    def _learn(self, table: Table, made: Mapping[str, tuple[str, ...]]) -> None:
        """Ask the server about the values whose fitness for their type is not known yet, all at once."""
        asked = list(
            dict.fromkeys(
                (self._type(table, name), value)
                for name, values in made.items()
                for value in values
                if (self._type(table, name), value) not in self._validity
            )
        )
        if not asked:
            return
        command = Command(
            sql=queries.valid_candidates(), values=([value for _, value in asked], [type_ for type_, _ in asked])
        )
        valid = {place - 1 for (place,) in self.trials.run(command)}
        self._validity.update({pair: place in valid for place, pair in enumerate(asked)})

    def _type(self, table: Table, column: str) -> str:
        return type_sql(table.column(column).type, enums={enum.name for enum in self.schema.enums})

    def _labels(self, column: Column) -> tuple[str, ...]:
        element = column.type.removesuffix("[]")
        return next((enum.values for enum in self.schema.enums if enum.name == element), ())


def _limited(choices: Choices, *, among: list[str]) -> dict[str, list[str | None]]:
    """Cut the candidates so that their combinations stay within `MOST_ROWS`."""
    if not among:
        return {}
    most = max(2, math.floor(MOST_ROWS ** (1 / len(among))))
    return {name: list(choices[name][:most]) for name in among}


def _groups(
    varied: frozenset[str], conditions: tuple[Expression, ...], *, table: Table
) -> list[tuple[frozenset[str], tuple[Expression, ...]]]:
    """Group columns that conditions tie together, with those conditions; conditions over none come as one group."""
    generated = {column.name: columns_of(column.generated) for column in table.columns if column.generated is not None}
    groups: list[tuple[frozenset[str], tuple[Expression, ...]]] = [(frozenset({name}), ()) for name in sorted(varied)]
    for condition in conditions:
        read = columns_of(condition)
        read = (read | {inner for name in read & set(generated) for inner in generated[name]}) & varied
        joined = [group for group in groups if group[0] & read]
        groups = [group for group in groups if not group[0] & read]
        columns = frozenset().union(*(group[0] for group in joined))
        groups.append((columns, (*(inner for group in joined for inner in group[1]), condition)))
    return groups
