"""An attribute that is unique has the same default for every row.

## What it does
Finds constant defaults of attributes that are unique by themselves: `unique` behind the type, a `key` or an entry of
`unique` of this attribute alone.

## Why it matters
The first insert that leaves the attribute out succeeds, and the second is refused. In a test with one row all is well.

## Example
```yaml
attributes:
  position: int unique = 0
```

## Instead
```yaml
attributes:
  position: int unique
```
A default that differs from row to row is fine: `token: uuid unique = gen_random_uuid()`.

## When to ignore
Where one row at most is meant to have the default, such as a fallback.

## Also known as
SQLSTATE 23505 (unique_violation).
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic, Severity
from groundplan.plan.expressions import Call, Expression, Literal, walk
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule
from groundplan.plan.scope import Scope


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find unique attributes whose default is the same for every row."""
    for default in examined.resolved.defaults:
        attribute = examined.scope.attributes(default.entity).get(default.attribute)
        if attribute is None or attribute.default is None or not _is_constant(default.value):
            continue
        if attribute.is_unique or _is_unique_alone(default.entity, default.attribute, examined.scope):
            yield RULE.found(
                attribute.default.origin,
                f'"{attribute.name}" is unique, and every row that gives no value gets {attribute.default.text}',
                help="take the default or the uniqueness away, or write a default that differs, as gen_random_uuid()",
            )


def _is_constant(value: Expression) -> bool:
    is_null = isinstance(value, Literal) and value.value is None
    return not is_null and not any(isinstance(node, Call) for node in walk(value))


def _is_unique_alone(subject: str, name: str, scope: Scope) -> bool:
    entity = scope.entities.get(subject)
    if entity is None:
        return False
    return entity.key == (name,) or any(each.members == (name,) and each.where is None for each in entity.unique)


RULE = PlanRule(code="PL139", name="constant_default_on_unique", check=check, page=__doc__, severity=Severity.WARNING)
