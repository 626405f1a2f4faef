"""Expressions: what a formula means once every name in it is resolved.

A closed union of frozen nodes; both engines compile from it. `Path` reaches attributes from an entity of the plan,
`Local` names an attribute of the relation at hand (checks, generated columns, index keys).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum

from groundplan.plan.types import AttributeType


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One step along a relationship, from `source` to `target` entity.

    `relationship` is the label as declared (`Post.author`); `is_inverse` walks it from target to source. `is_many`
    tells that the step can reach several rows, `is_optional` that it can reach none.
    """

    relationship: str
    source: str
    target: str
    is_inverse: bool
    is_many: bool
    is_optional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """`author.username` from `entity`: hops, then an attribute.

    `attribute` None means the reached row itself, that is its key (`post` in `post = :post`).
    `attribute` may be an implicit one (`id`, `created_at`, `updated_at`, `deleted_at`).
    `type` is None only where `attribute` is None and the key of the reached entity has several attributes.
    """

    entity: str
    hops: tuple[Hop, ...] = ()
    attribute: str | None
    type: AttributeType | None
    is_optional: bool = False

    @property
    def is_many(self) -> bool:
        """Tell whether the path can reach several rows."""
        return any(hop.is_many for hop in self.hops)

    @property
    def reached(self) -> str:
        """The entity whose attribute this is."""
        return self.hops[-1].target if self.hops else self.entity


@dataclass(frozen=True, slots=True)
class Local:
    """An attribute of the relation at hand, by its logical name (`author_id`)."""

    name: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant; `type` is known where it stands beside an attribute (an enum word is a `str` with the enum's type).

    An interval is its text (`30 days`) with type `Interval`, JSON its compact text with type `Json`, a list its compact
    JSON text with type `ListOf`.
    """

    value: str | int | Decimal | bool | None
    type: AttributeType | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """`:name`, given by the caller; `like` is the path it is compared with or assigned to, which gives its `type`."""

    name: str
    type: AttributeType | None = None
    like: Path | None = None


class Operator(Enum):
    """A binary operator, by its SQL spelling."""

    EQUAL = "="
    NOT_EQUAL = "<>"
    LESS = "<"
    LESS_EQUAL = "<="
    GREATER = ">"
    GREATER_EQUAL = ">="
    PLUS = "+"
    MINUS = "-"
    TIMES = "*"
    DIVIDE = "/"
    MODULO = "%"
    CONCATENATE = "||"
    OVERLAPS = "&&"
    CONTAINS = "@>"
    CONTAINED = "<@"
    HAS_KEY = "?"
    GET = "->"
    GET_TEXT = "->>"
    LIKE = "like"
    ILIKE = "ilike"
    MATCHES = "~"
    MATCHES_ANY_CASE = "~*"


@dataclass(frozen=True, slots=True)
class Binary:
    """`left operator right`."""

    operator: Operator
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Every:
    """All parts hold; never nested in another `Every`, at least two parts."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One part holds; never nested in another `AnyOf`, at least two parts."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The operand does not hold."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Negative:
    """`-operand`."""

    operand: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class IsNull:
    """`operand IS [NOT] NULL`."""

    operand: Expression
    is_negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class In:
    """`operand [NOT] IN (items)`."""

    operand: Expression
    items: tuple[Expression, ...]
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A function by its lower-case SQL name: `now()`, `lower(email)`, `coalesce(a, b)`, `date_trunc('hour', at)`.

    `any` stands only beside `=`, around a parameter that lists values (`id in :ids`); that a list attribute holds a
    value is CONTAINS, with `array_append` to an empty list where the value is no constant.
    """

    function: str
    arguments: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """`count(comments)`, `max(comments.created_at)`, `avg(value)`; `operand` None is `count(*)`."""

    function: str
    operand: Expression | None
    is_distinct: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`CASE WHEN condition THEN value … ELSE otherwise END`."""

    branches: tuple[tuple[Expression, Expression], ...]
    otherwise: Expression | None


@dataclass(frozen=True, slots=True)
class Cast:
    """`operand` as a value of `type`."""

    operand: Expression
    type: AttributeType


Expression = (
    Path | Local | Literal | Parameter | Binary | Every | AnyOf | Not | Negative
    | IsNull | In | Call | Aggregate | Case | Cast
)  # fmt: skip


def conjuncts(expression: Expression | None) -> tuple[Expression, ...]:
    """Return the conditions that all have to hold; none for None."""
    if expression is None:
        return ()
    return expression.parts if isinstance(expression, Every) else (expression,)


def every(parts: tuple[Expression, ...]) -> Expression | None:
    """Join conditions with AND, flattened; None where there are none."""
    flat = tuple(inner for part in parts for inner in conjuncts(part))
    if not flat:
        return None
    return flat[0] if len(flat) == 1 else Every(flat)


def children(expression: Expression) -> tuple[Expression, ...]:
    """Return the direct operands of an expression, in reading order."""
    match expression:
        case Path() | Local() | Literal() | Parameter():
            return ()
        case Binary():
            return (expression.left, expression.right)
        case Every() | AnyOf():
            return expression.parts
        case Not() | Negative() | Cast() | IsNull():
            return (expression.operand,)
        case In():
            return (expression.operand, *expression.items)
        case Call():
            return expression.arguments
        case Aggregate():
            return () if expression.operand is None else (expression.operand,)
        case Case():
            inner = tuple(part for branch in expression.branches for part in branch)
            return inner if expression.otherwise is None else (*inner, expression.otherwise)


def with_children(expression: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """Return the same expression over changed direct operands."""
    match expression:
        case Path() | Local() | Literal() | Parameter():
            return expression
        case Binary():
            return Binary(expression.operator, change(expression.left), change(expression.right))
        case Every():
            return Every(tuple(change(part) for part in expression.parts))
        case AnyOf():
            return AnyOf(tuple(change(part) for part in expression.parts))
        case Not():
            return Not(change(expression.operand))
        case Negative():
            return Negative(change(expression.operand))
        case Cast() | IsNull():
            return replace(expression, operand=change(expression.operand))
        case In():
            items = tuple(change(item) for item in expression.items)
            return replace(expression, operand=change(expression.operand), items=items)
        case Call():
            return Call(expression.function, tuple(change(argument) for argument in expression.arguments))
        case Aggregate():
            return expression if expression.operand is None else replace(expression, operand=change(expression.operand))
        case Case():
            branches = tuple((change(condition), change(value)) for condition, value in expression.branches)
            otherwise = None if expression.otherwise is None else change(expression.otherwise)
            return Case(branches=branches, otherwise=otherwise)


def walk(expression: Expression) -> tuple[Expression, ...]:
    """Return an expression and all that it is made of, outermost first, in reading order."""
    found: list[Expression] = []
    pending = [expression]
    while pending:
        node = pending.pop()
        found.append(node)
        pending.extend(reversed(children(node)))
    return tuple(found)


def paths(expression: Expression | None) -> tuple[Path, ...]:
    """Return every path in an expression, in reading order, repeats kept."""
    return () if expression is None else tuple(node for node in walk(expression) if isinstance(node, Path))


def parameters(expression: Expression | None) -> tuple[Parameter, ...]:
    """Return every parameter in an expression, in reading order, repeats kept."""
    return () if expression is None else tuple(node for node in walk(expression) if isinstance(node, Parameter))
