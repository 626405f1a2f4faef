"""A read returns a secret attribute.

## What it does
Notes reads that name a secret attribute in `fields`.

## Why it matters
A read without `fields` leaves secrets out. One that names them is how they are meant to be read, as when somebody
signs in, and is worth a second look: what is returned can be logged.

## Example
```yaml
access:
  profile: {read: User, one: true, where: id = :id, fields: [username, password_hash]}
```

## Instead
```yaml
access:
  profile: {read: User, one: true, where: id = :id, fields: [username]}
```

## When to ignore
Where the secret itself is what the program needs.

## Also known as
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic, Severity
from groundplan.plan.expressions import Path, paths
from groundplan.plan.patterns import ReadPattern
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule
from groundplan.plan.scope import Scope


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find secrets among results."""
    for pattern in examined.resolved.patterns:
        if not isinstance(pattern, ReadPattern):
            continue
        for field in pattern.fields:
            for path in paths(field.expression):
                if _is_secret(path, examined.scope):
                    yield RULE.found(
                        field.origin,
                        f'"{pattern.name}" returns the secret "{path.reached}.{path.attribute}"',
                        help="take it out unless the program needs the secret itself",
                    )


def _is_secret(path: Path, scope: Scope) -> bool:
    attribute = None if path.attribute is None else scope.attributes(path.reached).get(path.attribute)
    return attribute is not None and attribute.is_secret


RULE = PlanRule(code="PL162", name="secret_in_result", check=check, page=__doc__, severity=Severity.NOTE)
