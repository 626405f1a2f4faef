"""A read of one row may find several.

## What it does
Finds reads with `one: true` whose condition does not fix a key or unique set, and that have no order.

## Why it matters
The read returns whichever row comes first, and another one tomorrow. Either the condition is not the one that was
meant, or a unique constraint is missing.

## Example
```yaml
access:
  by_name: {read: User, one: true, where: last_name = :name}
```

## Instead
```yaml
access:
  by_email: {read: User, one: true, where: email = :email}
```

## When to ignore
Where the data guarantees one row in a way that the plan does not know.

## Also known as
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic, Severity
from groundplan.plan.expressions import Binary, Literal, Operator, Parameter, Path, conjuncts
from groundplan.plan.paths import key_paths
from groundplan.plan.patterns import ReadPattern
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule
from groundplan.plan.scope import Scope
from groundplan.plan.uniqueness import unique_sets


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find reads of one row that do not say which."""
    for pattern in examined.resolved.patterns:
        if not isinstance(pattern, ReadPattern) or not pattern.is_one or pattern.order or pattern.near is not None:
            continue
        if not _is_fixed(pattern, examined.scope):
            yield RULE.found(
                pattern.origin,
                f'"{pattern.name}" reads one "{pattern.entity}", but its condition may hold for several',
                help="compare a key or unique attribute, add `order`, or take `one` out",
            )


def _is_fixed(pattern: ReadPattern, scope: Scope) -> bool:
    fixed: set[Path] = set()
    for condition in conjuncts(pattern.where):
        match condition:
            case Binary(Operator.EQUAL, Path() as path, Parameter() | Literal()):
                fixed |= _parts(path, scope)
            case Binary(Operator.EQUAL, Parameter() | Literal(), Path() as path):
                fixed |= _parts(path, scope)
            case _:
                pass
    return any(unique <= fixed for unique in unique_sets(pattern.entity, scope=scope))


def _parts(path: Path, scope: Scope) -> set[Path]:
    """Return a path, and the attributes of the key that it stands for."""
    parts = {path}
    if path.attribute is None and path.type is None:
        parts.update(key_paths(path.reached, scope=scope, hops=path.hops))
    return parts


RULE = PlanRule(code="PL170", name="one_of_many", check=check, page=__doc__, severity=Severity.WARNING)
