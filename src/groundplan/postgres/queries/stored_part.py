"""What of a read a materialized view stores, and what stays outside.

Conditions without parameters, fields and groups are stored; conditions with parameters, order, page and limit are not.
"""

from __future__ import annotations

from dataclasses import replace

from groundplan.plan.expressions import Expression, conjuncts, every, parameters
from groundplan.plan.patterns import ReadPattern


def stored_part(pattern: ReadPattern) -> ReadPattern:
    """Return a read without what stays outside of its view."""
    inside = every(tuple(part for part in conjuncts(pattern.where) if not parameters(part)))
    return replace(pattern, where=inside, order=(), page=None, limit=None, is_one=False, parameters=())


def outside_of(pattern: ReadPattern) -> tuple[Expression, ...]:
    """Return the conditions that stay outside of a view."""
    return tuple(part for part in conjuncts(pattern.where) if parameters(part))
