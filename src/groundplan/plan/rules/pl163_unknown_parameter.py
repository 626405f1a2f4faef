"""A value is proposed for a parameter that the pattern does not have.

## What it does
Finds names in `params` that are no parameter of the access pattern. Those of an insert or upsert are the attributes
and references of the entity; that of a search is `words`.

## Why it matters
The proof fills parameters with these values. One that goes nowhere leaves the real parameter to a guess.

## Example
```yaml
access:
  recent: {read: Post, where: "published_at > :since", params: {sinse: now() - 1 day}}
```

## Instead
```yaml
access:
  recent: {read: Post, where: "published_at > :since", params: {since: now() - 1 day}}
```

## When to ignore
Never: take it out.

## Also known as
None.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from groundplan.base.diagnostics import Diagnostic
from groundplan.base.names import did_you_mean
from groundplan.plan.patterns import (
    DeletePattern,
    InsertPattern,
    Pattern,
    RawPattern,
    ReadPattern,
    UpdatePattern,
    UpsertPattern,
)
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule
from groundplan.plan.scope import Scope


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find proposals for parameters that are not there."""
    resolved = {pattern.name: pattern for pattern in examined.resolved.patterns}
    for pattern in examined.plan.access:
        found = resolved.get(pattern.name)
        if found is None:
            continue
        known = _known(found, examined.scope)
        for hint in pattern.params:
            if hint.name not in known:
                yield RULE.found(
                    hint.origin,
                    f'"{pattern.name}" has no parameter "{hint.name}"',
                    help=did_you_mean(hint.name, known, kind="parameters"),
                )


def _known(pattern: Pattern, scope: Scope) -> tuple[str, ...]:
    match pattern:
        case ReadPattern() | UpdatePattern() | DeletePattern() | RawPattern():
            return tuple(parameter.name for parameter in pattern.parameters)
        case InsertPattern() | UpsertPattern():
            return (*scope.attributes(pattern.entity), *scope.references_of(pattern.entity))
        case _:
            assert_never(pattern)


RULE = PlanRule(code="PL163", name="unknown_parameter", check=check, page=__doc__)
