"""Pages walked to their end: each row once, also while others are inserted between two pages.

A walk runs in one transaction that is rolled back: now() stands still, so the window of "the last 30 days" does not
move, and what is inserted is gone afterwards. It is compared with the same read in one page.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from groundplan.logical.model import LogicalModel
from groundplan.plan.patterns import ReadPattern, ResolvedPlan
from groundplan.postgres.load import TableRows, copy_rows
from groundplan.postgres.model import PostgresDesign
from groundplan.postgres.queries import compile_pattern, decode_cursor, encode_cursor
from groundplan.postgres.queries.model import CompiledRead, Statement
from groundplan.prove.attempts import Attempt, Grounds, attempts_of, table_rows_of
from groundplan.prove.clones import clones_of
from groundplan.prove.evidence import POSTGRES, PaginationEvidence
from groundplan.prove.parameters import NoValue

if TYPE_CHECKING:
    import psycopg

MOST_ROWS = 2000
MOST_PAGES = 100
"""A walk ends after so many rows or pages, whichever comes first, and says so."""

USUAL_ROWS = 300
"""Parameters are chosen whose result has about so many rows."""

_INSERTED_PER_PAGE = 2

_Key = tuple[object, ...]
"""A row as its sort keys tell it, which are total."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PagedRead:
    """A read with pages, and the same read with one page as long as a walk can be."""

    pattern: ReadPattern
    paged: CompiledRead
    whole: CompiledRead


def paged_read(
    pattern: ReadPattern,
    compiled: CompiledRead,
    *,
    resolved: ResolvedPlan,
    logical: LogicalModel,
    design: PostgresDesign,
) -> PagedRead | None:
    """Return a read to walk; None for one that has no pages."""
    if compiled.next is None or pattern.page is None:
        return None
    longer = replace(pattern, page=min(MOST_ROWS, MOST_PAGES * pattern.page))
    whole = compile_pattern(longer, resolved, logical, design)
    return PagedRead(pattern=pattern, paged=compiled, whole=whole) if isinstance(whole, CompiledRead) else None


def prove_pagination(connection: psycopg.Connection, read: PagedRead, *, grounds: Grounds) -> PaginationEvidence:
    """Walk a read's pages twice, the second time with insertions; nothing stays."""
    import psycopg

    walk = _Walk(connection, read)
    try:
        attempt, whole = walk.best(attempts_of(read.pattern, read.paged, grounds=grounds).others)
        pages, still = walk.still(attempt, whole)
        inserted, moving = walk.moving(attempt, whole, _cloned(read, attempt, grounds))
    except NoValue as error:
        return _untried(read, str(error))
    except psycopg.OperationalError:
        raise  # the server's trouble, not the statement's
    except psycopg.DatabaseError as error:
        return _untried(read, f"PostgreSQL refuses it with {error.sqlstate}: {error.diag.message_primary}")
    bounded = f"only the first {len(whole):,} rows were walked" if walk.is_cut(whole) else None
    reasons = [reason for reason in (still, moving, bounded) if reason]
    return PaginationEvidence(
        pattern=read.pattern.name,
        engine=POSTGRES,
        pages=pages,
        rows=len(whole),
        is_exactly_once=still is None,
        rows_inserted_during=inserted,
        is_exactly_once_while_inserting=moving is None,
        reason="; ".join(reasons) or None,
    )


class _Walk:
    def __init__(self, connection: psycopg.Connection, read: PagedRead) -> None:
        self._connection = connection
        self._paged = read.paged
        self._whole = read.whole
        self._size = read.paged.page or 1
        self._most = read.whole.page or 1

    def best(self, attempts: Sequence[Attempt]) -> tuple[Attempt, list[_Key]]:
        """Return the parameters whose result is nearest to the usual length, with that result."""
        found: list[tuple[float, Attempt, list[_Key]]] = []
        for attempt in _distinct(attempts):
            keys = [self._key(row) for row in self._rows(self._whole.first, attempt.parameters)]
            distance = abs(math.log((len(keys) + 1) / USUAL_ROWS))
            found.append((distance, attempt, keys))
            if distance < math.log(2):
                break
        _, attempt, keys = min(found, key=lambda each: each[0])
        return attempt, keys

    def is_cut(self, whole: Sequence[_Key]) -> bool:
        """Tell whether there may be more rows than a walk goes."""
        return len(whole) >= self._most

    def still(self, attempt: Attempt, whole: Sequence[_Key]) -> tuple[int, str | None]:
        """Walk while nothing changes; return how many pages there were, and what went wrong."""
        with self._connection.transaction(force_rollback=True):
            pages = list(self._pages(attempt))
            whole = [self._key(row) for row in self._rows(self._whole.first, attempt.parameters)]
        seen = [key for page in pages for key in page][: self._most]
        if seen == whole:
            return len(pages), None
        return len(pages), row_difference(seen, whole) or "the pages have the rows in another order than one page has"

    def moving(
        self, attempt: Attempt, whole: Sequence[_Key], clones: Iterator[tuple[TableRows, ...]]
    ) -> tuple[int, str | None]:
        """Walk while rows are inserted; return how many were, and what went wrong with those there throughout."""
        inserted = 0
        seen: list[_Key] = []
        with self._connection.transaction(force_rollback=True):
            for page in self._pages(attempt):
                seen.extend(page)
                inserted += sum(self._insert(clone) for clone in _take(clones, _INSERTED_PER_PAGE))
        there = set(whole)
        twice = [key for key, count in Counter(seen).items() if count > 1]
        if twice:
            return inserted, f"{len(twice)} rows came twice while rows were inserted, such as {twice[0]}"
        if self.is_cut(whole):
            return inserted, None
        return inserted, row_difference([key for key in seen if key in there], list(whole))

    def _insert(self, clone: tuple[TableRows, ...]) -> int:
        import psycopg

        try:
            with self._connection.transaction():
                for rows in clone:
                    copy_rows(self._connection, rows)
        except psycopg.errors.IntegrityError:
            return 0
        return 1

    def _pages(self, attempt: Attempt) -> Iterator[list[_Key]]:
        statement, parameters = self._paged.first, attempt.parameters
        for _ in range(max(1, math.ceil(self._most / self._size)) + 1):
            rows = self._rows(statement, parameters)
            yield [self._key(row) for row in rows]
            if len(rows) < self._size or self._paged.next is None:
                return
            position = decode_cursor(self._paged, encode_cursor(self._paged, rows[-1]))
            statement, parameters = self._paged.next, {**attempt.parameters, **position}

    def _rows(self, statement: Statement, parameters: Mapping[str, object]) -> list[dict[str, object]]:
        names = [column.name for column in self._paged.columns]
        found = self._connection.execute(statement.named.encode(), parameters).fetchall()
        return [dict(zip(names, row, strict=True)) for row in found]

    def _key(self, row: Mapping[str, object]) -> _Key:
        return tuple(row[key.column] for key in self._paged.cursor)


def _cloned(read: PagedRead, attempt: Attempt, grounds: Grounds) -> Iterator[tuple[TableRows, ...]]:
    for clone in clones_of(read.pattern, attempt.rows, grounds=grounds):
        yield table_rows_of(clone, grounds=grounds)


def _distinct(attempts: Sequence[Attempt]) -> Iterator[Attempt]:
    seen: set[tuple[tuple[str, object], ...]] = set()
    for attempt in attempts:
        key = tuple(attempt.parameters.items())
        if key not in seen:
            seen.add(key)
            yield attempt


def _take(clones: Iterator[tuple[TableRows, ...]], count: int) -> Iterator[tuple[TableRows, ...]]:
    for _ in range(count):
        clone = next(clones, None)
        if clone is None:
            return
        yield clone


def row_difference(seen: Sequence[_Key], expected: Sequence[_Key]) -> str | None:
    """Say which rows are missing, double or too many; None where each expected row is there once."""
    counts = Counter(seen)
    missing = [key for key in expected if not counts[key]]
    twice = [key for key, count in counts.items() if count > 1]
    strange = counts.keys() - set(expected)
    said = [
        f"{len(keys)} rows {what}, such as {keys[0]}"
        for keys, what in (
            (missing, "were skipped"),
            (twice, "came twice"),
            (sorted(strange, key=str), "were not asked for"),
        )
        if keys
    ]
    return "; ".join(said) or None


def _untried(read: PagedRead, reason: str) -> PaginationEvidence:
    return PaginationEvidence(
        pattern=read.pattern.name,
        engine=POSTGRES,
        pages=0,
        rows=0,
        is_exactly_once=False,
        rows_inserted_during=0,
        is_exactly_once_while_inserting=False,
        reason=reason,
    )
