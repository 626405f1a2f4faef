"""Keep an audit trail of the entities that ask for one: who changed what, and when, never a secret."""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.decisions import Alternative, Decision, Input
from groundplan.logical.model import Relation
from groundplan.mongo.design.draft import Draft
from groundplan.mongo.model import AuditTrail
from groundplan.mongo.queries.writes.trail import trail_name


def keep_audit_trail(draft: Draft) -> Draft:
    """Keep an audit trail of the entities that ask for one: who changed what, and when, never a secret."""
    audited = sorted(
        (relation for relation in draft.logical.relations if relation.lifecycle.has_audit),
        key=lambda relation: relation.name,
    )
    trails = tuple(
        AuditTrail(name=trail_name(relation.name), relation=relation.name, origin=relation.lifecycle.origin)
        for relation in audited
    )
    model = replace(draft.model, own=(*draft.model.own, *trails))
    decisions = tuple(_decision(relation, trail) for relation, trail in zip(audited, trails, strict=True))
    return replace(draft, model=model, decisions=(*draft.decisions, *decisions))


def _decision(relation: Relation, trail: AuditTrail) -> Decision:
    hidden = sorted(attribute.name for attribute in relation.attributes if attribute.is_secret)
    return Decision(
        object=f"mongo.{relation.name}.{trail.name}",
        topic="audit",
        choice=f"written into {trail.name}",
        rule="keep_audit_trail",
        reason="MongoDB has no triggers: the compiled writes add the entry in the transaction of the change itself.",
        pin=f"mongo.{relation.source}.audit",
        inputs=(
            Input(name="lifecycle.audit", value="true"),
            Input(name="never written", value=", ".join(hidden) or "nothing is secret"),
        ),
        alternatives=(
            Alternative(
                choice="change stream",
                why_not="not built: it does not say who, tells of a change after it is made, and misses what happens "
                "while nobody listens for longer than the oplog reaches",
                cost="a program that always runs",
            ),
        ),
        origin=relation.lifecycle.origin,
    )
