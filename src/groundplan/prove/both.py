"""Both engines proven on the same rows, and compared with each other while both hold them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from groundplan.logical.model import LogicalModel
from groundplan.mongo.load import Invalid
from groundplan.mongo.model import MongoDesign
from groundplan.mongo.queries.model import CompiledWorkload as MongoWorkload
from groundplan.plan.patterns import ResolvedPlan
from groundplan.postgres.model import PostgresDesign
from groundplan.postgres.queries.model import CompiledWorkload
from groundplan.prove.attempts import Grounds
from groundplan.prove.choice import choose_engine
from groundplan.prove.equivalence.compare import compare_engines
from groundplan.prove.equivalence.stage import Agreement, BothStages
from groundplan.prove.evidence import Evidence, PatternEvidence
from groundplan.prove.mongo.prove import MongoTask, loaded_mongo
from groundplan.prove.progress import Progress
from groundplan.prove.prove import prove_postgres

if TYPE_CHECKING:
    import psycopg

    from groundplan.mongo.server import EmbeddedMongod
    from groundplan.postgres.server import EmbeddedPostgres


def prove_both(
    resolved: ResolvedPlan,
    logical: LogicalModel,
    *,
    postgres: PostgresDesign,
    sql: CompiledWorkload,
    mongo: MongoDesign,
    mql: MongoWorkload,
    postgres_server: EmbeddedPostgres,
    mongo_server: EmbeddedMongod,
    largest: int,
    seed: int,
    progress: Progress,
) -> Evidence:
    """Prove both designs of a plan on one sample, compare the engines pattern by pattern, and choose between them.

    The evidence of each engine's patterns says whether the other agrees. Raises EngineFailed where a server gives up,
    RowsImpossible where the plan's rules leave no rows.
    """
    from pymongo.errors import PyMongoError

    found: list[Evidence] = []
    agreements: dict[str, Agreement] = {}

    def on_mongo(connection: psycopg.Connection, grounds: Grounds) -> None:
        task = MongoTask(
            resolved=resolved,
            logical=logical,
            design=mongo,
            workload=mql,
            sample=grounds.sample,
            lookup=grounds.lookup,
            now=grounds.now,
            choices=grounds.choices,
            trials=grounds.trials,
        )
        try:
            with loaded_mongo(task, server=mongo_server, progress=progress) as loaded:
                both = BothStages(
                    resolved=resolved,
                    connection=connection,
                    grounds=grounds,
                    postgres=postgres,
                    sql=sql,
                    stage=loaded.stage,
                    mongo=mongo,
                    mql=mql,
                )
                found.append(
                    loaded.evidence(meanwhile=lambda: agreements.update(compare_engines(both, progress=progress)))
                )
        except (PyMongoError, Invalid) as error:
            raise mongo_server.failure("the proof on MongoDB", error) from error

    evidence = prove_postgres(
        resolved,
        logical,
        postgres,
        sql,
        server=postgres_server,
        largest=largest,
        seed=seed,
        progress=progress,
        meanwhile=on_mongo,
    )
    return _together(resolved, evidence, *found, agreements=agreements)


def _together(
    resolved: ResolvedPlan, first: Evidence, second: Evidence, *, agreements: Mapping[str, Agreement]
) -> Evidence:
    patterns = tuple(_agreed(pattern, agreements) for pattern in (*first.patterns, *second.patterns))
    return replace(
        first,
        servers=(*first.servers, *second.servers),
        samples=(*first.samples, *second.samples),
        catalogs=(*first.catalogs, *second.catalogs),
        constraints=(*first.constraints, *second.constraints),
        behaviours=(*first.behaviours, *second.behaviours),
        patterns=patterns,
        pagination=(*first.pagination, *second.pagination),
        transactions=(*first.transactions, *second.transactions),
        choice=choose_engine(resolved, patterns),
    )


def _agreed(pattern: PatternEvidence, agreements: Mapping[str, Agreement]) -> PatternEvidence:
    agreement = agreements.get(pattern.name)
    if agreement is None:
        return pattern
    return replace(pattern, equivalent=agreement.verdict, equivalence=agreement.reason)
