"""The plan asks for MongoDB, which no stage designs for yet.

## What it does
Notes a version of MongoDB among the targets.

## Why it matters
The plan language means the same on both engines, and every formula is checked for both, but only the design for
PostgreSQL is written.

## Example
```yaml
targets: {postgres: 18, mongo: 6}
```

## Instead
```yaml
targets: {postgres: 18}
```

## When to ignore
Always, if the plan is meant for both: the design for PostgreSQL is complete without the other.

## Also known as
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic, Severity
from groundplan.base.rule import Rule
from groundplan.plan.model import Plan


def check(plan: Plan) -> Iterator[Diagnostic]:
    """Find MongoDB among the targets."""
    if plan.targets.mongo is not None:
        yield RULE.found(
            plan.origin, "MongoDB is not designed for yet", help="the design for PostgreSQL is complete without it"
        )


RULE: Rule[Plan] = Rule(code="PL901", name="no_mongo_yet", check=check, page=__doc__, severity=Severity.NOTE)
