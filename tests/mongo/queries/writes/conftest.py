"""The club's rows, loaded once into PostgreSQL and once for each layout into MongoDB."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from groundplan.base.diagnostics import has_errors
from groundplan.logical.derive import derive_relations
from groundplan.logical.facts import Facts
from groundplan.logical.model import LogicalModel
from groundplan.mongo.commands.create import create_commands
from groundplan.mongo.design.documents import collections_of
from groundplan.mongo.design.draft import Draft
from groundplan.mongo.design.passes.keep_unique import keep_unique
from groundplan.mongo.load import Assembler, load_documents
from groundplan.mongo.model import DocumentModel
from groundplan.mongo.queries.model import CompiledWrite, NotCompiled
from groundplan.mongo.queries.writes import Context, compile_write
from groundplan.plan.patterns import Pattern, ResolvedPlan
from groundplan.plan.reader import read_plan
from groundplan.plan.resolve import resolve
from groundplan.postgres.ddl import schema_sql
from groundplan.postgres.design import design_postgres
from groundplan.postgres.load import load_tables
from groundplan.postgres.queries import compile_workload
from groundplan.postgres.server import EmbeddedPostgres, start_postgres
from groundplan.prove.sample import table_rows
from groundplan.rows.generate import generate_sample
from groundplan.rows.model import Sample

from .club import LAYOUTS, PLAN
from .sides import Rows, rows_of_postgres

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Club:
    """The plan through all stages, its rows, and PostgreSQL with them."""

    keys: str
    resolved: ResolvedPlan
    logical: LogicalModel
    facts: Facts
    schema: Any
    workload: Any
    sample: Sample
    connection: Any
    before: Rows

    def pattern(self, name: str) -> Pattern:
        return next(pattern for pattern in self.resolved.patterns if pattern.name == name)

    def rows(self, relation: str) -> list[dict[str, Any]]:
        return self.before[relation]


@dataclass
class Laid:
    """The club in the documents of one layout."""

    club: Club
    layout: str
    keys: str
    model: DocumentModel
    context: Context
    database: Any

    def compiled(self, name: str) -> CompiledWrite | NotCompiled:
        return compile_write(self.club.pattern(name), context=self.context)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[EmbeddedPostgres]:
    with start_postgres() as server:
        yield server


@pytest.fixture(scope="session", params=["uuid", "identity"])
def club(request: pytest.FixtureRequest, postgres_server: Any, tmp_path_factory: Any) -> Iterator[Club]:
    file = tmp_path_factory.mktemp("plan") / "club.plan.yaml"
    file.write_text(PLAN.replace("KEYS", request.param))
    reading = read_plan(file)
    assert reading.plan is not None, reading.diagnostics
    resolved = resolve(reading.plan)
    assert not has_errors((*reading.diagnostics, *resolved.diagnostics)), [*reading.diagnostics, *resolved.diagnostics]
    logical = derive_relations(resolved)
    design = design_postgres(resolved, logical)
    sample = generate_sample(resolved, logical, now=NOW, seed=7)
    name = f"club_{request.param}"
    postgres_server.create_database(name)
    with postgres_server.connect(name) as connection:
        connection.execute(schema_sql(design.schema, views={}))
        tables = [table_rows(each, logical=logical, schema=design.schema) for each in sample.relations]
        load_tables(lambda: postgres_server.connect(name), design.schema, tables, on_step=lambda _: None)
        connection.autocommit = False
        before = rows_of_postgres(connection, logical, design.schema)
        connection.rollback()
        yield Club(
            keys=request.param,
            resolved=resolved,
            logical=logical,
            facts=Facts(resolved, logical),
            schema=design.schema,
            workload=compile_workload(resolved, logical, design),
            sample=sample,
            connection=connection,
            before=before,
        )
    postgres_server.drop_database(name)


@pytest.fixture(scope="session", params=LAYOUTS, ids=LAYOUTS)
def laid(request: pytest.FixtureRequest, club: Club, mongo_server: Any) -> Iterator[Laid]:
    layout = LAYOUTS[request.param]
    model = DocumentModel(version=6, collections=collections_of(layout, club.facts))
    draft = Draft(resolved=club.resolved, logical=club.logical, facts=club.facts, layout=layout, model=model)
    model = keep_unique(draft).model
    name = f"club_{request.param}".replace(" ", "_")
    mongo_server.client.drop_database(name)
    database = mongo_server.client[name]
    for command in create_commands(model, club.logical):
        database.command(command)
    load_documents(database, model, Assembler(club.logical, club.sample.relations))
    for relation in club.logical.relations:
        if relation.lifecycle.has_audit:
            database.create_collection(f"{relation.name}_audit")
        (key, *others) = relation.primary_key
        values = [row[key] for row in club.before[relation.name]]
        if not others and all(isinstance(value, int) for value in values):
            database.counters.insert_one({"_id": f"{relation.name}.{key}", "last": max(values, default=0)})
    context = Context(club.resolved, club.logical, model)
    yield Laid(club=club, layout=request.param, keys=club.keys, model=model, context=context, database=database)
    mongo_server.client.drop_database(name)
