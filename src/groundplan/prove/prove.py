"""The whole proof of a PostgreSQL design: from an empty database to pages walked under load."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from groundplan.base.errors import EngineFailed
from groundplan.logical.model import LogicalModel
from groundplan.plan.patterns import Pattern, ReadPattern, ResolvedPlan
from groundplan.postgres.ddl import schema_sql
from groundplan.postgres.model import PostgresDesign, Schema
from groundplan.postgres.queries import view_sql
from groundplan.postgres.queries.model import CompiledRead, CompiledWorkload
from groundplan.prove.attempts import Grounds
from groundplan.prove.behaviours import prove_behaviours
from groundplan.prove.catalog import prove_catalog
from groundplan.prove.evidence import (
    POSTGRES,
    BehaviourEvidence,
    CatalogEvidence,
    ClipEvidence,
    ConstraintEvidence,
    Evidence,
    MigrationEvidence,
    PaginationEvidence,
    PatternEvidence,
    ServerEvidence,
    TableSample,
    TransactionEvidence,
)
from groundplan.prove.migration import prove_migration
from groundplan.prove.pagination import paged_read, prove_pagination
from groundplan.prove.patterns import prove_pattern
from groundplan.prove.progress import Progress
from groundplan.prove.refusals import prove_constraints
from groundplan.prove.sample import load_sample, stored_rows
from groundplan.prove.shape import Ground, ground_of
from groundplan.prove.transactions import prove_transaction
from groundplan.rows.lookup import SampleLookup
from groundplan.rows.model import Sample

if TYPE_CHECKING:
    import psycopg

    from groundplan.postgres.server import EmbeddedPostgres


Meanwhile = Callable[["psycopg.Connection", Grounds], None]
"""Called with a connection to the loaded database, and with what parameters were taken from."""


def prove_postgres(
    resolved: ResolvedPlan,
    logical: LogicalModel,
    design: PostgresDesign,
    workload: CompiledWorkload,
    *,
    server: EmbeddedPostgres,
    largest: int,
    seed: int,
    progress: Progress,
    meanwhile: Meanwhile | None = None,
) -> Evidence:
    """Prove a design on a server, in databases that are dropped afterwards.

    The migration, the catalog, constraints and behaviours on empty tables; then a sample whose largest relation has
    `largest` rows, and on it every access pattern, walk over pages and transaction. `meanwhile` is called when the
    sample is as it was loaded for the last time. Raises EngineFailed where the server gives up, RowsImpossible where
    the plan's rules leave no rows.
    """
    import psycopg

    proof = _Proof(resolved, logical, design, workload, server=server, progress=progress, meanwhile=meanwhile)
    try:
        return proof.run(largest=largest, seed=seed)
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise EngineFailed(
            f"PostgreSQL {server.version} gave up during the proof: {error}\n{server.log_tail()}",
            help="see whether the disk is full or memory ran out; --rows makes the sample smaller",
        ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _OnEmptyTables:
    """What is proven before any row is there."""

    migration: MigrationEvidence
    catalog: CatalogEvidence
    constraints: tuple[ConstraintEvidence, ...]
    behaviours: tuple[BehaviourEvidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _OnSample:
    """What is proven on the sample."""

    samples: tuple[TableSample, ...]
    patterns: tuple[PatternEvidence, ...]
    pagination: tuple[PaginationEvidence, ...]
    transactions: tuple[TransactionEvidence, ...]


class _Proof:
    def __init__(
        self,
        resolved: ResolvedPlan,
        logical: LogicalModel,
        design: PostgresDesign,
        workload: CompiledWorkload,
        *,
        server: EmbeddedPostgres,
        progress: Progress,
        meanwhile: Meanwhile | None,
    ) -> None:
        self._meanwhile = meanwhile
        self._resolved = resolved
        self._logical = logical
        self._design = design
        self._workload = workload
        self._server = server
        self._progress = progress
        self._views = view_sql(resolved, logical, design)

    def run(self, *, largest: int, seed: int) -> Evidence:
        with self._database("groundplan_migration") as connection:
            self._progress("applying and reverting the migration", 0, 0)
            migration = prove_migration(connection, schema=self._schema, views=self._views)
        with self._database("groundplan_proof") as connection:
            connection.execute(schema_sql(self._schema, views=self._views).encode())
            empty = self._on_empty_tables(connection, migration)
            now = datetime.now(UTC)
            sample, samples = self._loaded(connection, now=now, largest=largest, seed=seed)
            with _kept_from_collector():
                full = self._on_sample(connection, sample, samples, now=now)
        return Evidence(
            servers=(ServerEvidence(engine=POSTGRES, version=self._server.version, source=self._server.source),),
            scale=sample.scale,
            seed=seed,
            samples=full.samples,
            clips=tuple(
                ClipEvidence(relationship=clip.relationship, wanted=clip.wanted, kept=clip.kept, reason=clip.reason)
                for clip in sample.clips
            ),
            catalogs=(empty.catalog,),
            migration=empty.migration,
            constraints=empty.constraints,
            behaviours=empty.behaviours,
            patterns=full.patterns,
            pagination=full.pagination,
            transactions=full.transactions,
        )

    @property
    def _schema(self) -> Schema:
        return self._design.schema

    @contextmanager
    def _database(self, name: str) -> Iterator[psycopg.Connection]:
        self._server.drop_database(name)
        self._server.create_database(name)
        try:
            with self._server.connect(name) as connection:
                yield connection
        finally:
            self._server.drop_database(name)

    def _on_empty_tables(self, connection: psycopg.Connection, migration: MigrationEvidence) -> _OnEmptyTables:
        self._progress("reading the catalog back", 0, 0)
        catalog = prove_catalog(connection, schema=self._schema, views=self._views)
        self._progress("trying what must be refused", 0, 0)
        constraints = prove_constraints(connection, schema=self._schema)
        self._progress("exercising behaviours", 0, 0)
        behaviours = prove_behaviours(connection, logical=self._logical, schema=self._schema)
        return _OnEmptyTables(migration=migration, catalog=catalog, constraints=constraints, behaviours=behaviours)

    def _on_sample(
        self, connection: psycopg.Connection, sample: Sample, samples: tuple[TableSample, ...], *, now: datetime
    ) -> _OnSample:
        grounds = Grounds(
            logical=self._logical,
            schema=self._schema,
            sample=sample,
            lookup=SampleLookup(self._logical, sample),
            now=now,
        )
        ground = ground_of(
            self._resolved,
            self._logical,
            self._schema,
            samples,
            stored=stored_rows(connection, schema=self._schema),
        )
        patterns = self._resolved.patterns
        reads = tuple(pattern for pattern in patterns if isinstance(pattern, ReadPattern))
        writes = tuple(pattern for pattern in patterns if not isinstance(pattern, ReadPattern))
        # Reads come first: what a write leaves behind, rolled back or not, fills GIN's pending list and the tables with
        # dead rows, and no autovacuum tidies up here.
        found = self._patterns(connection, reads, grounds, ground)
        pagination = self._pagination(connection, grounds)
        found |= self._patterns(connection, writes, grounds, ground)
        if self._meanwhile is not None:
            self._meanwhile(connection, grounds)
        return _OnSample(
            samples=samples,
            patterns=tuple(found[pattern.name] for pattern in patterns),
            pagination=pagination,
            transactions=self._transactions(connection, grounds),
        )

    def _loaded(
        self, connection: psycopg.Connection, *, now: datetime, largest: int, seed: int
    ) -> tuple[Sample, tuple[TableSample, ...]]:
        stage, total = "loading rows", len(self._logical.relations) + len(self._schema.materialized_views)
        done = 0

        def on_step(_name: str) -> None:
            nonlocal done
            done += 1
            self._progress(stage, done, total)

        self._progress(stage, 0, total)
        return load_sample(
            lambda: self._server.connect(connection.info.dbname),
            self._resolved,
            self._logical,
            self._schema,
            now=now,
            largest=largest,
            seed=seed,
            on_step=on_step,
        )

    def _patterns(
        self, connection: psycopg.Connection, patterns: tuple[Pattern, ...], grounds: Grounds, ground: Ground
    ) -> dict[str, PatternEvidence]:
        stage = "running reads" if all(isinstance(pattern, ReadPattern) for pattern in patterns) else "running writes"
        found: dict[str, PatternEvidence] = {}
        for done, pattern in enumerate(patterns):
            self._progress(stage, done, len(patterns))
            compiled = self._workload.pattern(pattern.name)
            found[pattern.name] = prove_pattern(connection, pattern, compiled, grounds=grounds, ground=ground)
        self._progress(stage, len(patterns), len(patterns))
        return found

    def _pagination(self, connection: psycopg.Connection, grounds: Grounds) -> tuple[PaginationEvidence, ...]:
        reads = [
            read
            for pattern in self._resolved.patterns
            if isinstance(pattern, ReadPattern)
            and isinstance(compiled := self._workload.pattern(pattern.name), CompiledRead)
            and (
                read := paged_read(
                    pattern, compiled, resolved=self._resolved, logical=self._logical, design=self._design
                )
            )
        ]
        found: list[PaginationEvidence] = []
        for done, read in enumerate(reads):
            self._progress("walking pages", done, len(reads))
            found.append(prove_pagination(connection, read, grounds=grounds))
        return tuple(found)

    def _transactions(self, connection: psycopg.Connection, grounds: Grounds) -> tuple[TransactionEvidence, ...]:
        patterns = {pattern.name: pattern for pattern in self._resolved.patterns}
        compiled = {each.name: each for each in self._workload.transactions}
        found: list[TransactionEvidence] = []
        count = len(self._resolved.transactions)
        for done, transaction in enumerate(self._resolved.transactions):
            self._progress("running transactions", done, count)
            own = replace(grounds, part=done, parts=count)
            found.append(
                prove_transaction(connection, transaction, compiled[transaction.name], patterns=patterns, grounds=own)
            )
        return tuple(found)


@contextmanager
def _kept_from_collector() -> Iterator[None]:
    """Keep the sample out of every later collection: its objects stay to the end and are millions."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
