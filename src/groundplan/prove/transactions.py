"""Transactions run to their end, and broken off half-way.

Steps hand keys on, see `handed_keys`. Runs to COMMIT change the sample, so they come last, and each transaction inserts
spare rows of its own.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from groundplan.plan.patterns import Pattern, TransactionPattern
from groundplan.postgres.load import copy_rows
from groundplan.postgres.queries.model import CompiledPattern, CompiledTransaction, CompiledWrite
from groundplan.postgres.quoting import quote_identifier
from groundplan.prove.attempts import Attempt, Grounds, attempts_of
from groundplan.prove.evidence import POSTGRES, TransactionEvidence
from groundplan.prove.handed_keys import HandedKeys
from groundplan.prove.parameters import NoValue
from groundplan.prove.timing import percentile

if TYPE_CHECKING:
    import psycopg

_TRIES = 3
"""How often a run is tried again where the server asks for it (manual 13.5)."""

_LEFT = "what was rolled back half-way left a trace"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """One step: what it runs by turns, and the entity whose new key it returns."""

    compiled: CompiledPattern
    attempts: tuple[Attempt, ...]
    inserts: str | None

    def attempt(self, turn: int) -> Attempt:
        """Return what the step runs in a turn."""
        return self.attempts[turn % len(self.attempts)]


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
        self._written = {step.compiled.table for step in steps if isinstance(step.compiled, CompiledWrite)}
        self._refusal: str | None = None
        self._copied: set[int] = set()

    def evidence(self) -> TransactionEvidence:
        is_whole = self._breaks_off_whole()
        times = [took for turn in range(self._turns()) if (took := self._commits(turn)) is not None]
        reason = self._refusal if not times or is_whole is None else None if is_whole else _LEFT
        return TransactionEvidence(
            name=self._transaction.name,
            engine=POSTGRES,
            is_committed=bool(times),
            is_rolled_back_whole=bool(is_whole),
            p50_ms=percentile(times, 0.5),
            p95_ms=percentile(times, 0.95),
            reason=reason,
        )

    def _turns(self) -> int:
        return max((len(step.attempts) for step in self._steps), default=0)

    def _commits(self, turn: int) -> float | None:
        """Run every step and COMMIT; return the milliseconds, None where the server refuses these parameters."""
        import psycopg

        self._prepare(turn)
        for _ in range(_TRIES):
            start = time.perf_counter()
            self._begin()
            try:
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
                self._refused(error)
                return None
        return None

    def _prepare(self, turn: int) -> None:
        """Insert, beforehand and once, the rows that parameters take for granted and no step writes."""
        import psycopg

        for step in self._steps:
            for rows in step.attempt(turn).before:
                if rows.table not in self._written and id(rows) not in self._copied:
                    self._copied.add(id(rows))
                    # An earlier transaction may have needed the same row; where it did not, the step itself is refused.
                    with suppress(psycopg.errors.IntegrityError):
                        copy_rows(self._connection, rows)

    def _refused(self, error: psycopg.DatabaseError) -> None:
        self._refusal = self._refusal or _said(error)

    def _begin(self) -> None:
        self._connection.execute(f"BEGIN ISOLATION LEVEL {self._compiled.isolation.value}".encode())

    def _run(self, steps: Sequence[_Step], turn: int) -> None:
        keys = HandedKeys(self._grounds)
        for step in steps:
            attempt = step.attempt(turn)
            found = self._connection.execute(attempt.statement.named.encode(), keys.parameters(step.compiled, attempt))
            if step.inserts is not None and (row := found.fetchone()) is not None and len(row) == 1:
                keys.add(step.inserts, row[0])

    def _breaks_off_whole(self) -> bool | None:
        """Run the first half of the steps, ROLLBACK, and tell whether nothing is left; None where all is refused."""
        import psycopg

        half = self._steps[: max(1, len(self._steps) // 2)]
        for turn in range(self._turns()):
            self._prepare(turn)
            before = self._counts()
            self._begin()
            try:
                self._run(half, turn)
                number = self._connection.execute("SELECT pg_current_xact_id()::text").fetchone()
            except psycopg.errors.IntegrityError as error:
                self._connection.execute("ROLLBACK")
                self._refused(error)
                continue
            self._connection.execute("ROLLBACK")
            status = self._connection.execute("SELECT pg_xact_status(%s::xid8)", number).fetchone()
            return status == ("aborted",) and self._counts() == before
        return None

    def _counts(self) -> dict[str, object]:
        return {
            table: self._connection.execute(f"SELECT count(*) FROM {quote_identifier(table)}".encode()).fetchone()  # noqa: S608
            for table in sorted(self._written)
        }


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
