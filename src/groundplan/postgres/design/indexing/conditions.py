"""What one condition of a read, update or delete asks of an index on the rows' own table."""

from __future__ import annotations

from dataclasses import dataclass

from groundplan.logical.constants import fixed_by
from groundplan.logical.lookup import Lookup
from groundplan.logical.model import Relation, Role
from groundplan.plan.expressions import (
    Binary,
    Call,
    Cast,
    Every,
    Expression,
    In,
    IsNull,
    Literal,
    Local,
    Not,
    Operator,
    Path,
    children,
    paths,
    walk,
)
from groundplan.plan.resolve.functions import ANY_OF, FUNCTIONS, Volatility
from groundplan.plan.types import Boolean, Email, Enum, Json, ListOf, Polygon, Range, Timestamp
from groundplan.postgres.model import IndexKey, IndexMethod, Table

FEW_DISTINCT = 100
"""Up to so many distinct values, a constant that a query repeats makes a partial index rather than a key."""

TRIGRAMS = "gin_trgm_ops"
JSON_PATHS = "jsonb_path_ops"

_RANGES = (Operator.LESS, Operator.LESS_EQUAL, Operator.GREATER, Operator.GREATER_EQUAL)
_PATTERNS = (Operator.LIKE, Operator.ILIKE, Operator.MATCHES, Operator.MATCHES_ANY_CASE)
_MIRRORED = {
    Operator.EQUAL: Operator.EQUAL,
    Operator.LESS: Operator.GREATER,
    Operator.LESS_EQUAL: Operator.GREATER_EQUAL,
    Operator.GREATER: Operator.LESS,
    Operator.GREATER_EQUAL: Operator.LESS_EQUAL,
    Operator.OVERLAPS: Operator.OVERLAPS,
    Operator.CONTAINS: Operator.CONTAINED,
    Operator.CONTAINED: Operator.CONTAINS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Equal:
    """`expression` equals a value that the caller gives; `names` are the attributes it is made of."""

    expression: Expression
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """`expression` lies above or below a value."""

    expression: Expression
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOf:
    """`expression` is one of several values that the caller gives."""

    expression: Expression
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """A condition without parameters, the same in every query: what a partial index can repeat.

    `fixes` is the attribute that it fixes to one value, `needs` the attributes that cannot be NULL then.
    """

    condition: Expression
    fixes: str | None
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """A condition that a GIN or GiST index serves."""

    key: IndexKey
    method: IndexMethod
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """A condition on other rows, along relationships."""

    condition: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A condition that no index serves; rows are looked at one by one."""

    condition: Expression


Asked = Equal | Between | OneOf | Constant | Matched | Elsewhere | Filter


def asked_by(condition: Expression, *, relation: Relation, table: Table, lookup: Lookup) -> tuple[Asked, ...]:
    """Return what one condition of a pattern (over `Path`s) asks of an index on its relation's table."""
    if any(lookup.names(path) is None for path in paths(condition)):
        return (Elsewhere(condition=condition),)
    constant = _constant(condition, relation=relation, lookup=lookup)
    if constant is not None:
        return (constant,)
    match condition:
        case Binary():
            return _compared(condition, table=table, lookup=lookup)
        case In(operand=operand, is_negated=False) if not _paths_in(condition.items):
            keys = _keys(operand, table=table, lookup=lookup)
            return tuple(OneOf(expression=key, names=_names(key)) for key in keys) or (Filter(condition=condition),)
        case _:
            return (Filter(condition=condition),)


def _paths_in(expressions: tuple[Expression, ...]) -> bool:
    return any(paths(expression) for expression in expressions)


def _names(expression: Expression) -> tuple[str, ...]:
    return tuple(dict.fromkeys(node.name for node in walk(expression) if isinstance(node, Local)))


def _constant(condition: Expression, *, relation: Relation, lookup: Lookup) -> Constant | None:
    """Return a condition that a partial index can repeat: over few values, and without parameters or time."""
    fixed = fixed_by(condition)
    if fixed is not None and fixed.value.value is not None:
        names = lookup.names(fixed.path) or ()
        if len(names) != 1 or not _has_few_values(relation, names[0]):
            return None
        return Constant(condition=_local(condition, lookup), fixes=names[0], needs=names)
    match condition:
        case IsNull(operand=Path() as path):
            names = lookup.names(path) or ()
            return Constant(
                condition=_local(condition, lookup), fixes=None, needs=names[-1:] if condition.is_negated else ()
            )
        case In(operand=Path() as path, items=items) if all(isinstance(item, Literal) for item in items):
            names = lookup.names(path) or ()
            if len(names) != 1 or not _has_few_values(relation, names[0]):
                return None
            return Constant(condition=_local(condition, lookup), fixes=None, needs=names)
        case Binary(operator=Operator.NOT_EQUAL, left=Path() as path, right=Literal()):
            names = lookup.names(path) or ()
            if len(names) != 1 or not _has_few_values(relation, names[0]):
                return None
            return Constant(condition=_local(condition, lookup), fixes=None, needs=names)
        case _:
            return None


def _has_few_values(relation: Relation, name: str) -> bool:
    attribute = relation.attribute(name)
    if isinstance(attribute.type, Boolean | Enum):
        return True
    distinct = attribute.values.distinct
    return attribute.role is Role.PLAN and distinct is not None and distinct <= FEW_DISTINCT


def _local(condition: Expression, lookup: Lookup) -> Expression:
    return lookup.localize(condition)


def _compared(condition: Binary, *, table: Table, lookup: Lookup) -> tuple[Asked, ...]:
    operator, left, right = condition.operator, condition.left, condition.right
    if paths(right) and not paths(left) and operator in _MIRRORED:
        operator, left, right = _MIRRORED[operator], right, left
    if not paths(left) or paths(right):
        return (Filter(condition=condition),)
    if operator in (Operator.EQUAL, *_RANGES):
        keys = _keys(left, table=table, lookup=lookup)
        kind = Between if operator in _RANGES else OneOf if _is_any(right) else Equal
        if keys and (kind is Equal or len(keys) == 1):
            return tuple(kind(expression=key, names=_names(key)) for key in keys)
        return (Filter(condition=condition),)
    matched = _matched(operator, left, right, table=table, lookup=lookup)
    return (Filter(condition=condition),) if matched is None else (matched,)


def _is_any(value: Expression) -> bool:
    return isinstance(value, Call) and value.function == ANY_OF


def _keys(side: Expression, *, table: Table, lookup: Lookup) -> tuple[Expression, ...]:
    """Return the index keys that one side of a comparison is; none where its value could change with time."""
    match side:
        case Path():
            names = lookup.names(side) or ()
            return tuple(_key(side, name, table=table) for name in names)
        case _:
            return (lookup.localize(side),) if is_immutable(side) and len(set(paths(side))) == 1 else ()


def _key(path: Path, name: str, *, table: Table) -> Expression:
    is_folded = isinstance(path.type, Email) and table.column(name).type != "citext"
    return Call("lower", (Local(name),)) if is_folded else Local(name)


def is_immutable(expression: Expression) -> bool:
    """Tell whether an index can hold the value of an expression: nothing in it depends on time, zone or language."""
    match expression:
        case Call(function=function):
            known = FUNCTIONS.get(function)
            is_stable = known is None or known.volatility is not Volatility.IMMUTABLE
            return not is_stable and all(is_immutable(argument) for argument in expression.arguments)
        case Cast():
            # Casts between text, dates and instants go by the session's settings.
            return False
        case Binary():
            is_dated = any(isinstance(path.type, Timestamp) for path in paths(expression))
            return not is_dated and all(is_immutable(child) for child in children(expression))
        case Path() | Local() | Literal():
            return True
        case Every() | Not():
            return all(is_immutable(child) for child in children(expression))
        case _:
            return False


def _matched(
    operator: Operator, left: Expression, right: Expression, *, table: Table, lookup: Lookup
) -> Matched | None:
    names = lookup.names(left) if isinstance(left, Path) else None
    if not isinstance(left, Path) or names is None or len(names) != 1:
        return None
    name = names[0]
    column = Local(name)
    match left.type:
        case Json() if operator is Operator.CONTAINS:
            return Matched(
                key=IndexKey(expression=column, operator_class=JSON_PATHS), method=IndexMethod.GIN, names=names
            )
        case Json() if operator is Operator.HAS_KEY:
            return Matched(key=IndexKey(expression=column), method=IndexMethod.GIN, names=names)
        case ListOf() if operator in (Operator.CONTAINS, Operator.OVERLAPS):
            return Matched(key=IndexKey(expression=column), method=IndexMethod.GIN, names=names)
        case Range() if operator in (Operator.CONTAINS, Operator.OVERLAPS, Operator.CONTAINED):
            return Matched(key=IndexKey(expression=column), method=IndexMethod.GIST, names=names)
        case Polygon() if operator is Operator.OVERLAPS:
            return Matched(key=IndexKey(expression=column), method=IndexMethod.GIST, names=names)
        case _ if operator in _PATTERNS:
            return _patterned(operator, right, name, table=table)
        case _:
            return None


def _patterned(operator: Operator, pattern: Expression, name: str, *, table: Table) -> Matched | None:
    """Serve patterns by trigrams, those with a constant beginning by a b-tree in byte order."""
    column = Local(name)
    if not table.column(name).type.startswith(("text", "character varying")):
        return None
    if operator is Operator.LIKE and isinstance(pattern, Literal) and _begins_plainly(pattern.value):
        return Matched(
            key=IndexKey(expression=column, operator_class="text_pattern_ops"),
            method=IndexMethod.BTREE,
            names=(name,),
        )
    return Matched(key=IndexKey(expression=column, operator_class=TRIGRAMS), method=IndexMethod.GIN, names=(name,))


def _begins_plainly(pattern: object) -> bool:
    return isinstance(pattern, str) and pattern[:1] not in ("", "%", "_", "\\")
