"""A collection in the dictionary: what each kind of value is held to, and what guards the whole."""

from dataclasses import replace

import pytest

from groundplan.logical.model import LogicalModel
from groundplan.mongo.model import (
    Collection,
    Document,
    Index,
    IndexKey,
    KeyKind,
    ShardKey,
    TimeSeries,
    ValueField,
)
from groundplan.plan import types
from groundplan.report.collection_entries import collection_entry
from groundplan.report.markdown import markdown

NOTHING = LogicalModel(relations=())


def entry(collection: Collection) -> str:
    return markdown(collection_entry(collection, logical=NOTHING)).replace("\\", "")


def holding(kind: types.AttributeType) -> Collection:
    value = ValueField(name="value", attribute="value", type=kind)
    return Collection(name="things", document=Document(relation="things", fields=(value,)))


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        (types.Uuid(), "| `value` | `binData (UUID)` | required |"),
        (types.Boolean(), "| `value` | `bool` | required |"),
        (types.Point(), "| `value` | `object` | required | a GeoJSON Point: longitude, latitude |"),
        (types.Polygon(), "| `value` | `object` | required | a GeoJSON Polygon |"),
        (types.Date(), "| `value` | `date` | required | a test of its own |"),
        (types.Integer(minimum=1, maximum=9), "| `value` | `int or long` | required | `minimum: 1`, `maximum: 9` |"),
        (types.Json(), "| `value` | `any` | required |"),
        (
            types.Range(of=types.Timestamp()),
            "| `value` | `object` | required | `lower` and `upper`, in this order and nothing else |",
        ),
    ],
)
def test_a_value_is_held_to_what_its_type_says(kind: types.AttributeType, line: str) -> None:
    assert line in entry(holding(kind))


def test_a_key_of_the_servers_own_is_listed() -> None:
    assert "| `_id` | `objectId` | key, made by the server |" in entry(holding(types.Boolean()))


def test_what_guards_a_collection_is_said() -> None:
    plain = holding(types.Timestamp())
    assert "Documents hold no other fields; validation level strict, action error." in entry(plain)
    assert "Documents may hold other fields too" in entry(replace(plain, has_other_fields=True))
    series = replace(plain, time_series=TimeSeries(time_field="value", meta_field="sensor", granularity="minutes"))
    said = "A time-series collection by `value`, measured of `sensor`: the server takes no validator for it."
    assert said in entry(series)


def test_a_shard_key_is_marked_as_not_proven() -> None:
    sharded = replace(
        holding(types.Timestamp()), shard_key=ShardKey(keys=(IndexKey(path="value", kind=KeyKind.HASHED),))
    )
    assert "To be spread over machines by `{value: hashed}`; not proven, for want of a cluster." in entry(sharded)


def test_indexes_say_where_they_hold_and_when_documents_go() -> None:
    index = Index(
        name="things_value_idx",
        keys=(IndexKey(path="value", kind=KeyKind.DESCENDING),),
        where={"value": {"$gt": 1, "$in": ["a", True, None]}},
        expire_after_seconds=3600,
        serves=("thread",),
    )
    line = next(
        row for row in entry(replace(holding(types.Timestamp()), indexes=(index,))).splitlines() if "idx" in row
    )
    assert line == (
        "| `things_value_idx` | `{value: -1}, partial, documents expire by it` "
        '| `value: {$gt: 1, $in: ["a", true, null]}` | removes documents 3,600 s after that time, thread |'
    )
