"""Transactions on MongoDB run to their end, and broken off half-way.

Steps hand keys on: what follows a step is about the same rows. Runs to their end change the sample, so they come last,
and each transaction inserts spare rows of its own.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from groundplan.logical.model import Relation
from groundplan.mongo.queries.model import (
    BATCH,
    CompiledRead,
    CompiledTransaction,
    CompiledWorkload,
    CompiledWrite,
    DeleteDocuments,
    InsertDocuments,
    MongoParameter,
    UpdateDocuments,
)
from groundplan.mongo.queries.running import WriteRefused, run_query, run_write
from groundplan.plan.patterns import InsertPattern, Pattern, ResolvedPlan, TransactionPattern, UpsertPattern
from groundplan.prove.evidence import MONGO, TransactionEvidence
from groundplan.prove.mongo.attempts import Attempt, MongoGrounds, attempts_of, filled
from groundplan.prove.mongo.patterns import Stage, is_of_a_rule, now, told
from groundplan.prove.parameters import NoValue
from groundplan.prove.timing import percentile

if TYPE_CHECKING:
    from pymongo.client_session import ClientSession

_TRIES = 3
_TRANSIENT = "TransientTransactionError"
_LEFT = "what was rolled back half-way left a trace"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """One step: what it runs by turns, and the relation that its parameters give a row of, if any."""

    compiled: CompiledRead | CompiledWrite
    attempts: tuple[Attempt, ...]
    writes: Relation | None

    def attempt(self, turn: int) -> Attempt:
        return self.attempts[turn % len(self.attempts)]


def prove_transactions(
    stage: Stage, resolved: ResolvedPlan, workload: CompiledWorkload
) -> tuple[TransactionEvidence, ...]:
    """Run every transaction to its end with many parameters, and once half-way to be broken off."""
    compiled = {each.name: each for each in workload.transactions}
    patterns = {pattern.name: pattern for pattern in resolved.patterns}
    found: list[TransactionEvidence] = []
    for position, transaction in enumerate(resolved.transactions):
        grounds = replace(stage.grounds, part=position, parts=len(resolved.transactions))
        own = replace(stage, grounds=grounds)
        found.append(_prove(own, transaction, compiled[transaction.name], workload=workload, patterns=patterns))
    return tuple(found)


def _prove(
    stage: Stage,
    transaction: TransactionPattern,
    compiled: CompiledTransaction,
    *,
    workload: CompiledWorkload,
    patterns: Mapping[str, Pattern],
) -> TransactionEvidence:
    from pymongo.errors import ConnectionFailure, PyMongoError

    try:
        steps = [_step(patterns[name], workload, stage.grounds) for name in compiled.steps]
        return _Runs(stage, transaction, compiled, steps).evidence()
    except NoValue as error:
        return _untried(transaction, str(error))
    except ConnectionFailure:
        raise  # the server's trouble, not the transaction's
    except PyMongoError as error:
        return _untried(transaction, f"MongoDB refuses it: {told(error)}")


def _step(pattern: Pattern, workload: CompiledWorkload, grounds: MongoGrounds) -> _Step:
    compiled = workload.pattern(pattern.name)
    if not isinstance(compiled, CompiledRead | CompiledWrite):
        raise NoValue(f"{pattern.name} is not compiled for MongoDB")
    attempts = attempts_of(pattern, compiled, grounds=grounds)
    writes = grounds.lookup.relation(pattern.entity) if isinstance(pattern, InsertPattern | UpsertPattern) else None
    return _Step(compiled=compiled, attempts=(*attempts.rotation, *attempts.others), writes=writes)


class _HandedKeys:
    """The keys of one run by entity; what the first step names, the later ones are about."""

    def __init__(self, grounds: MongoGrounds) -> None:
        self._grounds = grounds
        self._known: dict[str, object] = {}

    def add(self, entity: str, key: object) -> None:
        """Note the key of a row that a step inserted."""
        self._known[entity] = key

    def values(self, step: _Step, attempt: Attempt) -> dict[str, Any]:
        """Return the values of a step, with the keys that were handed on in their places."""
        if BATCH in attempt.values:
            return {BATCH: [self._handed(step, row, is_noted=False) for row in attempt.values[BATCH]]}
        return self._handed(step, attempt.values, is_noted=True)

    def _handed(self, step: _Step, values: Mapping[str, Any], *, is_noted: bool) -> dict[str, Any]:
        found, placed = dict(values), set[str]()
        for parameter in step.compiled.parameters:
            entity = None if parameter.is_list or parameter.name not in values else self._entity(step, parameter)
            if entity is None or entity in placed:
                continue
            placed.add(entity)
            if entity in self._known:
                found[parameter.name] = self._known[entity]
            elif is_noted and found[parameter.name] is not None:
                self._known[entity] = found[parameter.name]
        return found

    def _entity(self, step: _Step, parameter: MongoParameter) -> str | None:
        """Return the entity whose key a parameter is, or points at; None for any other value."""
        if step.writes is not None and parameter.attribute is not None:
            for reference in step.writes.references:
                if reference.attributes == (parameter.attribute,):
                    return self._grounds.logical.relation(reference.target).source
            return None
        if parameter.like is None:
            return None
        found = self._grounds.lookup.attribute(parameter.like)
        relation = self._grounds.lookup.relation(parameter.like.reached)
        return relation.source if found == (relation.name, *relation.primary_key) else None


class _Runs:
    def __init__(
        self, stage: Stage, transaction: TransactionPattern, compiled: CompiledTransaction, steps: Sequence[_Step]
    ) -> None:
        self._stage = stage
        self._transaction = transaction
        self._compiled = compiled
        self._steps = steps
        self._refusal: str | None = None
        self._placed: set[int] = set()

    def evidence(self) -> TransactionEvidence:
        is_whole = self._breaks_off_whole()
        times = [took for turn in range(self._turns()) if (took := self._commits(turn)) is not None]
        reason = self._refusal if not times or is_whole is None else None if is_whole else _LEFT
        return TransactionEvidence(
            name=self._transaction.name,
            engine=MONGO,
            is_committed=bool(times),
            is_rolled_back_whole=bool(is_whole),
            p50_ms=percentile(times, 0.5),
            p95_ms=percentile(times, 0.95),
            reason=reason,
        )

    def _turns(self) -> int:
        return max((len(step.attempts) for step in self._steps), default=0)

    def _commits(self, turn: int) -> float | None:
        """Run every step and commit; return the milliseconds, None where a rule refuses these parameters."""
        from pymongo.errors import OperationFailure

        self._prepare(turn)
        for _ in range(_TRIES):
            start = time.perf_counter()
            try:
                with self._stage.database.client.start_session() as session, self._begun(session):
                    self._run(self._steps, turn, session)
                return (time.perf_counter() - start) * 1000
            except (OperationFailure, WriteRefused) as error:
                if isinstance(error, OperationFailure) and error.has_error_label(_TRANSIENT):
                    continue
                if isinstance(error, OperationFailure) and not is_of_a_rule(error):
                    raise
                self._refused(error)
                return None
        return None

    def _begun(self, session: ClientSession) -> Any:  # noqa: ANN401 - a context manager of the driver's own
        from pymongo.read_concern import ReadConcern

        return session.start_transaction(read_concern=ReadConcern(self._compiled.read_concern))

    def _refused(self, error: Exception) -> None:
        self._refusal = self._refusal or f"MongoDB refuses it: {told(error)}"

    def _prepare(self, turn: int) -> None:
        """Put, beforehand and once, the rows in their places that parameters take for granted and no step writes."""
        from pymongo.errors import OperationFailure

        written = {step.writes.name for step in self._steps if step.writes is not None}
        placer = self._stage.grounds.placer()
        for step in self._steps:
            for relation, row in step.attempt(turn).before:
                if relation.name not in written and id(row) not in self._placed:
                    self._placed.add(id(row))
                    try:
                        placer.put(self._stage.database, relation, row)
                    except OperationFailure as error:
                        if not is_of_a_rule(error):  # another transaction may have put it there
                            raise

    def _run(self, steps: Sequence[_Step], turn: int, session: ClientSession) -> None:
        keys = _HandedKeys(self._stage.grounds)
        moment = now()
        for step in steps:
            values = keys.values(step, step.attempt(turn))
            match step.compiled:
                case CompiledRead() as read:
                    run_query(self._stage.database, filled(read.first, values, moment), session=session)
                case CompiledWrite() as write:
                    done = run_write(self._stage.database, write, values, now=moment, session=session)
                    if step.writes is not None and len(done.keys) == 1 and len(done.keys[0]) == 1:
                        keys.add(step.writes.source, next(iter(done.keys[0].values())))

    def _breaks_off_whole(self) -> bool | None:
        """Run the first half of the steps, abort, and look for what is left; None where every try is refused."""
        from pymongo.errors import OperationFailure

        before = self._counts()
        half = self._steps[: max(1, len(self._steps) // 2)]
        for turn in range(self._turns()):
            aborted = self._aborted()
            with self._stage.database.client.start_session() as session:
                session.start_transaction()
                try:
                    self._run(half, turn, session)
                except (OperationFailure, WriteRefused) as error:
                    if isinstance(error, OperationFailure) and not is_of_a_rule(error):
                        raise
                    self._refused(error)
                    continue
                finally:
                    if session.in_transaction:
                        session.abort_transaction()
            return self._aborted() > aborted and self._counts() == before
        return None

    def _aborted(self) -> int:
        status = self._stage.database.client.admin.command("serverStatus", repl=0)
        return int(status["transactions"]["totalAborted"])

    def _counts(self) -> dict[str, int]:
        names = {
            operation.collection
            for step in self._steps
            if isinstance(step.compiled, CompiledWrite)
            for operation in step.compiled.operations
            if isinstance(operation, InsertDocuments | UpdateDocuments | DeleteDocuments)
        }
        return {name: self._stage.database[name].count_documents({}) for name in sorted(names)}


def _untried(transaction: TransactionPattern, reason: str) -> TransactionEvidence:
    return TransactionEvidence(
        name=transaction.name,
        engine=MONGO,
        is_committed=False,
        is_rolled_back_whole=False,
        p50_ms=None,
        p95_ms=None,
        reason=reason,
    )
