"""Choices between right ways to write a query, each a decision that a plan can pin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from groundplan.base.decisions import Alternative, Decision, Input, settle
from groundplan.plan.expressions import paths
from groundplan.plan.patterns import LatestPer, ReadPattern
from groundplan.postgres.queries.estimates import rows_of, share_read
from groundplan.postgres.queries.fields import value_name
from groundplan.postgres.queries.groups import is_grouped
from groundplan.postgres.queries.latest import LatestWay, is_one_value, reference_hop
from groundplan.postgres.queries.nullability import can_be_null, known_from
from groundplan.postgres.queries.storage import Storage
from groundplan.postgres.queries.stored_part import stored_part

GROUP_FROM_SHARE = 0.1
"""From this share of the rows on, one pass over the other side is cheaper than an index descent for each row read."""

MENTIONED_SHARE = 0.01
"""The least share that is told as such."""

LOOP_FROM_ROWS = 10
"""From so many rows per value on, taking the newest of each from the index is cheaper than reading all."""

DEFAULT_DISTINCT = 200
"""Distinct values of an attribute of which the plan does not say how many there are (DEFAULT_NUM_DISTINCT)."""


_OFFSET = Alternative(
    choice="OFFSET",
    why_not="reads and drops all rows before the page; when rows come or go, others are skipped or shown twice",
    cost="grows with the depth of the page",
)
_ONE_COMPARISON = Alternative(
    choice="row comparison",
    why_not="compares in one direction only, and is never true beside a NULL: rows would be lost",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """How a read is written, and the decisions that say why."""

    is_grouped_beside: bool = False
    latest: LatestWay = LatestWay.SORT
    decisions: tuple[Decision, ...] = ()


def choose(pattern: ReadPattern, *, pins: Mapping[str, str], storage: Storage, is_stored: bool = False) -> Chosen:
    """Choose how to write a read; `is_stored` tells that a materialized view holds what can be stored of it."""
    decisions: list[Decision] = []
    if pattern.page is not None:
        decisions.append(_page_decision(pattern, pins, storage))
    if pattern.search is not None and (pattern.page is not None or pattern.limit is not None):
        decisions.append(_search_decision(pattern, pins, storage))
    if is_stored:
        pattern = stored_part(pattern)
    is_grouped_beside = False
    if _has_summary(pattern) and not is_grouped(pattern):
        summary = _choose_summary(pattern, pins, storage)
        is_grouped_beside = summary.choice == "grouped"
        decisions.append(summary)
    latest = LatestWay.SORT
    if pattern.latest is not None and not is_one_value(pattern, pattern.latest, storage=storage):
        way = _choose_latest(pattern, pattern.latest, pins, storage)
        latest = LatestWay(way.choice)
        decisions.append(way)
    return Chosen(is_grouped_beside=is_grouped_beside, latest=latest, decisions=tuple(decisions))


def _has_summary(pattern: ReadPattern) -> bool:
    shown = [field.expression for field in pattern.fields] + [key.expression for key in pattern.order]
    return any(path.is_many for expression in shown for path in paths(expression))


def _choose_summary(pattern: ReadPattern, pins: Mapping[str, str], storage: Storage) -> Decision:
    is_limited = _is_cut_first(pattern)
    share = share_read(pattern, storage=storage)
    rows = rows_of(pattern.entity, storage=storage)
    default = "lateral" if is_limited or share < GROUP_FROM_SHARE else "grouped"
    key = f"postgres.{pattern.name}.summaries"
    # A limited read takes its rows first: what is grouped beside them would be grouped for all rows.
    settled = settle(pins, key=key, default=default, among=("lateral",) if is_limited else ("lateral", "grouped"))
    ways = {
        "lateral": Alternative(
            choice="lateral",
            why_not="goes down an index once for each row read",
            cost=f"about {max(1, round(share * rows)):,} index descents for each fan-out",
        ),
        "grouped": Alternative(
            choice="grouped",
            why_not="groups the other side whole, whatever part of it is asked for",
            cost="one pass over the other side of each fan-out",
        ),
    }
    reasons = {
        "lateral": "Few rows are read, so the rows beside each are looked up by index after the limit.",
        "grouped": "Most rows are read, so each side is summed up in one pass and joined; fan-outs never multiply.",
    }
    joined = Alternative(
        choice="one join, then GROUP BY",
        why_not="the fan-outs multiply each other, and counts come out wrong",
    )
    return Decision(
        object=f"postgres.{pattern.name}",
        topic="summaries",
        choice=settled.value,
        rule="choices",
        reason=reasons[settled.value],
        pin=key,
        inputs=(
            Input(name="rows", value=f"{rows:,}"),
            Input(
                name="share read", value=f"{share:.0%}" if share >= MENTIONED_SHARE else f"under {MENTIONED_SHARE:.0%}"
            ),
            Input(name="limited first", value="yes" if is_limited else "no"),
        ),
        alternatives=(*(way for name, way in ways.items() if name != settled.value), joined),
        is_pinned=settled.is_pinned,
        origin=pattern.origin,
    )


def _is_cut_first(pattern: ReadPattern) -> bool:
    """Tell whether a read takes few rows before anything is summed up beside them."""
    is_ordered_by_sums = any(path.is_many for key in pattern.order for path in paths(key.expression))
    return not is_ordered_by_sums and (pattern.is_one or pattern.page is not None or pattern.limit is not None)


def _choose_latest(pattern: ReadPattern, latest: LatestPer, pins: Mapping[str, str], storage: Storage) -> Decision:
    rows = rows_of(pattern.entity, storage=storage)
    values = _distinct(latest, storage)
    is_reference = reference_hop(latest, storage=storage) is not None
    quick = LatestWay.LOOP.value if is_reference else LatestWay.HOP.value
    is_possible = is_reference or not latest.per.hops
    default = quick if is_possible and rows / max(1, values) >= LOOP_FROM_ROWS else LatestWay.SORT.value
    key = f"postgres.{pattern.name}.latest"
    settled = settle(pins, key=key, default=default, among=(quick, "sort") if is_possible else ("sort",))
    reasons = {
        "loop": "Each referenced row takes its newest from the index, and nothing else is read.",
        "hop": "The distinct values are found by hopping through the index, and each takes its newest from it.",
        "sort": "There are few rows for each value, so DISTINCT ON over all of them reads little more.",
    }
    against = {
        "loop": "with few rows for each value, an index descent for each costs more than it spares",
        "hop": "with few rows for each value, an index descent for each costs more than it spares",
        "sort": "reads every row to keep one for each value",
    }
    return Decision(
        object=f"postgres.{pattern.name}",
        topic="latest",
        choice=settled.value,
        rule="choices",
        reason=reasons[settled.value],
        pin=key,
        inputs=(Input(name="rows", value=f"{rows:,}"), Input(name="values", value=f"{values:,}")),
        alternatives=tuple(
            Alternative(choice=way, why_not=against[way])
            for way in ((quick, "sort") if is_possible else ("sort",))
            if way != settled.value
        ),
        is_pinned=settled.is_pinned,
        origin=pattern.origin,
    )


def _distinct(latest: LatestPer, storage: Storage) -> int:
    if latest.per.attribute is None:
        return rows_of(latest.per.reached, storage=storage)
    attribute = storage.attribute(latest.per)
    known = None if attribute is None else attribute.values.distinct
    return DEFAULT_DISTINCT if known is None else known


def _page_decision(pattern: ReadPattern, pins: Mapping[str, str], storage: Storage) -> Decision:
    """Say how a page goes on; the order leaves no choice, and the alternative that everybody knows has to be named."""
    known = known_from(pattern.where)
    directions = {key.is_descending for key in pattern.order}
    nullable = [
        value_name(key.expression, storage=storage)
        for key in pattern.order
        if can_be_null(key.expression, known=known, storage=storage)
    ]
    is_plain = len(directions) <= 1 and not nullable
    choice = "row comparison" if is_plain else "ranges"
    reasons = {
        "row comparison": "All keys run in one direction and are never NULL: one comparison finds where a page begins.",
        "ranges": "Several directions, or keys that may be NULL, are several ranges; an index can begin at each.",
    }
    key = f"postgres.{pattern.name}.pages"
    settled = settle(pins, key=key, default=choice, among=(choice,))
    return Decision(
        object=f"postgres.{pattern.name}",
        topic="pages",
        choice=settled.value,
        rule="choices",
        reason=reasons[choice],
        pin=key,
        inputs=(
            Input(name="sort keys", value=str(len(pattern.order) + (pattern.near is not None))),
            Input(name="directions", value=str(max(1, len(directions)))),
            Input(name="keys that may be NULL", value=", ".join(nullable) or "none"),
        ),
        alternatives=(_OFFSET,) if is_plain else (_OFFSET, _ONE_COMPARISON),
        is_pinned=settled.is_pinned,
        origin=pattern.origin,
    )


def _search_decision(pattern: ReadPattern, pins: Mapping[str, str], storage: Storage) -> Decision:
    """Say who decides between the index of the words and a walk in the order of the page, and when that goes wrong."""
    rows = rows_of(pattern.entity, storage=storage)
    choice = "by the planner's estimate"
    key = f"postgres.{pattern.name}.matching"
    settled = settle(pins, key=key, default=choice, among=(choice,))
    return Decision(
        object=f"postgres.{pattern.name}",
        topic="matching",
        choice=settled.value,
        rule="choices",
        reason=(
            "Rows with a rare word among those asked for are looked up in the index and sorted; rows with common words "
            "alone are met soon on a walk in the order of the page. ANALYZE counts words, not pairs: two common words "
            "that hardly ever stand together are walked for, up to the whole table."
        ),
        pin=key,
        inputs=(Input(name="rows", value=f"{rows:,}"),),
        alternatives=(
            Alternative(
                choice="words first, in a MATERIALIZED query",
                why_not="not built: all rows that hold a common word would be read and sorted for each page",
                cost=f"up to {rows:,} rows read for 1 page",
            ),
        ),
        is_pinned=settled.is_pinned,
        origin=pattern.origin,
    )
