"""Materialize a read that may be stale, where computing it anew each time costs more than storing its answer."""

from __future__ import annotations

from dataclasses import dataclass, replace

from groundplan.base.amounts import rate_in_words, time_in_words
from groundplan.base.decisions import Alternative, Choice, Decision, Input, settle
from groundplan.plan.expressions import Aggregate, Expression, Hop, Local, Path, conjuncts, parameters, paths, walk
from groundplan.plan.patterns import DEFAULT_READ_TARGET_MS, NullsOrder, ReadPattern
from groundplan.postgres.design.draft import Draft
from groundplan.postgres.design.facts import Facts
from groundplan.postgres.design.indexing.outcomes import rows_taken
from groundplan.postgres.design.indexing.shares import RANGE_WHERE_SILENT
from groundplan.postgres.design.names import Names
from groundplan.postgres.model import Index, IndexKey, MaterializedView, PostgresDesign
from groundplan.postgres.queries import StoredRead, can_be_stored, stored_read_of
from groundplan.postgres.queries.groups import is_grouped
from groundplan.postgres.queries.storage import Storage

VIEW = "materialized view"
LIVE = "live"

MS_PER_ROW = 0.002
"""Two microseconds for each row looked at: an index entry and the row behind it, in memory."""

REFRESHES_PER_STALENESS = 2
"""An answer is as old as the time since the refresh began; refreshing twice as often leaves half for the refresh."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Rows looked at: by a live read on average, by one with fan-outs of the 99th percentile, by a refresh."""

    live: float
    crowded: float
    refresh: float

    @property
    def crowded_ms(self) -> float:
        """How long a crowded live read takes, about."""
        return self.crowded * MS_PER_ROW

    @property
    def refresh_ms(self) -> float:
        """How long a refresh takes, about."""
        return self.refresh * MS_PER_ROW


def materialize_stale_reads(draft: Draft) -> Draft:
    """Materialize a read that may be stale, where computing it anew each time costs more than storing its answer.

    Only reads that say how old an answer may be, and that aggregate: over rows beside theirs, or into groups.
    """
    names = Names.of(draft.schema)
    design = PostgresDesign(schema=draft.schema)
    storage = Storage(draft.resolved, draft.logical, design)
    views: list[MaterializedView] = []
    decisions: list[Decision] = []
    for pattern in draft.facts.reads:
        if pattern.staleness_seconds is None or not _aggregates(pattern):
            continue
        is_possible = can_be_stored(pattern, storage=storage)
        cost = _cost(draft.facts, pattern)
        refresh_seconds = pattern.staleness_seconds / REFRESHES_PER_STALENESS
        choice = _settle(draft, pattern, cost, refresh_seconds=refresh_seconds, is_possible=is_possible)
        decisions.append(
            _decision(draft.facts, pattern, cost, choice=choice, seconds=refresh_seconds, is_possible=is_possible)
        )
        if choice.value == VIEW:
            stored = stored_read_of(pattern, draft.resolved, draft.logical, design)
            views.append(_view(pattern, stored, storage=storage, names=names, seconds=refresh_seconds))
    if not decisions:
        return draft
    schema = replace(draft.schema, materialized_views=(*draft.schema.materialized_views, *views))
    return replace(draft, schema=schema, decisions=(*draft.decisions, *decisions))


def _aggregates(pattern: ReadPattern) -> bool:
    return is_grouped(pattern) or any(_beside(field.expression) for field in pattern.fields)


def _beside(expression: Expression) -> tuple[tuple[Hop, ...], ...]:
    """Return the to-many paths that an expression aggregates over."""
    found = [
        path.hops
        for node in walk(expression)
        if isinstance(node, Aggregate)
        for path in paths(node.operand)
        if path.is_many
    ]
    return tuple(dict.fromkeys(found))


def _cost(facts: Facts, pattern: ReadPattern) -> Cost:
    rows = float(facts.lookup.of_source(pattern.entity).rows.now)
    expressions = [field.expression for field in pattern.fields] + [key.expression for key in pattern.order]
    walked = dict.fromkeys(hops for expression in expressions for hops in _beside(expression))
    mean = 1.0 + sum(_rows_beside(facts, hops, is_crowded=False) for hops in walked)
    crowded = 1.0 + sum(_rows_beside(facts, hops, is_crowded=True) for hops in walked)
    taken = rows * RANGE_WHERE_SILENT ** sum(1 for part in conjuncts(pattern.where) if parameters(part))
    needs_all = is_grouped(pattern) or any(_beside(key.expression) for key in pattern.order)
    limit = rows_taken(pattern)
    if limit is not None and not needs_all:
        taken = min(taken, float(limit))
    most = rows * mean
    return Cost(live=taken * mean, crowded=min(taken * crowded, most), refresh=most)


def _rows_beside(facts: Facts, hops: tuple[Hop, ...], *, is_crowded: bool) -> float:
    """Return how many rows a path along relationships reaches from one row."""
    rows = 1.0
    for hop in hops:
        link = facts.lookup.link(hop)
        stored = facts.lookup.stored_in(hop)
        if link is not None:
            fanout = link[1].fanout
        elif stored is not None:
            fanout = stored[1].fanout
        else:
            continue
        rows *= max(fanout.mean, fanout.p99) if is_crowded else fanout.mean
    return rows


def _settle(draft: Draft, pattern: ReadPattern, cost: Cost, *, refresh_seconds: float, is_possible: bool) -> Choice:
    rate = draft.facts.rate(pattern.name)
    read_while_fresh = (rate or 0.0) * refresh_seconds * cost.live
    target = pattern.demand.target_ms if pattern.demand.target_ms is not None else DEFAULT_READ_TARGET_MS
    pays = cost.crowded_ms > target or read_while_fresh > cost.refresh
    among = (VIEW, LIVE) if is_possible else (LIVE,)
    default = VIEW if pays and is_possible else LIVE
    return settle(draft.pins, key=_pin(pattern), default=default, among=among)


def _pin(pattern: ReadPattern) -> str:
    return f"postgres.{pattern.name}.answer"


def _view(
    pattern: ReadPattern, stored: StoredRead, *, storage: Storage, names: Names, seconds: float
) -> MaterializedView:
    name = names.take(pattern.name)
    key = tuple(IndexKey(expression=Local(column)) for column in stored.key)
    indexes = [
        Index(
            name=names.take(name, *stored.key, "key"),
            keys=key,
            is_unique=True,
            serves=("REFRESH MATERIALIZED VIEW CONCURRENTLY",),
            origin=pattern.origin,
        )
    ]
    order = _order_keys(pattern, stored, storage=storage)
    is_by_key = tuple(part.expression for part in order) == tuple(part.expression for part in key)
    is_limited = bool(parameters(pattern.where)) or rows_taken(pattern) is not None
    if order and not is_by_key and is_limited:
        columns = [part.expression.name for part in order if isinstance(part.expression, Local)]
        indexes.append(
            Index(
                name=names.take(name, *columns, "idx"),
                keys=order,
                serves=(pattern.name,),
                origin=pattern.origin,
            )
        )
    else:
        indexes[0] = replace(indexes[0], serves=(*indexes[0].serves, pattern.name))
    return MaterializedView(
        name=name,
        pattern=pattern.name,
        columns=tuple((column.name, column.type) for column in stored.columns),
        key=stored.key,
        indexes=tuple(indexes),
        refresh_seconds=seconds,
        origin=pattern.origin,
    )


def _order_keys(pattern: ReadPattern, stored: StoredRead, *, storage: Storage) -> tuple[IndexKey, ...]:
    """Return the order in which a view is read: what parameters fix, then the order asked for."""
    names = {storage.value(expression): name for name, expression in reversed(stored.values)}
    found: dict[str, IndexKey] = {}
    for path in (path for part in conjuncts(pattern.where) if parameters(part) for path in paths(part)):
        name = names[storage.value(path)]
        found.setdefault(name, IndexKey(expression=Local(name)))
    for wanted in pattern.order:
        for part in _parts(wanted.expression, storage):
            name = names[storage.value(part)]
            is_nulls_first = wanted.nulls is NullsOrder.FIRST
            key = IndexKey(expression=Local(name), is_descending=wanted.is_descending, is_nulls_first=is_nulls_first)
            found.setdefault(name, key)
    return tuple(found.values())


def _parts(expression: Expression, storage: Storage) -> tuple[Expression, ...]:
    """Take a row with several key columns apart."""
    if isinstance(expression, Path) and len(storage.places(expression)) > 1:
        return storage.key_paths(expression)
    return (expression,)


def _decision(
    facts: Facts, pattern: ReadPattern, cost: Cost, *, choice: Choice, seconds: float, is_possible: bool
) -> Decision:
    rate = facts.rate(pattern.name)
    target = pattern.demand.target_ms if pattern.demand.target_ms is not None else DEFAULT_READ_TARGET_MS
    refresh = f"{cost.refresh:,.0f} rows looked at every {seconds:g} s"
    live = f"{cost.live:,.0f} rows looked at for each read, up to {cost.crowded:,.0f} where rows are crowded"
    counters = Alternative(
        choice="counters kept by triggers",
        why_not="not built: writers of one crowded row wait for each other, each until the other commits",
        cost="one more row written for each row beside it",
    )
    if choice.value == VIEW:
        reason = (
            f"Live, a crowded read would take about {time_in_words(cost.crowded_ms)}, with a target of "
            f"{time_in_words(target)}; stored, its rows are there to be read."
        )
        if cost.refresh_ms > seconds * 1000:
            reason += (
                f" But a refresh takes about {time_in_words(cost.refresh_ms)}, and begins every "
                f"{time_in_words(seconds * 1000)}: at this size the answer is older than the plan allows."
            )
        other = Alternative(choice=LIVE, why_not="does the whole work anew for each read", cost=live)
    else:
        within = time_in_words(target)
        reason = f"Live, even a crowded read looks at no more than {cost.crowded:,.0f} rows, within {within}."
        why_not = (
            "refreshing it costs more than all the reads it would spare"
            if is_possible
            else "not to be had: what its parameters compare is no single value of a row"
        )
        other = Alternative(choice=VIEW, why_not=why_not, cost=refresh)
    return Decision(
        object=f"postgres.{pattern.name}",
        topic="answer",
        choice=choice.value,
        rule="materialize_stale_reads",
        reason="The plan pins it." if choice.is_pinned else reason,
        pin=_pin(pattern),
        inputs=(
            Input(name="staleness", value=f"{pattern.staleness_seconds or 0:g} s"),
            Input(name="rate", value=rate_in_words(rate)),
            Input(name="rows looked at live", value=f"{cost.live:,.0f}"),
            Input(name="rows looked at live, crowded", value=f"{cost.crowded:,.0f}"),
            Input(name="rows looked at by a refresh", value=f"{cost.refresh:,.0f}"),
            Input(name="a refresh takes, about", value=time_in_words(cost.refresh_ms)),
            Input(name="refreshed every", value=f"{seconds:g} s"),
        ),
        alternatives=(other, counters),
        is_pinned=choice.is_pinned,
        origin=pattern.origin,
    )
