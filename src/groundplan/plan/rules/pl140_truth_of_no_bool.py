"""The share of true is given of an attribute that is neither true nor false.

## What it does
Finds `trues` in the `values` of attributes of another type than `bool`.

## Why it matters
Nothing is made of it, so rows and estimates are not what the plan seems to say.

## Example
```yaml
attributes:
  status: {type: "enum(open, done)", values: {trues: 90%}}
```

## Instead
```yaml
attributes:
  status: enum(open 90%, done 10%)
```

## When to ignore
Never: take it out.

## Also known as
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.plan.kinds import type_word
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule
from groundplan.plan.types import Boolean, Enum


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find shares of true of attributes that are no bool."""
    plan = examined.plan
    owners = [(entity.name, entity.attributes) for entity in plan.entities]
    owners += [(relationship.label, relationship.attributes) for relationship in plan.relationships]
    for owner, attributes in owners:
        for attribute in attributes:
            if attribute.values.trues is None or isinstance(attribute.type, Boolean):
                continue
            is_enum = isinstance(attribute.type, Enum)
            yield RULE.found(
                attribute.origin,
                f'"{owner}.{attribute.name}" is of type {type_word(attribute.type)} and has no share of true',
                help="write shares behind the values, as in enum(open 90%, done)" if is_enum else "take `trues` out",
            )


RULE = PlanRule(code="PL140", name="truth_of_no_bool", check=check, page=__doc__)
