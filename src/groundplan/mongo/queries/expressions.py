"""Formulas as aggregation expressions, with SQL's logic of three values.

A formula has a value, which may be NULL. A condition is asked for in one of two ways: where it is true, and where it is
false; what is unknown is neither. So NOT turns one question into the other, and a comparison is guarded against NULL
only where one of its sides can be NULL and the operator would take it for a value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import assert_never

from groundplan.mongo.queries.arithmetic import binary_operand, negative_operand
from groundplan.mongo.queries.casts import cast_operand
from groundplan.mongo.queries.constants import constant_value
from groundplan.mongo.queries.containment import containment_test
from groundplan.mongo.queries.functions import call_operand
from groundplan.mongo.queries.inexpressible import Inexpressible
from groundplan.mongo.queries.model import Bson, Command
from groundplan.mongo.queries.operands import (
    Operand,
    any_optional,
    as_expression,
    both,
    constant,
    either,
    inverted,
    is_missing,
    is_there,
)
from groundplan.mongo.queries.spans import span_of
from groundplan.mongo.queries.text_patterns import ANY_CASE, DOT_ALL, like_expression, posix_expression
from groundplan.plan.expressions import (
    Aggregate,
    AnyOf,
    Binary,
    Call,
    Case,
    Cast,
    Every,
    Expression,
    In,
    IsNull,
    Literal,
    Local,
    Negative,
    Not,
    Operator,
    Parameter,
    Path,
)
from groundplan.plan.resolve.typing import type_of
from groundplan.plan.types import (
    AttributeType,
    Boolean,
    Decimal,
    Email,
    Float,
    Integer,
    Interval,
    Json,
    Money,
    Point,
    Polygon,
)

Leaf = Path | Local | Parameter | Aggregate
"""What an expression is made of in the end; where that is, the document at hand knows."""

LeafOperand = Callable[[Leaf], Operand]
Rewrite = Callable[[Expression], "Test | None"]

_SWAPPED = {
    Operator.LESS: Operator.GREATER,
    Operator.LESS_EQUAL: Operator.GREATER_EQUAL,
    Operator.GREATER: Operator.LESS,
    Operator.GREATER_EQUAL: Operator.LESS_EQUAL,
    Operator.EQUAL: Operator.EQUAL,
    Operator.NOT_EQUAL: Operator.NOT_EQUAL,
}
_NEGATED = {
    Operator.LESS: Operator.GREATER_EQUAL,
    Operator.LESS_EQUAL: Operator.GREATER,
    Operator.GREATER: Operator.LESS_EQUAL,
    Operator.GREATER_EQUAL: Operator.LESS,
    Operator.EQUAL: Operator.NOT_EQUAL,
    Operator.NOT_EQUAL: Operator.EQUAL,
}
COMPARISONS = {
    Operator.LESS: "$lt",
    Operator.LESS_EQUAL: "$lte",
    Operator.GREATER: "$gt",
    Operator.GREATER_EQUAL: "$gte",
    Operator.EQUAL: "$eq",
    Operator.NOT_EQUAL: "$ne",
}
_CONTAINMENTS = frozenset({Operator.OVERLAPS, Operator.CONTAINS, Operator.CONTAINED, Operator.HAS_KEY})
TEXT_MATCHES = frozenset({Operator.LIKE, Operator.ILIKE, Operator.MATCHES, Operator.MATCHES_ANY_CASE})
CONDITIONS = frozenset(COMPARISONS) | _CONTAINMENTS | TEXT_MATCHES
"""Operators whose result is true, false or unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """A condition that is never unknown: an expression that is true or false, and the same as a filter if it can be."""

    expression: Bson
    filter: Command | None = None


def negated_comparison(operator: Operator) -> Operator:
    """Return the comparison that is true where this one is false."""
    return _NEGATED[operator]


def swapped_comparison(operator: Operator) -> Operator:
    """Return the comparison with its sides the other way round."""
    return _SWAPPED[operator]


class Translator:
    """Writes formulas over the fields that `leaf` finds.

    `rewrite` may give the test that stands for a condition (EXISTS, what a row's presence means), `known` the operand
    that holds an expression's value already; both are asked first.
    """

    def __init__(
        self,
        leaf: LeafOperand,
        *,
        rewrite: Rewrite | None = None,
        known: Mapping[Expression, Operand] | None = None,
    ) -> None:
        self._leaf = leaf
        self._rewrite = rewrite
        self._known: Mapping[Expression, Operand] = {} if known is None else known

    def is_rewritten(self, condition: Expression) -> bool:
        """Tell whether a condition is known by its value, or stands for a test of its own."""
        return condition in self._known or (self._rewrite is not None and self._rewrite(condition) is not None)

    # Values

    def value(self, expression: Expression) -> Operand:
        """Return a formula's value. Raises Inexpressible."""
        held = self._known.get(expression)
        if held is not None:
            return held
        match expression:
            case Path() | Local() | Parameter() | Aggregate():
                return self._leaf(expression)
            case Literal():
                return literal_operand(expression)
            case Binary(operator) if operator in CONDITIONS:
                return self._logical(expression)
            case Binary(operator, left, right):
                return binary_operand(operator, *self.sides(left, right))
            case Negative():
                return negative_operand(self.value(expression.operand))
            case Every() | AnyOf() | Not() | IsNull() | In():
                return self._logical(expression)
            case Call():
                return call_operand(expression.function, tuple(map(self.value, expression.arguments)))
            case Case():
                return self._case(expression)
            case Cast():
                return cast_operand(self.value(expression.operand), expression.type)
            case _:
                assert_never(expression)

    def sides(self, left: Expression, right: Expression) -> tuple[Operand, Operand]:
        """Return two operands that stand beside each other: a constant takes the type of the other one."""
        first, second = self.value(left), self.value(right)
        if isinstance(left, Literal) and not isinstance(right, Literal):
            first = literal_operand(left, beside=_beside(second.type, first.type))
        elif isinstance(right, Literal):
            second = literal_operand(right, beside=_beside(first.type, second.type))
        return first, second

    def _logical(self, condition: Expression) -> Operand:
        true = self.truth(condition)
        if self.is_decided(condition):
            return Operand(expression=true, type=Boolean())
        otherwise = {"$cond": (self.falsity(condition), False, None)}
        return Operand(expression={"$cond": (true, True, otherwise)}, type=Boolean(), is_optional=True)

    def is_decided(self, condition: Expression) -> bool:
        """Tell whether a condition is never unknown."""
        if condition in self._known:
            return not self._known[condition].is_optional
        if self._rewrite is not None and self._rewrite(condition) is not None:
            return True
        match condition:
            case Every(parts) | AnyOf(parts):
                return all(map(self.is_decided, parts))
            case Not(operand):
                return self.is_decided(operand)
            case IsNull():
                return True
            case Binary(Operator.EQUAL, left, Call("any", (listed,))):
                return not any_optional(self.value(left), self.value(listed))
            case Binary(operator, left, right) if operator in CONDITIONS:
                return not any_optional(self.value(left), self.value(right))
            case In():
                return not any_optional(self.value(condition.operand), *map(self.value, condition.items))
            case _:
                return not self.value(condition).is_optional

    def _case(self, case: Case) -> Operand:
        branches = [(self.truth(condition), self.value(value)) for condition, value in case.branches]
        otherwise = None if case.otherwise is None else self.value(case.otherwise)
        values = [value for _, value in branches] + ([] if otherwise is None else [otherwise])
        default = None if otherwise is None else otherwise.expression
        expression: Bson = {
            "$switch": {
                "branches": tuple({"case": test, "then": value.expression} for test, value in branches),
                "default": default,
            }
        }
        of = next((value.type for value in values if value.type is not None), type_of(case))
        return Operand(expression=expression, type=of, is_optional=otherwise is None or any_optional(*values))

    # Conditions

    def truth(self, condition: Expression) -> Bson:
        """Return the test that a condition is true. Raises Inexpressible."""
        return self._test(condition, is_wanted=True)

    def falsity(self, condition: Expression) -> Bson:
        """Return the test that a condition is false, not unknown. Raises Inexpressible."""
        return self._test(condition, is_wanted=False)

    def _test(self, condition: Expression, *, is_wanted: bool) -> Bson:
        if condition in self._known:
            return self._boolean(self._known[condition], is_wanted=is_wanted)
        rewritten = None if self._rewrite is None else self._rewrite(condition)
        if rewritten is not None:
            return rewritten.expression if is_wanted else inverted(rewritten.expression)
        match condition:
            case Every(parts):
                return (both if is_wanted else either)([self._test(part, is_wanted=is_wanted) for part in parts])
            case AnyOf(parts):
                return (either if is_wanted else both)([self._test(part, is_wanted=is_wanted) for part in parts])
            case Not(operand):
                return self._test(operand, is_wanted=not is_wanted)
            case IsNull():
                return self._null_test(condition, is_wanted=is_wanted)
            case In():
                return self._membership(condition, is_wanted=is_wanted)
            case Binary(Operator.EQUAL, left, Call("any", (listed,))):
                return self._any_of(left, listed, is_wanted=is_wanted)
            case Binary(operator, left, right) if operator in COMPARISONS:
                compared = operator if is_wanted else _NEGATED[operator]
                first, second = self.sides(left, right)
                if compared in (Operator.EQUAL, Operator.NOT_EQUAL):
                    first, second = _other_text(left, right, first), _other_text(right, left, second)
                return comparison(compared, first, second)
            case Binary(operator, left, right) if operator in TEXT_MATCHES:
                return self._text_match(operator, left, right, is_wanted=is_wanted)
            case Binary(operator, left, right) if operator in _CONTAINMENTS:
                sides = self.sides(left, right)
                return guarded(containment_test(operator, *sides), *sides, is_wanted=is_wanted)
            case Literal(value=None):
                return False
            case Literal(value=bool() as value):
                return value is is_wanted
            case _:
                return self._boolean(self.value(condition), is_wanted=is_wanted)

    def _boolean(self, operand: Operand, *, is_wanted: bool) -> Bson:
        if operand.is_optional or operand.path is not None:
            return {"$eq": (operand.expression, is_wanted)}
        return operand.expression if is_wanted else inverted(operand.expression)

    def _null_test(self, condition: IsNull, *, is_wanted: bool) -> Bson:
        is_null = condition.is_negated is not is_wanted
        if isinstance(condition.operand, Binary) and condition.operand.operator is Operator.GET:
            # JSON's null is a value, which `->` gives as it is.
            kind = {"$type": self.value(condition.operand).expression}
            return {"$eq" if is_null else "$ne": (kind, "missing")}
        operand = self.value(condition.operand)
        if not operand.is_optional:
            return not is_null
        return is_missing(operand) if is_null else is_there(operand)

    def _membership(self, condition: In, *, is_wanted: bool) -> Bson:
        is_in = condition.is_negated is not is_wanted
        operand = self.value(condition.operand)
        items = [self.sides(condition.operand, item)[1] for item in condition.items]
        if not is_in and any(item.constant is not None and item.constant.value is None for item in items):
            return False
        known = [item for item in items if item.constant is None or item.constant.value is not None]
        for item in known:
            refuse_without_equality(operand, item)
        test: Bson = {"$in": (operand.expression, tuple(item.expression for item in known))}
        guards = [is_there(operand)] if operand.is_optional and (not is_in or any_optional(*known)) else []
        if is_in:
            return both([*guards, test])
        return both([*guards, *(is_there(item) for item in known if item.is_optional), inverted(test)])

    def _any_of(self, left: Expression, listed: Expression, *, is_wanted: bool) -> Bson:
        operand, given = self.value(left), self.value(listed)
        test: Bson = {"$in": (operand.expression, given.expression)}
        guards = [is_there(side) for side in (operand, given) if side.is_optional]
        return both([*guards, test if is_wanted else inverted(test)])

    def _text_match(self, operator: Operator, left: Expression, right: Expression, *, is_wanted: bool) -> Bson:
        operand, pattern = self.value(left), self.value(right)
        match = {"input": operand.expression, **text_match(operator, operand, pattern)}
        test: Bson = {"$regexMatch": match}
        if is_wanted and not pattern.is_optional:
            return test  # what is not there matches nothing
        return guarded(test, operand, pattern, is_wanted=is_wanted)


def literal_operand(literal: Literal, *, beside: AttributeType | None = None) -> Operand:
    """Return a constant; `beside` is the type of the operand it stands beside."""
    of = beside or literal.type or type_of(literal)
    found = constant(constant_value(literal, of), of)
    if isinstance(of, Interval) and isinstance(literal.value, str):
        return replace(found, span=span_of(literal.value))
    return found


def _other_text(side: Expression, other: Expression, operand: Operand) -> Operand:
    """Return `json ->> key` beside a constant: the text of an object or a list, which nothing gives, equals none."""
    match side, other:
        case Binary(Operator.GET_TEXT, whole, key), Literal(value=str() as text) if not text.startswith(("[", "{")):
            pass
        case _:
            return operand
    match operand.expression:
        case {"$toString": member}:
            return replace(operand, expression={"$convert": {"input": member, "to": "string", "onError": "{"}})
        case _:
            raise ValueError(f"{whole} ->> {key} is no text")


def _beside(other: AttributeType | None, own: AttributeType | None) -> AttributeType | None:
    """Return the type that a constant takes beside an operand: a number takes the operand's, an address too."""
    match other, own:
        case Email(), _:
            return other
        case ((Float() | Decimal() | Money()), (None | Integer() | Decimal() | Money())):
            return other
        case _:
            return own or other


def guarded(test: Bson, *operands: Operand, is_wanted: bool) -> Bson:
    """Return the test that a condition over operands is true (or false), none of them being NULL."""
    guards = [is_there(operand) for operand in operands if operand.is_optional]
    return both([*guards, test if is_wanted else inverted(test)])


def comparison(operator: Operator, left: Operand, right: Operand) -> Bson:
    """Return the test that a comparison is true; NULL sorts below all, so only where it would pass is it looked for."""
    if any(side.constant is not None and side.constant.value is None for side in (left, right)):
        return False
    refuse_without_equality(left, right)
    left, right = same_numbers(left, right)
    test: Bson = {COMPARISONS[operator]: (left.expression, right.expression)}
    match operator:
        case Operator.EQUAL:
            passing = [left] if left.is_optional and right.is_optional else []
        case Operator.NOT_EQUAL:
            passing = [side for side in (left, right) if side.is_optional]
        case Operator.LESS:
            passing = [left] if left.is_optional else []
        case Operator.GREATER:
            passing = [right] if right.is_optional else []
        case Operator.LESS_EQUAL:
            passing = [left] if left.is_optional else []
        case _:
            passing = [right] if right.is_optional else []
    return both([*map(is_there, passing), test])


def refuse_without_equality(left: Operand, right: Operand) -> None:
    """Refuse to compare JSON as a whole: objects compare with the order of their keys. Raises Inexpressible."""
    for side, other in ((left, right), (right, left)):
        if isinstance(side.type, Json):
            value = other.constant.value if other.constant is not None else _UNKNOWN
            if not isinstance(value, str | int | float | bool):
                raise Inexpressible("JSON values are compared with the order of their keys")
    if any(isinstance(side.type, Point | Polygon) for side in (left, right)):
        raise Inexpressible("places are not compared with each other")


_UNKNOWN: Bson = {}


def same_numbers(left: Operand, right: Operand) -> tuple[Operand, Operand]:
    """Return two numbers of one sort: beside a double an exact number is a double (PostgreSQL manual 10.2)."""
    if isinstance(left.type, Float) != isinstance(right.type, Float):
        return _as_double(left), _as_double(right)
    return left, right


def _as_double(operand: Operand) -> Operand:
    if not isinstance(operand.type, Decimal | Money) or isinstance(operand.expression, float):
        return operand
    return replace(operand, expression={"$toDouble": operand.expression}, constant=None, type=Float())


def text_match(operator: Operator, operand: Operand, pattern: Operand) -> dict[str, Bson]:
    """Return the `regex` and `options` of a text match; the pattern is a constant or the caller's."""
    if pattern.constant is None:
        raise Inexpressible("a pattern that a field holds has no counterpart")
    value = pattern.constant.value
    is_like = operator in (Operator.LIKE, Operator.ILIKE)
    options = DOT_ALL if operator in (Operator.LIKE, Operator.MATCHES) else DOT_ALL + ANY_CASE
    if isinstance(value, str):
        folded = value.lower() if operator is Operator.LIKE and isinstance(operand.type, Email) else value
        text: Bson = like_expression(folded) if is_like else posix_expression(value)
    else:
        text = value
    return {"regex": as_expression(text), "options": options}
