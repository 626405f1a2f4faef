"""Transactions run to their end, and broken off half-way.

Steps hand keys on: what one step inserts, or names, the later ones refer to, and all rows of a batch to what was
inserted. Runs to COMMIT change the sample, so they
come last.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from groundplan.plan.patterns import Pattern, TransactionPattern
from groundplan.postgres.load import copy_rows
from groundplan.postgres.queries.model import CompiledPattern, CompiledTransaction, CompiledWrite, QueryParameter
from groundplan.postgres.quoting import quote_identifier
from groundplan.prove.attempts import Attempt, Grounds, Row, attempts_of, attributes_of, parameters_of
from groundplan.prove.evidence import POSTGRES, TransactionEvidence
from groundplan.prove.parameters import NoValue
from groundplan.prove.timing import percentile
from groundplan.rows.model import Value

if TYPE_CHECKING:
    import psycopg

_TRIES = 3
"""How often a run is tried again where the server asks for it (manual 13.5)."""

_Keys = dict[str, object]
"""The key of the row of each entity that a run is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """One step: what it runs by turns, and the entity whose new key it returns."""

    compiled: CompiledPattern
    attempts: tuple[Attempt, ...]
    inserts: str | None


def prove_transaction(
    connection: psycopg.Connection,
    transaction: TransactionPattern,
    compiled: CompiledTransaction,
    *,
    patterns: Mapping[str, Pattern],
    grounds: Grounds,
) -> TransactionEvidence:
    """Run a transaction to COMMIT with many parameters, and once half-way to ROLLBACK."""
    import psycopg

    try:
        steps = [_step(patterns[step.pattern], step, grounds=grounds) for step in compiled.steps]
        return _Runs(connection, transaction, compiled, steps=steps, grounds=grounds).evidence()
    except NoValue as error:
        return _untried(transaction, str(error))
    except psycopg.OperationalError:
        raise  # the server's trouble, not the statement's
    except psycopg.DatabaseError as error:
        return _untried(transaction, _said(error))


def _step(pattern: Pattern, compiled: CompiledPattern, *, grounds: Grounds) -> _Step:
    attempts = attempts_of(pattern, compiled, grounds=grounds)
    inserts = None
    if isinstance(compiled, CompiledWrite) and compiled.returning and not compiled.is_bulk:
        relation = grounds.schema.table(compiled.table).relation
        inserts = None if relation is None else grounds.logical.relation(relation).source
    return _Step(compiled=compiled, attempts=(*attempts.rotation, *attempts.others), inserts=inserts)


class _Runs:
    def __init__(
        self,
        connection: psycopg.Connection,
        transaction: TransactionPattern,
        compiled: CompiledTransaction,
        *,
        steps: Sequence[_Step],
        grounds: Grounds,
    ) -> None:
        self._connection = connection
        self._transaction = transaction
        self._compiled = compiled
        self._steps = steps
        self._grounds = grounds
        self._refusal: str | None = None
        self._copied: set[int] = set()

    def evidence(self) -> TransactionEvidence:
        is_whole = self._breaks_off_whole()
        times = [took for turn in range(self._turns()) if (took := self._commits(turn)) is not None]
        return TransactionEvidence(
            name=self._transaction.name,
            engine=POSTGRES,
            is_committed=bool(times),
            is_rolled_back_whole=is_whole,
            p50_ms=percentile(times, 0.5),
            p95_ms=percentile(times, 0.95),
            reason=None if times and is_whole else self._refusal or "what was rolled back half-way left a trace",
        )

    def _turns(self) -> int:
        return max((len(step.attempts) for step in self._steps), default=0)

    def _commits(self, turn: int) -> float | None:
        """Run every step and COMMIT; return the milliseconds, None where the server refuses these parameters."""
        import psycopg

        for _ in range(_TRIES):
            try:
                self._prepare(turn)
                start = time.perf_counter()
                self._begin()
                self._run(self._steps, turn)
                self._connection.execute("COMMIT")
                return (time.perf_counter() - start) * 1000
            except psycopg.DatabaseError as error:
                if self._connection.broken:
                    raise
                self._connection.execute("ROLLBACK")
                if error.sqlstate in self._compiled.retried_sqlstates:
                    continue
                if not isinstance(error, psycopg.errors.IntegrityError):
                    raise
                self._refusal = self._refusal or _said(error)
                return None
        return None

    def _prepare(self, turn: int) -> None:
        """Insert, beforehand and once, the rows that parameters take for granted and no step inserts."""
        inserted = {step.compiled.table for step in self._steps if isinstance(step.compiled, CompiledWrite)}
        for step in self._steps:
            for rows in step.attempts[turn % len(step.attempts)].before:
                if rows.table not in inserted and id(rows) not in self._copied:
                    self._copied.add(id(rows))
                    copy_rows(self._connection, rows)

    def _begin(self) -> None:
        self._connection.execute(f"BEGIN ISOLATION LEVEL {self._compiled.isolation.value}".encode())

    def _run(self, steps: Sequence[_Step], turn: int) -> None:
        keys: _Keys = {}
        made: dict[str, Value] = {}
        for step in steps:
            attempt = step.attempts[turn % len(step.attempts)]
            parameters = self._batch(step, attempt, made) if attempt.batch else self._single(attempt, keys)
            found = self._connection.execute(attempt.statement.named.encode(), parameters)
            if step.inserts is not None and (row := found.fetchone()) is not None and len(row) == 1:
                keys[step.inserts] = made[step.inserts] = row[0]

    def _single(self, attempt: Attempt, keys: _Keys) -> dict[str, object]:
        """Return the parameters of a step about the rows that `keys` name; a second key of an entity stays as it is."""
        parameters, own = dict(attempt.parameters), set[str]()
        for parameter in attempt.statement.parameters:
            entity = None if parameter.type.endswith("[]") else self._entity_of_key(parameter)
            if entity is not None and entity not in own:
                own.add(entity)
                parameters[parameter.name] = keys.setdefault(entity, parameters[parameter.name])
        return parameters

    def _batch(self, step: _Step, attempt: Attempt, made: Mapping[str, Value]) -> Mapping[str, object]:
        """Return the arrays of a batch whose rows point at what was inserted before; none is there twice."""
        if not isinstance(step.compiled, CompiledWrite):
            return attempt.parameters
        handed: dict[str, Value] = {}
        for name, parameter in attributes_of(step.compiled, grounds=self._grounds).items():
            entity = self._entity_of_key(parameter)
            if entity is not None and entity in made and made[entity] not in handed.values():
                handed[name] = made[entity]
        if not handed:
            return attempt.parameters
        relation = self._grounds.logical.relation(self._grounds.schema.table(step.compiled.table).relation or "")
        keys = (relation.primary_key, *(key.attributes for key in relation.candidate_keys if key.where is None))
        rows = [{**row, **handed} for row in attempt.batch]
        return parameters_of(step.compiled, _unlike(rows, keys), grounds=self._grounds)

    def _breaks_off_whole(self) -> bool:
        """Run the first half of the steps, ROLLBACK, and look for what is left."""
        import psycopg

        before = self._counts()
        half = self._steps[: max(1, len(self._steps) // 2)]
        for turn in range(self._turns()):
            self._begin()
            try:
                self._run(half, turn)
                number = self._connection.execute("SELECT pg_current_xact_id()::text").fetchone()
            except psycopg.errors.IntegrityError:
                self._connection.execute("ROLLBACK")
                continue
            self._connection.execute("ROLLBACK")
            status = self._connection.execute("SELECT pg_xact_status(%s::xid8)", number).fetchone()
            return status == ("aborted",) and self._counts() == before
        return False

    def _entity_of_key(self, parameter: QueryParameter) -> str | None:
        """Return the entity whose key a parameter is, or holds; None for any other value."""
        if parameter.like is None:
            return None
        found = self._grounds.lookup.attribute(parameter.like)
        relation = self._grounds.lookup.relation(parameter.like.reached)
        return relation.source if found == (relation.name, *relation.primary_key) else None

    def _counts(self) -> dict[str, object]:
        tables = {step.compiled.table for step in self._steps if isinstance(step.compiled, CompiledWrite)}
        return {
            table: self._connection.execute(f"SELECT count(*) FROM {quote_identifier(table)}".encode()).fetchone()  # noqa: S608
            for table in sorted(tables)
        }


def _unlike(rows: Sequence[Row], keys: Sequence[tuple[str, ...]]) -> list[Row]:
    """Return the rows of which no two have the same values of one of these keys, the first of each kept."""
    found: list[Row] = []
    seen: set[tuple[object, ...]] = set()
    for row in rows:
        own = {
            (key, *(row.get(name) for name in key)) for key in keys if all(row.get(name) is not None for name in key)
        }
        if not own & seen:
            seen |= own
            found.append(row)
    return found


def _said(error: psycopg.DatabaseError) -> str:
    return f"PostgreSQL refuses it with {error.sqlstate}: {error.diag.message_primary}"


def _untried(transaction: TransactionPattern, reason: str) -> TransactionEvidence:
    return TransactionEvidence(
        name=transaction.name,
        engine=POSTGRES,
        is_committed=False,
        is_rolled_back_whole=False,
        p50_ms=None,
        p95_ms=None,
        reason=reason,
    )
