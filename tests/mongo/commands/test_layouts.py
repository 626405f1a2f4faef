"""Any layout of a plan: its collections are created, its documents are valid, its models take and give them back."""

from __future__ import annotations

import itertools
from functools import cache
from typing import Any

import bson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundplan.logical.model import LogicalModel, Relation
from groundplan.mongo.commands import create_commands, drop_commands, revert_js, schema_js, schema_py, typescript
from groundplan.mongo.commands.shapes import shapes
from groundplan.mongo.design.layout import Layout, Side, Subset
from groundplan.mongo.load import Assembler
from groundplan.plan.types import Timestamp
from groundplan.rows.generate import generate_sample
from groundplan.rows.model import Sample

from .studio import NOW, OPTIONS, STUDIO, derived, designed
from .test_types import loaded

_NUMBERS = itertools.count(1)


@cache
def sample() -> Sample:
    return generate_sample(*derived(STUDIO), now=NOW, seed=5)


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    """Embeddings without a circle, and whatever copies, subsets and counts beside them."""
    logical = derived(STUDIO)[1]
    embedded: dict[str, str] = {}
    copies: dict[Side, tuple[str, ...]] = {}
    subsets: dict[Side, Subset] = {}
    counts: set[Side] = set()
    for relation in logical.relations:
        _place(relation, draw, embedded=embedded, logical=logical)
    for relation in logical.relations:
        for reference in relation.references:
            side = (relation.name, reference.name)
            if embedded.get(relation.name) == reference.name:
                continue
            target = logical.relation(reference.target)
            names = [
                each.name for each in target.attributes if not each.is_secret and each.name not in target.primary_key
            ]
            chosen = draw(st.lists(st.sampled_from(names), unique=True, max_size=3))
            if chosen:
                copies[side] = tuple(chosen)
            times = [
                each.name for each in relation.attributes if isinstance(each.type, Timestamp) and not each.is_optional
            ]
            if draw(st.booleans()) and times:
                subsets[side] = Subset(order=draw(st.sampled_from(times)), limit=draw(st.integers(1, 4)))
            if draw(st.booleans()):
                counts.add(side)
    return Layout(embedded=embedded, copies=copies, subsets=subsets, counts=frozenset(counts))


def _place(relation: Relation, draw: st.DrawFn, *, embedded: dict[str, str], logical: LogicalModel) -> None:
    possible = [
        reference.name
        for reference in relation.references
        if not reference.is_optional and not _leads_back(reference.target, relation.name, embedded, logical)
    ]
    chosen = draw(st.sampled_from([None, *possible]))
    if chosen is not None:
        embedded[relation.name] = chosen


def _leads_back(target: str, start: str, embedded: dict[str, str], logical: LogicalModel) -> bool:
    while target != start:
        if target not in embedded:
            return False
        name = embedded[target]
        target = next(each.target for each in logical.relation(target).references if each.name == name)
    return True


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Any:
    return tmp_path_factory.mktemp("layouts")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(layouts())
def test_every_layout_is_created_and_holds_its_documents(mongo_database, folder, layout: Layout) -> None:
    made = designed(STUDIO, layout=layout)
    place = folder / f"layout_{next(_NUMBERS)}"
    place.mkdir()
    models = loaded(made, place)
    database = mongo_database.with_options(codec_options=OPTIONS)
    try:
        for command in create_commands(made.model, made.logical):
            database.command(command)
        assembler = Assembler(made.logical, sample().relations)
        for shape in shapes(made.model):
            if shape.collection is None:
                continue
            documents = [bson.decode(bytes(raw), OPTIONS) for raw in assembler.documents(shape.collection)]
            for document in documents:
                assert getattr(models, shape.name).model_validate(document).to_document() == document
            database[shape.collection.name].insert_many(documents)
    finally:
        for command in drop_commands(made.model):
            database.command(command)
    assert [name for name in database.list_collection_names() if name != "system.views"] == []
    for write in (schema_js, schema_py, typescript):
        assert write(made.model, made.logical)
    assert revert_js(made.model).count(".drop()") == len(made.model.collections + made.model.own + made.model.views)
