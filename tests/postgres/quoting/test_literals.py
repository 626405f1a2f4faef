"""Constants read back as what they mean."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundplan.plan import types
from groundplan.postgres.quoting import literal, quote_text

ANY_TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=200)
on_the_server = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read_back(database: psycopg.Connection, sql: str):
    row = database.execute(f"SELECT {sql}").fetchone()
    assert row is not None
    return row[0]


@on_the_server
@given(text=ANY_TEXT, is_conforming=st.booleans())
def test_any_text_reads_back_under_either_setting(database, text, is_conforming):
    database.execute(f"SET standard_conforming_strings = {'on' if is_conforming else 'off'}")
    database.execute("SET escape_string_warning = off")
    assert read_back(database, quote_text(text)) == text


@on_the_server
@given(value=st.integers() | st.decimals(allow_nan=False, allow_infinity=False, places=6) | st.booleans() | st.none())
def test_any_number_reads_back(database, value):
    assert read_back(database, literal(value)) == value


@pytest.mark.parametrize(
    ("value", "attribute_type", "sql", "means"),
    [
        ("draft", types.Enum(values=(types.EnumValue("draft"),)), "'draft'", "draft"),
        ("O'Brien", types.Text(), "'O''Brien'", "O'Brien"),
        ("C:\\temp", types.Text(), "E'C:\\\\temp'", "C:\\temp"),
        ("30 days", types.Interval(), "'30 days'::interval", timedelta(days=30)),
        ('{"a":1}', types.Json(), "'{\"a\":1}'::jsonb", {"a": 1}),
        ("2026-02-03", types.Date(), "'2026-02-03'::date", date(2026, 2, 3)),
        ("1.5", types.Decimal(precision=5, scale=2), "'1.5'::numeric(5,2)", Decimal("1.50")),
        (
            "00000000-0000-0000-0000-000000000001",
            types.Uuid(),
            "'00000000-0000-0000-0000-000000000001'::uuid",
            UUID(int=1),
        ),
        ("[]", types.ListOf(of=types.Text()), "'{}'::text[]", []),
        (
            '["a", "b,\\"c\\\\", null]',
            types.ListOf(of=types.Text()),
            'E\'{"a","b,\\\\"c\\\\\\\\",NULL}\'::text[]',
            ["a", 'b,"c\\', None],
        ),
        ("[1, 2.50]", types.ListOf(of=types.Money()), '\'{"1","2.50"}\'::numeric(19,4)[]', [1, Decimal("2.5")]),
        ("[true, false]", types.ListOf(of=types.Boolean()), "'{true,false}'::boolean[]", [True, False]),
        ("{1,2}", types.ListOf(of=types.Integer()), "'{1,2}'::integer[]", [1, 2]),
        (Decimal("1E+3"), None, "1000", 1000),
        (Decimal("NaN"), None, "'NaN'::numeric", Decimal("NaN")),
        (-(2**63), None, "-9223372036854775808", -(2**63)),
        (True, None, "true", True),
        (None, types.Text(), "NULL", None),
    ],
)
def test_a_constant_is_written_for_its_type(database, value, attribute_type, sql, means):
    assert literal(value, attribute_type) == sql
    found = read_back(database, sql)
    assert found == means or (isinstance(found, Decimal) and found.is_nan() and means.is_nan())


@pytest.mark.parametrize("text", ["a\0", "\udc00"])
def test_text_that_cannot_be_stored_is_refused(text):
    with pytest.raises(ValueError, match="text cannot hold"):
        quote_text(text)
