"""An update sets what it cannot set.

## What it does
Finds updates that set a surrogate key, a computed attribute, `created_at`, `updated_at` or `deleted_at` where the
design keeps them, and a natural key that other rows reference without `on_update: cascade`.

A computed attribute that follows from other rows may be set by a step of a transaction that writes those rows:
`nb_of_bids: int computed count(bids)` by an update beside the insert of a bid. Such an update is the upkeep itself.

## Why it matters
A surrogate key stays for good, which is why rows reference it. A computed attribute follows from others, the times are
kept by triggers, and deleting is what `delete` is for. Each of these would be refused, overwritten, or leave
references behind.

## Example
```yaml
access:
  publish: {update: Post, where: id = :id, set: {status: published, updated_at: now()}}
```

## Instead
```yaml
access:
  publish: {update: Post, where: id = :id, set: {status: published}}
```

## When to ignore
Never: declare the attribute yourself, and not as computed, to set it yourself.

## Also known as
SQLSTATE 428C9 (generated_always).
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.plan.access import Raw, Read, Update
from groundplan.plan.expressions import paths
from groundplan.plan.model import ReferentialAction
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule
from groundplan.plan.scope import CREATED_AT, DELETED_AT, SURROGATE_KEY, UPDATED_AT, Scope

_KEPT = {
    SURROGATE_KEY: "is the surrogate key, which never changes",
    CREATED_AT: "is set when the row is inserted",
    UPDATED_AT: "is kept by a trigger",
    DELETED_AT: "is set by deleting; an access pattern with `delete` does that",
}


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find updates of what is not theirs to set."""
    for pattern in examined.plan.access:
        if not isinstance(pattern, Update) or pattern.entity not in examined.scope.subjects:
            continue
        for setting in pattern.settings:
            problem, advice = _problem(pattern.entity, setting.name, examined.scope), "take it out"
            if _is_computed(pattern.entity, setting.name, examined.scope):
                followed = _followed(pattern.entity, setting.name, examined)
                if followed & _written_beside(pattern, examined):
                    continue
                problem = "is computed"
                if followed:
                    writers = " or ".join(sorted(followed))
                    advice += f", or keep it in a transaction: a step beside one that writes {writers}"
            if problem is not None:
                yield RULE.found(
                    setting.origin, f'"{pattern.name}" cannot set "{setting.name}": it {problem}', help=advice
                )


def _is_computed(entity: str, name: str, scope: Scope) -> bool:
    attribute = scope.attributes(entity).get(name)
    return attribute is not None and attribute.computed is not None


def _followed(entity: str, name: str, examined: ExaminedPlan) -> frozenset[str]:
    """Return the entities whose rows a computed attribute follows from, but for its own row."""
    return frozenset(
        hop.target
        for computed in examined.resolved.computed
        if (computed.entity, computed.attribute) == (entity, name)
        for path in paths(computed.value)
        for hop in path.hops
    )


def _written_beside(pattern: Update, examined: ExaminedPlan) -> frozenset[str]:
    """Return the entities that other steps write in every transaction which this update is a step of."""
    writers = {
        other.name: other.entity
        for other in examined.plan.access
        if not isinstance(other, Read | Raw) and other.name != pattern.name
    }
    beside = [
        frozenset(writers[step] for step in transaction.steps if step in writers)
        for transaction in examined.plan.transactions
        if pattern.name in transaction.steps
    ]
    return frozenset.intersection(*beside) if beside else frozenset()


def _problem(entity: str, name: str, scope: Scope) -> str | None:
    if scope.is_implicit(entity, name):
        return _KEPT[name]
    if name == SURROGATE_KEY and not scope.entity(entity).key:
        return "is the key, which never changes"
    if name in scope.entity(entity).key and not _follows(entity, scope):
        return "is part of the key, and references to it do not follow without on_update: cascade"
    return None


def _follows(entity: str, scope: Scope) -> bool:
    """Tell whether every reference to an entity follows when its key changes."""
    return all(
        scope.relationship(hop.relationship).on_update is ReferentialAction.CASCADE
        for source in scope.subjects
        for hop in scope.references_of(source).values()
        if hop.target == entity
    )


RULE = PlanRule(code="PL165", name="unsettable_attribute", check=check, page=__doc__)
