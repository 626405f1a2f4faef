"""Rows that break a check or repeat a key get other values, until every rule of their relation holds."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from groundplan.base.errors import RowsImpossible
from groundplan.base.origin import Origin
from groundplan.logical.model import CandidateKey, Relation, RelationAttribute, Role
from groundplan.plan.expressions import Binary, Expression, Local, Operator, Path, walk
from groundplan.plan.types import Arrival, AttributeType, Boolean, Email, Enum, Float, Integer, Text
from groundplan.plan.types import Decimal as DecimalType
from groundplan.rows.expressions import CannotEvaluate, Span, compile_expression
from groundplan.rows.expressions.evaluate import Evaluate
from groundplan.rows.model import Value

Substitutes = Callable[[RelationAttribute, int], list[Value]]
"""Gives further values of an attribute; another turn gives others."""

ATTEMPTS = 120
"""How many substitutes a row tries before its rule counts as impossible."""

_EARLY_ATTEMPTS = 24

_FIXED_ROLES = frozenset({Role.SURROGATE, Role.REFERENCE, Role.CREATED_AT})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """A check (`holds`), or a key (`key`) among the rows where `where` holds."""

    title: str
    attributes: tuple[str, ...]
    origin: Origin
    holds: Evaluate | None = None
    condition: Expression | None = None
    key: tuple[int, ...] = ()
    folded: tuple[bool, ...] = ()
    where: Evaluate | None = None


def repair(
    relation: Relation,
    columns: dict[str, list[Value]],
    *,
    distinct: Sequence[tuple[str, ...]],
    substitutes: Substitutes,
    now: datetime,
    random: Random,
) -> None:
    """Change values in place until every check and key of a relation holds.

    `distinct` are attributes that no two rows share by construction, so keys that contain them need no look. Raises
    RowsImpossible, naming the rule, for a row that no substitute mends.
    """
    names = tuple(columns)
    rules = (*_checks(relation, names, now=now), *_keys(relation, names, distinct=distinct, now=now))
    if rules:
        _Repair(relation, columns, rules=rules, substitutes=substitutes, now=now, random=random).run()


def broken_checks(relation: Relation, columns: dict[str, list[Value]], *, now: datetime) -> tuple[str, ...]:
    """Return the titles of the checks that some row breaks."""
    rules = _checks(relation, tuple(columns), now=now)
    return tuple(
        rule.title
        for rule in rules
        if rule.holds is not None and any(rule.holds(row) is False for row in zip(*columns.values(), strict=True))
    )


def _checks(relation: Relation, names: Sequence[str], *, now: datetime) -> Iterator[_Rule]:
    for check in relation.checks:
        involved = tuple(dict.fromkeys(node.name for node in walk(check.condition) if isinstance(node, Local)))
        try:
            holds = compile_expression(check.condition, slot=_slots(relation, names), now=now)
        except CannotEvaluate:
            continue  # only the engine can judge it, and does so when the rows are loaded
        title = f'the check "{check.name}"' if check.name else f"the check at {check.origin}"
        yield _Rule(title=title, attributes=involved, origin=check.origin, holds=holds, condition=check.condition)


def _keys(
    relation: Relation, names: Sequence[str], *, distinct: Sequence[tuple[str, ...]], now: datetime
) -> Iterator[_Rule]:
    positions = {name: position for position, name in enumerate(names)}
    primary = CandidateKey(attributes=relation.primary_key, origin=relation.origin)
    for candidate in (primary, *relation.candidate_keys):
        attributes, where = candidate.attributes, candidate.where
        if any(set(known) <= set(attributes) for known in distinct):
            continue
        yield _Rule(
            title=f"the key ({', '.join(attributes)})",
            # What keeps a row out of a partial key mends it as well as another key does.
            attributes=tuple(dict.fromkeys((*attributes, *_read_by(where)))),
            origin=candidate.origin,
            key=tuple(positions[name] for name in attributes),
            folded=tuple(isinstance(relation.attribute(name).type, Email) for name in attributes),
            where=None if where is None else compile_expression(where, slot=_slots(relation, names), now=now),
        )


def _read_by(condition: Expression | None) -> Iterator[str]:
    if condition is not None:
        yield from (node.name for node in walk(condition) if isinstance(node, Local))


def _slots(relation: Relation, names: Sequence[str]) -> Callable[[Path | Local], tuple[int, AttributeType | None]]:
    positions = {name: position for position, name in enumerate(names)}

    def slot(name: Path | Local) -> tuple[int, AttributeType | None]:
        if isinstance(name, Path) or name.name not in positions:
            raise CannotEvaluate(f"{name} outside the row")
        return positions[name.name], relation.attribute(name.name).type

    return slot


class _Repair:
    def __init__(
        self,
        relation: Relation,
        columns: dict[str, list[Value]],
        *,
        rules: Sequence[_Rule],
        substitutes: Substitutes,
        now: datetime,
        random: Random,
    ) -> None:
        self._relation = relation
        self._columns = columns
        self._names = tuple(columns)
        self._rules = tuple(rules)
        self._seen: list[set[tuple[Value, ...]]] = [set() for _ in self._rules]
        self._substitutes = substitutes
        self._random = random
        self._stock: dict[str, list[Value]] = {}
        self._turns: dict[str, int] = {}
        self._sides: dict[tuple[int, str], list[tuple[Operator, Evaluate]]] = {}
        self._now = now

    def run(self) -> None:
        """Look at every row once, in order; what a row's key was taken by stands before it."""
        for number, values in enumerate(zip(*self._columns.values(), strict=True)):
            broken = self._broken(values)
            self._register(values if broken is None else self._mended(number, list(values), broken))

    def _broken(self, row: Sequence[Value]) -> _Rule | None:
        for rule, seen in zip(self._rules, self._seen, strict=True):
            if rule.holds is not None:
                if _value(rule.holds, row) is False:
                    return rule
            elif (key := _key_of(rule, row)) is not None and key in seen:
                return rule
        return None

    def _register(self, row: Sequence[Value]) -> None:
        for rule, seen in zip(self._rules, self._seen, strict=True):
            if rule.holds is None and (key := _key_of(rule, row)) is not None:
                seen.add(key)

    def _mended(self, number: int, row: list[Value], broken: _Rule) -> list[Value]:
        rule: _Rule | None = broken
        for attempt in range(ATTEMPTS):
            if rule is None:
                break
            choices = self._choices(rule, is_early=attempt < _EARLY_ATTEMPTS)
            if not choices:
                break
            name = choices[attempt % len(choices)]
            position = self._names.index(name)
            before = row[position]
            row[position] = self._candidate(rule, name, row, attempt // len(choices))
            after = self._broken(row)
            if after is rule:
                row[position] = before
            else:
                rule = after
        if rule is not None:
            raise RowsImpossible(
                f"no row of {self._relation.name} was found that satisfies {rule.title} ({rule.origin})",
                help="loosen it, or give its attributes bounds or values that it allows",
            )
        for name, value in zip(self._names, row, strict=True):
            self._columns[name][number] = value
        return row

    def _choices(self, rule: _Rule, *, is_early: bool) -> list[str]:
        """Return the attributes that may change: at first only those whose values carry least meaning."""
        attributes = [self._relation.attribute(name) for name in rule.attributes]
        movable = [attribute for attribute in attributes if attribute.role not in _FIXED_ROLES]
        weights = [_weight(attribute) for attribute in movable]
        return [
            attribute.name
            for weight, attribute in sorted(zip(weights, movable, strict=True), key=lambda pair: pair[0])
            if not is_early or weight == min(weights)
        ]

    def _candidate(self, rule: _Rule, name: str, row: Sequence[Value], turn: int) -> Value:
        """Return a value to try: at first one that the rule's own comparisons suggest, else a fresh one."""
        attribute = self._relation.attribute(name)
        if rule.condition is not None and turn % 2:
            suggested = self._suggested(rule.condition, name, row)
            if suggested:
                return suggested[int(self._random.random() * len(suggested))]
        if attribute.is_optional and turn % 4 == 2:
            return None
        stock = self._stock.setdefault(name, [])
        if not stock:
            turns = self._turns[name] = self._turns.get(name, -1) + 1
            stock.extend(self._substitutes(attribute, turns))
        return stock.pop()

    def _suggested(self, condition: Expression, name: str, row: Sequence[Value]) -> list[Value]:
        """Return values of an attribute that the comparisons of a condition ask for, within the type's bounds."""
        key = (id(condition), name)
        if key not in self._sides:
            self._sides[key] = self._other_sides(condition, name)
        of = self._relation.attribute(name).type
        values = (_on_side(_value(side, row), sign) for sign, side in self._sides[key])
        return [value for value in values if value is not None and _fits(value, of)]

    def _other_sides(self, condition: Expression, name: str) -> list[tuple[Operator, Evaluate]]:
        """Return what a condition compares an attribute with, and how, seen from the attribute."""
        slot = _slots(self._relation, self._names)
        found: list[tuple[Operator, Evaluate]] = []
        for node in walk(condition):
            if not isinstance(node, Binary) or node.operator not in _TURNED:
                continue
            turned = _TURNED[node.operator]
            for own, other, sign in ((node.left, node.right, node.operator), (node.right, node.left, turned)):
                if own == Local(name):
                    with contextlib.suppress(CannotEvaluate):
                        found.append((sign, compile_expression(other, slot=slot, now=self._now)))
        return found


_TURNED = {
    Operator.EQUAL: Operator.EQUAL,
    Operator.LESS: Operator.GREATER,
    Operator.LESS_EQUAL: Operator.GREATER_EQUAL,
    Operator.GREATER: Operator.LESS,
    Operator.GREATER_EQUAL: Operator.LESS_EQUAL,
}
"""Comparisons that suggest a value, with the same seen from the other side."""


def _on_side(value: Value | Span, sign: Operator) -> Value:
    """Return a value that compares with another as asked, next to it; None where that is not known."""
    step = {Operator.LESS: -1, Operator.GREATER: 1}.get(sign, 0)
    match value:
        case bool() | str():
            return None if step else value
        case int():
            return value + step
        case float():
            return value + step
        case Decimal():
            return value + step
        case datetime():
            return value + step * timedelta(hours=1)
        case date():
            return value + step * timedelta(days=1)
        case _:
            return None


def _fits(value: Value, of: AttributeType) -> bool:
    match of, value:
        case ((Integer() | Float() | DecimalType()), (int() | float() | Decimal())):
            low, high = of.minimum, of.maximum
            return (low is None or value >= low) and (high is None or value <= high)
        case Text(), str():
            return (of.minimum or 0) <= len(value) <= (of.maximum or len(value))
        case Enum(), str():
            return value in {word.name for word in of.values}
        case _:
            return True


def _weight(attribute: RelationAttribute) -> int:
    """Return how much a value means: least that of an optional attribute, more a share or an order of arrival."""
    if attribute.values.arrives is Arrival.IN_ORDER:
        return 3
    if isinstance(attribute.type, Enum | Boolean):
        return 2
    return 0 if attribute.is_optional else 1


def _value(evaluate: Evaluate, row: Sequence[Value]) -> Value | Span:
    try:
        return evaluate(row)
    except CannotEvaluate:
        return None  # only the engine can judge it


def _key_of(rule: _Rule, row: Sequence[Value]) -> tuple[Value, ...] | None:
    if rule.where is not None and rule.where(row) is not True:
        return None
    found: list[Value] = []
    for position, is_folded in zip(rule.key, rule.folded, strict=True):
        value = row[position]
        if value is None:
            return None
        found.append(value.lower() if is_folded and isinstance(value, str) else value)
    return tuple(found)
