"""What the designed indexes are worth to a server: it takes them, and compiled queries are answered by them."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from bson import Decimal128

from groundplan.logical.derive import derive_relations
from groundplan.logical.facts import LARGE_ROWS
from groundplan.logical.model import LogicalModel
from groundplan.mongo.commands import create_commands
from groundplan.mongo.design import design_mongo
from groundplan.mongo.model import DocumentModel, MongoDesign
from groundplan.mongo.plans.explain import explain
from groundplan.mongo.queries import compile_workload
from groundplan.mongo.queries.binding import bind, plain, unbound
from groundplan.mongo.queries.model import (
    Aggregate,
    CompiledPattern,
    CompiledRead,
    CompiledWrite,
    DeleteDocuments,
    Find,
    Given,
    MongoParameter,
    Query,
    Refuse,
    Remember,
    Require,
    UpdateDocuments,
)
from groundplan.plan.patterns import ReadPattern, ResolvedPlan
from groundplan.plan.reader import read_plan
from groundplan.plan.resolve import resolve
from groundplan.plan.types import Boolean, Date, Decimal, Enum, Float, Integer, Money, Point, Timestamp, Uuid

from .test_passes import CASES, designed

EXAMPLES = sorted(Path(__file__).parents[3].joinpath("examples").glob("*.plan.yaml"))
NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
SOME_KEY = UUID("01890a5d-ac96-774b-bcce-b302099a8057")

READ_WHOLE = {"statistics"}
"""Reads of everything there is: no index would be quicker."""


SORTED = {"bid_history", "search_posts", "near_me", "find", "stores_near"}
"""Reads whose few rows are sorted once all of them are found, or that a text or sphere index gives in its own order."""


@pytest.mark.parametrize("plan", [pytest.param(found.values[0], id=found.id) for found in CASES])
def test_the_server_takes_every_case(plan: str, mongo_database) -> None:
    _, logical, found = designed(plan)
    if any(finding.severity.value == "error" for finding in found.diagnostics):
        pytest.skip("the design has errors")
    for command in create_commands(found.model, logical):
        mongo_database.command(command)
    for collection in found.model.collections:
        if collection.time_series is None:
            built = set(mongo_database[collection.name].index_information())
            assert built == {"_id_", *(index.name for index in collection.indexes)}


@pytest.fixture(scope="module", params=EXAMPLES, ids=lambda path: path.stem.removesuffix(".plan"))
def example(request, mongo_server) -> Iterator[tuple[ResolvedPlan, LogicalModel, MongoDesign, Any]]:
    """An example plan, its design, and an empty database of that design."""
    plan = read_plan(request.param).plan
    assert plan is not None
    resolved = resolve(plan)
    logical = derive_relations(resolved)
    design = design_mongo(resolved, logical)
    name = f"indexes_{plan.name}"
    database = mongo_server.client[name]
    for command in create_commands(design.model, logical):
        database.command(command)
    yield resolved, logical, design, database
    mongo_server.client.drop_database(name)


def large(model: DocumentModel, logical: LogicalModel) -> set[str]:
    return {
        collection.name
        for collection in model.collections
        if logical.relation(collection.document.relation).rows.now > LARGE_ROWS
    }


def test_no_large_collection_is_read_whole(example) -> None:
    resolved, logical, design, database = example
    scans = {
        (pattern.pattern, read.collection)
        for pattern in compile_workload(resolved, logical, design).patterns
        if pattern.pattern not in READ_WHOLE
        for query in queries_of(pattern)
        for read in explain(database, command_of(filled(query, pattern))).reads
        if read.collection in large(design.model, logical) and read.node != "$lookup" and not read.indexes
    }
    assert not scans


def test_conditions_enter_their_index_at_some_of_its_keys(example) -> None:
    resolved, logical, design, database = example
    compiled = compile_workload(resolved, logical, design)
    passed = {
        pattern.name
        for pattern in resolved.patterns
        if isinstance(pattern, ReadPattern) and pattern.where is not None
        for query in queries_of(compiled.pattern(pattern.name))
        for read in explain(database, command_of(filled(query, compiled.pattern(pattern.name)))).reads
        if read.collection in large(design.model, logical) and read.node != "$lookup" and not read.is_bounded
    }
    assert passed == set()


def test_no_page_is_sorted_that_an_index_has_in_order(example) -> None:
    resolved, logical, design, database = example
    sorts = {
        pattern.pattern
        for pattern in compile_workload(resolved, logical, design).patterns
        if isinstance(pattern, CompiledRead)
        for query in queries_of(pattern)
        if explain(database, command_of(filled(query, pattern))).sorts
    }
    assert sorts <= SORTED


def test_what_is_looked_up_is_found_by_an_index(example) -> None:
    resolved, logical, design, _ = example
    for pattern in compile_workload(resolved, logical, design).patterns:
        for query in queries_of(pattern):
            stages = query.stages if isinstance(query, Aggregate) else ()
            for source, field in lookups(stages):
                indexes = [index for index in design.model.collection(source).indexes if index.where is None]
                known = {"_id", *(index.keys[0].path for index in indexes)}
                assert field in known or source not in large(design.model, logical), (pattern.pattern, source, field)


def test_every_index_serves_somebody_who_is_there(example) -> None:
    resolved, _, design, _ = example
    patterns = {pattern.name for pattern in resolved.patterns}
    for collection in design.model.collections:
        for index in collection.indexes:
            assert index.serves
            for name in index.serves:
                is_known = name in patterns or "." in name or name.startswith(("key of", "expiry of"))
                assert is_known or name.endswith("unique"), name


def test_every_read_has_a_decision(example) -> None:
    resolved, _, design, _ = example
    decided = {decision.object for decision in design.decisions if decision.topic == "index"}
    assert {f"mongo.{found.name}" for found in resolved.patterns if isinstance(found, ReadPattern)} <= decided


def queries_of(pattern: CompiledPattern) -> Iterator[Query]:
    match pattern:
        case CompiledRead():
            yield pattern.first
            if pattern.next is not None:
                yield pattern.next
        case CompiledWrite():
            for operation in pattern.operations:
                match operation:
                    case Remember() | Require() | Refuse():
                        yield operation.query
                    case UpdateDocuments() | DeleteDocuments():
                        yield Find(collection=operation.collection, filter=operation.filter, projection={})


def filled(query: Query, pattern: CompiledPattern) -> Query:
    """Return a query with a value of its type for every parameter, and one for what operations before it kept."""
    given: dict[str, Any] = {parameter.name: value_of(parameter) for parameter in pattern.parameters}
    for found in unbound(query):
        if isinstance(found, Given) and found.member is not None:
            row = given[found.name][0] if isinstance(given.get(found.name), list) else {}
            row = {**row, found.member: SOME_KEY} if isinstance(row, dict) else {found.member: SOME_KEY}
            given[found.name] = [row]
    return bind(query, given, NOW)


def value_of(parameter: MongoParameter) -> Any:
    match parameter.type:
        case Uuid():
            value: Any = SOME_KEY
        case Integer():
            value = 3
        case Boolean():
            value = True
        case Timestamp() | Date():
            value = NOW
        case Money() | Decimal():
            value = Decimal128("1")
        case Float():
            value = 1.5
        case Point():
            value = {"type": "Point", "coordinates": [1.0, 2.0]}
        case Enum(values=values):
            value = values[0].name
        case _:
            value = "word"
    return [value] if parameter.is_list else value


def command_of(query: Query) -> Any:
    if isinstance(query, Aggregate):
        return plain({"aggregate": query.collection, "pipeline": query.stages, "cursor": {}})
    command: dict[str, Any] = {"find": query.collection, "filter": query.filter, "projection": query.projection}
    command |= {} if query.sort is None else {"sort": query.sort}
    return plain(command if query.limit is None else {**command, "limit": query.limit})


def lookups(stages: Any) -> Iterator[tuple[str, str]]:
    for stage in stages:
        lookup = stage.get("$lookup")
        if lookup is not None:
            if "foreignField" in lookup:
                yield lookup["from"], lookup["foreignField"]
            yield from lookups(lookup.get("pipeline", ()))
