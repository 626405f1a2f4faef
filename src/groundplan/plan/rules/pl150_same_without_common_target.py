"""Two ends of a relationship are to agree on something that they do not both have.

## What it does
Finds `same` that names no relationship which both ends of the relationship have, to the same target.

## Why it matters
`Comment.parent > Comment: {same: post}` keeps a reply under the post of its parent by a foreign key over both columns.
That needs the column on both sides.

## Example
```yaml
relationships:
  Reply.comment > Comment: {same: thread}
  Comment.thread > Thread: {}
```

## Instead
```yaml
relationships:
  Reply.comment > Comment: {same: thread}
  Reply.thread > Thread: {}
  Comment.thread > Thread: {}
```

## When to ignore
Never: there is nothing to agree on.

## Also known as
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.base.names import did_you_mean
from groundplan.base.origin import place_of
from groundplan.plan.model import Arrow, Relationship
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule
from groundplan.plan.scope import Scope


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find `same` that both ends do not have."""
    for relationship in examined.plan.relationships:
        if relationship.same is None:
            continue
        common = _common(relationship, examined.scope)
        if common is not None and relationship.same not in common:
            yield RULE.found(
                place_of(relationship.same, otherwise=relationship.origin),
                f'both ends of "{relationship.label}" would have to have the relationship "{relationship.same}" '
                "to one target",
                help=did_you_mean(relationship.same, common, kind="relationships of both"),
            )


def _common(relationship: Relationship, scope: Scope) -> tuple[str, ...] | None:
    """Return the references that both ends share; None where an end is unknown."""
    ends = (relationship.source, *relationship.targets)
    if any(end not in scope.entities for end in ends):
        return None
    if relationship.arrow is Arrow.MANY_TO_MANY:
        return ()
    first, *others = (scope.references_of(end) for end in ends)
    return tuple(
        name
        for name, hop in first.items()
        if hop.relationship != relationship.label
        and all(name in other and other[name].target == hop.target for other in others)
    )


RULE = PlanRule(code="PL150", name="same_without_common_target", check=check, page=__doc__)
