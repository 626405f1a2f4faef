"""A key has an optional member.

## What it does
Finds attributes and relationships in `key` that may be missing.

## Why it matters
A key tells every row from every other. A row without a part of its key cannot be told apart or referenced, and neither
engine allows a missing part in a primary key.

## Example
```yaml
entities:
  Reading:
    key: [device, at]
    attributes: {at: timestamp?}
```

## Instead
```yaml
entities:
  Reading:
    key: [device, at]
    attributes: {at: timestamp}
```

## When to ignore
Never: a unique set (`unique:`) may have optional members.

## Also known as
SQLSTATE 23502 (not_null_violation).
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.base.origin import place_of
from groundplan.plan.paths import member_path
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find members of keys that may be missing."""
    for entity in examined.scope.entities.values():
        for member in entity.key:
            path = member_path(entity.name, member, scope=examined.scope)
            if path is not None and path.is_optional:
                yield RULE.found(
                    place_of(member, otherwise=entity.origin),
                    f'"{member}" is part of the key of "{entity.name}" but optional',
                    help="take the question mark away, or use `unique` instead of `key`",
                )


RULE = PlanRule(code="PL132", name="optional_key", check=check, page=__doc__)
