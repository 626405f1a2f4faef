"""Rows that expire are held by references to them.

## What it does
Finds required relationships to an entity with `expires` that neither cascade nor set null. Without `on_delete` a
required relationship restricts.

## Why it matters
Expired rows are deleted in the background. A reference that restricts makes that deletion fail, for this row and for
all others of its batch, every time it is tried.

## Example
```yaml
entities:
  Session: {lifecycle: {expires: expires_at}, attributes: {expires_at: timestamp}}
relationships:
  Cart.session > Session: {}
```

## Instead
```yaml
entities:
  Session: {lifecycle: {expires: expires_at}, attributes: {expires_at: timestamp}}
relationships:
  Cart.session > Session: {on_delete: cascade}
```

## When to ignore
Where whoever references a row is sure to be deleted before it expires.

## Also known as
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic, Severity
from groundplan.plan.model import ReferentialAction
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule

_HOLDING = (ReferentialAction.RESTRICT, ReferentialAction.NO_ACTION)


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find references that keep expired rows from going."""
    scope = examined.scope
    for entity in scope.entities:
        for hop in scope.references_of(entity).values():
            relationship = scope.relationship(hop.relationship)
            if scope.entity(hop.target).lifecycle.expires is None:
                continue
            is_silent = relationship.on_delete is None and not relationship.is_optional
            if is_silent or relationship.on_delete in _HOLDING:
                yield RULE.found(
                    relationship.origin,
                    f'a "{hop.target}" expires, but "{relationship.label}" holds it',
                    help="write on_delete: cascade, or make it optional and write set null",
                )


RULE = PlanRule(code="PL158", name="expiry_restricted", check=check, page=__doc__, severity=Severity.WARNING)
