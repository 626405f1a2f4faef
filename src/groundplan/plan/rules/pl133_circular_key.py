"""Keys are made of each other.

## What it does
Finds entities whose key holds a relationship that leads, key by key, back to the same entity.

## Why it matters
A relationship in a key stands for the key of its target. If that in turn stands for the first one, there is no
attribute at the bottom that any of them could hold.

## Example
```yaml
entities:
  User:        {key: [preferences]}
  Preferences: {key: [user]}
relationships:
  Preferences.user - User: {inverse: preferences}
  User.preferences - Preferences: {}
```

## Instead
```yaml
entities:
  User:        {}
  Preferences: {key: [user]}
relationships:
  Preferences.user - User: {inverse: preferences}
```

## When to ignore
Never: no row could ever be identified.

## Also known as
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.base.graph import strongly_connected
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find groups of entities whose keys stand for each other."""
    scope = examined.scope
    edges: dict[str, list[str]] = {}
    for entity in scope.entities.values():
        hops = (scope.references_of(entity.name).get(member) for member in entity.key)
        edges[entity.name] = [hop.target for hop in hops if hop is not None]
    for group in strongly_connected(edges):
        if len(group) > 1 or group[0] in edges.get(group[0], ()):
            names = " and ".join(f'"{name}"' for name in group)
            yield RULE.found(
                scope.entity(group[0]).origin,
                f"the keys of {names} are made of each other" if group[1:] else f"the key of {names} is made of itself",
                help="give one of them a key of its own attributes, or leave `key` out to get a surrogate",
            )


RULE = PlanRule(code="PL133", name="circular_key", check=check, page=__doc__)
