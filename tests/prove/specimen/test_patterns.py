"""Texts made for a pattern match it, by PostgreSQL's own judgement."""

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundplan.prove.specimen.patterns import PatternTooHard, matching, matching_like

PATTERNS = [
    "^[A-Z]{3}$",
    "^[a-z0-9]+(-[a-z0-9]+)*$",
    r"^\d{4}-\d{2}-\d{2}$",
    "^(?:red|green)$",
    "^a|b$",
    r"^[^@\s]+@[^@\s]+\.[^@\s.]+$",
    "^[[:upper:]][[:lower:]]*$",
    r"^\+?[0-9 ]{6,20}$",
    "^x{0}y$",
    "^[]x]{2,}$",
    "^[^a-y]$",
    r"^\w+\.\w{1,3}?$",
    r"^\$\d+(\.\d{2})?$",
    "^.{8}$",
    r"^[\w.-]+$",
    "^[a-]+$",
]

ATOMS = st.sampled_from(
    ["a", "Z", "7", ".", r"\d", r"\w", r"\s", r"\.", "[abc]", "[a-f0-9]", "[^x]", "[[:digit:]]", "-"]
)
REPEATS = st.sampled_from(["", "", "+", "*", "?", "{2}", "{1,3}", "{2,}", "+?"])


def grow(inner):
    sequences = st.lists(inner, min_size=1, max_size=3).map("".join)
    return st.one_of(
        st.builds(lambda atom, repeat: atom + repeat, ATOMS, REPEATS),
        st.builds(lambda body, repeat: f"({body}){repeat}", sequences, REPEATS),
        st.builds(lambda one, two: f"(?:{one}|{two})", sequences, sequences),
    )


EXPRESSIONS = st.lists(grow(grow(ATOMS)), min_size=1, max_size=4).map(lambda parts: f"^{''.join(parts)}$")


def is_match(database: psycopg.Connection, text: str, pattern: str) -> bool:
    row = database.execute("SELECT %s::text ~ %s", (text, pattern)).fetchone()
    return row is not None and row[0]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_usual_pattern_is_matched_by_many_texts(database, pattern):
    texts = {matching(pattern, number=number) for number in range(1_000, 1_020)}
    assert all(is_match(database, text, pattern) for text in texts)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pattern=EXPRESSIONS, number=st.integers(0, 10**6))
def test_any_pattern_of_the_known_kind_is_matched(database, pattern, number):
    assert is_match(database, matching(pattern, number=number), pattern)


@pytest.mark.parametrize("pattern", ["(?=x)", r"\1", "*", "(a", "a)", "[z", "[[:nope:]]", "a{x}", "\\"])
def test_what_is_not_known_is_told(pattern):
    with pytest.raises(PatternTooHard):
        matching(pattern, number=1)


@pytest.mark.parametrize("pattern", ["abc", "a%", "%_x%", r"10\%", "_", ""])
def test_a_like_pattern_is_matched(database, pattern):
    row = database.execute("SELECT %s::text LIKE %s", (matching_like(pattern), pattern)).fetchone()
    assert row == (True,)
