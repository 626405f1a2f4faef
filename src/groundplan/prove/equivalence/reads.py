"""Reads asked of both engines with the same parameters: the same rows, in the same order where there is one.

Searched rows are compared as sets over all pages, because engines rank each in their own way, and PostgreSQL's may hold
a word in another form. Nearby rows leave out a
border of 0.1 %, because the engines' earths differ by as much. What PostgreSQL answers from a stored result is as old
as that: such a pattern is bounded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from groundplan.mongo.queries import compile_read_pattern
from groundplan.mongo.queries.model import CompiledRead as MongoRead
from groundplan.mongo.queries.model import Query
from groundplan.mongo.queries.running import run_query
from groundplan.plan.patterns import Field, ReadPattern
from groundplan.plan.types import AttributeType
from groundplan.postgres.catalog import transaction_moment
from groundplan.postgres.queries import compile_pattern, decode_cursor, encode_cursor
from groundplan.postgres.queries.model import CompiledRead, Statement
from groundplan.prove.attempts import Attempt, attempts_of
from groundplan.prove.equivalence.stage import Agreement, BothStages
from groundplan.prove.equivalence.values import Canonical, canonical, from_mongo, from_postgres
from groundplan.prove.evidence import Equivalence
from groundplan.prove.mongo.attempts import Attempt as MongoAttempt
from groundplan.prove.mongo.attempts import attempts_of as mongo_attempts_of
from groundplan.prove.mongo.attempts import filled
from groundplan.prove.mongo.cursor import field_at, next_page_values
from groundplan.prove.parameters import NoValue

_ROTATED = 8
"""So many sets of parameters are tried beside the cases of the proof."""

_MOST_ROWS = 5000
"""Searches are compared by up to so many rows."""

_KEY = "groundplan_sort_key"

_MOST_TIED = 50_000
"""So many rows may tie at a limit, all that match where no order is asked for."""

_BORDER = 0.001

_OTHER_FORMS = 0.05
"""MongoDB asks for words as they are written, PostgreSQL for their stems: so large a share may differ by that."""

_Row = tuple[Canonical, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """One set of parameters, as each engine takes it."""

    postgres: Attempt
    mongo: MongoAttempt


def compare_read(both: BothStages, pattern: ReadPattern, sql: CompiledRead, mql: MongoRead) -> Agreement:
    """Ask both engines for the same pattern with many parameters and say whether they agree."""
    try:
        pairs = _pairs(both, pattern, sql, mql)
    except NoValue as error:
        return Agreement(verdict=None, reason=str(error))
    comparison = _Comparison(both, pattern, sql, mql)
    rows = bordering = other_forms = tied = 0
    for pair in pairs:
        difference = comparison.difference(pair)
        rows += comparison.rows
        bordering += comparison.bordering
        other_forms += comparison.other_forms
        tied += comparison.tied
        if difference is not None:
            return Agreement(verdict=Equivalence.NO, reason=f"with {pair.postgres.case} parameters {difference}")
    same = f"the same {rows:,} rows with {_counted(len(pairs))}"
    if pattern.search is not None:
        same += ", compared as sets"
    if other_forms:
        reason = f"{same}, but for {other_forms} that hold a word in another form only, which MongoDB leaves out"
        return Agreement(verdict=Equivalence.BOUNDED, reason=reason)
    if tied:
        reason = f"{same}, but for {tied} that tie at the limit: no order that is asked for tells them apart"
        return Agreement(verdict=Equivalence.BOUNDED, reason=reason)
    if bordering:
        reason = f"{same}, but for {bordering} in the border of {_BORDER:.1%} around the distance asked for"
        return Agreement(verdict=Equivalence.BOUNDED, reason=reason)
    if sql.source is not None:
        age = "" if pattern.staleness_seconds is None else f" of up to {pattern.staleness_seconds:g} s"
        reason = f"{same} when {sql.source} was refreshed; PostgreSQL's answer has its age{age}"
        return Agreement(verdict=Equivalence.BOUNDED, reason=reason)
    return Agreement(verdict=Equivalence.YES, reason=same)


def _counted(sets: int) -> str:
    return "one set of parameters" if sets == 1 else f"{sets} sets of parameters"


def _pairs(both: BothStages, pattern: ReadPattern, sql: CompiledRead, mql: MongoRead) -> list[_Pair]:
    ours = attempts_of(pattern, sql, grounds=both.grounds)
    theirs = mongo_attempts_of(pattern, mql, grounds=both.stage.grounds)
    pairs = [
        _Pair(postgres=one, mongo=other)
        for one, other in zip(
            (*ours.cases, *ours.rotation[:_ROTATED]), (*theirs.cases, *theirs.rotation[:_ROTATED]), strict=True
        )
    ]
    if any(pair.postgres.trial is None or pair.postgres.trial.values != pair.mongo.trial.values for pair in pairs):
        raise NoValue("the engines ask for other parameters")
    different: list[_Pair] = []
    for pair in pairs:
        if all(pair.mongo.values != other.mongo.values for other in different):
            different.append(pair)
    return different


class _Comparison:
    def __init__(self, both: BothStages, pattern: ReadPattern, sql: CompiledRead, mql: MongoRead) -> None:
        self._both = both
        self._pattern = pattern
        self._sql = sql
        self._mql = mql
        self.rows = self.bordering = self.other_forms = self.tied = 0
        self._types: dict[str, tuple[AttributeType | None, bool]] = {
            field.name: (field.type, field.is_list) for field in mql.fields
        }
        self._names = [column.name for column in sql.columns if not column.is_internal]

    def difference(self, pair: _Pair) -> str | None:
        """Return how the answers differ, None where they do not; `rows` is how many there were."""
        self.rows = self.bordering = self.other_forms = self.tied = 0
        if self._pattern.search is not None:
            return self._difference_of_search(pair)
        found = self._difference_of_pages(pair)
        if found is None:
            return None
        if self._pattern.near is not None:
            return self._difference_near(pair, found)
        if self._pattern.limit is not None:
            return self._difference_but_ties(pair, found)
        return found

    def _difference_of_pages(self, pair: _Pair) -> str | None:
        with self._moment() as moment:
            ours, our_page = self._postgres(self._sql.first, pair.postgres.parameters)
            theirs, their_page = self._mongo(self._mql.first, pair.mongo.values, moment)
            found = self._between(ours, theirs)
            self.rows = len(ours)
            size = self._sql.page
            if found is not None or size is None or self._sql.next is None or self._mql.next is None:
                return found
            if len(our_page) < size:
                return None
            position = decode_cursor(self._sql, encode_cursor(self._sql, our_page[-1]))
            ours, _ = self._postgres(self._sql.next, {**pair.postgres.parameters, **position})
            values = {**pair.mongo.values, **next_page_values(self._mql, their_page[-1])}
            theirs, _ = self._mongo(self._mql.next, values, moment)
            self.rows += len(ours)
            found = self._between(ours, theirs)
            return None if found is None else f"on the next page {found}"

    def _between(self, ours: Sequence[_Row], theirs: Sequence[_Row]) -> str | None:
        if list(ours) == list(theirs):
            return None
        if Counter(ours) == Counter(theirs):
            # Rows that are equal in the order asked for may come in any.
            return "the rows come in another order" if self._has_total_order else None
        return _told(Counter(ours), Counter(theirs), names=self._names)

    @property
    def _has_total_order(self) -> bool:
        return self._pattern.page is not None and bool(self._pattern.order)

    def _difference_of_search(self, pair: _Pair) -> str | None:
        """Compare all that is found; MongoDB may leave out what holds the words in another form only."""
        with self._moment() as moment:
            ours, theirs = self._sets(pair, self._pattern, moment)
        self.rows = sum(ours.values())
        only_ours = ours - theirs
        if theirs - ours or sum(only_ours.values()) > _OTHER_FORMS * self.rows:
            return _told(ours, theirs, names=self._names)
        self.other_forms = sum(only_ours.values())
        return None

    def _sets(self, pair: _Pair, pattern: ReadPattern, moment: datetime) -> tuple[Counter[_Row], Counter[_Row]]:
        """Return all rows that each engine finds, in one page where there are pages."""
        whole = replace(pattern, page=_MOST_ROWS) if pattern.page is not None else pattern
        both = self._both
        sql = compile_pattern(whole, both.resolved, both.grounds.logical, both.postgres)
        mql = compile_read_pattern(whole, both.resolved, both.grounds.logical, both.mongo)
        if not isinstance(sql, CompiledRead) or not isinstance(mql, MongoRead):
            raise NoValue("it is not compiled for both engines")
        ours, _ = self._postgres(sql.first, pair.postgres.parameters)
        theirs, _ = self._mongo(mql.first, pair.mongo.values, moment)
        return Counter(ours), Counter(theirs)

    def _difference_near(self, pair: _Pair, found: str) -> str | None:
        """Compare what is near as sets, and let rows differ that are not within the distance less the border.

        `found` is how the pages differ, which stands where the sets do not.
        """
        pattern, near = self._pattern, self._pattern.near
        if near is None:
            return found
        inner = replace(pattern, near=replace(near, metres=near.metres * (1 - _BORDER)))
        with self._moment() as moment:
            ours, theirs = self._sets(pair, pattern, moment)
            our_inner, their_inner = self._sets(pair, inner, moment)
        self.rows = sum(ours.values())
        only_ours, only_theirs = ours - theirs, theirs - ours
        if only_ours & our_inner or only_theirs & their_inner:
            return _told(ours, theirs, names=self._names)
        if not only_ours and not only_theirs:
            return found
        self.bordering = sum(only_ours.values()) + sum(only_theirs.values())
        return None

    def _difference_but_ties(self, pair: _Pair, found: str) -> str | None:
        """Compare limited answers by their sort keys: of the rows that tie at the limit an engine may take any.

        Without an order all that match tie.
        """
        keys = tuple(
            Field(name=f"{_KEY}_{number}", expression=key.expression) for number, key in enumerate(self._pattern.order)
        )
        limit = (self._pattern.limit or 0) + _MOST_TIED
        longer = replace(self._pattern, fields=(*self._pattern.fields, *keys), limit=limit)
        both, count = self._both, len(self._names)
        sql = compile_pattern(longer, both.resolved, both.grounds.logical, both.postgres)
        if not isinstance(sql, CompiledRead):
            return found
        with self._moment() as moment:
            ours, _ = self._postgres(self._sql.first, pair.postgres.parameters)
            theirs, _ = self._mongo(self._mql.first, pair.mongo.values, moment)
            ranked = [
                (tuple(map(canonical, row[count:])), self._row(row[:count]))
                for row in both.connection.execute(sql.first.named.encode(), pair.postgres.parameters).fetchall()
            ]
        order = [key for key, _ in ranked[: len(ours)]]
        if len(ours) != len(theirs) or not order or (ranked[-1][0] == order[-1] and len(ranked) == limit):
            return found
        keyed = {row: key for key, row in ranked}
        if any([keyed.get(row) for row in rows] != order for rows in (ours, theirs)):
            return found
        self.tied = order.count(order[-1])
        return None

    def _row(self, values: Sequence[object]) -> _Row:
        of = self._types
        return tuple(from_postgres(value, of[name][0]) for name, value in zip(self._names, values, strict=True))

    def _moment(self) -> _StandingMoment:
        return _StandingMoment(self._both)

    def _postgres(
        self, statement: Statement, parameters: Mapping[str, object]
    ) -> tuple[list[_Row], list[dict[str, object]]]:
        found = self._both.connection.execute(statement.named.encode(), parameters)
        names = [column.name for column in found.description or ()]
        page = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        return [tuple(from_postgres(row[name], self._types[name][0]) for name in self._names) for row in page], page

    def _mongo(
        self, query: Query, values: Mapping[str, Any], moment: datetime
    ) -> tuple[list[_Row], list[dict[str, Any]]]:
        page = run_query(self._both.stage.database, filled(query, values, moment))
        return [tuple(self._spelled(row)) for row in page], page

    def _spelled(self, row: Mapping[str, Any]) -> Iterator[Canonical]:
        for name in self._names:
            of, is_list = self._types[name]
            yield from_mongo(row[name] if name in row else field_at(row, name), of, is_list=is_list)


class _StandingMoment:
    """A transaction of PostgreSQL's in which now() stands still, and the moment that it stands at."""

    def __init__(self, both: BothStages) -> None:
        self._connection = both.connection

    def __enter__(self) -> datetime:
        self._connection.execute("BEGIN")
        return transaction_moment(self._connection)

    def __exit__(self, *_: object) -> None:
        self._connection.execute("ROLLBACK")


def _told(ours: Counter[_Row], theirs: Counter[_Row], *, names: Sequence[str]) -> str:
    """Say how many rows only one engine gives, with the first of them."""
    said: list[str] = []
    for engine, only in (("PostgreSQL", ours - theirs), ("MongoDB", theirs - ours)):
        if only:
            first = next(iter(sorted(only, key=repr)))
            shown = ", ".join(f"{name}: {_short(value)}" for name, value in zip(names, first, strict=True))
            said.append(f"only {engine} gives {sum(only.values())} of {sum((ours | theirs).values())} rows ({shown})")
    return "; ".join(said)


def _short(value: Canonical) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
