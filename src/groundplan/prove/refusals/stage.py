"""The stage on which the constraints of one table are tried: good rows of it, made once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from groundplan.plan.expressions import Expression
from groundplan.postgres.model import Table
from groundplan.prove.specimen import Maker, Outcome, Scene, Trials
from groundplan.prove.specimen.hints import columns_of
from groundplan.prove.specimen.maker import Wishes
from groundplan.prove.specimen.scene import takes_value

_MOST_SECONDS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One table, with what makes and tries rows of it."""

    table: Table
    maker: Maker
    trials: Trials
    _scenes: dict[frozenset[str], tuple[Scene, Outcome]] = field(default_factory=dict)

    @property
    def conditions(self) -> tuple[Expression, ...]:
        """Every check of the table."""
        return tuple(check.condition for check in self.table.checks)

    def good(self, *, filled: frozenset[str] = frozenset()) -> tuple[Scene, Outcome]:
        """Return a row in which columns have a value, and what the server says of it; made once per set of columns.

        Raises NoSpecimen.
        """
        if filled not in self._scenes:
            scene = self.maker.scene(self.table, wishes=Wishes(filled=filled))
            self._scenes[filled] = (scene, self.trials.attempt_scenes(scene))
        return self._scenes[filled]

    def two_good(self, *, wishes: Wishes) -> tuple[Scene, Scene, Outcome]:
        """Return two rows that stand side by side, and what the server says of them.

        Where something unique has few values, as a pair of truths has, it takes a few rows to find another. Raises
        NoSpecimen.
        """
        first = self.maker.scene(self.table, wishes=wishes)
        for _ in range(_MOST_SECONDS):
            second = self.maker.scene(self.table, wishes=wishes)
            accepted = self.trials.attempt_scenes(first, second)
            if accepted.is_accepted:
                break
        return first, second, accepted

    def choices(self, scene: Scene, columns: frozenset[str], *, can_be_null: bool) -> dict[str, tuple[str | None, ...]]:
        """Return what else the columns of a row could hold: for references, the keys of rows that are there.

        With `can_be_null` a NULL is tried also where the column forbids it.
        """
        pointing = {name for key in self.table.foreign_keys for name in key.columns}
        free = [name for name in sorted(columns - pointing) if takes_value(self.table, name)]
        made = self.maker.solver.choices(self.table, free, number=0, conditions=self.conditions)
        choices: dict[str, tuple[str | None, ...]] = {}
        for name in sorted(columns):
            if not takes_value(self.table, name):
                continue
            values: list[str | None] = [scene.row.values[name], *made.get(name, ()), *self._keys_there(scene, name)]
            if can_be_null or self.table.column(name).is_nullable:
                values.append(None)
            choices[name] = tuple(dict.fromkeys(values))
        return choices

    def tied(self, columns: frozenset[str], *, by: tuple[Expression, ...]) -> frozenset[str]:
        """Return columns with all others that conditions tie to them, directly or by way of further columns."""
        tied = columns
        while True:
            wider = tied.union(*(columns_of(condition) for condition in by if columns_of(condition) & tied))
            if wider == tied:
                return tied
            tied = wider

    def fixed(self, scene: Scene, *, but: Mapping[str, object]) -> dict[str, str | None]:
        """Return the values of a row, but for the columns that are varied."""
        return {name: value for name, value in scene.row.values.items() if name not in but}

    def _keys_there(self, scene: Scene, column: str) -> list[str | None]:
        return [
            row.values[target]
            for key in self.table.foreign_keys
            for name, target in zip(key.columns, key.target_columns, strict=True)
            if name == column
            for row in scene.rows
            if row.table == key.target
        ]
