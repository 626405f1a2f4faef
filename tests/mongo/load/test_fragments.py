"""Fields encoded by column are the bytes that the driver writes."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal as DecimalNumber
from uuid import UUID

import bson
import pytest
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions
from hypothesis import given
from hypothesis import strategies as st

from groundplan.mongo.load.fragments import (
    array_fragment,
    document_bytes,
    document_fragment,
    number_fragment,
    value_fragments,
)
from groundplan.mongo.representation import encode
from groundplan.plan.types import (
    AttributeType,
    Boolean,
    Bytes,
    Decimal,
    Email,
    Float,
    Integer,
    Interval,
    Json,
    ListOf,
    Point,
    Text,
    Timestamp,
    Uuid,
)

OPTIONS: CodecOptions = CodecOptions(tz_aware=True, uuid_representation=UuidRepresentation.STANDARD)

MILLISECONDS = st.integers(-(10**12), 10**13).map(
    lambda ms: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
)
TYPED = st.one_of(
    st.tuples(st.just(Text()), st.text(alphabet=st.characters(codec="utf-8"))),
    st.tuples(st.just(Email()), st.emails()),
    st.tuples(st.just(Uuid()), st.uuids()),
    st.tuples(st.just(Integer()), st.integers(-(2**63), 2**63 - 1)),
    st.tuples(st.just(Boolean()), st.booleans()),
    st.tuples(st.just(Timestamp()), MILLISECONDS),
    st.tuples(st.just(Float()), st.floats(allow_nan=False)),
    st.tuples(st.just(Bytes()), st.binary(max_size=20)),
    st.tuples(st.just(Decimal(precision=12, scale=2)), st.decimals(-(10**9), 10**9, places=2)),
    st.tuples(st.just(Interval()), st.integers(0, 10**9).map(lambda ms: timedelta(milliseconds=ms))),
    st.tuples(st.just(Json()), st.dictionaries(st.text(max_size=5).filter(lambda k: "\0" not in k), st.integers(0, 9))),
    st.tuples(st.just(Point()), st.tuples(st.floats(-180, 180), st.floats(-90, 90))),
    st.tuples(st.just(ListOf(of=Integer())), st.lists(st.integers(0, 5), max_size=3).map(tuple)),
)


def by_the_driver(document: dict[str, object]) -> bytes:
    return bson.encode(document, codec_options=OPTIONS)


@given(TYPED, st.sampled_from(["v", "a_longer_name", "ü"]))
def test_a_field_is_what_the_driver_writes(typed: tuple[AttributeType, object], name: str) -> None:
    of, value = typed
    assert document_bytes(value_fragments(name, [value], of)) == by_the_driver({name: encode(value, of)})


def test_null_is_no_field() -> None:
    assert document_bytes(value_fragments("v", [None, None], Text())) == by_the_driver({})


def test_documents_and_arrays_go_inside() -> None:
    inner = [document_bytes(value_fragments("n", [number], Integer())) for number in range(12)]
    whole = document_bytes(
        [document_fragment("one")(inner[0]), array_fragment("many")(inner), array_fragment("no")([])]
    )
    assert whole == by_the_driver({"one": {"n": 0}, "many": [{"n": number} for number in range(12)], "no": []})


@pytest.mark.parametrize("number", [0, 2**31 - 1, 2**31, -(2**31), -(2**31) - 1])
def test_whole_numbers_take_the_room_they_need(number: int) -> None:
    assert document_bytes([number_fragment("n")(number)]) == by_the_driver({"n": number})


def test_a_value_of_another_type_is_refused() -> None:
    with pytest.raises(TypeError):
        value_fragments("v", ["019b0000-0000-7000-8000-000000000001"], Uuid())
    with pytest.raises(TypeError):
        value_fragments("v", [UUID(int=1)], Decimal(precision=3, scale=0))
    assert value_fragments("v", [DecimalNumber(1)], Decimal(precision=3, scale=0))
