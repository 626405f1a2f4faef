"""Soft deletion: what marking a row does to the rows that point at it, to what was unique about it, and to its view."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from groundplan.plan.expressions import Expression
from groundplan.postgres.ddl.soft_delete import link_foreign_key
from groundplan.postgres.model import FilteredView, ForeignKey, SoftDeleteLink, SoftDeleteTrigger, Table
from groundplan.postgres.quoting import statements
from groundplan.prove.behaviours.plans import serving_index
from groundplan.prove.behaviours.references import pointing_pair
from groundplan.prove.behaviours.stage import Behaviour, Sight, Stage, by_key, change, deletion, shown
from groundplan.prove.refusals.keys import UniqueKey, sharing_rows, unique_keys
from groundplan.prove.specimen import Command, Outcome, PlannedRow
from groundplan.prove.specimen.hints import columns_of
from groundplan.prove.specimen.maker import Wishes

_MARK = "2020-06-01 12:00:00+00"
_SOFT_RESTRICT = "23001"
"""The trigger raises what PostgreSQL 18 calls a RESTRICT; the trigger is ours, so the version does not matter."""


def soft_delete_behaviours(stage: Stage) -> Iterator[Behaviour]:
    """Yield what soft deletion does to each table that has it."""
    for table in stage.schema.tables:
        mark = stage.deletion_mark(table)
        if mark is None:
            continue
        yield from _link_behaviours(stage, table, mark=mark)
        for key in unique_keys(table):
            if _is_among_live(key.where, mark):
                watch = partial(_register_again, stage, table, key, mark=mark)
                yield Behaviour(
                    object=f"{table.name}.{key.name}", behaviour="free again after a soft delete", watch=watch
                )
    for view in stage.schema.views:
        mark = stage.deletion_mark(stage.schema.table(view.table))
        if mark is not None and _is_among_live(view.where, mark):
            watch = partial(_hide, stage, view, mark=mark)
            yield Behaviour(object=view.name, behaviour="hides what is soft-deleted", watch=watch)


def _link_behaviours(stage: Stage, table: Table, *, mark: str) -> Iterator[Behaviour]:
    linked: set[str] = set()
    for trigger in table.triggers:
        if not isinstance(trigger, SoftDeleteTrigger):
            continue
        for links, verb, watch in (
            (trigger.cascades, "carries on to", _carry_on),
            (trigger.restricts, "is refused by", _refuse),
            (trigger.nullifies, "clears", _clear),
        ):
            for link in links:
                key = link_foreign_key(link, target=table.name, schema=stage.schema)
                linked.add(f"{link.table}.{key.name}")
                yield Behaviour(
                    object=f"{table.name}.{trigger.name}",
                    behaviour=f"soft delete {verb} {link.table}.{shown(key.set_columns or link.columns)}",
                    watch=partial(watch, stage, table, link, key, mark=mark),
                )
    for source in stage.schema.tables:
        for key in source.foreign_keys:
            if key.target == table.name and f"{source.name}.{key.name}" not in linked:
                yield Behaviour(
                    object=f"{source.name}.{key.name}",
                    behaviour=f"stays when a row of {table.name} is soft-deleted",
                    watch=partial(_stay, stage, table, source, key, mark=mark),
                )


def _mark(stage: Stage, row: PlannedRow, *, table: Table, mark: str) -> Outcome:
    return stage.perform(change(row, {mark: _MARK}, table=table))


def _carry_on(stage: Stage, table: Table, link: SoftDeleteLink, key: ForeignKey, *, mark: str) -> Sight:
    source = stage.schema.table(link.table)
    pair = pointing_pair(stage, source, key)
    outcome = _mark(stage, pair.target, table=table, mark=mark)
    after = stage.look(pair.source)
    target = stage.look(pair.target)
    index = serving_index(stage.trials, table=source, key=key)
    if link.is_soft:
        both = after is not None and target is not None and after[mark] == target[mark] is not None
        return _sight(outcome, both, f"marking the row of {table.name} marked the row of {link.table}", index=index)
    seen = f"marking the row of {table.name} deleted the row of {link.table}, which has no mark"
    return _sight(outcome, after is None, seen, index=index)


def _refuse(stage: Stage, table: Table, link: SoftDeleteLink, key: ForeignKey, *, mark: str) -> Sight:
    source = stage.schema.table(link.table)
    pair = pointing_pair(stage, source, key)
    refusal = _mark(stage, pair.target, table=table, mark=mark)
    is_refused = (refusal.sqlstate, refusal.constraint, refusal.table) == (_SOFT_RESTRICT, key.name, link.table)
    if link.is_soft:
        gone, how = _mark(stage, pair.source, table=source, mark=mark), "marked"
    else:
        gone, how = stage.perform(deletion(pair.source, table=source)), "deleted"
    then = _mark(stage, pair.target, table=table, mark=mark)
    index = serving_index(stage.trials, table=source, key=key)
    seen = (
        f"marking the row of {table.name} was refused with {refusal.sqlstate} by {refusal.constraint} while a row of "
        f"{link.table} was there, and accepted once that was {how}"
    )
    if is_refused and gone.is_accepted and then.is_accepted:
        return Sight(holds=True, seen=seen, index=index)
    said = f"first {refusal.in_words}, then {gone.in_words}, then {then.in_words}"
    return Sight(holds=False, seen=f"not so: {said}", index=index)


def _clear(stage: Stage, table: Table, link: SoftDeleteLink, key: ForeignKey, *, mark: str) -> Sight:
    source = stage.schema.table(link.table)
    pair = pointing_pair(stage, source, key)
    outcome = _mark(stage, pair.target, table=table, mark=mark)
    after = stage.look(pair.source)
    cleared = key.set_columns or key.columns
    is_cleared = after is not None and all(after[name] is None for name in cleared)
    index = serving_index(stage.trials, table=source, key=key)
    seen = f"marking the row of {table.name} cleared {shown(cleared)} of the row of {link.table}"
    return _sight(outcome, is_cleared, seen, index=index)


def _stay(stage: Stage, table: Table, source: Table, key: ForeignKey, *, mark: str) -> Sight:
    pair = pointing_pair(stage, source, key)
    before = stage.look(pair.source)
    outcome = _mark(stage, pair.target, table=table, mark=mark)
    is_same = before is not None and stage.look(pair.source) == before
    return _sight(outcome, is_same, f"marking the row of {table.name} left the row of {source.name} as it was")


def _register_again(stage: Stage, table: Table, key: UniqueKey, *, mark: str) -> Sight:
    wishes = Wishes(filled=key.columns, holding=() if key.where is None else (key.where,))
    first, second = (stage.maker.scene(table, wishes=wishes) for _ in range(2))
    second = sharing_rows(table, key, first=first, second=second)[0]
    stage.trials.insert(first.rows)
    refusal = stage.trials.attempt_scenes(second)
    marked = _mark(stage, first.row, table=table, mark=mark)
    outcome = stage.trials.attempt_scenes(second)
    columns = shown(tuple(sorted(key.columns)))
    seen = f"a second row with the same {columns} was refused while the first was live, and accepted once it was marked"
    is_refused = refusal.constraint == key.name
    return _sight(outcome, is_refused and marked.is_accepted, seen)


def _hide(stage: Stage, view: FilteredView, *, mark: str) -> Sight:
    table = stage.schema.table(view.table)
    if not set(table.primary_key.columns) <= set(view.columns):
        return Sight(holds=False, seen=f"not tried: {view.name} does not show the key of {table.name}")
    scene = stage.maker.scene(table)
    stage.trials.insert(scene.rows)
    look = Command(
        sql=statements.select_rows(view.name, columns=view.columns, where=table.primary_key.columns),
        values=scene.row.key(table.primary_key.columns),
    )
    before = stage.trials.run(look)
    outcome = _mark(stage, scene.row, table=table, mark=mark)
    after = stage.trials.run(look)
    there = stage.trials.run(by_key(scene.row, statements.select_rows, table=table, columns=(mark,)))
    seen = f"a row of {table.name} was seen until it was marked, and is still there"
    return _sight(outcome, len(before) == 1 and not after and len(there) == 1, seen)


def _is_among_live(where: Expression | None, mark: str) -> bool:
    return where is not None and mark in columns_of(where)


def _sight(outcome: Outcome, is_right: bool, seen: str, *, index: str | None = None) -> Sight:  # noqa: FBT001
    if outcome.is_accepted and is_right:
        return Sight(holds=True, seen=seen, index=index)
    return Sight(holds=False, seen=f"not so: {seen} was expected; the server said {outcome.in_words}", index=index)
