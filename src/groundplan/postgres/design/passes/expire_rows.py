"""Expire rows: a procedure for a scheduler deletes what is past its time, in batches."""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.decisions import Alternative, Decision, Input
from groundplan.logical.model import Relation
from groundplan.plan.expressions import Local
from groundplan.postgres.design.draft import Candidate, Claim, Draft
from groundplan.postgres.design.names import Names
from groundplan.postgres.model import ExpiryProcedure, Index, IndexKey

BATCH = 1000
"""Rows deleted between two commits: some milliseconds of locks, and few enough transactions."""


def expire_rows(draft: Draft) -> Draft:
    """Expire rows: a procedure for a scheduler deletes what is past its time, in batches."""
    names = Names.of(draft.schema)
    expiries: list[ExpiryProcedure] = []
    candidates: list[Candidate] = []
    decisions: list[Decision] = []
    for relation in sorted(draft.logical.relations, key=lambda relation: relation.name):
        if relation.lifecycle.expires is None:
            continue
        column = draft.facts.lookup.attribute(relation.source, relation.lifecycle.expires).name
        expiry = ExpiryProcedure(
            name=names.take("expire", relation.name),
            table=relation.name,
            column=column,
            batch=BATCH,
            origin=relation.lifecycle.origin,
        )
        decision = _decision(relation, expiry)
        expiries.append(expiry)
        decisions.append(decision)
        candidates.append(
            Candidate(
                table=relation.name,
                index=Index(name="", keys=(IndexKey(expression=Local(column)),), origin=relation.lifecycle.origin),
                free=0,
                claims=(Claim(by=expiry.name, rate=None, decision=_index_decision(relation, expiry)),),
            )
        )
    if not expiries:
        return draft
    schema = replace(draft.schema, expiries=(*draft.schema.expiries, *expiries))
    return replace(draft, schema=schema).with_candidates(candidates, decisions=decisions)


def _index_decision(relation: Relation, expiry: ExpiryProcedure) -> Decision:
    return Decision(
        object=f"postgres.{relation.name}.{expiry.name}",
        topic="index",
        choice="btree",
        rule="expire_rows",
        reason="Each batch takes the oldest rows from the beginning of the index.",
        pin=f"postgres.{relation.source}.expiry_index",
        inputs=(Input(name="rows", value=f"{relation.rows.now:,}"),),
        alternatives=(
            Alternative(
                choice="none",
                why_not="not built: every batch would read the table from end to end",
                cost="one index entry less for each row written",
            ),
        ),
        origin=expiry.origin,
    )


def _decision(relation: Relation, expiry: ExpiryProcedure) -> Decision:
    return Decision(
        object=f"postgres.{relation.name}.{expiry.name}",
        topic="expiry",
        choice=f"procedure, {BATCH:,} rows a commit",
        rule="expire_rows",
        reason="Short transactions hold few locks; what is not deleted yet, reads leave out by the same column.",
        pin=f"postgres.{relation.source}.expiry",
        inputs=(
            Input(name="lifecycle.expires", value=expiry.column),
            Input(name="rows", value=f"{relation.rows.now:,}"),
        ),
        alternatives=(
            Alternative(
                choice="one DELETE",
                why_not="not built: after a pause it holds locks on everything that has expired, and bloats the table",
            ),
            Alternative(
                choice="partitions that are dropped",
                why_not=f"not built: worth it from many millions of rows that all live equally long, not for "
                f"{relation.rows.now:,}",
            ),
        ),
        origin=expiry.origin,
    )
