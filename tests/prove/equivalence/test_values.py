"""Values that both engines mean alike have one spelling, others have two."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from ipaddress import IPv4Interface
from uuid import UUID

import pytest
from bson.decimal128 import Decimal128
from bson.int64 import Int64
from psycopg.types.range import Range as PostgresRange

from groundplan.mongo.representation import encode
from groundplan.plan.types import (
    Date,
    Email,
    Integer,
    Interval,
    Ip,
    Json,
    ListOf,
    Money,
    Point,
    Polygon,
    Range,
    Text,
    Time,
    Timestamp,
    Uuid,
    Vector,
)
from groundplan.prove.equivalence.values import from_mongo, from_postgres

MOMENT = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
EARLIER = datetime(2026, 1, 2, 5, 4, 5, 678000, tzinfo=timezone(timedelta(hours=2)))


@pytest.mark.parametrize(
    ("of", "in_postgres", "in_mongo"),
    [
        (Text(), "a", "a"),
        (Text(), None, None),
        (Email(), "Ann@X.org", "ann@x.org"),
        (Uuid(), UUID(int=7), UUID(int=7)),
        (Integer(), 7, Int64(7)),
        (Money(), Decimal("1.5000"), Decimal128("1.5")),
        (Timestamp(), MOMENT, EARLIER),
        (Date(), date(2026, 1, 2), datetime(2026, 1, 2, tzinfo=UTC)),
        (Time(), time(9, 5, 3), "09:05:03.000"),
        (Interval(), timedelta(days=1), Int64(86_400_000)),
        (Point(), "(13.4,52.5)", {"type": "Point", "coordinates": [13.4, 52.5]}),
        (Polygon(), "((0,0),(1,0),(1,1))", encode(((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)), Polygon())),
        (Vector(dimensions=2), "[0.5,1]", [0.5, 1.0]),
        (Ip(), IPv4Interface("10.0.0.1/32"), "10.0.0.1"),
        (Range(of=Integer()), PostgresRange(1, 5, "[)"), {"lower": 1, "upper": 5}),
        (Range(of=Integer()), PostgresRange(None, 5, "[)"), {"upper": 5}),
        (ListOf(of=Text()), ["a", "b"], ["a", "b"]),
        (ListOf(of=Text()), [], None),
        (Json(), {"a": [1, 2.0], "b": None}, {"a": [Int64(1), 2]}),
        (None, Decimal("0.3333333333333333"), 1 / 3),
        (None, 3, 3.0),
    ],
)
def test_the_same_value(of, in_postgres, in_mongo):
    assert from_postgres(in_postgres, of) == from_mongo(in_mongo, of)


@pytest.mark.parametrize(
    ("of", "in_postgres", "in_mongo"),
    [
        (Text(), "a", "A"),
        (Text(), "7", None),
        (None, 1, True),
        (None, "1", 1),
        (Money(), Decimal("1.5001"), Decimal128("1.5")),
        (Timestamp(), MOMENT, MOMENT + timedelta(milliseconds=1)),
        (Date(), date(2026, 1, 2), datetime(2026, 1, 3, tzinfo=UTC)),
        (Point(), "(13.4,52.5)", {"type": "Point", "coordinates": [52.5, 13.4]}),
        (Range(of=Integer()), PostgresRange(1, 5, "[)"), {"lower": 1}),
        (ListOf(of=Text()), ["a", "b"], ["b", "a"]),
        (Json(), {"a": 1}, {"b": 1}),
    ],
)
def test_another_value(of, in_postgres, in_mongo):
    assert from_postgres(in_postgres, of) != from_mongo(in_mongo, of)
