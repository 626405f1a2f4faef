"""Values go into BSON and come back the same; what BSON makes of them is what the table says."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal as DecimalNumber
from uuid import UUID

import bson
import pytest
from bson.codec_options import CodecOptions
from hypothesis import given
from hypothesis import strategies as st

from groundplan.mongo.representation import bson_types, decode, encode
from groundplan.plan.types import (
    AttributeType,
    Boolean,
    Bytes,
    Date,
    Decimal,
    Email,
    Enum,
    EnumValue,
    Float,
    Integer,
    Interval,
    Ip,
    Json,
    ListOf,
    Money,
    Point,
    Polygon,
    Range,
    Slug,
    Text,
    Time,
    Timestamp,
    Url,
    Uuid,
    Vector,
)

OPTIONS: CodecOptions = CodecOptions(tz_aware=True, uuid_representation=bson.binary.UuidRepresentation.STANDARD)
BSON_NAMES = {
    2: "string", 3: "object", 4: "array", 5: "binData", 8: "bool", 9: "date", 16: "int", 18: "long", 1: "double",
    19: "decimal",
}  # fmt: skip
"""Names of the element types of the BSON specification."""

MOMENT = datetime(2024, 2, 29, 23, 59, 59, 123_000, tzinfo=UTC)
EXAMPLES: list[tuple[AttributeType, object]] = [
    (Text(), "naïve"),
    (Email(), "a@x.org"),
    (Url(), "https://x.org"),
    (Slug(), "a-b"),
    (Enum(values=(EnumValue("draft"),)), "draft"),
    (Ip(), "10.0.0.1"),
    (Uuid(), UUID("019b0000-0000-7000-8000-000000000001")),
    (Integer(), 7),
    (Integer(), 2**40),
    (Float(), 0.1),
    (Decimal(precision=12, scale=2), DecimalNumber("10.50")),
    (Money(), DecimalNumber("-922337203685477.5808")),
    (Boolean(), False),
    (Timestamp(), MOMENT),
    (Date(), date(1969, 12, 31)),
    (Time(), time(9, 5, 3, 70_000)),
    (Interval(), timedelta(days=-3, milliseconds=5)),
    (Interval(), timedelta(milliseconds=1)),
    (Json(), {"a": (1, 2.5, None, {"b": True})}),
    (Json(), "text"),
    (Bytes(), b"\x00\xff"),
    (Point(), (13.4, 52.5)),
    (Polygon(), ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))),
    (Vector(dimensions=3), (0.5, -1.0, 2.0)),
    (Range(of=Date()), (date(2024, 1, 1), date(2024, 1, 2))),
    (Range(of=Timestamp()), (None, MOMENT)),
    (Range(of=Decimal(precision=5, scale=1)), (DecimalNumber("1.5"), None)),
    (ListOf(of=Date()), (date(2024, 1, 1),)),
    (ListOf(of=Text()), ()),
]


def stored(value: object, of: AttributeType) -> tuple[str, object]:
    """What a document holds once it has been through the server's format, and the name of its type."""
    raw = bson.encode({"v": encode(value, of)}, codec_options=OPTIONS)
    return BSON_NAMES[raw[4]], bson.decode(raw, codec_options=OPTIONS)["v"]


@pytest.mark.parametrize(("of", "value"), EXAMPLES)
def test_round_trip(of: AttributeType, value: object) -> None:
    kind, found = stored(value, of)
    assert kind in bson_types(of) or isinstance(of, Json)
    assert decode(found, of) == value
    assert type(decode(found, of)) is type(value)


def test_null_is_no_value() -> None:
    assert encode(None, Text()) is None
    assert decode(None, Range(of=Date())) is None


def test_addresses_are_stored_without_capitals() -> None:
    assert encode("Ann@X.org", Email()) == "ann@x.org"


def test_places_are_geojson() -> None:
    assert encode((13.4, 52.5), Point()) == {"type": "Point", "coordinates": [13.4, 52.5]}
    ring = encode(((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)), Polygon())
    assert ring == {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}


def test_open_bounds_are_left_out() -> None:
    assert encode((None, None), Range(of=Integer())) == {}


def test_numbers_in_json_fit_bson() -> None:
    assert encode({"n": DecimalNumber("2"), "m": DecimalNumber("0.5"), "l": 2**70}, Json()) == {
        "n": 2,
        "m": 0.5,
        "l": float(2**70),
    }


@pytest.mark.parametrize(
    ("of", "value"),
    [(Email(), 3), (Money(), 0.5), (Date(), "2024-01-01"), (Vector(dimensions=1), 1.0), (Point(), ("a", "b"))],
)
def test_values_of_other_types_are_refused(of: AttributeType, value: object) -> None:
    with pytest.raises(TypeError):
        encode(value, of)


@given(st.times(), st.times())
def test_times_sort_as_their_text_does(first: time, second: time) -> None:
    def cut(moment: time) -> time:
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    assert (cut(first) < cut(second)) == (str(encode(first, Time())) < str(encode(second, Time())))


@given(st.decimals(min_value=-(10**14), max_value=10**14, places=4))
def test_amounts_keep_every_digit(amount: DecimalNumber) -> None:
    assert decode(stored(amount, Money())[1], Money()) == amount
