"""Something refers to an attribute or relationship that its entity does not have.

## What it does
Finds unknown names in `key`, `unique`, `exclude`, `lifecycle`, `dependencies`, `search`, `near`, `latest`, `set`, the
`on` of an upsert and rollups. Names in formulas are looked after by PL104.

## Why it matters
A constraint over a misspelt name protects nothing, and an access pattern over it cannot be compiled.

## Example
```yaml
entities:
  Item:
    unique: [[shop, skuu]]
    attributes: {shop: text, sku: text}
```

## Instead
```yaml
entities:
  Item:
    unique: [[shop, sku]]
    attributes: {shop: text, sku: text}
```

## When to ignore
Never: the name has no meaning.

## Also known as
SQLSTATE 42703 (undefined_column).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import assert_never

from groundplan.base.diagnostics import Diagnostic
from groundplan.base.names import did_you_mean
from groundplan.base.origin import Origin, place_of
from groundplan.plan.access import AccessPattern, Read, Update, Upsert
from groundplan.plan.model import Dependency, Entity, FunctionalDependency, JoinDependency, MultivaluedDependency
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule
from groundplan.plan.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mention:
    """A name in `what`; references count where `has_references`."""

    entity: str
    name: str
    what: str
    origin: Origin
    has_references: bool = True


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find names that are neither an attribute nor a reference of their entity."""
    scope = examined.scope
    for mention in _mentions(examined):
        if mention.entity not in scope.subjects or mention.name in _members(mention, scope):
            continue
        if scope.leads_nowhere(mention.entity, mention.name):
            continue
        owner = "link" if mention.entity in scope.links else "entity"
        yield RULE.found(
            place_of(mention.name, otherwise=mention.origin),
            f'{owner} "{mention.entity}" has no attribute "{mention.name}", which `{mention.what}` names',
            help=_advice(mention, scope),
        )


def _members(mention: _Mention, scope: Scope) -> tuple[str, ...]:
    references = scope.references_of(mention.entity) if mention.has_references else ()
    return (*scope.attributes(mention.entity), *references)


def _advice(mention: _Mention, scope: Scope) -> str:
    hop = scope.relationships_from(mention.entity).get(mention.name)
    if hop is not None and hop.is_many:
        return f'"{mention.name}" is a relationship to many; what it reaches is no part of the row'
    if hop is not None:
        return f'"{mention.name}" is a relationship; an attribute is needed here'
    return did_you_mean(mention.name, _members(mention, scope), kind="attributes")


def _mentions(examined: ExaminedPlan) -> Iterator[_Mention]:
    for entity in examined.plan.entities:
        yield from _of_entity(entity)
    for pattern in examined.plan.access:
        yield from _of_pattern(pattern)
    for rollup in examined.plan.rollups:
        for name in rollup.by:
            yield _Mention(entity=rollup.of, name=name, what="by", origin=rollup.origin)
        yield _Mention(entity=rollup.of, name=rollup.at, what="every", origin=rollup.origin, has_references=False)


def _of_entity(entity: Entity) -> Iterator[_Mention]:
    for name in entity.key:
        yield _Mention(entity=entity.name, name=name, what="key", origin=entity.origin)
    for unique in entity.unique:
        for name in unique.members:
            yield _Mention(entity=entity.name, name=name, what="unique", origin=unique.origin)
    for exclusion in entity.exclude:
        for name, _ in exclusion.members:
            yield _Mention(entity=entity.name, name=name, what="exclude", origin=exclusion.origin)
    lifecycle = entity.lifecycle
    moments = (("expires", lifecycle.expires), ("retain", None if lifecycle.retain is None else lifecycle.retain.by))
    for what, moment in moments:
        if moment is not None:
            yield _Mention(entity=entity.name, name=moment, what=what, origin=lifecycle.origin, has_references=False)
    for dependency in entity.dependencies:
        for name in dict.fromkeys(_names(dependency)):
            yield _Mention(entity=entity.name, name=name, what="dependencies", origin=dependency.origin)


def _names(dependency: Dependency) -> Iterable[str]:
    match dependency:
        case FunctionalDependency() | MultivaluedDependency():
            return (*dependency.determinant, *dependency.dependent)
        case JoinDependency():
            return tuple(name for part in dependency.parts for name in part)
        case _:
            assert_never(dependency)


def _of_pattern(pattern: AccessPattern) -> Iterator[_Mention]:
    match pattern:
        case Read():
            yield from _of_read(pattern)
        case Update():
            for setting in pattern.settings:
                yield _Mention(entity=pattern.entity, name=setting.name, what="set", origin=setting.origin)
        case Upsert():
            for name in pattern.on:
                yield _Mention(entity=pattern.entity, name=name, what="on", origin=pattern.origin)
        case _:
            return


def _of_read(read: Read) -> Iterator[_Mention]:
    if read.search is not None:
        for name in read.search.members:
            yield _Mention(
                entity=read.entity, name=name, what="search", origin=read.search.origin, has_references=False
            )
    if read.near is not None:
        name = read.near.attribute
        yield _Mention(entity=read.entity, name=name, what="near", origin=read.near.origin, has_references=False)
    if read.latest is not None:
        origin = read.latest.origin
        yield _Mention(entity=read.entity, name=read.latest.per, what="latest", origin=origin)
        yield _Mention(entity=read.entity, name=read.latest.by, what="latest", origin=origin, has_references=False)


RULE = PlanRule(code="PL131", name="unknown_member", check=check, page=__doc__)
