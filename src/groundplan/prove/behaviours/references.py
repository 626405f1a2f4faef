"""Referential actions: what becomes of a row when the one it points at is deleted, or takes another key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import assert_never

from groundplan.plan.model import ReferentialAction
from groundplan.postgres.model import ForeignKey, Table
from groundplan.postgres.quoting import statements
from groundplan.prove.behaviours.plans import serving_index
from groundplan.prove.behaviours.stage import Behaviour, Sight, Stage, change, deletion, shown
from groundplan.prove.refusals.claims import SQLSTATES, Kind, restrict_sqlstate
from groundplan.prove.specimen import Command, NoSpecimen, Outcome, PlannedRow
from groundplan.prove.specimen.maker import Wishes


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A row and the row it points at, both there."""

    source: PlannedRow
    target: PlannedRow


def reference_behaviours(stage: Stage) -> Iterator[Behaviour]:
    """Yield both actions of every foreign key."""
    for table in stage.schema.tables:
        for key in table.foreign_keys:
            name = f"{table.name}.{key.name}"
            yield Behaviour(
                object=name,
                behaviour=f"on delete {key.on_delete.value}",
                watch=partial(_delete_target, stage, table, key),
            )
            yield Behaviour(
                object=name,
                behaviour=f"on update {key.on_update.value}",
                watch=partial(_move_target, stage, table, key),
            )


def pointing_pair(stage: Stage, table: Table, key: ForeignKey) -> Pair:
    """Insert a row that points at another by a foreign key, and return both; raises NoSpecimen."""
    scene = stage.maker.scene(table, wishes=Wishes(filled=frozenset(key.columns)))
    target = scene.target_of(key)
    if target is None:
        raise NoSpecimen(f"no row of {table.name} was found that points at {key.target}")
    stage.trials.insert(scene.rows)
    if target is not scene.row:
        return Pair(source=scene.row, target=target)
    # Every row has to point somewhere, so the first points at itself: take one more that points at it.
    second = stage.maker.scene(table)
    second = second.changed({name: scene.row.values[name] for name in key.columns})
    stage.trials.insert(second.rows)
    return Pair(source=second.row, target=target)


def _delete_target(stage: Stage, table: Table, key: ForeignKey) -> Sight:
    defaults = _defaults(stage, table, key) if key.on_delete is ReferentialAction.SET_DEFAULT else {}
    pair = pointing_pair(stage, table, key)
    outcome = stage.perform(deletion(pair.target, table=stage.schema.table(key.target)))
    after = stage.look(pair.source)
    what = f"deleting the row of {key.target}"
    index = serving_index(stage.trials, table=table, key=key)
    match key.on_delete:
        case ReferentialAction.CASCADE:
            holds = outcome.is_accepted and after is None
            seen = f"{what} deleted the row of {table.name} that pointed at it"
        case ReferentialAction.SET_NULL:
            cleared = key.set_columns or key.columns
            holds, seen = _reset(outcome, pair, after, to=dict.fromkeys(cleared), what=what)
        case ReferentialAction.SET_DEFAULT:
            holds, seen = _reset(outcome, pair, after, to=defaults, what=what)
        case ReferentialAction.RESTRICT | ReferentialAction.NO_ACTION:
            holds = _is_refused(outcome, table, key, action=key.on_delete, stage=stage)
            seen = f"{what} was refused with {outcome.sqlstate} by {outcome.constraint}"
        case _:
            assert_never(key.on_delete)
    return Sight(holds=holds, seen=f"{_in_words(outcome, holds, seen)}; {_found_by(index, table, key)}", index=index)


def _move_target(stage: Stage, table: Table, key: ForeignKey) -> Sight:
    defaults = _defaults(stage, table, key) if key.on_update is ReferentialAction.SET_DEFAULT else {}
    pair = pointing_pair(stage, table, key)
    target = stage.schema.table(key.target)
    moved = _another_key(stage, target, key)
    outcome = stage.perform(change(pair.target, moved, table=target))
    what = f"giving the row of {key.target} another {shown(tuple(moved))}"
    source = stage.schema.table(table.name)
    match key.on_update:
        case ReferentialAction.CASCADE:
            followed = {
                column: moved[name]
                for column, name in zip(key.columns, key.target_columns, strict=True)
                if name in moved
            }
            there = _moved(pair.source, followed)
            after = stage.look(there)
            holds = outcome.is_accepted and after is not None and _equal(stage, source, after, followed)
            seen = f"{what} changed {shown(tuple(followed))} of the row of {table.name} with it"
        case ReferentialAction.SET_NULL:
            to: dict[str, str | None] = dict.fromkeys(key.columns)
            holds, seen = _reset(outcome, pair, stage.look(pair.source), to=to, what=what)
        case ReferentialAction.SET_DEFAULT:
            holds, seen = _reset(outcome, pair, stage.look(pair.source), to=defaults, what=what)
        case ReferentialAction.RESTRICT | ReferentialAction.NO_ACTION:
            holds = _is_refused(outcome, table, key, action=key.on_update, stage=stage)
            seen = f"{what} was refused with {outcome.sqlstate} by {outcome.constraint}"
        case _:
            assert_never(key.on_update)
    return Sight(holds=holds, seen=_in_words(outcome, holds, seen))


def _another_key(stage: Stage, target: Table, key: ForeignKey) -> dict[str, str | None]:
    """Return a key that no row has, with what it points at itself inserted; columns that point nowhere are enough."""
    other = stage.maker.scene(target, wishes=Wishes(filled=frozenset(key.target_columns)))
    pointing = {name for found in target.foreign_keys for name in found.columns}
    free = tuple(name for name in key.target_columns if name not in pointing)
    if not free:
        stage.trials.insert(other.others)
    return {name: other.row.values[name] for name in free or key.target_columns}


def _moved(row: PlannedRow, values: dict[str, str | None]) -> PlannedRow:
    return PlannedRow(table=row.table, values={**row.values, **values})


def _equal(stage: Stage, table: Table, after: dict[str, str | None], wanted: dict[str, str | None]) -> bool:
    """Tell whether columns hold values, both read by the server: `1.0` and `1` may be one value."""
    row = PlannedRow(table=table.name, values={**after, **wanted})
    columns = tuple(dict.fromkeys((*table.primary_key.columns, *wanted)))
    query = statements.select_rows(table.name, columns=columns, where=columns)
    return len(stage.trials.run(Command(sql=query, values=row.key(columns)))) == 1


def _reset(
    outcome: Outcome, pair: Pair, after: dict[str, str | None] | None, *, to: dict[str, str | None], what: str
) -> tuple[bool, str]:
    holds = outcome.is_accepted and after is not None and all(after[name] == value for name, value in to.items())
    word = "cleared" if set(to.values()) == {None} else "reset"
    return holds, f"{what} {word} {shown(tuple(to))} of the row of {pair.source.table}, which stayed"


def _is_refused(outcome: Outcome, table: Table, key: ForeignKey, *, action: ReferentialAction, stage: Stage) -> bool:
    is_restrict = action is ReferentialAction.RESTRICT
    sqlstate = restrict_sqlstate(stage.version) if is_restrict else SQLSTATES[Kind.FOREIGN_KEY]
    return (outcome.sqlstate, outcome.constraint, outcome.table) == (sqlstate, key.name, table.name)


def _defaults(stage: Stage, table: Table, key: ForeignKey) -> dict[str, str | None]:
    """Return what SET DEFAULT sets, with a row of the target that has that key inserted."""
    values: dict[str, str | None] = {}
    for name in key.set_columns or key.columns:
        default = table.column(name).default
        values[name] = None if default is None else stage.value_of(default)
    given = {target: values.get(column) for column, target in zip(key.columns, key.target_columns, strict=True)}
    if None not in given.values():
        stage.trials.insert(stage.maker.scene(stage.schema.table(key.target), wishes=Wishes(given=given)).rows)
    return values


def _in_words(outcome: Outcome, holds: bool, seen: str) -> str:  # noqa: FBT001 - a sentence's two halves
    return seen if holds else f"not so: {seen} was expected, the statement was answered with {outcome.in_words}"


def _found_by(index: str | None, table: Table, key: ForeignKey) -> str:
    if index is None:
        return f"no index of {table.name} starts with {shown(key.columns)}, so the whole table is read"
    return f"rows that point at it are found by {index}"
