"""The indexes that a request wants: equality first, then range or sort, partial by what its query repeats."""

from __future__ import annotations

from dataclasses import dataclass

from groundplan.plan.expressions import Binary, Expression, Literal, Local, Operator
from groundplan.postgres.design.facts import LARGE_ROWS
from groundplan.postgres.design.indexing.conditions import Matched
from groundplan.postgres.design.indexing.request import Request
from groundplan.postgres.design.indexing.shares import RANGE_WHERE_SILENT, equal_rows, share_of
from groundplan.postgres.design.indexing.unique import unique_name
from groundplan.postgres.model import Index, IndexKey, IndexMethod

READ_WHOLE_FROM_SHARE = 0.2
"""From this share of its rows on, a table is read from end to end: an index would touch most pages anyway."""

SORTED_IN_MEMORY_ROWS = 20
"""Up to so many rows at the 99th percentile, sorting what an equality finds costs less than a wider index."""

LOOKED_THROUGH_ROWS = 1000
"""Up to so many rows that an equality finds, they are looked through one by one rather than by an inverted index."""

ONE_OF_SHARE = 0.05
"""From this share on, rows that are one of several values are met soon enough by walking in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An index that serves a request; `free` leading keys can stand in any order, `rows` are those it finds."""

    index: Index
    free: int
    share: float
    rows: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A key that is there anyway serves the request, and how."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotWanted:
    """No index of its own would help the request, and why."""

    reason: str


Outcome = Wanted | Served | NotWanted


def outcome_of(request: Request, *, is_driven_from_elsewhere: bool = False, back: tuple[IndexKey, ...] = ()) -> Outcome:
    """Return what serves a request.

    `is_driven_from_elsewhere` tells that the rows are found through other tables; `back` are keys that lead on from the
    rows found, for an index-only scan.
    """
    name = unique_name(request)
    if name is not None:
        return Served(name=name, reason="there is at most one row, which a key finds")
    relation = request.relation
    if relation.rows.now <= LARGE_ROWS:
        return NotWanted(
            reason=f"{relation.rows.now:,} declared rows of {relation.name} are read whole in a few milliseconds"
        )
    rows = equal_rows(request.equal_names, relation) if request.equal_names else float(relation.rows.now)
    if request.matched and (not request.equal or rows > LOOKED_THROUGH_ROWS):
        return _for_match(request, request.matched[0], rows=rows)
    if request.equal:
        return _for_equality(request, rows=rows, back=back)
    if is_driven_from_elsewhere:
        return NotWanted(reason=f"its rows of {relation.name} are found from the rows that the condition is about")
    return _without_equality(request)


def _columns(expressions: tuple[Expression, ...]) -> tuple[IndexKey, ...]:
    return tuple(IndexKey(expression=expression) for expression in expressions)


def _equal_keys(request: Request) -> tuple[IndexKey, ...]:
    """Return the keys of all equalities: references first, so that one index serves the foreign key too."""
    references = {name for reference in request.relation.references for name in reference.attributes}

    def place(expression: Expression) -> tuple[bool, str]:
        return (not (isinstance(expression, Local) and expression.name in references), repr(expression))

    found = dict.fromkeys(equal.expression for equal in request.equal)
    return _columns(tuple(sorted(found, key=place)))


def _wanted(
    request: Request,
    keys: tuple[IndexKey, ...],
    *,
    free: int,
    rows: float,
    reason: str,
    method: IndexMethod | None = None,
) -> Wanted:
    index = Index(
        name="",
        keys=_without_repeats(keys),
        method=method or IndexMethod.BTREE,
        where=request.where,
        origin=request.relation.origin,
    )
    share = share_of(request.where, request.relation)
    return Wanted(index=index, free=free, share=share, rows=rows, reason=reason)


def _without_repeats(keys: tuple[IndexKey, ...]) -> tuple[IndexKey, ...]:
    by_expression: dict[Expression, IndexKey] = {}
    for key in keys:
        by_expression.setdefault(key.expression, key)
    return tuple(by_expression.values())


def _for_equality(request: Request, *, rows: float, back: tuple[IndexKey, ...]) -> Wanted:
    keys = _equal_keys(request)
    free = len(keys)
    if request.order and not _is_sorted_quickly(request, rows):
        range_first = _range_first(request, rows=rows)
        if range_first is None:
            reason = "equality first, then the order asked for: a page is read where it begins and nothing is sorted"
            return _wanted(request, (*keys, *request.order), free=free, rows=rows, reason=reason)
        reason = "equality first, then the range: it leaves fewer rows to sort than the order would have to skip"
        return _wanted(request, (*keys, range_first), free=free, rows=rows, reason=reason)
    if request.between:
        reason = "equality first, then the range: one contiguous part of the index"
        return _wanted(request, (*keys, _range_key(request), *back), free=free, rows=rows, reason=reason)
    if request.one_of:
        keys = (*keys, *_columns((request.one_of[0].expression,)))
        reason = "equality, then one descent for each of the values"
        return _wanted(request, (*keys, *back), free=len(keys), rows=rows, reason=reason)
    reason = "equality on every key" if not back else "equality first, then what leads on to the rows asked for"
    return _wanted(request, (*keys, *back), free=free, rows=rows, reason=reason)


def _is_sorted_quickly(request: Request, rows: float) -> bool:
    """Tell whether sorting what is found is nothing beside reading it; assumed fan-outs are not relied on."""
    if request.limit is None:
        return rows <= LOOKED_THROUGH_ROWS
    names = set(request.equal_names)
    held = [
        reference
        for reference in request.relation.references
        if names >= {name for name in reference.attributes if name not in reference.agrees}
    ]
    is_known = any(not reference.fanout.is_assumed for reference in held)
    return is_known and rows <= SORTED_IN_MEMORY_ROWS


def _range_first(request: Request, *, rows: float) -> IndexKey | None:
    """Return the range key where it should stand in place of the order; None where the order should."""
    if not request.between or request.between[0].expression == request.order[0].expression:
        return None
    passed = RANGE_WHERE_SILENT ** len(request.between)
    walked_in_order = float("inf") if request.limit is None else request.limit / passed
    return _range_key(request) if rows * passed < walked_in_order else None


def _range_key(request: Request) -> IndexKey:
    """Return the key of the range; an order that begins with it says its direction."""
    expression = min((found.expression for found in request.between), key=repr)
    for key in request.order:
        if any(found.expression == key.expression for found in request.between):
            return key
    return IndexKey(expression=expression)


def _for_match(request: Request, matched: Matched, *, rows: float) -> Wanted:
    match matched.method:
        case IndexMethod.GIST:
            scalars = tuple(key for key in _equal_keys(request) if _fits_gist(key, request))
            keys = (*scalars, matched.key)
            reason = "GiST keeps spans and areas by their bounds, so that overlap is one descent"
            return _wanted(request, keys, free=len(keys) - 1, rows=rows, reason=reason, method=IndexMethod.GIST)
        case IndexMethod.GIN:
            share = share_of(request.where, request.relation)
            index = Index(
                name="",
                keys=(matched.key,),
                method=IndexMethod.GIN,
                where=request.where if share <= 0.5 else None,
                origin=request.relation.origin,
            )
            share = share if index.where is not None else 1.0
            reason = "GIN keeps each element once, with the rows that hold it"
            return Wanted(index=index, free=0, share=share, rows=rows, reason=reason)
        case IndexMethod.BTREE | IndexMethod.HASH | IndexMethod.BRIN:
            keys = (*_equal_keys(request), matched.key)
            reason = "text that begins alike lies side by side in byte order"
            return _wanted(request, keys, free=len(keys) - 1, rows=rows, reason=reason)


def _fits_gist(key: IndexKey, request: Request) -> bool:
    """Tell whether btree_gist knows the type of a key (manual F.9)."""
    if not isinstance(key.expression, Local):
        return True
    type_name = request.table.column(key.expression.name).type
    return not type_name.endswith("[]") and not type_name.startswith(("citext", "jsonb", "vector"))


def _without_equality(request: Request) -> Outcome:
    relation = request.relation
    rows = float(relation.rows.now)
    share = share_of(request.where, relation)
    if request.between:
        is_same = bool(request.order) and request.order[0].expression == _range_key(request).expression
        keys = request.order if is_same else (_range_key(request),)
        if not is_same and request.order and request.limit is not None:
            return _in_order(request, reason="the order asked for; rows outside of the range are skipped on the way")
        reason = "one contiguous part of the index" + (", in the order asked for" if is_same else "")
        return _wanted(request, keys, free=0, rows=rows * RANGE_WHERE_SILENT, reason=reason)
    if request.one_of:
        name = request.one_of[0].names[0]
        is_common = share_of(Binary(Operator.EQUAL, Local(name), Literal(value=None)), relation) >= ONE_OF_SHARE
        if request.order and request.limit is not None and is_common:
            return _in_order(request, reason="the order asked for; other values are skipped on the way")
        keys = _columns((request.one_of[0].expression,))
        return _wanted(request, keys, free=1, rows=rows, reason="one descent for each of the values")
    if request.order and request.limit is not None:
        return _in_order(request, reason="the order asked for: a page is read where it begins and nothing is sorted")
    if request.predicates and share <= READ_WHOLE_FROM_SHARE:
        keys = request.order or _columns(tuple(Local(name) for name in relation.primary_key))
        return _wanted(request, keys, free=0, rows=rows * share, reason="holds the rows asked for and no others")
    if request.filters and not request.is_empty:
        return NotWanted(reason="no index serves its conditions: every row is looked at")
    return NotWanted(reason=f"it reads {share:.0%} of {relation.name}, which is quickest from end to end")


def _in_order(request: Request, *, reason: str) -> Outcome:
    key = tuple(Local(name) for name in request.relation.primary_key)
    share = share_of(request.where, request.relation)
    ordered_by = tuple(part.expression for part in request.order)
    if ordered_by == key[: len(ordered_by)] and share >= READ_WHOLE_FROM_SHARE and _is_one_way(request.order):
        return Served(name=request.table.primary_key.name, reason="the primary key has the rows in the order asked for")
    rows = float(request.limit if request.limit is not None else request.relation.rows.now)
    return _wanted(request, request.order, free=0, rows=rows, reason=reason)


def _is_one_way(keys: tuple[IndexKey, ...]) -> bool:
    return len({key.is_descending for key in keys}) <= 1
