"""The proof of a design on engines of our own, which are stopped whatever happens."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from groundplan.base.errors import EngineFailed
from groundplan.service.design import Progress, no_progress

if TYPE_CHECKING:
    from groundplan.report.model import DesignResult

DEFAULT_ROWS = 200_000
"""Rows of the largest table in a proof."""

SEED = 20_180_618
"""The seed of the synthetic rows; fixed, so that two proofs load the same rows."""


def prove_design(
    result: DesignResult, *, rows: int = DEFAULT_ROWS, seed: int = SEED, progress: Progress = no_progress
) -> DesignResult:
    """Prove a design on an engine of our own, which is stopped whatever happens.

    `rows` is the size of the largest table. Raises EngineMissing and EngineFailed.
    """
    from groundplan.postgres.server import start_postgres
    from groundplan.prove.evidence import POSTGRES
    from groundplan.prove.prove import prove_postgres
    from groundplan.prove.versions import as_proof_for

    if result.postgres is None:
        return result
    progress("starting PostgreSQL", 0, 0)
    with start_postgres() as server:
        import psycopg

        try:
            evidence = prove_postgres(
                result.resolved,
                result.logical,
                result.postgres.design,
                result.postgres.workload,
                server=server,
                largest=rows,
                seed=seed,
                progress=progress,
            )
        except (EngineFailed, psycopg.Error) as error:
            failure = server.failure("the proof", error)
            raise failure from None if failure is error else error
    return replace(result, evidence=as_proof_for(evidence, targets={POSTGRES: result.schema.version}))
