"""A parameter has no type, or two.

## What it does
Finds parameters that nothing gives a type (`:a = :b`), and those that are compared with values of different types.

## Why it matters
The generated code has a type for each parameter, and the proof fills each with realistic values; both come from what
the parameter stands beside. PostgreSQL refuses a parameter whose type it cannot determine.

## Example
```yaml
access:
  any: {read: Post, where: author = :x or title = :x}
```

## Instead
```yaml
access:
  any: {read: Post, where: author = :author or title = :title}
```
A cast gives a type where nothing else does: `:days::int`.

## When to ignore
Never: the engine refuses it too.

## Also known as
SQLSTATE 42P18 (indeterminate_datatype), 42P08 (ambiguous_parameter).
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.plan.defects import UntypedParameter
from groundplan.plan.kinds import type_word
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find parameters without a type of their own."""
    for defect in examined.defects_of(UntypedParameter):
        if defect.types:
            words = " and ".join(type_word(of) for of in defect.types)
            message = f'the parameter ":{defect.name}" would have to be {words} at once'
            advice = "give each its own name"
        else:
            message = f'nothing tells the type of the parameter ":{defect.name}"'
            advice = f"compare it with an attribute, or write its type, as in :{defect.name}::int"
        yield RULE.found(defect.origin, message, help=advice)


RULE = PlanRule(code="PL115", name="untyped_parameter", check=check, page=__doc__)
