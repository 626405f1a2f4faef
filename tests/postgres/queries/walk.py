"""Reads answered a second time, by walking objects: knows nothing of tables, joins or SQL."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from groundplan.plan.expressions import (
    Aggregate,
    AnyOf,
    Binary,
    Call,
    Every,
    Expression,
    Hop,
    In,
    IsNull,
    Literal,
    Negative,
    Not,
    Operator,
    Parameter,
    Path,
    children,
)
from groundplan.plan.model import Arrow
from groundplan.plan.patterns import NullsOrder, ReadPattern
from groundplan.plan.scope import Scope
from groundplan.plan.types import Email

from .shop import Built
from .world import Row, World


def answer(world: World, pattern: ReadPattern, arguments: Mapping[str, Any], shop: Built) -> list[dict[str, Any]]:
    """Return what a read has to return, in order, by field name."""
    return Walk(world, arguments, shop).read(pattern)


UNKNOWN = None
"""SQL's third truth value."""


class Walk:
    """One read, answered by walking rows."""

    def __init__(self, world: World, arguments: Mapping[str, Any], shop: Built) -> None:
        self._world = world
        self._arguments = arguments
        self._scope = Scope(shop.resolved.plan)
        self._soft = {entity.name for entity in shop.resolved.plan.entities if entity.lifecycle.delete is not None}
        self._keys = {name: subject.key or ("id",) for name, subject in self._scope.subjects.items()}

    def read(self, pattern: ReadPattern) -> list[dict[str, Any]]:
        rows = [row for row in self._alive(pattern.entity) if pattern.where is None or self._holds(pattern.where, row)]
        if pattern.latest is not None:
            rows = self._newest(rows, pattern)
        if pattern.group or any(self._aggregates_itself(each.expression) for each in pattern.fields):
            return self._groups(rows, pattern)
        for key in reversed(pattern.order):
            rows.sort(key=lambda row, key=key: self._rank(self.value(key.expression, row), key))
        limit = pattern.limit if pattern.limit is not None else 1 if pattern.is_one else None
        return [self._shown(row, pattern) for row in rows[:limit]]

    def _alive(self, entity: str) -> list[Row]:
        rows = self._world.rows.get(entity, [])
        return [row for row in rows if entity not in self._soft or row.get("deleted_at") is None]

    def _rank(self, value: Any, key: Any) -> Any:
        """Sort by (is it NULL, value); strings as in the C collation, by code point."""
        null_last = key.nulls is NullsOrder.LAST
        if value is None:
            return (1 if null_last else -1, Reversed(0) if key.is_descending else 0)
        return (0, Reversed(value) if key.is_descending else value)

    def _newest(self, rows: list[Row], pattern: ReadPattern) -> list[Row]:
        assert pattern.latest is not None
        found: dict[Any, Row] = {}
        by = pattern.latest.by
        for row in rows:
            per = self.value(pattern.latest.per, row)
            best = found.get(per)
            if per is not None and (best is None or self._age(by, row) > self._age(by, best)):
                found[per] = row
        return list(found.values())

    def _age(self, by: Path, row: Row) -> Any:
        value = self.value(by, row)
        return (value is not None, 0 if value is None else value, self._key(row))

    def _groups(self, rows: list[Row], pattern: ReadPattern) -> list[dict[str, Any]]:
        groups: dict[tuple[Any, ...], list[Row]] = {}
        for row in rows:
            groups.setdefault(tuple(self.value(part, row) for part in pattern.group), []).append(row)
        if not pattern.group and not groups:
            groups[()] = []
        members = list(groups.values())
        for key in reversed(pattern.order):
            members.sort(key=lambda rows, key=key: self._rank(self._of_group(key.expression, rows), key))
        return [
            {each.name: self._of_group(each.expression, rows) for each in pattern.fields}
            for rows in members[: pattern.limit]
        ]

    def _aggregates_itself(self, expression: Expression) -> bool:
        if isinstance(expression, Aggregate):
            return not any(path.is_many for path in _paths(expression))
        return any(self._aggregates_itself(child) for child in children(expression))

    def _of_group(self, expression: Expression, rows: list[Row]) -> Any:
        if isinstance(expression, Aggregate):
            if expression.operand is None:
                return len(rows)
            return _aggregated(expression, [self.value(expression.operand, row) for row in rows])
        return self.value(expression, rows[0]) if rows else None

    def _shown(self, row: Row, pattern: ReadPattern) -> dict[str, Any]:
        return {each.name: self._field(each.expression, row) for each in pattern.fields}

    def _field(self, expression: Expression, row: Row) -> Any:
        prefix = _many_prefix(expression)
        if prefix is None:
            return self.value(expression, row)
        ends = sorted(self._reach(row, prefix), key=lambda end: str(self._key(end)))
        return [self.value(expression, row, {prefix: end}) for end in ends]

    def _key(self, row: Row | None) -> Any:
        """Return what stands for a row: its key, a single value or a tuple."""
        if row is None:
            return None
        parts: list[Any] = []
        for name in self._keys[row.entity]:
            target = row.links.get(f"{row.entity}.{name}")
            parts.append(self._key(target) if target is not None else row.get(name))
        return parts[0] if len(parts) == 1 else tuple(parts)

    # Paths

    def _step(self, row: Row, hop: Hop) -> list[Row]:
        """Follow one hop: what was deleted softly is left out, except where it is referenced."""
        if self._is_own(hop):
            found = row.links.get(hop.relationship)
            if not isinstance(found, list):
                return [] if found is None else [found]
        else:
            found = [other for other in self._world.rows.get(hop.target, []) if _is_linked(other, hop, row)]
        return [other for other in found if hop.target not in self._soft or other.get("deleted_at") is None]

    def _is_own(self, hop: Hop) -> bool:
        """Tell whether the row that a hop starts from holds the link."""
        return (self._scope.relationship(hop.relationship).arrow is Arrow.ONE_TO_MANY) == hop.is_inverse

    def _reach(self, row: Row, hops: tuple[Hop, ...]) -> list[Row]:
        rows = [row]
        for hop in hops:
            rows = [end for start in rows for end in self._step(start, hop)]
        return rows

    def _path(self, path: Path, row: Row, bound: Mapping[tuple[Hop, ...], Row]) -> Any:
        start, hops = row, path.hops
        for count in range(len(path.hops), 0, -1):
            if path.hops[:count] in bound:
                start, hops = bound[path.hops[:count]], path.hops[count:]
                break
        ends = self._reach(start, hops)
        end = ends[0] if ends else None
        if path.attribute is None:
            return self._key(end)
        return None if end is None else end.get(path.attribute)

    def follow(self, row: Row, step: str) -> list[Row]:
        """Follow one step by its name in the plan, towards deleted rows too."""
        hop = self._scope.relationships_from(row.entity)[step]
        if not self._is_own(hop):
            return [other for other in self._world.rows.get(hop.target, []) if _is_linked(other, hop, row)]
        found = row.links.get(hop.relationship)
        return found if isinstance(found, list) else [] if found is None else [found]

    def key(self, row: Row) -> Any:
        """Return what stands for a row."""
        return self._key(row)

    # Values and conditions

    def _holds(self, condition: Expression, row: Row) -> bool:
        return self._truth(condition, row, {}) is True

    def _truth(self, node: Expression, row: Row, bound: Mapping[tuple[Hop, ...], Row]) -> bool | None:
        match node:
            case Every(parts):
                found = [self._truth(part, row, bound) for part in parts]
                return False if False in found else UNKNOWN if UNKNOWN in found else True
            case AnyOf(parts):
                found = [self._truth(part, row, bound) for part in parts]
                return True if True in found else UNKNOWN if UNKNOWN in found else False
            case Not(operand):
                inner = self._truth(operand, row, bound)
                return UNKNOWN if inner is UNKNOWN else not inner
        free = _first_many(node, bound)
        if free is None:
            return self.value(node, row, bound)
        start = row if len(free) == 1 else bound.get(free[:-1], row)
        before = max((prefix for prefix in bound if free[: len(prefix)] == prefix), key=len, default=())
        ends = self._reach(bound[before] if before else start, free[len(before) :])
        match node:
            case Path(attribute=None, hops=hops) if hops == free:
                return bool(ends)
            case IsNull(operand=Path(attribute=None, hops=hops), is_negated=negated) if hops == free:
                return bool(ends) if negated else not ends
        return any(self._truth(node, row, {**bound, free: end}) is True for end in ends)

    def value(self, node: Expression, row: Row, bound: Mapping[tuple[Hop, ...], Row] | None = None) -> Any:
        bound = bound or {}
        match node:
            case Path():
                return self._path(node, row, bound)
            case Literal():
                return node.value
            case Parameter():
                return self._arguments[node.name]
            case Aggregate():
                return self._aggregate(node, row, bound)
            case IsNull():
                is_null = self.value(node.operand, row, bound) is None
                return is_null is not node.is_negated
            case In():
                found = [self.value(Binary(Operator.EQUAL, node.operand, item), row, bound) for item in node.items]
                hit = True if True in found else UNKNOWN if UNKNOWN in found else False
                return hit if not node.is_negated or hit is UNKNOWN else not hit
            case Binary(Operator.EQUAL, left, Call("any", (listed,))):
                given = self.value(listed, row, bound)
                items = [Literal(item) for item in given]
                return self.value(In(operand=left, items=tuple(items)), row, bound)
            case Binary():
                left, right = self.value(node.left, row, bound), self.value(node.right, row, bound)
                if any(isinstance(side, Path) and isinstance(side.type, Email) for side in (node.left, node.right)):
                    left, right = (side.lower() if isinstance(side, str) else side for side in (left, right))
                return _compared(node.operator, left, right)
            case Negative(operand):
                inner = self.value(operand, row, bound)
                return None if inner is None else -inner
            case Call("coalesce", arguments):
                return next((v for v in (self.value(a, row, bound) for a in arguments) if v is not None), None)
            case Call("upper", (argument,)):
                return self.value(argument, row, bound).upper()
            case Call("date_trunc", (_, argument)):
                return self.value(argument, row, bound).replace(second=0, microsecond=0)
            case Every() | AnyOf() | Not():
                return self._truth(node, row, bound)
        raise AssertionError(f"the walk does not know {node}")

    def _aggregate(self, node: Aggregate, row: Row, bound: Mapping[tuple[Hop, ...], Row]) -> Any:
        assert node.operand is not None
        prefix = _many_prefix(node.operand)
        assert prefix is not None
        values = [self.value(node.operand, row, {**bound, prefix: end}) for end in self._reach(row, prefix)]
        return _aggregated(node, values)


def _aggregated(node: Aggregate, values: list[Any]) -> Any:
    known = [value for value in values if value is not None]
    if node.is_distinct:
        known = list(dict.fromkeys(known))
    match node.function:
        case "count":
            return len(known)
        case "sum":
            return sum(known) if known else None
        case "min":
            return min(known, default=None)
        case "max":
            return max(known, default=None)
        case "avg":
            return sum(known) / len(known) if known else None
    raise AssertionError(node.function)


def _compared(operator: Operator, left: Any, right: Any) -> Any:
    if left is None or right is None:
        return UNKNOWN
    match operator:
        case Operator.EQUAL:
            return left == right
        case Operator.NOT_EQUAL:
            return left != right
        case Operator.LESS:
            return left < right
        case Operator.LESS_EQUAL:
            return left <= right
        case Operator.GREATER:
            return left > right
        case Operator.GREATER_EQUAL:
            return left >= right
        case Operator.PLUS:
            return left + right
        case Operator.MINUS:
            return left - right
        case Operator.TIMES:
            return left * right
        case Operator.CONCATENATE:
            return left + right
    raise AssertionError(operator)


def _paths(node: Expression) -> list[Path]:
    return [node] if isinstance(node, Path) else [path for child in children(node) for path in _paths(child)]


def _many_prefix(node: Expression) -> tuple[Hop, ...] | None:
    if isinstance(node, Aggregate):
        return None
    if isinstance(node, Path):
        count = max((at for at, hop in enumerate(node.hops, start=1) if hop.is_many), default=0)
        return node.hops[:count] or None
    found = [prefix for prefix in map(_many_prefix, children(node)) if prefix is not None]
    return max(found, key=len, default=None)


def _first_many(node: Expression, bound: Mapping[tuple[Hop, ...], Row]) -> tuple[Hop, ...] | None:
    for path in [] if isinstance(node, Aggregate) else _paths(node):
        for count, hop in enumerate(path.hops, start=1):
            if hop.is_many and path.hops[:count] not in bound:
                return path.hops[:count]
    return None


def _is_linked(other: Row, hop: Hop, row: Row) -> bool:
    found = other.links.get(hop.relationship)
    return row in found if isinstance(found, list) else found is row


@functools.total_ordering
class Reversed:
    """Sorts the other way round."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reversed) and self.value == other.value

    def __lt__(self, other: Reversed) -> bool:
        return bool(other.value < self.value)

    __hash__ = None  # type: ignore[assignment]
