"""Formulas as SQL inside a query block.

On the way an e-mail address is folded where it is compared, the key of a row with several key columns becomes a row
value, a to-many path in a condition becomes EXISTS, and an aggregate across one is taken from a summary. What has no
node in the plan's expressions (EXISTS, a row value) stands in for a while as a `Local`.
"""

from __future__ import annotations

from dataclasses import replace

from groundplan.plan.expressions import (
    Aggregate,
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
    Parameter,
    Path,
    children,
    with_children,
)
from groundplan.plan.types import Email
from groundplan.postgres.queries.blocks import Block
from groundplan.postgres.queries.model import QueryParameter
from groundplan.postgres.queries.select import Output, Select, in_parentheses
from groundplan.postgres.queries.statement import UNKNOWN, placeholder_name, query_parameter
from groundplan.postgres.queries.storage import Hops, Storage
from groundplan.postgres.queries.summaries import aggregate_sql

_COMPARISONS = frozenset(
    {
        Operator.EQUAL,
        Operator.NOT_EQUAL,
        Operator.LESS,
        Operator.LESS_EQUAL,
        Operator.GREATER,
        Operator.GREATER_EQUAL,
        Operator.LIKE,
    }
)
_EQUALITIES = frozenset({Operator.EQUAL, Operator.NOT_EQUAL})


def formula_sql(expression: Expression, *, block: Block) -> str:
    """Return a formula as SQL; it binds as the expression does, so AND and OR at its top are for the caller."""
    return _Formula(block).sql(expression)


def condition_sql(expression: Expression, *, block: Block) -> str:
    """Return a condition that holds together beside AND."""
    text = formula_sql(expression, block=block)
    return f"({text})" if isinstance(expression, AnyOf) else text


def free_many(expression: Expression, *, block: Block) -> Hops | None:
    """Return where a to-many path outside every aggregate first leaves the rows at hand; None where none does."""
    if isinstance(expression, Aggregate) or block.stored_sql(expression) is not None:
        return None
    if isinstance(expression, Path):
        return block.first_many(expression.hops)
    for child in children(expression):
        found = free_many(child, block=block)
        if found is not None:
            return found
    return None


def folded(expression: Expression, *, storage: Storage) -> Expression:
    """Fold comparisons of e-mail addresses to lower case, as their unique index does (`lower(email)`)."""
    match expression:
        case Binary(operator, left, right) if operator in _COMPARISONS and _any_email((left, right), storage):
            return Binary(operator, _lower(left), _lower(right))
        case In() if _any_email((expression.operand, *expression.items), storage):
            return replace(
                expression, operand=_lower(expression.operand), items=tuple(_lower(item) for item in expression.items)
            )
        case _:
            return expression


def _any_email(sides: tuple[Expression, ...], storage: Storage) -> bool:
    return any(
        isinstance(side, Path) and isinstance(side.type, Email) and storage.type_of(side) != "citext" for side in sides
    )


def _lower(side: Expression) -> Expression:
    is_null = isinstance(side, Literal) and side.value is None
    return side if is_null else Call("lower", (side,))


class _Formula:
    """One formula on its way to SQL; `texts` holds what its stand-ins stand for."""

    def __init__(self, block: Block) -> None:
        self._block = block
        self._storage = block.storage
        self._texts: dict[str, str] = {}

    def sql(self, expression: Expression) -> str:
        return self._block.draft.expression(self._rewritten(expression), name=self._name)

    def _name(self, node: Path | Local) -> str:
        if isinstance(node, Local):
            return self._texts[node.name]
        columns = self._columns(node)
        return columns[0] if len(columns) == 1 else f"({', '.join(columns)})"

    def _columns(self, path: Path) -> tuple[str, ...]:
        return tuple(self._block.column(place.hops, place.column.name) for place in self._storage.places(path))

    def _stand_in(self, text: str) -> Local:
        name = str(len(self._texts))
        self._texts[name] = text
        return Local(name)

    def _rewritten(self, expression: Expression) -> Expression:
        stored = self._block.stored_sql(expression)
        if stored is not None:
            return self._stand_in(stored)
        match expression:
            case Aggregate():
                return self._aggregate(expression)
            case Every() | AnyOf() | Not():
                return with_children(expression, self._rewritten)
            case _:
                anchor = free_many(expression, block=self._block)
                return self._plain(expression) if anchor is None else self._stand_in(self._exists(expression, anchor))

    def _plain(self, expression: Expression) -> Expression:
        match expression:
            case IsNull(operand=Path(attribute=None) as path):
                return replace(expression, operand=self._stand_in(self._presence(path)))
            case Binary(Operator.EQUAL, left, Call("any", (Parameter() as listed,))):
                return self._one_of(left, listed)
            case Binary(operator, left, right) if operator in _EQUALITIES and self._is_row(left, right):
                return self._row_comparison(operator, left, right)
            case In() if self._is_row(expression.operand):
                equal = tuple(
                    self._row_comparison(Operator.EQUAL, expression.operand, item) for item in expression.items
                )
                any_equal = equal[0] if len(equal) == 1 else AnyOf(equal)
                return Not(any_equal) if expression.is_negated else any_equal
            case _:
                return with_children(folded(expression, storage=self._storage), self._rewritten)

    def _one_of(self, operand: Expression, listed: Parameter) -> Expression:
        """Compare with each value of a list that the caller gives; its elements are of the operand's type."""
        parameter = query_parameter(listed, storage=self._storage)
        like = operand if isinstance(operand, Path) else None
        element = UNKNOWN if like is None else self._storage.type_of(like) or UNKNOWN
        if element != UNKNOWN:
            parameter = replace(parameter, type=f"{self._storage.without_modifier(element)}[]", like=like)
        given = self._block.draft.parameter(parameter)
        if not _any_email((operand,), self._storage):
            return Binary(Operator.EQUAL, self._rewritten(operand), self._stand_in(f"any({given})"))
        items = Select(outputs=(Output(sql='lower("item")'),), sources=(f'unnest({given}) AS "item"',))
        lowered = self._stand_in(f"any(ARRAY{in_parentheses(items.text)})")
        return Binary(Operator.EQUAL, self._rewritten(_lower(operand)), lowered)

    def _presence(self, path: Path) -> str:
        """Return a column that is NULL exactly where the path reaches no row."""
        column = self._storage.presence(path)
        return self._block.column(path.hops, column.name)

    def _aggregate(self, aggregate: Aggregate) -> Expression:
        across = aggregate_sql(aggregate, block=self._block, formula=formula_sql)
        if across is not None:
            return self._stand_in(across)
        match aggregate.operand:
            case None:
                return aggregate
            case Path(attribute=None) as path if not aggregate.is_distinct:
                return replace(aggregate, operand=self._stand_in(self._presence(path)))
            case operand:
                return replace(aggregate, operand=self._rewritten(operand))

    def _exists(self, condition: Expression, anchor: Hops) -> str:
        inner = Block.inside(self._block, anchor)
        inner.enter(anchor)
        word = "EXISTS"
        match condition:
            case Path(attribute=None, hops=hops) if hops == anchor:
                pass
            case IsNull(operand=Path(attribute=None, hops=hops), is_negated=is_negated) if hops == anchor:
                word = "EXISTS" if is_negated else "NOT EXISTS"
            case _:
                inner.where.append(condition_sql(condition, block=inner))
        found = Select(outputs=(Output(sql="1"),), sources=inner.sources, where=inner.conditions)
        text = f"{word} {in_parentheses(found.text)}"
        return text if word == "EXISTS" else f"({text})"

    # Rows with several key columns

    def _is_row(self, *sides: Expression) -> bool:
        return any(
            isinstance(side, Path) and side.attribute is None and len(self._storage.places(side)) > 1 for side in sides
        )

    def _row_comparison(self, operator: Operator, left: Expression, right: Expression) -> Local:
        like = left if isinstance(left, Path) else right
        sides = (self._row(left, like=like), self._row(right, like=like))
        return self._stand_in(f"({sides[0]} {operator.value} {sides[1]})")

    def _row(self, side: Expression, *, like: Expression) -> str:
        match side:
            case Parameter() if isinstance(like, Path):
                return f"({', '.join(row_parameters(side, like=like, block=self._block))})"
            case _:
                return self.sql(side)


def row_parameters(parameter: Parameter, *, like: Path, block: Block) -> tuple[str, ...]:
    """Return one parameter for each key column of the row that `like` reaches, named `<parameter>_<column>`."""
    storage = block.storage
    marks = []
    for place, part in zip(storage.places(like), storage.key_paths(like), strict=True):
        marks.append(
            block.draft.parameter(
                QueryParameter(
                    name=placeholder_name(f"{parameter.name}_{place.column.name}"),
                    type=storage.without_modifier(place.column.type),
                    like=part,
                )
            )
        )
    return tuple(marks)
