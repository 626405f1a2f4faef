"""What the plan itself says of references whose target is deleted."""

from __future__ import annotations

from groundplan.logical.facts import Facts, is_link
from groundplan.logical.model import Reference, Relation
from groundplan.logical.passes.choose_actions import KEEP, pin_of


def is_said(facts: Facts, relation: Relation, reference: Reference) -> bool:
    """Tell whether the plan itself says what deleting the target does to a reference."""
    pinned = facts.pins.get(pin_of(relation, reference))
    if pinned is not None:
        return pinned != KEEP
    if is_link(relation) and reference == relation.references[0]:
        return False
    return facts.scope.relationship(reference.relationship).on_delete is not None
