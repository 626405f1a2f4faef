"""A step of a path has two meanings.

## What it does
Finds relationships and inverses that share a name with each other, or with an attribute, on the same entity.

## Why it matters
In `post.comments` the word `comments` has to lead one way. Inverses clash easily: two relationships from `Comment` to
`User` cannot both be `comments` seen from the user.

## Example
```yaml
relationships:
  Message.sender > User:   {inverse: messages}
  Message.receiver > User: {inverse: messages}
```

## Instead
```yaml
relationships:
  Message.sender > User:   {inverse: sent}
  Message.receiver > User: {inverse: received}
```

## When to ignore
Never: one of the two meanings would be lost.

## Also known as
Django fields.E304 (reverse accessor clashes).
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule
from groundplan.plan.scope import inverse_name


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find names of relationships and inverses that an entity has already."""
    scope = examined.scope
    taken = {entity: dict.fromkeys(scope.attributes(entity), "an attribute") for entity in scope.entities}
    for relationship in examined.plan.relationships:
        steps = [(relationship.source, relationship.name, f'relationship "{relationship.label}"')]
        inverse = inverse_name(relationship)
        if inverse is not None:
            steps += [(target, inverse, f'the inverse of "{relationship.label}"') for target in relationship.targets]
        for entity, name, subject in steps:
            names = taken.get(entity)
            if names is None:
                continue
            if name in names:
                yield RULE.found(
                    relationship.origin,
                    f'{subject} is called "{name}" on "{entity}", where {names[name]} has that name already',
                    help="rename one of them, so that a path has one meaning",
                )
            names.setdefault(name, subject)
    for label, link in scope.links.items():
        if len(set(link.key)) < len(link.key):
            yield RULE.found(
                link.origin,
                f'both sides of a link of "{label}" are called "{link.key[0]}"',
                help="give the relationship another name, which then is that of the second side",
            )
        for side in link.key:
            if side in scope.attributes(label):
                yield RULE.found(
                    link.origin,
                    f'an attribute of "{label}" is called "{side}", as a side of the link is',
                    help="rename the attribute, so that a path has one meaning",
                )


RULE = PlanRule(code="PL123", name="path_step_twice", check=check, page=__doc__)
