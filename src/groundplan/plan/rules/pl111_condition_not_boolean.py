"""A condition is neither true nor false.

## What it does
Finds `where`, `checks` and operands of `and`, `or` and `not` whose value is no boolean.

## Why it matters
Usually half of the comparison is missing. PostgreSQL refuses it; MongoDB takes every value but null, false and 0 as
true.

## Example
```yaml
access:
  published: {read: Post, where: published_at and status = 'published'}
```

## Instead
```yaml
access:
  published: {read: Post, where: published_at is not null and status = 'published'}
```

## When to ignore
Never: the engine refuses it too.

## Also known as
SQLSTATE 42804 (argument of WHERE must be type boolean).
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.plan.defects import ConditionNotBoolean
from groundplan.plan.kinds import type_word
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find conditions that are no boolean."""
    for defect in examined.defects_of(ConditionNotBoolean):
        yield RULE.found(
            defect.origin,
            f"a condition of `{defect.what}` is of type {type_word(defect.type)}, neither true nor false",
            help="compare it with something, or ask whether it `is not null`",
        )


RULE = PlanRule(code="PL111", name="condition_not_boolean", check=check, page=__doc__)
