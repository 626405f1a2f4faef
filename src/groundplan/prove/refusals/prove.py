"""Every constraint of a schema, table by table."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg

from groundplan.postgres.model import Schema
from groundplan.prove.evidence import ConstraintEvidence
from groundplan.prove.refusals.checks import check_proofs
from groundplan.prove.refusals.claims import Claim, Proof
from groundplan.prove.refusals.exclusions import exclusion_proofs
from groundplan.prove.refusals.keys import key_proofs
from groundplan.prove.refusals.references import reference_proofs
from groundplan.prove.refusals.required import required_proofs
from groundplan.prove.refusals.stage import Stage
from groundplan.prove.refusals.types import type_proofs
from groundplan.prove.specimen import Maker, NoSpecimen, Trials
from groundplan.prove.specimen.solver import Solver

PROOFS: tuple[Callable[[Stage], Iterator[tuple[Claim, Proof]]], ...] = (
    key_proofs,
    check_proofs,
    reference_proofs,
    exclusion_proofs,
    required_proofs,
    type_proofs,
)


def prove_constraints(connection: psycopg.Connection, *, schema: Schema) -> tuple[ConstraintEvidence, ...]:
    """Try every constraint of a schema that is loaded and whose tables are empty; the database is left as it was.

    One piece of evidence for each primary key, unique constraint or index, check, foreign key, exclusion constraint,
    required column, and column whose type limits its values, table by table.
    """
    trials = Trials(connection=connection, schema=schema)
    maker = Maker(solver=Solver(trials=trials))
    with trials.taken_back():
        stages = [Stage(table=table, maker=maker, trials=trials) for table in schema.tables]
        return tuple(_tried(claim, proof) for stage in stages for proofs in PROOFS for claim, proof in proofs(stage))


def _tried(claim: Claim, proof: Proof) -> ConstraintEvidence:
    try:
        return proof()
    except NoSpecimen as error:
        return claim.untried(str(error))
