"""Every formula of the language has the same value on both engines, and every condition keeps the same rows."""

from __future__ import annotations

import datetime as dt
import json
import random
import uuid
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from psycopg.types.json import Jsonb
from psycopg.types.range import Range

from groundplan.mongo.design.layout import Layout
from groundplan.mongo.queries.model import CompiledRead, NotCompiled
from groundplan.mongo.server import EmbeddedMongod
from groundplan.postgres.server import EmbeddedPostgres

from ....postgres.queries.conftest import fetched
from ....postgres.queries.shop import built
from .both import RelationValues, comparable, compiled_reads, layout_model, load, run

CASES: dict[str, dict[str, str]] = yaml.safe_load((Path(__file__).parent / "formulas.yaml").read_text())
NOW = dt.datetime.now(tz=dt.UTC).replace(microsecond=0)

PLAN = """
plan: things
targets: {postgres: 18}
conventions: {timestamps: false}
entities:
  Thing:
    attributes:
      word:     text(20)
      remark:   text?
      small:    int
      rating:   int?
      factor:   int?
      big:      int(0..9000000000)
      price:    decimal(10,2)
      ratio:    float
      is_open:  bool
      is_paid:  bool?
      at:       timestamp
      later:    timestamp
      day:      date
      clock:    time
      span:     interval
      settings: json
      labels:   list of text
      marks:    list of int?
      spot:     point
      payload:  bytes
      during:   range of timestamp
      sizes:    range of int?
access:
"""


SETTINGS: list[dict[str, Any]] = [
    {},
    {"theme": "dark"},
    {"theme": "light", "depth": 1},
    {"theme": "dark", "depth": 2, "tags": ["a", "b"]},
    {"inner": {"deep": "x"}, "tags": []},
    {"theme": ["dark"]},
    {"tags": ["b"], "inner": {"deep": "y"}},
]


def mixed(count: int) -> dict[str, str]:
    """Return conditions made of others by AND, OR and NOT, so that what is unknown goes through all of them."""
    dice = random.Random(20240611)
    formulas = list(CASES["conditions"].values())
    found = {}
    for number in range(count):
        one, two, three, four = (f"({formula})" for formula in dice.sample(formulas, 4))
        shape = dice.choice(
            [
                f"not ({one} and {two}) and ({three} or not {four})",
                f"({one} or {two} and not {three}) and not ({four} and {two})",
                f"not ({one} or not ({two} and {three})) or {four}",
                f"case when {one} then {two} else not {three} end",
            ]
        )
        found[f"mixed_{number}"] = shape
    return found


CASES["conditions"] |= mixed(60)


def access() -> str:
    lines = []
    for name, formula in CASES["values"].items():
        lines.append(
            f"  value_{name}: {json.dumps({'read': 'Thing', 'order': 'id', 'fields': ['id', f'{formula} as v']})}"
        )
    for name, formula in CASES["conditions"].items():
        lines.append(
            f"  where_{name}: {json.dumps({'read': 'Thing', 'order': 'id', 'fields': ['id'], 'where': formula})}"
        )
    return "\n".join(lines)


def things() -> list[dict[str, Any]]:
    dice = random.Random(8)
    pick = dice.choice

    def moment() -> dt.datetime:
        return NOW - dt.timedelta(milliseconds=dice.randrange(1000 * 86400 * 1200))

    found = []
    for number in range(80):
        at, start = moment(), moment()
        settings = pick(SETTINGS)
        low = pick([None, 1, 2, 5])
        found.append(
            {
                "id": uuid.UUID(int=(4 << 76) + (2 << 62) + number),
                "word": pick(["alder", "elm", "beech", "a.b", "Ähre", "ab", "ALDER"]),
                "remark": pick([None, None, "alder", "a tree", "x", ""]),
                "small": pick([1, 2, 3, 4, 5]),
                "rating": pick([None, 1, 2, 3, 4]),
                "factor": pick([None, 1, 2, 3]),
                "big": pick([0, 7, 1234567, 8_999_999_999, 50]),
                "price": pick([Decimal(text) for text in ("0.05", "12.25", "12.35", "20.50", "2.50", "3.50")]),
                "ratio": pick([0.1, 0.5, 1.5, 2.5, -2.25]),
                "is_open": pick([True, False]),
                "is_paid": pick([None, True, False]),
                "at": at,
                "later": at + dt.timedelta(milliseconds=dice.randrange(1, 1000 * 86400 * 40)),
                "day": pick([moment().date(), dt.date(2024, 1, 31), dt.date(2024, 2, 29), NOW.date()]),
                "clock": pick([dt.time(0, 0), dt.time(12, 30, 15, 250_000), dt.time(23, 59, 59), dt.time(12, 0)]),
                "span": pick([dt.timedelta(hours=5), dt.timedelta(days=2, seconds=7), dt.timedelta(minutes=90)]),
                "settings": settings,
                "labels": pick([(), ("red",), ("red", "blue"), ("blue", "green", "alder")]),
                "marks": pick([None, (), (1, 2), (3,)]),
                "spot": (pick([11.5, -3.25]), pick([48.1, -1.0])),
                "payload": pick([b"", b"abc"]),
                "during": (pick([None, start]), pick([None, start + dt.timedelta(days=30)])),
                "sizes": None if low == 5 else (low, pick([None, 3, 6])),
            }
        )
    return found


REFUSED = {
    "age(at)": "calendar months",
    "id::text": "spelled otherwise",
    "price::text": "spelled otherwise",
    "settings = '{}'": "order of their keys",
    "settings <@ '{}'": "known beforehand",
    "date_trunc('month', span)": "no months",
    "tstzrange(at, later, '[]') @> at": "excludes its upper one",
    "word ~ '(?i)a'": "options inside a regular expression",
}
"""Formulas that MongoDB does not say, and a word of the reason."""


@pytest.mark.parametrize("formula", REFUSED)
def test_what_has_no_counterpart_is_refused_with_its_reason(formula: str, tmp_path: Path) -> None:
    read = json.dumps({"read": "Thing", "fields": ["id", f"{formula} as v"]})
    plan = built(f"{PLAN}  refused: {read}\n", tmp_path)
    refused = compiled_reads(plan.resolved, plan.logical, layout_model(plan.resolved, plan.logical, Layout()))[
        "refused"
    ]
    assert isinstance(refused, NotCompiled)
    assert REFUSED[formula] in refused.reason
    assert "write `mongo:` for it" in refused.help


def for_postgres(row: dict[str, Any]) -> list[Any]:
    values = dict(row)
    values["settings"] = Jsonb(row["settings"])
    values["labels"] = list(row["labels"])
    values["marks"] = None if row["marks"] is None else list(row["marks"])
    values["spot"] = f"({row['spot'][0]},{row['spot'][1]})"
    for name in ("during", "sizes"):
        values[name] = None if row[name] is None else Range(*row[name])
    return list(values.values())


@pytest.fixture(scope="module")
def both(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: EmbeddedPostgres, mongo_server: EmbeddedMongod
) -> Iterator[Any]:
    plan = built(PLAN + access() + "\n", tmp_path_factory.mktemp("things"))
    rows = things()
    model = layout_model(plan.resolved, plan.logical, Layout())
    postgres_server.create_database("things")
    documents = mongo_server.client["things"]
    columns = tuple(rows[0])
    values = tuple(tuple(row[name] for row in rows) for name in columns)
    load(documents, model, plan.logical, [RelationValues(relation="things", columns=columns, values=values)])
    with postgres_server.connect("things") as connection:
        connection.execute(plan.schema)
        marks = ", ".join(["%s"] * len(columns))
        names = ", ".join(f'"{name}"' for name in columns)
        for row in rows:
            connection.execute(f"INSERT INTO things ({names}) VALUES ({marks})", for_postgres(row))
        yield plan, connection, documents, compiled_reads(plan.resolved, plan.logical, model)
    mongo_server.client.drop_database("things")
    postgres_server.drop_database("things")


def of_postgres(value: Any) -> Any:
    match value:
        case Range():
            return [value.lower, value.upper]
        case dt.time():
            return value
        case _:
            return value


@pytest.mark.parametrize("name", CASES["values"])
def test_a_formula_has_the_same_value(name: str, both: Any) -> None:
    plan, connection, documents, reads = both
    compiled = reads[f"value_{name}"]
    assert isinstance(compiled, CompiledRead), compiled
    expected = fetched(connection, plan.read(f"value_{name}").first, {})
    found = run(documents, compiled, compiled.first, {}, NOW)
    assert len(found) == 80
    pairs = [
        (comparable(one["v"]), comparable(of_postgres(other["v"]))) for one, other in zip(found, expected, strict=True)
    ]
    assert [pair for pair in pairs if pair[0] != pair[1]] == [], compiled.first
    assert any(value is not None for value, _ in pairs) or name.endswith("missing")


@pytest.mark.parametrize("name", CASES["conditions"])
def test_a_condition_keeps_the_same_rows(name: str, both: Any) -> None:
    plan, connection, documents, reads = both
    compiled = reads[f"where_{name}"]
    assert isinstance(compiled, CompiledRead), compiled
    expected = fetched(connection, plan.read(f"where_{name}").first, {})
    found = run(documents, compiled, compiled.first, {}, NOW)
    assert [row["id"] for row in found] == [row["id"] for row in expected], compiled.first
