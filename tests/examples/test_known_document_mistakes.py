"""Mistakes that published document designs make, each shown absent from the examples'; docs/errata.md lists them."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from groundplan.mongo.model import Collection, EmbeddedDocuments, Index, ValueField
from groundplan.mongo.queries.model import Aggregate, CompiledRead, Find, Query
from groundplan.mongo.validator import validator
from groundplan.report.model import DesignResult
from groundplan.service.design import MONGO, POSTGRES, design_plan

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def blog() -> DesignResult:
    return design_plan(EXAMPLES / "blog.plan.yaml", engines=(POSTGRES, MONGO))


@pytest.fixture(scope="module")
def catalog() -> DesignResult:
    return design_plan(EXAMPLES / "catalog.plan.yaml", engines=(MONGO,))


def reads(design: DesignResult) -> Iterator[CompiledRead]:
    assert design.mongo is not None
    return (each for each in design.mongo.workload.patterns if isinstance(each, CompiledRead))


def read(design: DesignResult, name: str) -> CompiledRead:
    (found,) = [each for each in reads(design) if each.pattern == name]
    return found


def queries(compiled: CompiledRead) -> Iterator[Query]:
    yield compiled.first
    if compiled.next is not None:
        yield compiled.next


def paths(index: Index) -> tuple[str, ...]:
    return tuple(key.path for key in index.keys)


def leading(collection: Collection) -> set[str]:
    return {paths(index)[0] for index in collection.indexes}


def test_validators_leave_nothing_out(blog: DesignResult) -> None:
    for each in blog.documents.collections:
        found = validator(each, blog.logical)
        schema = found.get("$jsonSchema") or next(
            part["$jsonSchema"] for part in found["$and"] if "$jsonSchema" in part
        )
        assert schema["additionalProperties"] is False, each.name
        assert {field.name for field in each.document.fields} <= set(schema["properties"]), each.name
    users = validator(blog.documents.collection("users"), blog.logical)
    assert users["$jsonSchema"]["properties"]["deleted_at"] == {"bsonType": "date"}
    script = blog.statements["mongodb/schema.js"]
    collections = len(blog.documents.collections) + len(blog.documents.own)
    assert script.count("validationLevel:") == script.count("validationAction:") == collections
    assert "validationAction 'warn'" in script


def test_every_reference_has_an_index(blog: DesignResult) -> None:
    comments = blog.documents.collection("comments")
    assert {"post_id", "author_id", "parent_id"} <= leading(comments)


def test_an_email_has_one_unique_index_with_a_name(blog: DesignResult) -> None:
    users = blog.documents.collection("users")
    (email,) = [index for index in users.indexes if paths(index) == ("email",)]
    assert email.is_unique
    assert email.name


def test_no_two_indexes_have_the_same_keys_or_the_same_name(blog: DesignResult, catalog: DesignResult) -> None:
    for each in (*blog.documents.collections, *catalog.documents.collections):
        assert max(Counter(index.name for index in each.indexes).values(), default=1) == 1
        assert max(Counter(index.keys for index in each.indexes).values(), default=1) == 1


def test_tags_are_what_the_one_plan_says(blog: DesignResult) -> None:
    """What a tag of a post is comes from one relation, whether it lies in a table or inside a document."""
    link = blog.logical.of_source("Post.tags")
    assert blog.schema.of_relation(link.name).name == link.name
    (inside,) = [
        field
        for field in blog.documents.collection("posts").document.fields
        if isinstance(field, EmbeddedDocuments) and field.relation == link.name
    ]
    kept = {field.attribute for field in inside.document.fields if isinstance(field, ValueField)}
    assert kept == {attribute.name for attribute in link.attributes} - {"post_id"}


def test_rows_are_matched_sorted_and_limited_before_they_are_joined(blog: DesignResult, catalog: DesignResult) -> None:
    for design in (blog, catalog):
        for compiled in reads(design):
            if compiled.page is None:
                continue
            for query in queries(compiled):
                if isinstance(query, Find):
                    assert query.limit == compiled.page
                    continue
                limited = next((at for at, stage in enumerate(query.stages) if "$limit" in stage), len(query.stages))
                for stage in query.stages[:limited]:
                    assert "$lookup" not in stage or limits_itself(stage["$lookup"]), (compiled.pattern, stage)


def limits_itself(lookup: object) -> bool:
    """Tell whether a join takes no more rows than a page: it goes from the one row that the others are found by."""
    assert isinstance(lookup, Mapping)
    return any("$limit" in stage for stage in lookup.get("pipeline", ()))


def test_a_hot_counter_does_not_rewrite_what_it_counts_for(catalog: DesignResult) -> None:
    names = [each.name for each in catalog.documents.collections]
    assert "views" in names
    decided = [each for each in catalog.decisions if each.object == "mongo.views.count"]
    assert [each.choice for each in decided] == ["counter collection"]


def test_newest_published_goes_by_the_time_of_publication(blog: DesignResult) -> None:
    compiled = read(blog, "recent_posts")
    assert [(key.field, key.is_descending) for key in compiled.cursor] == [("published_at", True), ("id", True)]
    for query in queries(compiled):
        assert isinstance(query, Find)
        assert list((query.sort or {}).items()) == [("published_at", -1), ("_id", -1)]
    serving = [index for index in blog.documents.collection("posts").indexes if "recent_posts" in index.serves]
    assert [paths(index)[-2:] for index in serving] == [("published_at", "_id")]


def test_queries_repeat_the_filter_of_the_partial_index_that_serves_them(blog: DesignResult) -> None:
    checked = 0
    for collection in blog.documents.collections:
        for index in collection.indexes:
            for compiled in reads(blog):
                if index.where is None or compiled.pattern not in index.serves:
                    continue
                for query in queries(compiled):
                    said = list(filters(query, collection.name))
                    assert all(part in said for part in index.where.items()), (index.name, query)
                    checked += 1
    assert checked


def filters(query: Query, collection: str) -> Iterator[tuple[str, object]]:
    """Yield what a query compares with plain values, at the top of its filters on a collection."""
    if isinstance(query, Find):
        stages: tuple[Mapping[str, object], ...] = ({"$match": query.filter},)
    else:
        stages = query.stages
    assert isinstance(query, Find | Aggregate)
    if query.collection == collection:
        for stage in stages:
            match = stage.get("$match")
            if isinstance(match, Mapping):
                yield from ((key, value) for key, value in match.items() if not isinstance(value, Mapping))
