"""Keep rows of several kinds in one collection: a polymorphic one, whose documents have the fields of their kind."""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.decisions import Alternative, Decision, Input
from groundplan.logical.model import Relation, RelationAttribute
from groundplan.mongo.design.draft import Draft
from groundplan.plan.expressions import IsNull, Local, walk
from groundplan.plan.types import Enum

POLYMORPHIC = "polymorphic collection"


def gather_kinds(draft: Draft) -> Draft:
    """Keep rows of several kinds in one collection: a polymorphic one, whose documents have the fields of their kind.

    An entity has kinds where checks that the plan names ask, for values of an enum, for optional attributes to be there
    or not. What a status implies by itself makes no kind.
    """
    decisions = [
        _decision(relation, kind, own)
        for relation in draft.logical.relations
        for kind in relation.attributes
        for own in (_of_kinds(relation, kind),)
        if own
    ]
    return replace(draft, decisions=(*draft.decisions, *decisions))


def _of_kinds(relation: Relation, kind: RelationAttribute) -> tuple[str, ...]:
    """Return the optional attributes that are there for some values of an attribute."""
    if not isinstance(kind.type, Enum):
        return ()
    found: dict[str, None] = {}
    for check in relation.checks:
        nodes = walk(check.condition)
        if check.name is not None and Local(kind.name) in nodes:
            tested = (node.operand for node in nodes if isinstance(node, IsNull))
            found.update(dict.fromkeys(name.name for name in tested if isinstance(name, Local)))
    return tuple(found)


def _decision(relation: Relation, kind: RelationAttribute, own: tuple[str, ...]) -> Decision:
    values = kind.type.values if isinstance(kind.type, Enum) else ()
    return Decision(
        object=f"mongo.{relation.name}.{kind.name}",
        topic="kinds",
        choice=POLYMORPHIC,
        rule="gather_kinds",
        reason=(
            f"Each of {relation.name} has the fields of its {kind.name} ({', '.join(own)}) and spends nothing on "
            "others, and one query finds all kinds."
        ),
        pin=f"mongo.{relation.source}.{kind.declared}.kinds",
        inputs=(Input(name="kinds", value=", ".join(value.name for value in values)),),
        alternatives=(
            Alternative(
                choice="a collection for each kind",
                why_not="not built: what asks for all kinds would ask each, and a reference would not say which",
                cost=f"{len(values)} searches instead of one",
            ),
        ),
        origin=kind.origin,
    )
