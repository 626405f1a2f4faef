"""An upsert finds its row by something that is not unique.

## What it does
Finds upserts whose `on` is not exactly a key, a unique attribute, a unique set without condition, or the relationship
of a 1:1; and upserts of an entity without `on`. The links of an n:m relationship are found by their two sides.

## Why it matters
An upsert is one statement that inserts, or updates the one row that is in the way. Only uniqueness can be in the way:
without it PostgreSQL refuses the statement, and two programs that look first and insert then make two rows.

## Example
```yaml
entities:
  Device: {attributes: {serial: text(20), name: text(80)}}
access:
  rename: {upsert: Device, on: [serial]}
```

## Instead
```yaml
entities:
  Device: {attributes: {serial: text(20) unique, name: text(80)}}
access:
  rename: {upsert: Device, on: [serial]}
```

## When to ignore
Never: the statement could not run.

## Also known as
SQLSTATE 42P10 (no unique or exclusion constraint matching the ON CONFLICT specification).
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.plan.expressions import Path
from groundplan.plan.patterns import UpsertPattern
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule
from groundplan.plan.scope import Scope
from groundplan.plan.uniqueness import unique_sets


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find upserts on what is not unique."""
    for pattern in examined.resolved.patterns:
        if not isinstance(pattern, UpsertPattern) or _is_unique(pattern, examined.scope):
            continue
        if not pattern.on:
            message = f'"{pattern.name}" does not say by what it finds its row of "{pattern.entity}"'
            yield RULE.found(pattern.origin, message, help="add `on` with a key, as in `on: [serial]`")
        else:
            names = ", ".join(_name(path, examined.scope) for path in pattern.on)
            yield RULE.found(
                pattern.origin,
                f'"{pattern.name}" finds its row by {names}, and "{pattern.entity}" is not unique by that',
                help=_advice(pattern.entity, names, examined.scope),
            )


def _advice(subject: str, names: str, scope: Scope) -> str:
    if subject in scope.links:
        return f"leave `on` out, or write both sides: `on: [{', '.join(scope.key(subject))}]`"
    return f"add `unique: [[{names}]]`, or name a key in `on`"


def _name(path: Path, scope: Scope) -> str:
    """Return the plan's word for a member of `on`."""
    return path.attribute or scope.relationship(path.hops[0].relationship).name


def _is_unique(pattern: UpsertPattern, scope: Scope) -> bool:
    return frozenset(pattern.on) in unique_sets(pattern.entity, scope=scope)


RULE = PlanRule(code="PL164", name="upsert_without_unique", check=check, page=__doc__)
