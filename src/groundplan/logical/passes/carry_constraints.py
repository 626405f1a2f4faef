"""Carry the plan's uniqueness, checks and exclusions over to the attributes that store them."""

from __future__ import annotations

from dataclasses import replace

from groundplan.logical.draft import LogicalDraft
from groundplan.logical.lookup import Lookup
from groundplan.logical.model import (
    CandidateKey,
    Reference,
    Relation,
    RelationCheck,
    RelationExclusion,
    RelationKind,
)
from groundplan.plan.expressions import AnyOf, Expression, IsNull, Local
from groundplan.plan.model import Attribute, Entity


def carry_constraints(draft: LogicalDraft) -> LogicalDraft:
    """Carry the plan's uniqueness, checks and exclusions over to the attributes that store them.

    What a reference that carries another relationship along (`same`) points at is unique too.
    """
    lookup = Lookup(draft.relations)
    pointed_at = _pointed_at(draft.relations)
    relations: list[Relation] = []
    for relation in draft.relations:
        keys = [*_declared_keys(draft, relation, lookup=lookup), *pointed_at.get(relation.name, [])]
        relations.append(
            replace(
                relation,
                candidate_keys=_distinct(keys, relation),
                checks=(*_declared_checks(draft, relation, lookup=lookup), *_presence_checks(relation)),
                exclusions=_exclusions(draft, relation, lookup=lookup),
            )
        )
    return draft.with_relations(relations)


def _entity(draft: LogicalDraft, relation: Relation) -> Entity | None:
    return draft.scope.entity(relation.source) if relation.kind is RelationKind.ENTITY else None


def _declared_keys(draft: LogicalDraft, relation: Relation, *, lookup: Lookup) -> list[CandidateKey]:
    entity = _entity(draft, relation)
    attributes: tuple[Attribute, ...] = entity.attributes if entity is not None else ()
    if entity is None:
        attributes = draft.scope.link(relation.source).attributes
    keys = [
        CandidateKey(attributes=(lookup.attribute(relation.source, found.name).name,), origin=found.origin)
        for found in attributes
        if found.is_unique
    ]
    keys += [
        CandidateKey(attributes=_own(reference), origin=reference.origin)
        for reference in relation.references
        if reference.is_unique
    ]
    if entity is None:
        return keys
    filters = {
        found.position: found.condition for found in draft.resolved.unique_filters if found.entity == entity.name
    }
    for position, together in enumerate(entity.unique):
        names = tuple(name for member in together.members for name in _member(draft, relation, member, lookup=lookup))
        where = filters.get(position)
        condition = None if where is None else lookup.localize(where)
        keys.append(CandidateKey(attributes=tuple(dict.fromkeys(names)), where=condition, origin=together.origin))
    return keys


def _own(reference: Reference) -> tuple[str, ...]:
    return tuple(name for name in reference.attributes if name not in reference.agrees)


def _member(draft: LogicalDraft, relation: Relation, member: str, *, lookup: Lookup) -> tuple[str, ...]:
    """Return the attributes that an attribute or a relationship of an entity is stored in."""
    if member in draft.scope.attributes(relation.source):
        return (lookup.attribute(relation.source, member).name,)
    hop = draft.scope.references_of(relation.source)[member]
    reference = next(found for found in relation.references if found.relationship == hop.relationship)
    return _own(reference)


def _pointed_at(relations: tuple[Relation, ...]) -> dict[str, list[CandidateKey]]:
    found: dict[str, list[CandidateKey]] = {}
    for relation in relations:
        for reference in relation.references:
            if reference.agrees:
                key = CandidateKey(attributes=reference.target_attributes, origin=reference.origin)
                found.setdefault(reference.target, []).append(key)
    return found


def _distinct(keys: list[CandidateKey], relation: Relation) -> tuple[CandidateKey, ...]:
    """Drop what the primary key says already, and keys that differ only in the order of their attributes."""
    found: dict[tuple[frozenset[str], Expression | None], CandidateKey] = {}
    for key in keys:
        if set(key.attributes) != set(relation.primary_key):
            found.setdefault((frozenset(key.attributes), key.where), key)
    return tuple(sorted(found.values(), key=lambda key: (key.attributes, repr(key.where))))


def _declared_checks(draft: LogicalDraft, relation: Relation, *, lookup: Lookup) -> tuple[RelationCheck, ...]:
    checks = [
        RelationCheck(name=check.name, condition=lookup.localize(check.condition), origin=check.origin)
        for check in draft.resolved.checks
        if check.entity == relation.source
    ]
    return tuple(sorted(checks, key=lambda check: (check.name or "", repr(check.condition))))


def _presence_checks(relation: Relation) -> tuple[RelationCheck, ...]:
    """Ask for what a reference carries along: one with a part that is NULL is not checked at all (manual 5.5.5)."""
    optional = {attribute.name for attribute in relation.attributes if attribute.is_optional}
    return tuple(
        RelationCheck(
            name=None,
            condition=AnyOf(
                (IsNull(operand=Local(_own(reference)[0])), IsNull(operand=Local(shared), is_negated=True))
            ),
            origin=reference.origin,
        )
        for reference in relation.references
        for shared in reference.agrees
        if shared in optional
    )


def _exclusions(draft: LogicalDraft, relation: Relation, *, lookup: Lookup) -> tuple[RelationExclusion, ...]:
    entity = _entity(draft, relation)
    if entity is None:
        return ()
    found = [
        RelationExclusion(
            members=tuple(
                (name, operator)
                for member, operator in exclusion.members
                for name in _member(draft, relation, member, lookup=lookup)
            ),
            origin=exclusion.origin,
        )
        for exclusion in entity.exclude
    ]
    return tuple(sorted(found, key=lambda exclusion: exclusion.members))
