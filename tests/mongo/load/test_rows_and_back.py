"""Rows go into documents and come back the same, all at once and one by one, wherever they live."""

from __future__ import annotations

import bson
import pytest
from bson.codec_options import CodecOptions

from groundplan.logical.derive import derive_relations
from groundplan.logical.facts import Facts
from groundplan.mongo.design.documents import collections_of
from groundplan.mongo.design.layout import Layout, Subset
from groundplan.mongo.load import Assembler, Disassembler, Placer, load_documents
from groundplan.mongo.model import DocumentModel
from groundplan.mongo.places import Places
from groundplan.plan.reader import read_plan
from groundplan.plan.resolve import resolve
from groundplan.rows.generate import generate_sample
from groundplan.rows.lookup import SampleLookup

from .test_load import NOW, PLAN

OPTIONS = CodecOptions(tz_aware=True, uuid_representation=4)

NESTED = PLAN.replace(
    "  Post.tags <> Tag",
    "  Vote.comment > Comment: {inverse: votes, inverse_fanout: {p50: 1, max: 5}}\n  Post.tags <> Tag",
).replace("  Tag: {rows", "  Vote: {rows: {now: 200}, attributes: {points: int}}\n  Tag: {rows")

LAYOUTS = {
    "apart": Layout(),
    "inside": Layout(embedded={"comments": "post", "settings": "user"}),
    "inside what is inside": Layout(embedded={"comments": "post", "votes": "comment"}),
    "copied": Layout(
        copies={("posts", "author"): ("name",)},
        subsets={("comments", "post"): Subset(order="created_at", limit=2)},
        counts=frozenset({("comments", "post")}),
    ),
}


@pytest.fixture(scope="module")
def forum(tmp_path_factory):
    plan = tmp_path_factory.mktemp("plan") / "forum.plan.yaml"
    plan.write_text(NESTED)
    resolved = resolve(read_plan(plan).plan)
    logical = derive_relations(resolved)
    sample = generate_sample(resolved, logical, now=NOW, largest=300, seed=1)
    return logical, sample, Facts(resolved, logical)


def _model(layout, facts) -> DocumentModel:
    return DocumentModel(version=6, collections=collections_of(layout, facts))


def _rows(rows):
    return sorted(([*row.items()] for row in rows), key=repr)


@pytest.mark.parametrize("name", LAYOUTS)
def test_what_is_assembled_comes_apart_again(forum, name):
    logical, sample, facts = forum
    model = _model(LAYOUTS[name], facts)
    assembler, disassembler = Assembler(logical, sample.relations), Disassembler(model, logical)
    found: dict[str, list] = {relation.name: [] for relation in logical.relations}
    for collection in model.collections:
        for document in assembler.documents(collection):
            for relation, row in disassembler.rows(collection.name, bson.decode(document, codec_options=OPTIONS)):
                found[relation.name].append(row)
    for rows in sample.relations:
        assert _rows(found[rows.relation]) == _rows(dict(zip(rows.columns, row, strict=True)) for row in rows.rows), (
            rows.relation
        )


def test_documents_of_other_collections_hold_no_rows(forum):
    logical, _, facts = forum
    assert list(Disassembler(_model(Layout(), facts), logical).rows("users_audit", {"_id": 1})) == []


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_single_row_is_put_where_it_belongs(forum, name, mongo_database):
    logical, sample, facts = forum
    model = _model(LAYOUTS[name], facts)
    load_documents(mongo_database, model, Assembler(logical, sample.relations))
    lookup, places = SampleLookup(logical, sample), Places(model, logical)

    def find(relation, attributes, key):
        for position in lookup.positions(relation, attributes, key):
            rows = sample.of(relation)
            return dict(zip(rows.columns, rows.rows[position], strict=True))
        return None

    placer, disassembler = Placer(places, logical, find=find), Disassembler(model, logical)
    for rows in sample.spare:
        relation = logical.relation(rows.relation)
        references = [
            [reference.target_attributes, reference.attributes, reference.target] for reference in relation.references
        ]
        fitting = (
            row
            for row in (dict(zip(rows.columns, values, strict=True)) for values in rows.rows)
            if all(
                None in (key := tuple(row[name] for name in own)) or lookup.has(target, there, key)
                for there, own, target in references
            )
        )
        row = next(fitting, None)
        if row is None:
            continue
        assert placer.put(mongo_database, relation, row)
        collection = places.place(relation.name).collection
        there = [
            found
            for document in mongo_database.get_collection(collection, codec_options=OPTIONS).find()
            for kind, found in disassembler.rows(collection, document)
            if kind is relation and all(found[name] == row[name] for name in relation.primary_key)
        ]
        assert there == [row]


def test_a_row_whose_surroundings_are_not_there_is_not_put(forum, mongo_database):
    logical, sample, facts = forum
    model = _model(LAYOUTS["inside"], facts)
    spare = sample.spare_of("comments")
    row = dict(zip(spare.columns, spare.rows[0], strict=True))
    placer = Placer(Places(model, logical), logical, find=lambda *_: None)
    assert not placer.put(mongo_database, logical.relation("comments"), row)
