"""Access patterns executed: the shape of their plans and the time they take."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from groundplan.plan.expressions import Aggregate, Binary, Operator, Path, conjuncts, paths, walk
from groundplan.plan.patterns import Pattern, ReadPattern
from groundplan.postgres.load import copy_rows
from groundplan.postgres.plans import PlanFindings, explain
from groundplan.postgres.queries import decode_cursor, encode_cursor
from groundplan.postgres.queries.model import CompiledPattern, CompiledRead
from groundplan.prove.attempts import Attempt, Attempts, Grounds, attempts_of
from groundplan.prove.evidence import POSTGRES, CaseEvidence, PatternEvidence, ScanEvidence, Verdict
from groundplan.prove.parameters import ABSENT, NoValue
from groundplan.prove.shape import Fault, Ground, Needs, early_ends, faults, small_samples, whole_reads
from groundplan.prove.timing import Times, judge, measure

if TYPE_CHECKING:
    import psycopg

_LONGEST_STATEMENT = "30s"
_TRIED = 60
"""How many rows a refused write is tried with instead."""

_ROTATED = 24
_NEXT_PAGE = "next page"

_UNORDERED = frozenset(
    {
        Operator.OVERLAPS,
        Operator.CONTAINS,
        Operator.CONTAINED,
        Operator.HAS_KEY,
        Operator.GET,
        Operator.GET_TEXT,
        Operator.LIKE,
        Operator.ILIKE,
        Operator.MATCHES,
        Operator.MATCHES_ANY_CASE,
    }
)
"""Operators whose indexes find rows in no useful order."""

_RANGES = frozenset({Operator.LESS, Operator.LESS_EQUAL, Operator.GREATER, Operator.GREATER_EQUAL})

_FORCED = (
    ("enable_seqscan",),
    ("enable_seqscan", "enable_hashjoin", "enable_mergejoin"),
)
"""What is switched off, step by step, to see the plan of a table that is larger than its sample."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """One explained case: its findings, what is wrong with them, and what was switched off for it, and why."""

    case: str
    findings: PlanFindings
    faults: tuple[Fault, ...]
    forced: tuple[str, ...] = ()
    early: tuple[str, ...] = ()


def prove_pattern(
    connection: psycopg.Connection, pattern: Pattern, compiled: CompiledPattern, *, grounds: Grounds, ground: Ground
) -> PatternEvidence:
    """Execute one pattern with several kinds of parameters, judge its plans, and time it.

    Whatever it writes is rolled back. What cannot be run is not proven; what the server refuses is missed.
    """
    import psycopg

    try:
        attempts = attempts_of(pattern, compiled, grounds=grounds)
    except NoValue as error:
        return _unproven(pattern, str(error))
    proof = _Proof(connection, pattern, compiled, ground=ground)
    try:
        return proof.run(attempts)
    except psycopg.errors.QueryCanceled:
        return _unproven(pattern, f"it took longer than {_LONGEST_STATEMENT}", verdict=Verdict.MISSED)
    except psycopg.OperationalError:
        raise  # the server's trouble (a full disk, an end of the session), not the pattern's
    except psycopg.DatabaseError as error:
        reason = f"PostgreSQL refuses it with {error.sqlstate}: {error.diag.message_primary}"
        return _unproven(pattern, reason, verdict=Verdict.MISSED)


class _Proof:
    def __init__(
        self, connection: psycopg.Connection, pattern: Pattern, compiled: CompiledPattern, *, ground: Ground
    ) -> None:
        self._connection = connection
        self._pattern = pattern
        self._compiled = compiled
        self._ground = ground
        self._needs = needs_of(pattern)

    def run(self, attempts: Attempts) -> PatternEvidence:
        attempts = self._accepted(attempts)
        seen = [self._see(attempt) for attempt in self._with_next_pages(attempts.cases)]
        times = measure([self._timed(attempt) for attempt in attempts.rotation])
        return self._evidence(seen, times)

    def _accepted(self, attempts: Attempts) -> Attempts:
        """Replace the writes that the server refuses by others that it takes. Raises its error where it takes none."""
        if not any(attempt.writes for attempt in attempts.cases):
            return attempts
        cases = tuple(attempt for attempt in attempts.cases if self._refusal(attempt) is None)
        absent = tuple(attempt for attempt in cases if attempt.case == ABSENT)
        rotation = tuple(attempt for attempt in attempts.rotation if self._refusal(attempt) is None)
        if len(cases) > len(absent) and rotation:
            return Attempts(cases=cases, rotation=rotation)
        others: list[Attempt] = []
        refusal: psycopg.DatabaseError | None = None
        for attempt in (*attempts.others[:_TRIED], *attempts.others[-_ROTATED:]):
            found = self._refusal(attempt)
            refusal = found or refusal
            others.extend([attempt] if found is None else [])
            if len(others) == _ROTATED:
                break
        if not others:
            raise refusal or self._refusal(attempts.cases[0]) or ValueError(f"{self._pattern.name} has no case")
        return Attempts(cases=(*others[:1], *absent), rotation=tuple(others))

    def _refusal(self, attempt: Attempt) -> psycopg.DatabaseError | None:
        import psycopg

        try:
            with self._stage(attempt):
                self._connection.execute(attempt.statement.named.encode(), attempt.parameters)
        except psycopg.errors.IntegrityError as error:
            return error
        return None

    def _with_next_pages(self, cases: Sequence[Attempt]) -> Iterator[Attempt]:
        """Yield the cases, and after each whose page is full the one that goes on from its end."""
        for attempt in cases:
            yield attempt
            read = self._compiled
            if isinstance(read, CompiledRead) and read.next is not None and read.page is not None:
                page = self._connection.execute(attempt.statement.named.encode(), attempt.parameters).fetchall()
                if len(page) >= read.page:
                    last = dict(zip((column.name for column in read.columns), page[-1], strict=True))
                    position = decode_cursor(read, encode_cursor(read, last))
                    yield Attempt(
                        case=f"{attempt.case}, {_NEXT_PAGE}",
                        statement=read.next,
                        parameters={**attempt.parameters, **position},
                        matches=attempt.matches,
                    )

    def _see(self, attempt: Attempt) -> _Seen:
        findings = self._explained(attempt)
        found = faults(findings, ground=self._ground, needs=self._needs)
        first = _Seen(case=attempt.case, findings=findings, faults=found)
        small = small_samples(findings, ground=self._ground)
        early = early_ends(findings, ground=self._ground) if self._needs.is_bounded else ()
        if not any(fault.table in (*small, *early) for fault in found):
            return first
        for forced in _FORCED:
            findings = self._explained(attempt, forced=forced)
            found = faults(findings, ground=self._ground, needs=self._needs)
            if not found:
                break
        return _Seen(case=attempt.case, findings=findings, faults=found, forced=forced, early=early)

    def _explained(self, attempt: Attempt, *, forced: Sequence[str] = ()) -> PlanFindings:
        with self._stage(attempt):
            for setting in forced:
                self._connection.execute(f"SET LOCAL {setting} = off".encode())
            return explain(self._connection, attempt.statement.named, attempt.parameters)

    @contextmanager
    def _stage(self, attempt: Attempt) -> Iterator[None]:
        with self._connection.transaction(force_rollback=True):
            self._connection.execute(f"SET LOCAL statement_timeout = '{_LONGEST_STATEMENT}'".encode())
            for rows in attempt.before:
                copy_rows(self._connection, rows)
            yield

    def _timed(self, attempt: Attempt) -> Callable[[], float]:
        statement, parameters = attempt.statement.named.encode(), attempt.parameters

        def read() -> float:
            start = time.perf_counter()
            self._connection.execute(statement, parameters, prepare=True)  # which waits for all rows
            return (time.perf_counter() - start) * 1000

        def write() -> float:
            with self._stage(attempt):
                start = time.perf_counter()
                self._connection.execute(statement, parameters, prepare=True)
                return (time.perf_counter() - start) * 1000

        return write if attempt.writes else read

    def _evidence(self, seen: Sequence[_Seen], times: Times) -> PatternEvidence:
        target = self._pattern.demand.target_ms
        time_verdict, time_reason = judge(times, target_ms=target)
        shape_verdict = Verdict.MISSED if any(each.faults for each in seen) else Verdict.MET
        shown = _decisive(seen)
        reasons = [self._reason(seen), time_reason]
        return PatternEvidence(
            name=self._pattern.name,
            engine=POSTGRES,
            shape_verdict=shape_verdict,
            time_verdict=time_verdict,
            target_ms=target,
            p50_ms=times.p50_ms,
            p95_ms=times.p95_ms,
            index=", ".join(dict.fromkeys(name for each in seen for name in each.findings.indexes)) or None,
            rows_examined=shown.findings.examined,
            rows_returned=shown.findings.rows,
            reason="; ".join(reason for reason in reasons if reason) or None,
            runs=times.runs,
            cases=tuple(_case(each) for each in seen),
        )

    def _reason(self, seen: Sequence[_Seen]) -> str | None:
        """Say why a verdict is missed, or what makes a plan right that reads a table whole or reads nothing."""
        for each in seen:
            if each.faults:
                return f"with {each.case} parameters it " + "; it ".join(fault.words for fault in each.faults)
        said: dict[str, None] = {}
        for each in seen:
            said.update(dict.fromkeys(whole_reads(each.findings, ground=self._ground)))
            if each.forced:
                said.setdefault(self._said_of_forcing(each))
        is_read = any(scan.is_executed for each in seen for scan in each.findings.scans)
        if not is_read and not any(each.findings.arbiters for each in seen):
            said.setdefault("writes rows and looks none up")
        return "; ".join(said) or None

    def _said_of_forcing(self, seen: _Seen) -> str:
        """Say what the sample lacks, and which index the planner takes once it has to."""
        small = small_samples(seen.findings, ground=self._ground)
        of_interest = {*small, *seen.early}
        used = (probe.index for scan in seen.findings.scans if scan.table in of_interest for probe in scan.probes)
        indexes = tuple(dict.fromkeys(used))
        off = "sequential scans off" if len(seen.forced) == 1 else "sequential scans, hash and merge joins off"
        told = f"with {off} the planner uses {'it' if len(indexes) == 1 else 'them'}"
        named = ", ".join(indexes) or "an index"
        if seen.early:
            tables = " and ".join(f"{self._ground.loaded[table]:,} rows of {table}" for table in seen.early)
            return f"its values are so frequent in the sample of {tables} that it needs no {named}; {told}"
        tables = " and ".join(f"{self._ground.loaded[table]:,} rows of {table}" for table in small)
        return f"the sample of {tables} is too small to need {named}; {told}"


def needs_of(pattern: Pattern) -> Needs:
    """Return what a pattern has to read beyond what it returns."""
    if not isinstance(pattern, ReadPattern):
        return Needs(reads_all_matches=False, is_bounded=False)
    nodes = [node for condition in conjuncts(pattern.where) for node in walk(condition)]
    is_unordered = any(isinstance(node, Binary) and node.operator in _UNORDERED for node in nodes)
    is_summed = bool(pattern.group) or any(
        isinstance(node, Aggregate) for field in pattern.fields for node in walk(field.expression)
    )
    return Needs(
        reads_all_matches=pattern.search is not None
        or pattern.near is not None
        or pattern.latest is not None
        or is_unordered
        or is_summed
        or _has_range_beside_order(pattern),
        is_bounded=pattern.page is not None or pattern.limit is not None or pattern.is_one,
        gathers=any(path.is_many for field in pattern.fields for path in paths(field.expression)),
    )


def _has_range_beside_order(pattern: ReadPattern) -> bool:
    """Tell whether a range is asked of one attribute and the order of another: a b-tree serves only one of them."""
    ordered = {key.expression for key in pattern.order[:1]}
    ranged = {
        side
        for condition in conjuncts(pattern.where)
        for node in walk(condition)
        if isinstance(node, Binary) and node.operator in _RANGES
        for side in (node.left, node.right)
        if isinstance(side, Path)
    }
    return bool(ranged - ordered)


def _decisive(seen: Sequence[_Seen]) -> _Seen:
    """Return the case to show: the first with a fault, else the one that reads most for what it gives."""
    faulty = [each for each in seen if each.faults]
    if faulty:
        return faulty[0]
    return max(seen, key=lambda each: (each.findings.examined / max(1, each.findings.rows), each.findings.examined))


def _case(seen: _Seen) -> CaseEvidence:
    return CaseEvidence(
        case=seen.case,
        scans=tuple(
            ScanEvidence(
                node=scan.node,
                table=scan.table,
                index=", ".join(probe.index for probe in scan.probes) or None,
                rows_examined=scan.examined,
                rows_removed=scan.removed,
                loops=scan.loops,
            )
            for scan in seen.findings.scans
        ),
        rows_returned=seen.findings.rows,
        rows_examined=seen.findings.examined,
        spilled_sorts=len(seen.findings.spills),
        execution_ms=seen.findings.execution_ms,
        shared_blocks=seen.findings.blocks,
        plan=seen.findings.text,
    )


def _unproven(pattern: Pattern, reason: str, *, verdict: Verdict = Verdict.NOT_PROVEN) -> PatternEvidence:
    return PatternEvidence(
        name=pattern.name,
        engine=POSTGRES,
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
