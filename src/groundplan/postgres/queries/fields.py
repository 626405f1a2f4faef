"""The result columns of a read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from groundplan.plan.expressions import Aggregate, Call, Expression, Path
from groundplan.plan.patterns import Field
from groundplan.postgres.queries.blocks import Block
from groundplan.postgres.queries.formulas import formula_sql, free_many
from groundplan.postgres.queries.model import ResultColumn
from groundplan.postgres.queries.select import Output
from groundplan.postgres.queries.storage import Storage
from groundplan.postgres.queries.summaries import list_sql
from groundplan.postgres.queries.value_types import list_type, value_type


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedValue:
    """One column of a result before it is SQL: a row with several key columns is one for each of them."""

    name: str
    expression: Expression


def named_values(fields: Sequence[Field], *, storage: Storage) -> tuple[NamedValue, ...]:
    """Return the columns that fields mean, in their order."""
    found: list[NamedValue] = []
    for field in fields:
        match field.expression:
            case Path(attribute=None) as path if len(storage.places(path)) > 1:
                parts = zip(storage.places(path), storage.key_paths(path), strict=True)
                found += [
                    NamedValue(name=f"{field.name}_{place.column.name}", expression=part) for place, part in parts
                ]
            case expression:
                found.append(NamedValue(name=field.name, expression=expression))
    return tuple(found)


def output(value: NamedValue, *, block: Block) -> Output:
    """Return a result column as SQL: what lies at the end of a to-many path is a list."""
    is_list = free_many(value.expression, block=block) is not None
    write = list_sql(value.expression, block=block, formula=formula_sql) if is_list else None
    return Output(sql=write or formula_sql(value.expression, block=block), name=value.name)


def result_column(value: NamedValue, *, block: Block) -> ResultColumn:
    """Return a result column with its type."""
    is_list = free_many(value.expression, block=block) is not None
    type_of = list_type if is_list else value_type
    return ResultColumn(name=value.name, type=type_of(value.expression, storage=block.storage))


def value_name(expression: Expression, *, storage: Storage) -> str:
    """Return what a column is called that holds a value nobody named: `author_username`, `max_bid`."""
    match expression:
        case Path(attribute=None, is_many=True):
            return "_".join(storage.word(hop) for hop in expression.hops)
        case Path():
            place = storage.nearest(storage.places(expression)[0])
            return "_".join((*(storage.word(hop) for hop in place.hops), place.column.name))
        case Aggregate(operand=Path() as path):
            return f"{expression.function}_{value_name(path, storage=storage)}"
        case Aggregate() | Call():
            return expression.function
        case _:
            return "value"
