"""Writes done on both engines with the same values: the same rows changed, in the same way, or both refused.

Whatever else a write sets off counts too: cascades, counts, marks. PostgreSQL's triggers tell the keys of rows that
changed, MongoDB's oplog the documents; both are put back as they were. Moments of the write and keys made by it are
alike by definition.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from groundplan.mongo.load import Disassembler
from groundplan.mongo.queries.model import CompiledWrite as MongoWrite
from groundplan.mongo.queries.running import WriteRefused, run_write
from groundplan.plan.patterns import Pattern
from groundplan.postgres.catalog import forget_changes, note_changes, rows_by_key, touched_keys, transaction_moment
from groundplan.postgres.load import copy_rows
from groundplan.postgres.queries.model import CompiledWrite
from groundplan.prove.attempts import Attempt, attempts_of
from groundplan.prove.equivalence.changes import Change, Row, Touched, changes_of
from groundplan.prove.equivalence.stage import Agreement, BothStages
from groundplan.prove.evidence import Equivalence
from groundplan.prove.mongo.attempts import Attempt as MongoAttempt
from groundplan.prove.mongo.attempts import attempts_of as mongo_attempts_of
from groundplan.prove.mongo.changes import undone_afterwards, watching
from groundplan.prove.mongo.patterns import is_of_a_rule, told
from groundplan.prove.parameters import NoValue

_TRIED = 4
"""So many sets of values are tried beside the cases of the proof; those that stand in for refused ones, as many."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a write did: the rows it changed, or the words by which it was refused."""

    changes: tuple[Change, ...] = ()
    refusal: str | None = None


def compare_write(both: BothStages, pattern: Pattern, sql: CompiledWrite, mql: MongoWrite) -> Agreement:
    """Do the same write on both engines with many values and say whether they are left in the same state."""
    try:
        ours = attempts_of(pattern, sql, grounds=both.grounds)
        theirs = mongo_attempts_of(pattern, mql, grounds=both.stage.grounds)
    except NoValue as error:
        return Agreement(verdict=None, reason=str(error))
    pairs = [
        (one, other)
        for mine, others in (
            (ours.cases, theirs.cases),
            (ours.rotation[:_TRIED], theirs.rotation[:_TRIED]),
            (ours.others[:_TRIED], theirs.others[:_TRIED]),
            (ours.others[-_TRIED:], theirs.others[-_TRIED:]),
        )
        for one, other in zip(mine, others, strict=True)
    ]
    rows = refused = 0
    with both.connection.transaction(force_rollback=True):
        moment = transaction_moment(both.connection)
        note_changes(both.connection, both.postgres.schema)
        for one, other in pairs:
            done = _on_postgres(both, one, moment=moment)
            found = _on_mongo(both, mql, other, moment=moment)
            difference = _difference(done, found, both=both)
            if difference is not None:
                return Agreement(verdict=Equivalence.NO, reason=f"with {one.case} values {difference}")
            rows += len(done.changes)
            refused += done.refusal is not None
    if rows == 0 and refused == len(pairs):
        return Agreement(verdict=None, reason=f"both engines refuse it with all {len(pairs)} sets of values")
    reason = f"the same {rows:,} rows changed in the same way with {len(pairs)} sets of values"
    if refused:
        reason += f", {refused} of which both refuse"
    return Agreement(verdict=Equivalence.YES, reason=reason)


def _on_postgres(both: BothStages, attempt: Attempt, *, moment: datetime) -> _Outcome:
    """Do a write, read what it touched before and after, and roll it back."""
    import psycopg

    connection = both.connection
    tables = {table.name: table for table in both.postgres.schema.tables}
    with connection.transaction(force_rollback=True):
        for rows in attempt.before:
            copy_rows(connection, rows)
        forget_changes(connection)
        try:
            with connection.transaction(force_rollback=True):
                connection.execute(attempt.statement.named.encode(), attempt.parameters)
                connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
                keys = touched_keys(connection)
                after = {name: rows_by_key(connection, tables[name], listed) for name, listed in keys.items()}
        except psycopg.errors.IntegrityError as error:
            return _Outcome(refusal=f"{error.sqlstate}: {error.diag.message_primary}")
        before = {name: rows_by_key(connection, tables[name], listed) for name, listed in keys.items()}
    touched: list[Touched] = []
    for name in keys:
        relation = both.grounds.logical.relation(tables[name].relation or "")
        touched += _paired(relation.name, before[name], after[name], both=both)
    return _Outcome(tuple(changes_of(touched, moment=moment)))


def _on_mongo(both: BothStages, write: MongoWrite, attempt: MongoAttempt, *, moment: datetime) -> _Outcome:
    """Do a write, read what it touched before and after, and put everything back."""
    from pymongo.errors import OperationFailure

    database, logical = both.stage.database, both.grounds.logical
    with undone_afterwards(database):
        placer = both.stage.grounds.placer()
        for relation, row in attempt.before:
            placer.put(database, relation, row)
        with watching(database) as watched:
            try:
                run_write(database, write, attempt.values, now=moment)
            except WriteRefused as error:
                return _Outcome(refusal=str(error))
            except OperationFailure as error:
                if not is_of_a_rule(error):
                    raise
                return _Outcome(refusal=told(error))
            found = list(watched.changed())
    disassembler = Disassembler(both.mongo.model, logical)
    before: dict[str, list[Row]] = {}
    after: dict[str, list[Row]] = {}
    for changed in found:
        for document, rows in ((changed.before, before), (changed.after, after)):
            if document is not None:
                for relation, values in disassembler.rows(changed.collection, document):
                    rows.setdefault(relation.name, []).append(values)
    touched: list[Touched] = []
    for name in dict.fromkeys((*before, *after)):
        touched += _paired(name, before.get(name, []), after.get(name, []), both=both)
    return _Outcome(tuple(changes_of(touched, moment=moment)))


def _paired(name: str, before: Sequence[Row], after: Sequence[Row], *, both: BothStages) -> list[Touched]:
    """Return the rows of a relation before and after, put together by their keys."""
    relation = both.grounds.logical.relation(name)

    def key(row: Row) -> tuple[object, ...]:
        return tuple(row[attribute] for attribute in relation.primary_key)

    earlier, later = {key(row): row for row in before}, {key(row): row for row in after}
    return [
        Touched(relation=relation, before=earlier.get(found), after=later.get(found))
        for found in dict.fromkeys((*earlier, *later))
    ]


def _difference(ours: _Outcome, theirs: _Outcome, *, both: BothStages) -> str | None:
    if (ours.refusal is None) != (theirs.refusal is None):
        refusing, doing = ("PostgreSQL", "MongoDB") if ours.refusal is not None else ("MongoDB", "PostgreSQL")
        return f"{refusing} refuses it ({ours.refusal or theirs.refusal}) and {doing} does not"
    if ours.changes == theirs.changes:
        return None
    only_ours = [change for change in ours.changes if change not in theirs.changes]
    only_theirs = [change for change in theirs.changes if change not in ours.changes]
    said = [
        f"only {engine} {_told(only[0], both=both)}" + (f" and {len(only) - 1} rows more" if len(only) > 1 else "")
        for engine, only in (("PostgreSQL", only_ours), ("MongoDB", only_theirs))
        if only
    ]
    return "; ".join(said) or "the engines change rows another number of times"


def _told(change: Change, *, both: BothStages) -> str:
    names = [attribute.name for attribute in both.grounds.logical.relation(change.relation).attributes]
    if change.before is None:
        shown = zip(names, change.after or (), strict=True)
        return f"inserts into {change.relation} ({', '.join(f'{name}: {str(value)[:40]}' for name, value in shown)})"
    if change.after is None:
        return f"deletes from {change.relation} ({str(change.before[0])[:60]})"
    different = [
        f"{name}: {str(old)[:40]} → {str(new)[:40]}"
        for name, old, new in zip(names, change.before, change.after, strict=True)
        if old != new
    ]
    return f"changes {change.relation} ({', '.join(different)})"
