"""A reference is to be set to a default that it does not have.

## What it does
Finds `on_delete: set default` and `on_update: set default`.

## Why it matters
A relationship has no default in the plan language, so the engine would write NULL, or refuse. Which row should stand
in for every deleted one is a choice of the application's, not of the schema's.

## Example
```yaml
relationships:
  Post.author > User: {on_delete: set default}
```

## Instead
```yaml
relationships:
  Post.author > User?: {on_delete: set null}
```

## When to ignore
Never: there is no default to set.

## Also known as
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.plan.model import ReferentialAction
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find actions that set a default."""
    for relationship in examined.plan.relationships:
        actions = (("on_delete", relationship.on_delete), ("on_update", relationship.on_update))
        for word, action in actions:
            if action is ReferentialAction.SET_DEFAULT:
                yield RULE.found(
                    relationship.origin,
                    f'`{word}` would set "{relationship.label}" to its default, and a relationship has none',
                    help="write restrict, cascade or, where it is optional, set null",
                )


RULE = PlanRule(code="PL153", name="set_default_without_default", check=check, page=__doc__)
