"""Conditions as match filters, which an index can serve; what no filter says stands in `$expr`.

A filter is true or not: a comparison leaves out documents without the field by itself, as SQL leaves out NULL, and only
"not equal" has to say so. Everything else is as in `groundplan.mongo.queries.expressions`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from groundplan.mongo.queries.comparisons import (
    COMPARISONS,
    literal_operand,
    negated_comparison,
    swapped_comparison,
    text_match,
)
from groundplan.mongo.queries.expressions import TEXT_MATCHES, Translator
from groundplan.mongo.queries.filters import NOTHING, together
from groundplan.mongo.queries.model import Bson, Command, Given
from groundplan.mongo.queries.operands import Constant, Operand
from groundplan.plan.expressions import (
    AnyOf,
    Binary,
    Call,
    Every,
    Expression,
    In,
    IsNull,
    Literal,
    Local,
    Not,
    Operator,
    Path,
)
from groundplan.plan.kinds import Kind, kind_of
from groundplan.plan.types import AttributeType, Boolean, Json, ListOf, Point, Polygon

_PLAIN = frozenset(
    {
        Kind.TEXT, Kind.NUMBER, Kind.FLOAT, Kind.BOOLEAN, Kind.DATE, Kind.TIME, Kind.TIMESTAMP, Kind.INTERVAL,
        Kind.UUID, Kind.BYTES, Kind.IP,
    }
)  # fmt: skip
"""Kinds whose values a filter compares as SQL does."""

_NOT_ONLY_TEXT = re.compile(r"[-0-9\[{]|true\Z|false\Z")
"""Text that a number, a truth value, a list or an object in JSON can have too."""

PathOf = Callable[[Operand], str | None]
Special = Callable[[Expression, bool], Command | None]


def _own_path(operand: Operand) -> str | None:
    return operand.path


class Filters:
    """Writes conditions as filters on the documents that `translator` writes formulas over.

    `path_of` tells which field an operand is. `special` may give the filter that a condition is true, or false (EXISTS
    over an array); it is asked first.
    """

    def __init__(self, translator: Translator, *, path_of: PathOf = _own_path, special: Special | None = None) -> None:
        self._translator = translator
        self._path_of = path_of
        self._special = special

    def filter(self, condition: Expression) -> Command:
        """Return the filter that a condition is true. Raises Inexpressible."""
        return self._filter(condition, is_wanted=True)

    def _filter(self, condition: Expression, *, is_wanted: bool) -> Command:
        special = None if self._special is None else self._special(condition, is_wanted)
        if special is not None:
            return special
        if not self._translator.is_rewritten(condition):
            found = self._indexable(condition, is_wanted=is_wanted)
            if found is not None:
                return found
        test = self._translator.truth(condition) if is_wanted else self._translator.falsity(condition)
        return {} if test is True else NOTHING if test is False else {"$expr": test}

    def _indexable(self, condition: Expression, *, is_wanted: bool) -> Command | None:
        match condition:
            case Every(parts) | AnyOf(parts):
                filters = [self._filter(part, is_wanted=is_wanted) for part in parts]
                return _all(filters) if isinstance(condition, Every) is is_wanted else _any(filters)
            case Not(operand):
                return self._filter(operand, is_wanted=not is_wanted)
            case IsNull():
                return self._null(condition, is_wanted=is_wanted)
            case In():
                return self._in(condition, is_wanted=is_wanted)
            case Binary(Operator.EQUAL, left, Call("any", (listed,))):
                return self._any_of(left, listed, is_wanted=is_wanted)
            case Binary(operator, left, right) if operator in COMPARISONS:
                return self._comparison(operator if is_wanted else negated_comparison(operator), left, right)
            case Binary(operator, left, right) if operator in TEXT_MATCHES:
                return self._text(operator, left, right, is_wanted=is_wanted)
            case Binary(Operator.CONTAINED, left, right):
                return self._indexable(Binary(Operator.CONTAINS, right, left), is_wanted=is_wanted)
            case Binary(Operator.CONTAINS | Operator.OVERLAPS as operator, left, right) if is_wanted:
                return self._containment(operator, left, right)
            case Path(type=Boolean()) | Local():
                path = self._path(self._translator.value(condition))
                return None if path is None else {path: is_wanted}
            case _:
                return None

    def _path(self, operand: Operand, *kinds: Kind) -> str | None:
        path = self._path_of(operand)
        if path is None or operand.type is None:
            return None
        return path if kind_of(operand.type) in (kinds or _PLAIN) else None

    def _null(self, condition: IsNull, *, is_wanted: bool) -> Command | None:
        is_null = condition.is_negated is not is_wanted
        if not isinstance(condition.operand, Path | Local):
            return None
        operand = self._translator.value(condition.operand)
        path = self._path_of(operand)
        if path is None or not operand.is_optional:
            return None
        return {path: None} if is_null else {path: {"$ne": None}}

    def _in(self, condition: In, *, is_wanted: bool) -> Command | None:
        is_in = condition.is_negated is not is_wanted
        operand = self._translator.value(condition.operand)
        path = self._path(operand)
        items = [self._translator.sides(condition.operand, item)[1] for item in condition.items]
        values = [item.constant for item in items]
        if path is None or any(item.is_optional or not _is_of_one_sort(operand, item) for item in items):
            return None
        known = tuple(value.value for value in values if value is not None)
        if len(known) != len(items):
            return None
        if is_in:
            return {path: {"$in": known}}
        return {path: {"$nin": (*known, None) if operand.is_optional else known}}

    def _any_of(self, left: Expression, listed: Expression, *, is_wanted: bool) -> Command | None:
        operand, given = self._translator.value(left), self._translator.value(listed)
        path = self._path(operand)
        if path is None or given.constant is None or not is_wanted:
            return None
        return {path: {"$in": given.constant.value}}

    def _comparison(self, operator: Operator, left: Expression, right: Expression) -> Command | None:
        if operator is Operator.EQUAL:
            member = self._member(left, right) or self._member(right, left)
            if member is not None:
                return member
        first, second = self._translator.sides(left, right)
        if self._path_of(first) is None and self._path_of(second) is not None:
            first, second, operator = second, first, swapped_comparison(operator)
        path = self._path(first) or (self._path(first, Kind.LIST) if operator is Operator.EQUAL else None)
        if path is None or second.constant is None or not _is_of_one_sort(first, second):
            return None
        value = second.constant.value
        if value is None:
            return NOTHING
        if operator is Operator.EQUAL:
            found: Command = {path: {"$eq": value} if isinstance(value, Given) else value}
        elif operator is Operator.NOT_EQUAL:
            found = {path: {"$nin": (value, None)} if first.is_optional else {"$ne": value}}
        else:
            found = {path: {COMPARISONS[operator]: value}}
        if second.is_optional and operator in (Operator.EQUAL, Operator.NOT_EQUAL):
            return together([found, {"$expr": {"$gt": (second.expression, None)}}])
        return found

    def _member(self, member: Expression, value: Expression) -> Command | None:
        """Return the filter that `json ->> key` is a text which only a text in JSON has: no number, no truth value."""
        match member, value:
            case Binary(Operator.GET_TEXT, whole, Literal(value=str() as key)), Literal(value=str() as text):
                path = self._json_path(whole)
            case _:
                return None
        if path is None or _NOT_ONLY_TEXT.match(text) or not _is_field(key):
            return None
        inner: Command = {f"{path[-1]}.{key}": {"$eq": text, "$not": {"$type": "array"}}}
        return together([*({each: {"$not": {"$type": "array"}}} for each in path), inner])

    def _json_path(self, whole: Expression) -> tuple[str, ...] | None:
        """Return the paths of JSON and of the members that `->` takes of it, from the outermost."""
        match whole:
            case Path() | Local():
                path = self._path_of(self._translator.value(whole))
                return None if path is None else (path,)
            case Binary(Operator.GET, outer, Literal(value=str() as key)) if _is_field(key):
                path_of_outer = self._json_path(outer)
                return None if path_of_outer is None else (*path_of_outer, f"{path_of_outer[-1]}.{key}")
            case _:
                return None

    def _text(self, operator: Operator, left: Expression, right: Expression, *, is_wanted: bool) -> Command | None:
        operand, pattern = self._translator.value(left), self._translator.value(right)
        path = self._path(operand, Kind.TEXT)
        if path is None or pattern.constant is None or pattern.is_optional:
            return None
        match = text_match(operator, operand, pattern)
        regex: Bson = match["regex"] if isinstance(pattern.constant.value, str) else pattern.constant.value
        found: Bson = {"$regex": _bare(regex), "$options": match["options"]}
        if is_wanted:
            return {path: found}
        return {path: {"$not": found, "$ne": None} if operand.is_optional else {"$not": found}}

    def _containment(self, operator: Operator, left: Expression, right: Expression) -> Command | None:
        whole, part = self._translator.sides(left, right)
        if isinstance(whole.type, Polygon | Point) or isinstance(part.type, Polygon | Point):
            return self._area(whole, part)
        if self._path_of(whole) is None and operator is Operator.OVERLAPS:
            whole, part = part, whole
        path = self._path_of(whole)
        if path is None:
            return None
        if isinstance(whole.type, ListOf):
            item = self._single_item(right if operator is Operator.CONTAINS else None)
            return _list_filter(path, operator, part, item=item)
        if isinstance(whole.type, Json) and operator is Operator.CONTAINS and part.constant is not None:
            return _json_filter(path, part.constant.value)
        return None

    def _single_item(self, items: Expression | None) -> Operand | None:
        """Return the one value of a list that is made of it: `labels @> array[:label]`."""
        match items:
            case Call("array_append", (Literal(value="[]", type=ListOf(of=of)), item)) if not isinstance(item, Path):
                found = literal_operand(item, beside=of) if isinstance(item, Literal) else self._translator.value(item)
                return None if found.constant is None or found.is_optional else found
            case _:
                return None

    def _area(self, whole: Operand, part: Operand) -> Command | None:
        area, point = self._path_of(whole), self._path_of(part)
        if area is not None and part.constant is not None:
            return {area: {"$geoIntersects": {"$geometry": part.constant.value}}}
        if point is not None and whole.constant is not None:
            return {point: {"$geoWithin": {"$geometry": whole.constant.value}}}
        return None


def _bare(value: Bson) -> Bson:
    """Return a literal without the wrapping that an expression needs."""
    match value:
        case {"$literal": inner}:
            return inner
        case _:
            return value


def _is_of_one_sort(operand: Operand, other: Operand) -> bool:
    """Tell whether two operands are stored so that a filter compares them as SQL does: doubles only with doubles."""
    if operand.type is None or other.type is None:
        return True
    is_double = [_is_kind(each.type, Kind.FLOAT) for each in (operand, other)]
    value = None if other.constant is None else other.constant.value
    return is_double[0] == is_double[1] or isinstance(value, float)


def _is_kind(of: AttributeType | None, kind: Kind) -> bool:
    return of is not None and kind_of(of) is kind


def _list_filter(path: str, operator: Operator, part: Operand, *, item: Operand | None) -> Command | None:
    if item is not None and item.constant is not None:
        return {path: {"$eq": item.constant.value} if isinstance(item.constant.value, Given) else item.constant.value}
    match part.constant:
        case Constant(value=tuple() as items) if operator is Operator.CONTAINS and items:
            return {path: items[0] if len(items) == 1 else {"$all": items}}
        case Constant(value=tuple() | Given() as items) if operator is Operator.OVERLAPS:
            return {path: {"$in": items}}
        case _:
            return None


def _json_filter(path: str, part: Bson) -> Command | None:
    """Return the filter that JSON holds an object: its members by their paths, none of which may lead into a list."""
    if not isinstance(part, Mapping) or not part:
        return None
    found: list[Command] = [{path: {"$not": {"$type": "array"}}}]
    for key, value in part.items():
        if not _is_field(key):
            return None
        inner = f"{path}.{key}"
        match value:
            case Mapping():
                below = _json_filter(inner, value)
                if below is None:
                    return None
                found.append(below)
            case str() | bool() | int() | float():
                found.append({inner: {"$eq": value, "$not": {"$type": "array"}}})
            case _:
                return None
    return together(found)


def _is_field(key: str) -> bool:
    return key != "" and "." not in key and not key.startswith("$")


def _all(filters: list[Command]) -> Command:
    return NOTHING if NOTHING in filters else together(filters)


def _any(filters: list[Command]) -> Command:
    if {} in filters:
        return {}
    kept = [each for each in filters if each != NOTHING]
    return NOTHING if not kept else kept[0] if len(kept) == 1 else {"$or": tuple(kept)}
