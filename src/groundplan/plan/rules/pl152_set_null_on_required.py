"""A reference that is required is to be emptied.

## What it does
Finds `on_delete: set null` and `on_update: set null` on relationships that are not optional, and on n:m links.

## Why it matters
When the target goes, the engine tries to write NULL into a column that cannot hold it. The deletion fails with an
error about a row that nobody touched.

## Example
```yaml
relationships:
  Post.author > User: {on_delete: set null}
```

## Instead
```yaml
relationships:
  Post.author > User?: {on_delete: set null}
```

## When to ignore
Never: the deletion could only fail.

## Also known as
SQLSTATE 23502 (not_null_violation), Django fields.E320.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.plan.model import Arrow, ReferentialAction
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find actions that write NULL where none can be."""
    for relationship in examined.plan.relationships:
        is_link = relationship.arrow is Arrow.MANY_TO_MANY
        if relationship.is_optional and not is_link:
            continue
        actions = (("on_delete", relationship.on_delete), ("on_update", relationship.on_update))
        for word, action in actions:
            if action is ReferentialAction.SET_NULL:
                target = relationship.targets[0] if relationship.targets else "the target"
                yield RULE.found(
                    relationship.origin,
                    f'"{relationship.label}" is required, and `{word}` would set it to NULL',
                    help="a link cannot lack a side; write cascade or restrict"
                    if is_link
                    else f'write "{target}?" to make it optional, or another action',
                )


RULE = PlanRule(code="PL152", name="set_null_on_required", check=check, page=__doc__)
