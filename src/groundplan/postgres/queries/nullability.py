"""Which formulas cannot be NULL in the rows of a read, by the columns that hold them."""

from __future__ import annotations

from groundplan.plan import nullability
from groundplan.plan.expressions import Expression, Path
from groundplan.plan.nullability import Known, known_from
from groundplan.postgres.queries.storage import Storage

__all__ = ["Known", "can_be_null", "known_from"]


def can_be_null(expression: Expression, *, known: Known, storage: Storage) -> bool:
    """Tell whether a formula can be NULL in a row of which `known` holds; true where unsure."""

    def is_nullable(path: Path) -> bool:
        return any(place.column.is_nullable for place in storage.places(path))

    return nullability.can_be_null(expression, known=known, is_nullable=is_nullable)
