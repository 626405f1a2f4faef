"""Checks keep SQL's logic of three values: what PostgreSQL refuses a validator refuses, and nothing else."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

from psycopg.types.json import Jsonb
from psycopg.types.range import Range

from groundplan.logical.model import Relation
from groundplan.mongo.design.layout import Layout
from groundplan.mongo.model import Collection
from groundplan.mongo.queries.binding import plain
from groundplan.mongo.representation import encode
from groundplan.mongo.validator import clauses
from groundplan.plan.expressions import Expression, Local, walk
from groundplan.postgres.quoting import cast_type, expression_sql, quote_identifier

from .studio import designed

CHECKS = (
    "a < b",
    "a <= b",
    "a > b",
    "a <> b",
    "a = b",
    "not (a < b)",
    "a < 2",
    "2 < a",
    "a < 2 or flag",
    "a < 2 and flag",
    "not (a < 2 and flag)",
    "not (a < 2 or not flag)",
    "flag",
    "not flag",
    "a is null or b is null",
    "a is not null and b is not null",
    "(a is null) = (b is null)",
    "a in (1, 3)",
    "a not in (1, 3)",
    "a in (1, b)",
    "a not in (1, b)",
    "a between 1 and b",
    "a + b > 3",
    "a * 2 - b < 3",
    "a / 2 = 1",
    "a % 2 = 0",
    "-a < -b",
    "coalesce(a, b, 0) > 1",
    "nullif(a, b) is null",
    "greatest(a, b) > 2",
    "least(a, b) < 2",
    "case when a > 1 then flag when b > 1 then not flag else true end",
    "case when flag then a else b end > 1",
    "price > 1",
    "price * a < 2.5",
    "price <> 1.50",
    "s = 'ab'",
    "s <> 'ab'",
    "s like 'a%'",
    "s not like '%b'",
    "s ilike 'A_'",
    "s ~ '^a'",
    "s ~* 'B$'",
    "length(s) > 1",
    "lower(s) = s",
    "upper(s) <> s",
    "s || 'x' = 'abx'",
    "concat(s, 'x') = 'x'",
    "starts_with(s, 'a')",
    "left(s, 1) = 'a'",
    "level = 'new'",
    "level not in ('new', 'old')",
    "level <> 'new' or a > 1",
    "at < upto",
    "upto > at + interval '1 month'",
    "upto - at > interval '40 days'",
    "at > timestamp '2026-01-31 00:00:00+00'",
    "day > date '2026-01-30'",
    "day + 2 > date '2026-02-01'",
    "day - date '2026-01-01' = 30",
    "extract(month from upto) = 2",
    "date_trunc('month', at) = date_trunc('month', upto)",
    "tags @> '[\"x\"]'",
    "cardinality(tags) < 2",
    'not (tags && \'["x", "y"]\')',
    "span @> timestamp '2026-01-31 00:00:00+00'",
    "span @> at",
    "span && tstzrange(timestamp '2026-01-03 00:00:00+00', timestamp '2026-01-06 00:00:00+00')",
    "span <@ tstzrange(timestamp '2026-01-02 00:00:00+00', null)",
    "not isempty(span)",
    "lower(span) > timestamp '2026-01-01 00:00:00+00' or upper(span) is null",
    "doc @> '{\"l\": [2]}'",
    "doc ? 'k'",
    "doc ->> 'm' = 'x'",
    "doc -> 'm' is null",
    "t < time '12:00'",
    "t + interval '2 hours' > t",
    "dur < interval '90 minutes'",
    "dur + interval '1 hour' <> interval '2 hours'",
    "at + dur < upto",
    "level = 'old' or (a is not null and (b > a or price is null))",
)

PLAN = """
plan: checks
targets: {mongo: 6}
conventions: {keys: uuid, timestamps: false}
entities:
  Thing:
    attributes:
      a: int?
      b: int?
      flag: bool?
      price: decimal(6, 2)?
      s: text?
      level: enum(new, old)?
      at: timestamp?
      upto: timestamp?
      day: date?
      tags: list of text(5)?
      span: range of timestamp?
      doc: json?
      t: time?
      dur: interval?
    checks:
"""
PLAN += "".join(f"      - {json.dumps(formula)}\n" for formula in CHECKS)

START = datetime(2026, 1, 31, tzinfo=UTC)


def on(day: int) -> datetime:
    return datetime(2026, 1, day, tzinfo=UTC)


VALUES: dict[str, tuple[Any, ...]] = {
    "a": (None, 0, 1, 2, 3),
    "b": (None, 1, 2),
    "flag": (None, True, False),
    "price": (None, Decimal("1.50"), Decimal("0.99")),
    "s": (None, "", "ab", "Ab", "b\n"),
    "level": (None, "new", "old"),
    "at": (None, START),
    "upto": (None, datetime(2026, 2, 28, tzinfo=UTC), datetime(2026, 3, 15, tzinfo=UTC), START),
    "day": (None, date(2026, 1, 31), date(2026, 1, 30)),
    "tags": (None, (), ("x",), ("y", "z"), ("y", "x", "y")),
    "span": (
        None,
        (on(1), on(5)),
        (on(5), on(8)),
        (None, on(3)),
        (on(4), None),
        (None, None),
        (on(5), on(5)),
        (on(6), on(31)),
        (on(31), None),
    ),
    "doc": (
        None,
        {},
        {"k": {"n": 1, "o": 2}},
        {"k": {"n": 2}},
        {"k": [{"n": 1}]},
        {"l": (1, 2)},
        {"l": 2},
        {"m": "x"},
        {"m": None},
        {"m": 1},
        ("k", "m"),
    ),
    "t": (None, time(11, 59, 59), time(12), time(23, 30)),
    "dur": (None, timedelta(minutes=59), timedelta(hours=1), timedelta(days=20, hours=3)),
}


def things() -> tuple[Relation, Collection, Any]:
    made = designed(PLAN, layout=Layout())
    return made.logical.relation("things"), made.model.collection("things"), made


def cases(names: tuple[str, ...]) -> list[dict[str, Any]]:
    """Every combination of the values of the attributes that a check reads."""
    return [dict(zip(names, values, strict=True)) for values in product(*(VALUES[name] for name in names))]


def for_psycopg(name: str, value: Any) -> Any:
    match name:
        case _ if value is None:
            return None
        case "tags":
            return list(value)
        case "span":
            return Range(*value) if value[0] != value[1] or value[0] is None else Range(empty=True)
        case "doc":
            return Jsonb(value)
        case _:
            return value


def refused_by_postgres(database, relation: Relation, condition: Expression, rows: list[dict[str, Any]]) -> set[int]:
    """The rows for which the condition is false in PostgreSQL."""
    names = list(rows[0])
    columns = ", ".join(f"{quote_identifier(name)} {cast_type(relation.attribute(name).type)}" for name in names)
    database.execute("DROP TABLE IF EXISTS things")
    database.execute(f"CREATE TABLE things (row_number int, {columns})")
    with database.cursor() as cursor, cursor.copy("COPY things FROM STDIN") as copy:
        for number, row in enumerate(rows):
            copy.write_row((number, *(for_psycopg(name, value) for name, value in row.items())))
    sql = expression_sql(condition, name=lambda found: quote_identifier(found.name))
    return {number for (number,) in database.execute(f"SELECT row_number FROM things WHERE ({sql}) IS FALSE")}


def refused_by_mongo(database, relation: Relation, test: Any, rows: list[dict[str, Any]]) -> set[int]:
    """The rows whose documents a validator refuses."""
    documents = [
        {
            "_id": number,
            **{name: encode(value, relation.attribute(name).type) for name, value in row.items() if value is not None},
        }
        for number, row in enumerate(rows)
    ]
    passing = [{"$documents": documents}, {"$match": plain(test)}, {"$project": {"_id": 1}}]
    return set(range(len(rows))) - {found["_id"] for found in database.aggregate(passing)}


def test_a_check_is_broken_in_both_engines_by_the_same_rows(database, mongo_database) -> None:
    relation, collection, made = things()
    stated = [clause for clause in clauses(collection, made.logical) if clause.check is not None]
    assert len(stated) == len(CHECKS)
    database.execute("SET timezone = 'UTC'")
    differing: list[str] = []
    for clause in stated:
        assert clause.check is not None
        condition = clause.check.condition
        rows = cases(tuple(dict.fromkeys(node.name for node in walk(condition) if isinstance(node, Local))))
        in_postgres = refused_by_postgres(database, relation, condition, rows)
        in_mongo = refused_by_mongo(mongo_database, relation, clause.condition, rows)
        differing += [f"{clause.condition}: {rows[number]}" for number in sorted(in_postgres ^ in_mongo)]
        differing += [] if in_postgres else [f"no row breaks it: {clause.condition}"]
    assert differing == [], "\n".join(differing)
