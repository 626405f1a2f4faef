"""Access patterns executed on mongod: the shape of their plans and the time they take."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, assert_never

from groundplan.mongo.plans import PlanFindings, counting, explain, joined_collections, with_usage
from groundplan.mongo.queries.model import (
    Aggregate,
    CompiledPattern,
    CompiledRaw,
    CompiledRead,
    CompiledWrite,
    NotCompiled,
    Query,
)
from groundplan.mongo.queries.running import WriteRefused, Written, run_query, run_write
from groundplan.plan.patterns import Pattern, ReadPattern
from groundplan.prove.evidence import MONGO, CaseEvidence, PatternEvidence, ScanEvidence, Verdict
from groundplan.prove.mongo.attempts import Attempt, Attempts, MongoGrounds, attempts_of, filled
from groundplan.prove.mongo.cursor import next_page_values
from groundplan.prove.mongo.recorder import Recorder
from groundplan.prove.mongo.shape import DocumentGround, faults, whole_reads
from groundplan.prove.parameters import ABSENT, NoValue
from groundplan.prove.patterns import needs_of
from groundplan.prove.shape import Fault
from groundplan.prove.timing import Times, judge, measure
from groundplan.prove.trials import ROTATED

Result = TypeVar("Result")

if TYPE_CHECKING:
    from pymongo.client_session import ClientSession
    from pymongo.database import Database

_TRIED = 60
"""How many rows a refused write is tried with instead."""

_NEXT_PAGE = "next page"
_TRIES = 5
_DUPLICATE_KEY = 11000
_INVALID = 121


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where patterns run: a loaded database, what listens to its client, and what parameters are taken from."""

    database: Database[dict[str, Any]]
    recorder: Recorder
    grounds: MongoGrounds
    ground: DocumentGround


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """One explained case: the findings of all its commands, how many rows it was about, and what is wrong."""

    case: str
    findings: tuple[PlanFindings, ...]
    returned: int
    faults: tuple[Fault, ...]

    @property
    def examined(self) -> int:
        return sum(found.examined for found in self.findings)


def prove_pattern(stage: Stage, pattern: Pattern, compiled: CompiledPattern) -> PatternEvidence:
    """Execute one pattern with several kinds of parameters, judge its plans, and time it.

    Whatever it writes is rolled back. What cannot be run is not proven; what the server refuses is missed.
    """
    from pymongo.errors import ConnectionFailure, PyMongoError

    match compiled:
        case NotCompiled():
            return unproven(pattern, f"{compiled.reason}; {compiled.help}")
        case CompiledRaw(text=None):
            return unproven(pattern, "the plan gives no command for MongoDB")
        case CompiledRaw():
            return unproven(pattern, "the plan's own command is for mongosh, which is not run here")
        case CompiledRead() | CompiledWrite():
            try:
                attempts = attempts_of(pattern, compiled, grounds=stage.grounds)
                return _Proof(stage, pattern, compiled).run(attempts)
            except NoValue as error:
                return unproven(pattern, str(error))
            except ConnectionFailure:
                raise  # the server's trouble, not the pattern's
            except (PyMongoError, WriteRefused) as error:
                return unproven(pattern, f"MongoDB refuses it: {told(error)}", verdict=Verdict.MISSED)
        case _:
            assert_never(compiled)


class _Proof:
    def __init__(self, stage: Stage, pattern: Pattern, compiled: CompiledRead | CompiledWrite) -> None:
        self._stage = stage
        self._pattern = pattern
        self._compiled = compiled
        self._needs = needs_of(pattern)

    def run(self, attempts: Attempts) -> PatternEvidence:
        match self._compiled:
            case CompiledRead() as read:
                seen = [self._see_read(read, attempt) for attempt in attempts.cases]
                pages = [page for attempt in attempts.cases for page in self._next_page(read, attempt)]
                times = measure([self._timed_read(read, attempt) for attempt in attempts.rotation])
                return self._evidence([*seen, *pages], times)
            case CompiledWrite() as write:
                attempts = self._accepted(write, attempts)
                seen = [self._see_write(write, attempt) for attempt in attempts.cases]
                times = measure([partial(retried, self._timed_write(write, attempt)) for attempt in attempts.rotation])
                return self._evidence(seen, times)

    def _see_read(self, read: CompiledRead, attempt: Attempt, *, query: Query | None = None) -> _Seen:
        self._forget_plans()
        bound = filled(read.first if query is None else query, attempt.values, now())
        joined = joined_collections(bound.stages) if isinstance(bound, Aggregate) else ()
        with counting(self._stage.database, joined) as usage, self._stage.recorder.listening() as sent:
            returned = len(run_query(self._stage.database, bound))
        findings = tuple(explain(self._stage.database, command) for command in sent)
        if joined:
            findings = tuple(with_usage(found, usage, joined=joined) for found in findings)
        return self._seen(attempt.case, findings, returned=returned)

    def _next_page(self, read: CompiledRead, attempt: Attempt) -> Iterator[_Seen]:
        """Look at the page that goes on from the end of a full one."""
        if read.next is None or read.page is None:
            return
        page = run_query(self._stage.database, filled(read.first, attempt.values, now()))
        if len(page) >= read.page:
            values = {**attempt.values, **next_page_values(read, page[-1])}
            onward = replace(attempt, case=f"{attempt.case}, {_NEXT_PAGE}", values=values)
            yield self._see_read(read, onward, query=read.next)

    def _forget_plans(self) -> None:
        """Let every case be planned for its own parameters: a cached plan is one that suited others."""
        for name in self._stage.ground.loaded:
            self._stage.database.command("planCacheClear", name)

    def _see_write(self, write: CompiledWrite, attempt: Attempt) -> _Seen:
        self._forget_plans()

        def run() -> tuple[Written, list[Mapping[str, Any]]]:
            with self._undone(attempt) as session, self._stage.recorder.listening() as sent:
                return run_write(self._stage.database, write, attempt.values, now=now(), session=session), sent

        done, sent = retried(run)
        findings = tuple(explain(self._stage.database, command) for command in sent)
        return self._seen(attempt.case, findings, returned=done.rows)

    def _seen(self, case: str, findings: tuple[PlanFindings, ...], *, returned: int) -> _Seen:
        found = [fault for each in findings for fault in faults(each, ground=self._stage.ground, needs=self._needs)]
        return _Seen(case=case, findings=findings, returned=returned, faults=tuple(dict.fromkeys(found)))

    def _accepted(self, write: CompiledWrite, attempts: Attempts) -> Attempts:
        """Replace the writes that are refused by others that are not. Raises the refusal where all are."""
        cases = tuple(attempt for attempt in attempts.cases if self._refusal(write, attempt) is None)
        absent = tuple(attempt for attempt in cases if attempt.case == ABSENT)
        rotation = tuple(attempt for attempt in attempts.rotation if self._refusal(write, attempt) is None)
        if len(cases) > len(absent) and rotation:
            return Attempts(cases=cases, rotation=rotation)
        others: list[Attempt] = []
        refusal: Exception | None = None
        for attempt in (*attempts.others[:_TRIED], *attempts.others[-ROTATED:]):
            found = self._refusal(write, attempt)
            refusal = found or refusal
            others.extend([attempt] if found is None else [])
            if len(others) == ROTATED:
                break
        if not others:
            raise refusal or self._refusal(write, attempts.cases[0]) or NoValue("it has no case")
        return Attempts(cases=(*others[:1], *absent), rotation=tuple(others))

    def _refusal(self, write: CompiledWrite, attempt: Attempt) -> Exception | None:
        """Return why a write is refused by a rule of the design; None where it is done."""
        from pymongo.errors import OperationFailure

        try:
            retried(self._timed_write(write, attempt))
        except WriteRefused as error:
            return error
        except OperationFailure as error:
            if not is_of_a_rule(error):
                raise
            return error
        return None

    @contextmanager
    def _undone(self, attempt: Attempt) -> Iterator[ClientSession]:
        """Run a block in a transaction that is rolled back, with the rows that the attempt needs in their places."""
        with undone(self._stage.database) as session:
            placer = self._stage.grounds.placer()
            for relation, row in attempt.before:
                placer.put(self._stage.database, relation, row, session=session)
            yield session

    def _timed_read(self, read: CompiledRead, attempt: Attempt) -> Callable[[], float]:
        query = filled(read.first, attempt.values, now())

        def run() -> float:
            start = time.perf_counter()
            run_query(self._stage.database, query)
            return (time.perf_counter() - start) * 1000

        return run

    def _timed_write(self, write: CompiledWrite, attempt: Attempt) -> Callable[[], float]:
        def run() -> float:
            with self._undone(attempt) as session:
                start = time.perf_counter()
                run_write(self._stage.database, write, attempt.values, now=now(), session=session)
                return (time.perf_counter() - start) * 1000

        return run

    def _evidence(self, seen: Sequence[_Seen], times: Times) -> PatternEvidence:
        target = self._pattern.demand.target_ms
        time_verdict, time_reason = judge(times, target_ms=target)
        shown = _decisive(seen)
        reasons = [self._reason(seen), time_reason]
        indexes = dict.fromkeys(name for each in seen for found in each.findings for name in found.indexes)
        return PatternEvidence(
            name=self._pattern.name,
            engine=MONGO,
            shape_verdict=Verdict.MISSED if any(each.faults for each in seen) else Verdict.MET,
            time_verdict=time_verdict,
            target_ms=target,
            p50_ms=times.p50_ms,
            p95_ms=times.p95_ms,
            index=", ".join(indexes) or None,
            rows_examined=shown.examined,
            rows_returned=shown.returned,
            reason="; ".join(reason for reason in reasons if reason) or None,
            runs=times.runs,
            cases=tuple(_case(each) for each in seen),
        )

    def _reason(self, seen: Sequence[_Seen]) -> str | None:
        for each in seen:
            if each.faults:
                return f"with {each.case} parameters it " + "; it ".join(fault.words for fault in each.faults)
        said: dict[str, None] = {}
        for each in seen:
            for found in each.findings:
                said.update(dict.fromkeys(whole_reads(found, ground=self._stage.ground)))
        if not isinstance(self._pattern, ReadPattern) and not any(
            found.reads for each in seen for found in each.findings
        ):
            said.setdefault("writes documents and looks none up")
        return "; ".join(said) or None


def now() -> datetime:
    """Return the moment of a call, in the precision that both engines share."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


@contextmanager
def undone(database: Database[dict[str, Any]]) -> Iterator[ClientSession]:
    """Run a block in one transaction that is rolled back whatever happens."""
    with database.client.start_session() as session:
        session.start_transaction()
        try:
            yield session
        finally:
            if session.in_transaction:
                session.abort_transaction()


def retried(run: Callable[[], Result]) -> Result:
    """Run a transaction again where the server asks for it (manual, "TransientTransactionError")."""
    from pymongo.errors import PyMongoError

    for _ in range(_TRIES - 1):
        try:
            return run()
        except PyMongoError as error:
            if not error.has_error_label("TransientTransactionError"):
                raise
    return run()


def is_of_a_rule(error: Exception) -> bool:
    """Tell whether an error is a refusal by a validator or a unique index, and not a command that is wrong."""
    from pymongo.errors import BulkWriteError, OperationFailure

    if isinstance(error, BulkWriteError):
        details = error.details or {}
        return all(each.get("code") in {_DUPLICATE_KEY, _INVALID} for each in details.get("writeErrors", ()))
    return isinstance(error, OperationFailure) and error.code in {_DUPLICATE_KEY, _INVALID}


def told(error: Exception) -> str:
    """Return the server's words about an error, with its code, without the documents it mentions."""
    from pymongo.errors import BulkWriteError, OperationFailure

    if isinstance(error, BulkWriteError):
        first: Mapping[str, Any] = next(iter((error.details or {}).get("writeErrors", ())), {})
        return f"code {first.get('code')}: {str(first.get('errmsg', error)).partition(' dup key')[0]}"
    if isinstance(error, OperationFailure):
        message = (error.details or {}).get("errmsg", str(error))
        return f"code {error.code}: {str(message).partition(' dup key')[0]}"
    return str(error)


def unproven(pattern: Pattern, reason: str, *, verdict: Verdict = Verdict.NOT_PROVEN) -> PatternEvidence:
    """Return the evidence of a pattern that was not run to its end."""
    return PatternEvidence(
        name=pattern.name,
        engine=MONGO,
        shape_verdict=verdict,
        time_verdict=verdict,
        target_ms=pattern.demand.target_ms,
        p50_ms=None,
        p95_ms=None,
        index=None,
        rows_examined=None,
        rows_returned=None,
        reason=reason,
    )


def _decisive(seen: Sequence[_Seen]) -> _Seen:
    """Return the case to show: the first with a fault, else the one that examines most for what it gives."""
    faulty = [each for each in seen if each.faults]
    if faulty:
        return faulty[0]
    return max(seen, key=lambda each: (each.examined / max(1, each.returned), each.examined))


def _case(seen: _Seen) -> CaseEvidence:
    return CaseEvidence(
        case=seen.case,
        scans=tuple(
            ScanEvidence(
                node=read.node,
                table=read.collection,
                index=", ".join(read.indexes) or None,
                rows_examined=read.documents or read.keys,
                rows_removed=max(0, read.documents - read.kept),
                loops=read.loops,
            )
            for found in seen.findings
            for read in found.reads
        ),
        rows_returned=seen.returned,
        rows_examined=seen.examined,
        spilled_sorts=sum(len(found.spills) for found in seen.findings),
        execution_ms=sum(found.milliseconds for found in seen.findings),
        shared_blocks=0,
        plan="\n".join(found.text for found in seen.findings),
    )
