"""Sort orders: where NULLs go, and what makes the order of a page total."""

from __future__ import annotations

from groundplan.plan.paths import key_paths
from groundplan.plan.patterns import NullsOrder, OrderKey
from groundplan.plan.resolve.formulas import Resolved
from groundplan.plan.scope import Scope
from groundplan.plan.uniqueness import required_unique_sets


def order_key(resolved: Resolved) -> OrderKey:
    """Return a sort key; NULLs are larger than everything else unless the plan says where they go (manual 7.5)."""
    is_nulls_first = resolved.is_descending if resolved.is_nulls_first is None else resolved.is_nulls_first
    return OrderKey(
        expression=resolved.expression,
        is_descending=resolved.is_descending,
        nulls=NullsOrder.FIRST if is_nulls_first else NullsOrder.LAST,
    )


def total_order(entity: str, order: tuple[OrderKey, ...], *, scope: Scope) -> tuple[OrderKey, ...]:
    """Append the entity's key to an order that does not tell all rows apart.

    The key runs in the direction of the last sort key, so that an order of one direction stays one, which a row
    comparison can continue and one scan of an index serves.
    """
    by = {key.expression for key in order}
    if any(unique <= by for unique in required_unique_sets(entity, scope=scope)):
        return order
    is_descending = bool(order) and order[-1].is_descending
    nulls = NullsOrder.FIRST if is_descending else NullsOrder.LAST
    missing = (path for path in key_paths(entity, scope=scope) if path not in by)
    return (*order, *(OrderKey(expression=path, is_descending=is_descending, nulls=nulls) for path in missing))
