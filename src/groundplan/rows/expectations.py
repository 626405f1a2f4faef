"""What the plan's formulas expect to find: constants that attributes are compared with must occur in the rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from groundplan.plan.expressions import Binary, Expression, In, Literal, Local, Operator, Parameter, Path, walk
from groundplan.plan.patterns import (
    DeletePattern,
    InsertPattern,
    ParameterValue,
    Pattern,
    RawPattern,
    ReadPattern,
    ResolvedPlan,
    UpdatePattern,
    UpsertPattern,
)
from groundplan.plan.types import Json, ListOf
from groundplan.rows.expressions import CannotEvaluate, Span, constant_of
from groundplan.rows.expressions.values import read_constant
from groundplan.rows.model import Value

_T = TypeVar("_T")

_COMPARISONS = frozenset(
    {
        Operator.EQUAL,
        Operator.NOT_EQUAL,
        Operator.LESS,
        Operator.LESS_EQUAL,
        Operator.GREATER,
        Operator.GREATER_EQUAL,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What formulas say about one attribute.

    `values` are constants it is equal to, `bounds` those it is ordered against, `fragments` JSON that it contains,
    `keys` JSON keys that are read from it without a value.
    """

    values: tuple[Value, ...] = ()
    bounds: tuple[Value, ...] = ()
    fragments: tuple[dict[str, Value], ...] = ()
    keys: tuple[str, ...] = ()


NOTHING_EXPECTED = Expectation()


class Expectations:
    """Expectations by entity and attribute, as the plan names them."""

    def __init__(self, found: Mapping[tuple[str, str], Expectation]) -> None:
        self._found = found

    def of(self, entity: str, attribute: str) -> Expectation:
        """Return what is expected of an attribute."""
        return self._found.get((entity, attribute), NOTHING_EXPECTED)


def expectations_of(resolved: ResolvedPlan, *, now: datetime) -> Expectations:
    """Collect the constants in the plan's patterns and checks, in the order of the plan."""
    collector = _Collector(now)
    for pattern in resolved.patterns:
        collector.hints = {value.name: value for value in pattern.values}
        for condition in _conditions(pattern):
            collector.collect(condition)
    collector.hints = {}
    for check in resolved.checks:
        collector.collect(check.condition)
    for unique in resolved.unique_filters:
        collector.collect(unique.condition)
    return Expectations(collector.frozen())


def _conditions(pattern: Pattern) -> Iterator[Expression]:
    match pattern:
        case ReadPattern():
            if pattern.where is not None:
                yield pattern.where
            for field in pattern.fields:
                yield field.expression
        case UpdatePattern() | DeletePattern():
            yield pattern.where
        case InsertPattern() | UpsertPattern() | RawPattern():
            return


class _Collector:
    def __init__(self, now: datetime) -> None:
        self.now = now
        self.hints: dict[str, ParameterValue] = {}
        self._values: dict[tuple[str, str], list[Value]] = {}
        self._bounds: dict[tuple[str, str], list[Value]] = {}
        self._fragments: dict[tuple[str, str], list[dict[str, Value]]] = {}
        self._keys: dict[tuple[str, str], list[str]] = {}

    def frozen(self) -> dict[tuple[str, str], Expectation]:
        names = dict.fromkeys((*self._values, *self._bounds, *self._fragments, *self._keys))
        return {
            name: Expectation(
                values=_once(self._values.get(name, ())),
                bounds=_once(self._bounds.get(name, ())),
                fragments=tuple(self._fragments.get(name, ())),
                keys=tuple(dict.fromkeys(self._keys.get(name, ()))),
            )
            for name in names
        }

    def collect(self, condition: Expression) -> None:
        for node in walk(condition):
            match node:
                case Binary(operator=Operator.CONTAINS, left=Path() as path, right=right):
                    self._contains(path, right)
                case Binary(operator=Operator.HAS_KEY, left=Path() as path, right=Literal(value=str() as key)):
                    self._note(self._keys, path, key)
                case Binary(
                    operator=Operator.GET | Operator.GET_TEXT, left=Path() as path, right=Literal(value=str() as key)
                ):
                    self._note(self._keys, path, key)
                case Binary(operator=sign) if sign in _COMPARISONS:
                    self._compare(sign, node.left, node.right)
                    self._compare(sign, node.right, node.left)
                case In(operand=Path() as path):
                    for item in node.items:
                        self._compare(Operator.EQUAL, path, item)

    def _compare(self, sign: Operator, left: Expression, right: Expression) -> None:
        value = self._constant(right)
        if value is None:
            return
        match left:
            case Path():
                into = self._values if sign in (Operator.EQUAL, Operator.NOT_EQUAL) else self._bounds
                self._note(into, left, value)
            case Binary(
                operator=Operator.GET | Operator.GET_TEXT, left=Path() as path, right=Literal(value=str() as key)
            ):
                fragment: dict[str, Value] = {key: value}
                self._note(self._fragments, path, fragment)

    def _contains(self, path: Path, right: Expression) -> None:
        if not isinstance(right, Literal) or not isinstance(right.value, str):
            return
        match path.type:
            case Json():
                found = read_constant(right.value, Json())
                if isinstance(found, dict):
                    self._note(self._fragments, path, found)
            case ListOf():
                for item in _items(right.value):
                    self._note(self._values, path, item)

    def _constant(self, expression: Expression) -> Value:
        if isinstance(expression, Parameter):
            hint = self.hints.get(expression.name)
            if hint is None or hint.value is None:
                return None
            expression = hint.value
        if any(isinstance(node, Path | Local | Parameter) for node in walk(expression)):
            return None
        try:
            found = constant_of(expression, now=self.now)
        except CannotEvaluate:
            return None
        return None if isinstance(found, Span) else found

    def _note(self, into: dict[tuple[str, str], list[_T]], path: Path, value: _T) -> None:
        if path.attribute is not None:
            into.setdefault((path.reached, path.attribute), []).append(value)


def _items(text: str) -> tuple[Value, ...]:
    """Return the items of a list constant: JSON (`["a"]`) or PostgreSQL's braces (`{a,b}`)."""
    if text.startswith("["):
        found = read_constant(text, Json())
        return found if isinstance(found, tuple) else ()
    return tuple(item.strip().strip('"') for item in text.strip("{}").split(",") if item.strip())


def _once(values: Iterable[Value]) -> tuple[Value, ...]:
    found: list[Value] = []
    for value in values:
        if value not in found:
            found.append(value)
    return tuple(found)
