"""The example plans as documents."""

from functools import cache
from pathlib import Path

import pytest

from groundplan.logical.derive import derive_relations
from groundplan.logical.model import LogicalModel
from groundplan.mongo.design import design_mongo
from groundplan.mongo.design.nesting import nests_in
from groundplan.mongo.model import Collection, MongoDesign
from groundplan.plan.reader import read_plan
from groundplan.plan.resolve import resolve

EXAMPLES = sorted(Path(__file__).parents[3].joinpath("examples").glob("*.plan.yaml"))


@cache
def designed(path: Path) -> tuple[LogicalModel, MongoDesign]:
    plan = read_plan(path).plan
    assert plan is not None
    resolved = resolve(plan)
    logical = derive_relations(resolved)
    return logical, design_mongo(resolved, logical)


def cases():
    return [pytest.param(path, id=path.name) for path in EXAMPLES]


@pytest.mark.parametrize("path", cases())
def test_every_relation_lies_whole_in_one_place(path: Path) -> None:
    logical, design = designed(path)
    placed = [nest.relation for collection in design.model.collections for nest in nests_in(collection)]
    assert sorted(placed) == sorted(relation.name for relation in logical.relations)


@pytest.mark.parametrize("path", cases())
def test_names_are_told_apart(path: Path) -> None:
    _, design = designed(path)
    for collection in design.model.collections:
        names = [index.name for index in collection.indexes]
        assert len(names) == len(set(names)), names
        for nest in nests_in(collection):
            fields = [found.name for found in nest.document.fields]
            assert len(fields) == len(set(fields)), fields


@pytest.mark.parametrize("path", cases())
def test_same_plan_same_design(path: Path) -> None:
    plan = read_plan(path).plan
    assert plan is not None
    resolved = resolve(plan)
    logical = derive_relations(resolved)
    assert repr(design_mongo(resolved, logical)) == repr(designed(path)[1])


def collection(name: str) -> Collection:
    (blog,) = (path for path in EXAMPLES if path.name == "blog.plan.yaml")
    return designed(blog)[1].model.collection(name)


def test_users_of_the_blog() -> None:
    users = collection("users")
    assert users.document.fields[0].name == "_id"
    assert users.document.value_field("id").name == "_id"
    by_name = {index.name: index for index in users.indexes}
    assert by_name["users_email_key"].is_unique
    assert by_name["users_email_key"].where == {"deleted_at": None}
