"""A shop on both engines, loaded with the same rows: what proofs and comparisons are tried on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from groundplan.logical.derive import derive_relations
from groundplan.mongo.design import design_mongo
from groundplan.mongo.queries import compile_workload
from groundplan.mongo.server import EmbeddedMongod
from groundplan.plan.patterns import Pattern
from groundplan.plan.reader import read_plan
from groundplan.plan.resolve import resolve
from groundplan.postgres.ddl import schema_sql
from groundplan.postgres.design import design_postgres
from groundplan.postgres.queries import compile_workload as compile_sql
from groundplan.postgres.queries import view_sql
from groundplan.postgres.server import EmbeddedPostgres
from groundplan.prove.attempts import Grounds
from groundplan.prove.equivalence.stage import BothStages
from groundplan.prove.mongo.prove import LoadedMongo, MongoTask, loaded_mongo
from groundplan.prove.sample import load_sample
from groundplan.rows.lookup import SampleLookup

PLAN = Path(__file__).with_name("shop.plan.yaml")


@dataclass(frozen=True)
class Shop:
    """Both engines with the shop's rows, and the proof on MongoDB so far."""

    both: BothStages
    loaded: LoadedMongo

    def pattern(self, name: str) -> Pattern:
        return next(pattern for pattern in self.both.resolved.patterns if pattern.name == name)


@contextmanager
def open_shop(postgres: EmbeddedPostgres, mongod: EmbeddedMongod, *, largest: int) -> Iterator[Shop]:
    """Design the shop for both engines and load the same rows into both; everything is dropped at the end."""
    plan = read_plan(PLAN).plan
    assert plan is not None
    resolved = resolve(plan)
    logical = derive_relations(resolved)
    sql_design, mongo_design = design_postgres(resolved, logical), design_mongo(resolved, logical)
    mql = compile_workload(resolved, logical, mongo_design)
    postgres.create_database("shop")
    try:
        with postgres.connect("shop") as connection:
            connection.execute(schema_sql(sql_design.schema, views=view_sql(resolved, logical, sql_design)).encode())
            now = datetime.now(UTC)
            sample, _ = load_sample(
                lambda: postgres.connect("shop"),
                resolved,
                logical,
                sql_design.schema,
                now=now,
                largest=largest,
                seed=1,
                on_step=lambda _: None,
            )
            grounds = Grounds(
                logical=logical, schema=sql_design.schema, sample=sample, lookup=SampleLookup(logical, sample), now=now
            )
            task = MongoTask(
                resolved=resolved,
                logical=logical,
                design=mongo_design,
                workload=mql,
                sample=sample,
                lookup=grounds.lookup,
                now=now,
                choices=grounds.choices,
            )
            with loaded_mongo(task, server=mongod, progress=lambda *_: None) as loaded:
                both = BothStages(
                    resolved=resolved,
                    connection=connection,
                    grounds=grounds,
                    postgres=sql_design,
                    sql=compile_sql(resolved, logical, sql_design),
                    stage=loaded.stage,
                    mongo=mongo_design,
                    mql=mql,
                )
                yield Shop(both=both, loaded=loaded)
    finally:
        postgres.drop_database("shop")
