"""What result fields and parameters are called that nobody named."""

from __future__ import annotations

from collections.abc import Iterable

from groundplan.mongo.queries.storage import Storage
from groundplan.plan.expressions import Aggregate, Call, Expression, Path


def value_name(expression: Expression, *, storage: Storage) -> str:
    """Return what a field is called that holds a value nobody named: `author_username`, `max_bid`."""
    match expression:
        case Path(attribute=None, is_many=True):
            return "_".join(storage.word(hop) for hop in expression.hops)
        case Path():
            part = storage.nearest(storage.parts(expression)[0])
            return "_".join((*(storage.word(hop) for hop in part.hops), part.attribute))
        case Aggregate(operand=Path() as path):
            return f"{expression.function}_{value_name(path, storage=storage)}"
        case Aggregate() | Call():
            return expression.function
        case _:
            return "value"


def unused(wish: str, *, among: Iterable[str]) -> str:
    """Return the wished name, numbered where it is taken."""
    taken = set(among)
    name, count = wish, 1
    while name in taken:
        count += 1
        name = f"{wish}_{count}"
    return name
