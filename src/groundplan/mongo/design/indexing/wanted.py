"""The indexes that a request wants: equality first, then sort or range, partial by what its query repeats."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from groundplan.logical.facts import LARGE_ROWS
from groundplan.logical.model import Relation, Role
from groundplan.logical.shares import RANGE_WHERE_SILENT, equal_rows, share_of
from groundplan.mongo.design.indexing.conditions import Contained
from groundplan.mongo.design.indexing.fields import Field
from groundplan.mongo.design.indexing.request import Request
from groundplan.mongo.design.indexing.unique import KEY_INDEX, unique_name
from groundplan.mongo.model import KEY, Index, IndexKey, KeyKind
from groundplan.plan.expressions import Binary, Literal, Local, Operator

READ_WHOLE_FROM_SHARE = 0.2
"""From this share of its documents on, a collection is read from end to end: an index would fetch most of it anyway."""

SORTED_IN_MEMORY_ROWS = 20
"""Up to so many documents at the 99th percentile, sorting what an equality finds costs less than a wider index."""

LOOKED_THROUGH_ROWS = 1000
"""Up to so many documents, what an equality finds is sorted in a few milliseconds where all of it is returned."""

ONE_OF_SHARE = 0.05
"""From this share on, documents with one of several values are met soon enough by walking in order."""

MOST_KEYS = 32
"""Fields of one compound index (MongoDB manual, Limits and Thresholds)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An index that serves a request; `free` leading keys can stand in any order, `share` of the rows are in it.

    `is_needed` tells that the query fails without it (text, nearness), `is_beside` that it is for rows that a condition
    leads to, not for those read. `wildcard` is the path of the index that would hold all members of the JSON asked.
    """

    index: Index
    free: int
    share: float
    reason: str
    is_needed: bool = False
    is_beside: bool = False
    wildcard: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """An index that is there anyway serves the request, and how."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotWanted:
    """No index of its own would help the request, and why."""

    reason: str


Outcome = Wanted | Served | NotWanted


def outcome_of(request: Request, *, is_found_elsewhere: bool = False) -> Outcome:
    """Return what serves a request; `is_found_elsewhere` tells that the query begins in another collection."""
    name = unique_name(request)
    if name is not None:
        return Served(name=name, reason="at most one document has what is asked for, and a unique index finds it")
    documents = request.fields.documents(request.relation.name)
    collection = request.fields.places.place(request.relation.name).collection
    if documents <= LARGE_ROWS:
        return NotWanted(
            reason=f"{documents:,} declared documents of {collection} are read whole in a few milliseconds"
        )
    if is_found_elsewhere:
        return NotWanted(reason=f"its documents of {collection} are found from what the condition is about")
    if request.equal:
        return _for_equality(request)
    if request.contained:
        return _for_json(request, request.contained[0])
    return _without_equality(request, collection=collection)


def rows_found(request: Request) -> float:
    """Estimate how many rows an equality finds."""
    if not request.equal_names:
        return float(request.relation.rows.now)
    return equal_rows(request.equal_names, request.relation)


def keys_of(fields: Iterable[Field]) -> tuple[IndexKey, ...]:
    """Return ascending keys of fields, each once."""
    return tuple(IndexKey(path=path) for path in dict.fromkeys(field.path for field in fields))


def _equal_fields(request: Request) -> tuple[Field, ...]:
    """Return the fields of equalities: references first, so that one index serves them too, and one array at most.

    Of several fields inside an array the server narrows an index by the first alone (MongoDB manual, Multikey Index
    Bounds).
    """
    found: list[Field] = []
    for field in sorted(request.equal, key=lambda field: (not _is_reference(field, request), field.path)):
        has_array = any(known.arrays for known in found)
        if field not in found and not (field.arrays and has_array):
            found.append(field)
    return tuple(found)


def _is_reference(field: Field, request: Request) -> bool:
    relation = request.fields.facts.relations.get(field.relation)
    return relation is not None and relation.attribute(field.attribute).role is Role.REFERENCE


def _wanted(request: Request, keys: tuple[IndexKey, ...], *, free: int, reason: str) -> Wanted:
    if request.predicates and {key.path for key in keys} == {KEY}:
        # An index of `_id` alone cannot be partial; what a query repeats has one value, and keeps the order after it.
        found = min(request.predicates, key=lambda each: share_of(each.condition, request.relation))
        keys = (*(IndexKey(path=path) for path in found.filter), *keys)
    by_path: dict[str, IndexKey] = {}
    for key in keys:
        by_path.setdefault(key.path, key)
    index = Index(
        name="", keys=tuple(by_path.values())[:MOST_KEYS], where=request.where, origin=request.relation.origin
    )
    return Wanted(index=index, free=free, share=request.share, reason=reason)


def _for_equality(request: Request) -> Wanted:
    fields = _equal_fields(request)
    keys = keys_of(fields)
    free = len(keys)
    rows = rows_found(request)
    if request.order and not _is_sorted_quickly(request, rows):
        if _is_range_first(request, rows=rows):
            reason = "equality first, then the range: it leaves fewer documents to sort than the order would skip"
            return _wanted(request, (*keys, *_range_keys(request)), free=free, reason=reason)
        keys = (*keys, *request.order, *_after_order(request, fields))
        reason = "equality first, then the order asked for: a page is read where it begins and nothing is sorted"
        return _wanted(request, keys, free=free, reason=reason)
    if request.between:
        reason = "equality first, then the range: one contiguous part of the index"
        return _wanted(request, (*keys, *_range_keys(request)), free=free, reason=reason)
    one_of = _beside(fields, request.one_of[:1])
    if one_of:
        keys = (*keys, *keys_of(one_of))
        reason = "equality, then one descent for each of the values"
        return _wanted(request, keys, free=len(keys), reason=reason)
    back = keys_of(_beside(fields, request.back))
    reason = "equality first, then what leads on to the rows asked for" if back else "equality on every field"
    return _wanted(request, (*keys, *back), free=free, reason=reason)


def _beside(fields: tuple[Field, ...], others: Iterable[Field]) -> tuple[Field, ...]:
    """Return the others that one index can hold beside fields: one array at most is in all of it."""
    has_array = any(field.arrays for field in fields)
    return tuple(field for field in others if not (field.arrays and has_array))


def _after_order(request: Request, fields: tuple[Field, ...]) -> tuple[IndexKey, ...]:
    """Return the ranges after an order: documents outside of them are passed over without being fetched."""
    return keys_of(field for field in _beside(fields, request.between) if not field.arrays)


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


def _is_range_first(request: Request, *, rows: float) -> bool:
    """Tell whether a range should stand in place of the order."""
    if not request.between or any(field.path == request.order[0].path for field in request.between):
        return False
    passed = RANGE_WHERE_SILENT ** len(request.between)
    walked_in_order = float("inf") if request.limit is None else request.limit / passed
    return rows * passed < walked_in_order


def _range_keys(request: Request) -> tuple[IndexKey, ...]:
    """Return the key of the range; an order that begins with it goes on as asked."""
    if request.order and any(field.path == request.order[0].path for field in request.between):
        return request.order
    equal = _equal_fields(request)
    return keys_of(sorted(_beside(equal, request.between), key=lambda field: field.path)[:1])


def _for_json(request: Request, contained: Contained) -> Wanted:
    """Serve the first member that JSON is asked for; what is a list in one document is none in another."""
    member = f"{contained.field.path}.{contained.members[0]}"
    has_order = bool(request.order) and not contained.field.arrays
    keys = (IndexKey(path=member), *(request.order if has_order else ()))
    reason = "equality on the member that is asked for" + (", then the order asked for" if has_order else "")
    found = _wanted(request, keys, free=1, reason=reason)
    return Wanted(
        index=found.index,
        free=found.free,
        share=found.share,
        reason=found.reason,
        wildcard=f"{contained.field.path}.$**",
    )


def _without_equality(request: Request, *, collection: str) -> Outcome:
    if request.located:
        index = Index(
            name="",
            keys=(IndexKey(path=request.located[0].path, kind=KeyKind.SPHERE),),
            origin=request.relation.origin,
        )
        return Wanted(index=index, free=0, share=1.0, reason="what lies in an area is found by the cells that cover it")
    if request.between:
        return _for_range(request)
    if request.one_of:
        return _for_one_of(request)
    if request.order and request.limit is not None:
        reason = "the order asked for: a page is read where it begins and nothing is sorted"
        return _in_order(request, reason=reason)
    if request.predicates and request.share <= READ_WHOLE_FROM_SHARE:
        keys = request.order or (IndexKey(path=KEY),)
        return _wanted(request, keys, free=0, reason="holds the documents asked for and no others")
    if request.unserved and not request.asks_nothing:
        return NotWanted(reason="no index serves its conditions: every document is looked at")
    return NotWanted(reason=f"it reads {request.share:.0%} of {collection}, which is quickest from end to end")


def _for_range(request: Request) -> Outcome:
    keys = _range_keys(request)
    is_same = bool(request.order) and keys == request.order
    if not is_same and request.order and request.limit is not None:
        return _in_order(request, reason="the order asked for; documents outside of the range are skipped on the way")
    reason = "one contiguous part of the index" + (", in the order asked for" if is_same else "")
    return _wanted(request, keys, free=0, reason=reason)


def _for_one_of(request: Request) -> Outcome:
    field = request.one_of[0]
    relation = request.fields.facts.relations[field.relation]
    if request.order and request.limit is not None:
        if _is_common(field, relation):
            return _in_order(request, reason="the order asked for; other values are skipped on the way")
        # The server merges the sorted part of each value (explode for sort, up to 200 of them).
        reason = "one descent for each of the values, whose parts are merged in the order asked for"
        return _wanted(request, (*keys_of((field,)), *request.order), free=1, reason=reason)
    return _wanted(request, keys_of((field,)), free=1, reason="one descent for each of the values")


def _is_common(field: Field, relation: Relation) -> bool:
    return share_of(Binary(Operator.EQUAL, Local(field.attribute), Literal(value=None)), relation) >= ONE_OF_SHARE


def _in_order(request: Request, *, reason: str) -> Outcome:
    if request.order[0].path == KEY and request.share >= READ_WHOLE_FROM_SHARE:
        return Served(name=KEY_INDEX, reason="the documents' own key has them in the order asked for")
    ranges = keys_of(field for field in request.between if not field.arrays)
    return _wanted(request, (*request.order, *ranges), free=0, reason=reason)
