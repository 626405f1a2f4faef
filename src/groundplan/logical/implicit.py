"""Attributes that conventions and lifecycles add, unless the plan declares one of the same name."""

from __future__ import annotations

from dataclasses import replace

from groundplan.logical.model import Relation, RelationAttribute

Added = tuple[RelationAttribute, ...]


def stand_in(relation: Relation, wanted: tuple[RelationAttribute, ...]) -> tuple[Relation, Added]:
    """Add the wanted attributes that the plan does not declare itself; returns the relation and what was added.

    A declared one takes the role, and the default where it has none of its own.
    """
    by_name = {attribute.declared: attribute for attribute in wanted}
    kept = tuple(_in_the_role_of(by_name.get(attribute.declared), attribute) for attribute in relation.attributes)
    declared = {attribute.declared for attribute in kept}
    added = tuple(attribute for attribute in wanted if attribute.declared not in declared)
    return replace(relation, attributes=(*kept, *added)), added


def _in_the_role_of(wanted: RelationAttribute | None, declared: RelationAttribute) -> RelationAttribute:
    if wanted is None:
        return declared
    return replace(declared, role=wanted.role, default=declared.default or wanted.default)
