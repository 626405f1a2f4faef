"""The proof of a design on engines of our own, which are stopped whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from groundplan.base.errors import EngineFailed, EngineMissing
from groundplan.service.design import MONGO, POSTGRES, Progress, no_progress

if TYPE_CHECKING:
    from groundplan.mongo.server import EmbeddedMongod
    from groundplan.postgres.server import EmbeddedPostgres
    from groundplan.prove.evidence import Evidence
    from groundplan.report.model import DesignResult, MongoPart, PostgresPart

DEFAULT_ROWS = 200_000
"""Rows of the largest table in a proof."""

SEED = 20_180_618
"""The seed of the synthetic rows; fixed, so that two proofs load the same rows."""


def prove_design(
    result: DesignResult, *, rows: int = DEFAULT_ROWS, seed: int = SEED, progress: Progress = no_progress
) -> DesignResult:
    """Prove a design on engines of our own, on the same rows where there are two.

    `rows` is the size of the largest table. Where no mongod is found, what was designed for MongoDB is not proven and
    says why. Raises EngineMissing where no PostgreSQL is found, and EngineFailed.
    """
    from groundplan.prove.versions import as_proof_for

    proof = _Proof(result, rows=rows, seed=seed, progress=progress)
    targets = {POSTGRES: result.schema.version, MONGO: result.documents.version}
    return replace(result, evidence=as_proof_for(proof.evidence(), targets=targets))


class _Proof:
    def __init__(self, result: DesignResult, *, rows: int, seed: int, progress: Progress) -> None:
        self._result = result
        self._rows = rows
        self._seed = seed
        self._progress = progress

    def evidence(self) -> Evidence:
        postgres, mongo = self._result.postgres, self._result.mongo
        if mongo is None:
            return self._postgres(postgres)
        from groundplan.mongo.server import start_mongod
        from groundplan.prove.unproven import without_mongo

        self._progress("starting MongoDB", 0, 0)
        try:
            mongod = start_mongod()
        except EngineMissing as missing:
            proven = None if postgres is None else self._postgres(postgres)
            return without_mongo(self._result.resolved, proven, why=missing, seed=self._seed)
        with mongod:
            return self._mongo(mongo, mongod) if postgres is None else self._both(postgres, mongo, mongod)

    def _postgres(self, part: PostgresPart | None) -> Evidence:
        from groundplan.prove.prove import prove_postgres

        if part is None:
            raise ValueError("the plan was designed for no engine")
        with self._server() as server:
            return prove_postgres(
                self._result.resolved,
                self._result.logical,
                part.design,
                part.workload,
                server=server,
                largest=self._rows,
                seed=self._seed,
                progress=self._progress,
            )

    def _mongo(self, part: MongoPart, server: EmbeddedMongod) -> Evidence:
        from datetime import UTC, datetime

        from groundplan.prove.mongo.prove import prove_mongo
        from groundplan.rows.generate import generate_sample

        resolved, logical, now = self._result.resolved, self._result.logical, datetime.now(UTC)
        self._progress("making rows up", 0, 0)
        sample = generate_sample(resolved, logical, now=now, largest=self._rows, seed=self._seed)
        return prove_mongo(
            resolved,
            logical,
            part.design,
            part.workload,
            server=server,
            sample=sample,
            now=now,
            progress=self._progress,
        )

    def _both(self, postgres: PostgresPart, mongo: MongoPart, mongod: EmbeddedMongod) -> Evidence:
        from groundplan.prove.both import prove_both

        with self._server() as server:
            return prove_both(
                self._result.resolved,
                self._result.logical,
                postgres=postgres.design,
                sql=postgres.workload,
                mongo=mongo.design,
                mql=mongo.workload,
                postgres_server=server,
                mongo_server=mongod,
                largest=self._rows,
                seed=self._seed,
                progress=self._progress,
            )

    @contextmanager
    def _server(self) -> Iterator[EmbeddedPostgres]:
        """Start PostgreSQL; what ends the work with it comes out as EngineFailed, with what to do."""
        from groundplan.postgres.server import start_postgres

        self._progress("starting PostgreSQL", 0, 0)
        with start_postgres() as server:
            import psycopg

            try:
                yield server
            except (EngineFailed, psycopg.Error) as error:
                failure = server.failure("the proof", error)
                raise failure from None if failure is error else error
