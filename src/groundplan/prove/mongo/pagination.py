"""Pages walked to their end on MongoDB: each row once, also while documents come in between two pages.

The moment of the call stands still during a walk, and what is inserted is taken away after it. A walk is compared with
the same read in one page.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from groundplan.mongo.model import MongoDesign
from groundplan.mongo.queries import compile_read_pattern
from groundplan.mongo.queries.model import CompiledRead, CompiledWorkload, Query
from groundplan.mongo.queries.running import run_query
from groundplan.plan.patterns import ReadPattern, ResolvedPlan
from groundplan.prove.clones import clones_of
from groundplan.prove.evidence import MONGO, PaginationEvidence
from groundplan.prove.mongo.attempts import Attempt, attempts_of, filled
from groundplan.prove.mongo.changes import undone_afterwards
from groundplan.prove.mongo.cursor import field_at, next_page_values
from groundplan.prove.mongo.patterns import Stage, is_of_a_rule, now, told
from groundplan.prove.pagination import MOST_PAGES, MOST_ROWS, USUAL_ROWS, row_difference
from groundplan.prove.parameters import NoValue
from groundplan.prove.trials import RowOf

_INSERTED_PER_PAGE = 2
_TRIED = 8

_Key = tuple[object, ...]
"""A row as its sort keys tell it, which are total."""


def prove_walks(
    stage: Stage, resolved: ResolvedPlan, workload: CompiledWorkload, *, design: MongoDesign
) -> tuple[PaginationEvidence, ...]:
    """Walk the pages of every read that has pages twice, the second time with insertions; nothing stays."""
    found: list[PaginationEvidence] = []
    for pattern in resolved.patterns:
        compiled = workload.pattern(pattern.name)
        if isinstance(pattern, ReadPattern) and isinstance(compiled, CompiledRead) and compiled.next is not None:
            longer = replace(pattern, page=longest_walk(pattern.page or 1))
            whole = compile_read_pattern(longer, resolved, stage.grounds.logical, design)
            if isinstance(whole, CompiledRead):
                found.append(_prove(stage, pattern, compiled, whole))
    return tuple(found)


def longest_walk(page: int) -> int:
    """Return how many rows of pages of this size are walked at most."""
    return min(MOST_ROWS, MOST_PAGES * page)


def _prove(stage: Stage, pattern: ReadPattern, read: CompiledRead, whole: CompiledRead) -> PaginationEvidence:
    from pymongo.errors import ConnectionFailure, PyMongoError

    walk = _Walk(stage, read, whole.first)
    try:
        attempt, all_rows = walk.best(attempts_of(pattern, read, grounds=stage.grounds).others)
        pages, still = walk.still(attempt, all_rows)
        clones = clones_of(pattern, attempt.trial.rows, grounds=stage.grounds)
        inserted, moving = walk.moving(attempt, all_rows, clones)
    except NoValue as error:
        return _untried(pattern, str(error))
    except ConnectionFailure:
        raise
    except PyMongoError as error:
        return _untried(pattern, f"MongoDB refuses it: {told(error)}")
    bounded = f"only the first {len(all_rows):,} rows were walked" if walk.is_cut(all_rows) else None
    reasons = [reason for reason in (still, moving, bounded) if reason]
    return PaginationEvidence(
        pattern=pattern.name,
        engine=MONGO,
        pages=pages,
        rows=len(all_rows),
        is_exactly_once=still is None,
        rows_inserted_during=inserted,
        is_exactly_once_while_inserting=moving is None,
        reason="; ".join(reasons) or None,
    )


class _Walk:
    def __init__(self, stage: Stage, read: CompiledRead, whole: Query) -> None:
        self._stage = stage
        self._read = read
        self._size = read.page or 1
        self._most = longest_walk(self._size)
        self._whole = whole
        self._now = now()

    def best(self, attempts: Sequence[Attempt]) -> tuple[Attempt, list[_Key]]:
        """Return the parameters whose result is nearest to the usual length, with that result."""
        found: list[tuple[float, Attempt, list[_Key]]] = []
        for attempt in islice(_distinct(attempts[:: max(1, len(attempts) // _TRIED)]), _TRIED):
            keys = self._keys(self._whole, attempt.values)
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
        pages = list(self._pages(attempt))
        seen = [key for page in pages for key in page][: self._most]
        if seen == list(whole):
            return len(pages), None
        return len(pages), row_difference(seen, whole) or "the pages have the rows in another order than one page has"

    def moving(
        self, attempt: Attempt, whole: Sequence[_Key], clones: Iterator[tuple[RowOf, ...]]
    ) -> tuple[int, str | None]:
        """Walk while rows are inserted; return how many were, and what went wrong with those there throughout."""
        inserted = 0
        seen: list[_Key] = []
        with undone_afterwards(self._stage.database):
            for page in self._pages(attempt):
                seen.extend(page)
                inserted += sum(self._insert(clone) for clone in islice(clones, _INSERTED_PER_PAGE))
        return inserted, self._told(seen, whole)

    def _told(self, seen: Sequence[_Key], whole: Sequence[_Key]) -> str | None:
        there = set(whole)
        twice = [key for key, count in Counter(seen).items() if count > 1]
        if twice:
            return f"{len(twice)} rows came twice while rows were inserted, such as {twice[0]}"
        if self.is_cut(whole):
            return None
        return row_difference([key for key in seen if key in there], list(whole))

    def _insert(self, clone: Sequence[RowOf]) -> int:
        from pymongo.errors import OperationFailure

        placer = self._stage.grounds.placer()
        try:
            for relation, row in clone:
                placer.put(self._stage.database, relation, row)
        except OperationFailure as error:
            if not is_of_a_rule(error):
                raise
            return 0
        return 1

    def _pages(self, attempt: Attempt) -> Iterator[list[_Key]]:
        query, values = self._read.first, dict(attempt.values)
        for _ in range(math.ceil(self._most / self._size) + 1):
            rows = run_query(self._stage.database, filled(query, values, self._now))
            yield [self._key(row) for row in rows]
            if len(rows) < self._size or self._read.next is None:
                return
            query, values = self._read.next, {**attempt.values, **next_page_values(self._read, rows[-1])}

    def _keys(self, query: Query, values: Mapping[str, Any]) -> list[_Key]:
        return [self._key(row) for row in run_query(self._stage.database, filled(query, values, self._now))]

    def _key(self, row: Mapping[str, Any]) -> _Key:
        return tuple(_hashable(field_at(row, key.field)) for key in self._read.cursor)


def _hashable(value: object) -> object:
    from bson.decimal128 import Decimal128

    match value:
        case Decimal128():
            return value.to_decimal()
        case list() | tuple():
            return tuple(_hashable(inner) for inner in value)
        case Mapping():
            return tuple((str(name), _hashable(inner)) for name, inner in value.items())
        case _:
            return value


def _distinct(attempts: Sequence[Attempt]) -> Iterator[Attempt]:
    seen: list[Mapping[str, Any]] = []
    for attempt in attempts:
        if attempt.values not in seen:
            seen.append(attempt.values)
            yield attempt


def _untried(pattern: ReadPattern, reason: str) -> PaginationEvidence:
    return PaginationEvidence(
        pattern=pattern.name,
        engine=MONGO,
        pages=0,
        rows=0,
        is_exactly_once=False,
        rows_inserted_during=0,
        is_exactly_once_while_inserting=False,
        reason=reason,
    )
