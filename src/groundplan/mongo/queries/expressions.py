"""Formulas as aggregation expressions, with SQL's logic of three values.

A formula has a value, which may be NULL. A condition is asked for in one of two ways: where it is true, and where it is
false; what is unknown is neither. So NOT turns one question into the other, and a comparison is guarded against NULL
only where one of its sides can be NULL and the operator would take it for a value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import assert_never

from groundplan.mongo.queries.arithmetic import binary_operand, negative_operand
from groundplan.mongo.queries.casts import cast_operand
from groundplan.mongo.queries.comparisons import (
    COMPARISONS,
    comparison,
    guarded,
    literal_operand,
    negated_comparison,
    other_text,
    refuse_without_equality,
    text_match,
    type_beside,
)
from groundplan.mongo.queries.containment import containment_test
from groundplan.mongo.queries.functions import call_operand
from groundplan.mongo.queries.model import Bson, Command
from groundplan.mongo.queries.operands import (
    Operand,
    any_optional,
    both,
    either,
    inverted,
    is_missing,
    is_there,
)
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
from groundplan.plan.types import Boolean

Leaf = Path | Local | Parameter | Aggregate
"""What an expression is made of in the end; where that is, the document at hand knows."""

LeafOperand = Callable[[Leaf], Operand]
Rewrite = Callable[[Expression], "Test | None"]

_CONTAINMENTS = frozenset({Operator.OVERLAPS, Operator.CONTAINS, Operator.CONTAINED, Operator.HAS_KEY})
TEXT_MATCHES = frozenset({Operator.LIKE, Operator.ILIKE, Operator.MATCHES, Operator.MATCHES_ANY_CASE})
CONDITIONS = frozenset(COMPARISONS) | _CONTAINMENTS | TEXT_MATCHES
"""Operators whose result is true, false or unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """A condition that is never unknown: an expression that is true or false, and the same as a filter if it can be."""

    expression: Bson
    filter: Command | None = None


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
            first = literal_operand(left, beside=type_beside(second.type, first.type))
        elif isinstance(right, Literal):
            second = literal_operand(right, beside=type_beside(first.type, second.type))
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
                compared = operator if is_wanted else negated_comparison(operator)
                first, second = self.sides(left, right)
                if compared in (Operator.EQUAL, Operator.NOT_EQUAL):
                    first, second = other_text(left, right, first), other_text(right, left, second)
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
