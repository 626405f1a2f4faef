"""Two entities or links would get the same relation.

## What it does
Finds entities and n:m relationships whose names are the same once they are folded to snake_case, made plural and cut
to the 63 bytes that PostgreSQL keeps of a name.

## Why it matters
`OrderLine` and `order_line` are two entities in the plan, but one table in the database.

## Example
```yaml
entities:
  Post: {}
  Posts: {}
```

## Instead
```yaml
entities:
  Post: {}
  PinnedPost: {}
```

## When to ignore
Never: one of the two could not be created.

## Also known as
SQLSTATE 42P07 (duplicate_table).
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.base.names import fit, plural, snake_case
from groundplan.base.origin import Origin
from groundplan.plan.model import Arrow, Number
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find entities and links whose relations would have the same name."""
    first: dict[str, str] = {}
    for subject, name, origin in relation_names(examined):
        if name in first:
            yield RULE.found(
                origin,
                f'{subject} would be named "{name}" in the database, as {first[name]} already is',
                help="rename one of them",
            )
        first.setdefault(name, subject)


def relation_names(examined: ExaminedPlan) -> Iterator[tuple[str, str, Origin]]:
    """Return the name that each entity and each n:m link gets in the database, with what it is and where."""
    is_plural = examined.plan.conventions.names is Number.PLURAL
    for entity in examined.plan.entities:
        folded = snake_case(entity.name)
        yield f'entity "{entity.name}"', fit(plural(folded) if is_plural else folded), entity.origin
    for relationship in examined.plan.relationships:
        if relationship.arrow is Arrow.MANY_TO_MANY:
            name = fit(f"{snake_case(relationship.source)}_{snake_case(relationship.name)}")
            yield f'the link of "{relationship.label}"', name, relationship.origin


RULE = PlanRule(code="PL120", name="relation_name_twice", check=check, page=__doc__)
