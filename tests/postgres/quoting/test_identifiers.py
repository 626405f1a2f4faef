"""Any text that PostgreSQL can store is an identifier once it is quoted."""

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundplan.postgres.quoting import quote_identifier, quote_identifiers, type_sql

ANY_NAME = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=63).filter(
    lambda name: len(name.encode()) <= 63
)


@pytest.mark.parametrize(
    ("name", "quoted"),
    [
        ("posts", '"posts"'),
        ("select", '"select"'),
        ('say "hi"', '"say ""hi"""'),
        ("Robert'); DROP TABLE students;--", '"Robert\'); DROP TABLE students;--"'),
        ("🐘", '"🐘"'),
        ("a\nb\\", '"a\nb\\"'),
    ],
)
def test_every_name_is_quoted(name, quoted):
    assert quote_identifier(name) == quoted


def test_names_are_joined_with_commas():
    assert quote_identifiers(("post_id", "tag_id")) == '"post_id", "tag_id"'


@pytest.mark.parametrize("name", ["", "a\0b", "\ud800"])
def test_what_no_identifier_can_be_is_refused(name):
    with pytest.raises(ValueError, match="identifier"):
        quote_identifier(name)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=ANY_NAME, column=ANY_NAME)
def test_any_name_comes_back_from_the_catalog(database: psycopg.Connection, table, column):
    with database.transaction(force_rollback=True):
        database.execute(f"CREATE TABLE {quote_identifier(table)} ({quote_identifier(column)} integer)")
        row = database.execute(
            "SELECT relname, attname FROM pg_class c JOIN pg_attribute a ON attrelid = c.oid "
            "WHERE relnamespace = 'public'::regnamespace AND attnum > 0"
        ).fetchone()
    assert row == (table, column)


@pytest.mark.parametrize(
    "spelling",
    [
        "text",
        "numeric(19,4)",
        "timestamp with time zone",
        "timestamp(3) with time zone",
        "double precision",
        "character varying(20)[]",
        "int8range",
        "vector(3)",
    ],
)
def test_a_spelling_of_format_type_stands_as_it_is(spelling):
    assert type_sql(spelling) == spelling


def test_an_enum_is_quoted_also_in_an_array():
    assert type_sql("Mood; DROP", enums={"Mood; DROP"}) == '"Mood; DROP"'
    assert type_sql("Mood; DROP[]", enums={"Mood; DROP"}) == '"Mood; DROP"[]'


@pytest.mark.parametrize("spelling", ["Mood", "text; DROP TABLE x", "text)", "", "text DEFAULT 'x'", "numeric(1, 2)"])
def test_what_is_no_type_is_refused(spelling):
    with pytest.raises(ValueError, match="not the spelling"):
        type_sql(spelling)
