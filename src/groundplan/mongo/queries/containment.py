"""Containment: ranges, lists, JSON, and whether values overlap."""

from __future__ import annotations

from collections.abc import Mapping

from groundplan.mongo.queries.inexpressible import Inexpressible
from groundplan.mongo.queries.model import Bson
from groundplan.mongo.queries.operands import Operand, as_expression, both, either
from groundplan.mongo.representation import LOWER, UPPER
from groundplan.plan.expressions import Operator
from groundplan.plan.types import Json, ListOf, Range


def containment_test(operator: Operator, left: Operand, right: Operand) -> Bson:
    """Return the test for `&&`, `@>`, `<@` and `?` over operands that are not NULL. Raises Inexpressible."""
    match operator:
        case Operator.CONTAINED:
            return containment_test(Operator.CONTAINS, right, left)
        case Operator.HAS_KEY:
            return _has_key(left, right)
        case Operator.OVERLAPS if isinstance(left.type, Range) or isinstance(right.type, Range):
            return overlap(bounds(left), bounds(right))
        case Operator.OVERLAPS:
            return {"$gt": ({"$size": {"$setIntersection": (left.expression, right.expression)}}, 0)}
        case _:
            return _contains(left, right)


def _contains(whole: Operand, part: Operand) -> Bson:
    match whole.type or part.type:
        case ListOf():
            return {"$setIsSubset": (part.expression, whole.expression)}
        case Range() if isinstance(part.type, Range):
            return _range_in_range(bounds(whole), bounds(part))
        case Range():
            return holds_value(bounds(whole), part.expression)
        case Json():
            if part.constant is None or not _is_known(part.constant.value):
                raise Inexpressible("which JSON is to be contained must be known beforehand")
            return json_contains(whole.expression, part.constant.value)
        case _:
            raise Inexpressible("whether an area holds a point has no counterpart inside a formula")


def _is_known(value: Bson) -> bool:
    return isinstance(value, Mapping | tuple | str | int | float | bool) or value is None


Bounds = tuple[Bson, Bson]


def bounds(span: Operand) -> Bounds:
    """Return the two bounds of a range."""
    return bound(span, LOWER), bound(span, UPPER)


def bound(span: Operand, name: str) -> Bson:
    """Return one bound of a range; NULL where it is open."""
    whole = span.expression
    if isinstance(whole, str):
        return f"{whole}.{name}"
    if isinstance(whole, Mapping) and tuple(whole) == (LOWER, UPPER):
        return whole[name]
    return {"$getField": {"field": name, "input": whole}}


def overlap(left: Bounds, right: Bounds) -> Bson:
    """Return the test that two ranges share a point; an empty one shares none."""
    return both([_is_below(low, high) for low in (left[0], right[0]) for high in (left[1], right[1])])


def _is_below(low: Bson, high: Bson) -> Bson:
    return either([{"$lte": (low, None)}, {"$lte": (high, None)}, {"$lt": (low, high)}])


def holds_value(span: Bounds, value: Bson) -> Bson:
    """Return the test that a range holds a value: an open lower bound is below all values by itself."""
    return both([{"$lte": (span[0], value)}, either([{"$lte": (span[1], None)}, {"$gt": (span[1], value)}])])


def _range_in_range(whole: Bounds, part: Bounds) -> Bson:
    lower = either([{"$lte": (whole[0], None)}, both([{"$gt": (part[0], None)}, {"$lte": (whole[0], part[0])}])])
    upper = either([{"$lte": (whole[1], None)}, both([{"$gt": (part[1], None)}, {"$gte": (whole[1], part[1])}])])
    is_empty = both([{"$gt": (part[0], None)}, {"$eq": part}])
    return either([is_empty, both([lower, upper])])


def json_contains(whole: Bson, part: Bson) -> Bson:
    """Return the test that JSON holds other JSON (PostgreSQL manual 8.14.3): objects by key, lists as sets."""
    match part:
        case Mapping():
            members = [json_contains(member(whole, key), inner) for key, inner in part.items()]
            return both([{"$eq": ({"$type": whole}, "object")}, *members])
        case tuple():
            return both([{"$isArray": (whole,)}, *(_has_item(whole, item) for item in part)])
        case None:
            return {"$eq": ({"$type": whole}, "null")}
        case _:
            return {"$eq": (whole, as_expression(part))}


def _has_item(whole: Bson, item: Bson) -> Bson:
    if not isinstance(item, Mapping | tuple):
        return {"$in": (as_expression(item), {"$cond": ({"$isArray": (whole,)}, whole, ())})}
    tests = {"$map": {"input": whole, "as": "item", "in": json_contains("$$item", item)}}
    return {"$anyElementTrue": ({"$cond": ({"$isArray": (whole,)}, tests, ())},)}


def member(whole: Bson, key: str) -> Bson:
    """Return a member of an object."""
    return {"$getField": {"field": as_expression(key), "input": whole}}


def _has_key(whole: Operand, key: Operand) -> Bson:
    value = None if key.constant is None else key.constant.value
    if not isinstance(value, str):
        raise Inexpressible("the key that JSON is to have must be known beforehand")
    is_item = {"$in": (as_expression(value), {"$cond": ({"$isArray": (whole.expression,)}, whole.expression, ())})}
    return either(
        [
            {"$ne": ({"$type": member(whole.expression, value)}, "missing")},
            {"$eq": (whole.expression, as_expression(value))},
            is_item,
        ]
    )
