"""What unquoted texts mean by the YAML 1.2 core schema, and how values are spelt."""

from __future__ import annotations

import math
from typing import Any

import pytest

from groundplan.plan.yaml.scalars import NumberTooLarge, means_itself, resolve, spelling


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None), ("~", None), ("null", None), ("Null", None), ("NULL", None),
        ("true", True), ("True", True), ("TRUE", True), ("false", False), ("False", False), ("FALSE", False),
        ("0", 0), ("-0", 0), ("42", 42), ("+42", 42), ("-42", -42), ("007", 7), ("0o17", 15), ("0x1F", 31),
        ("1.5", 1.5), ("1.", 1.0), (".5", 0.5), ("-.5", -0.5), ("1e3", 1000.0), ("1E+3", 1000.0), ("1.5e-3", 0.0015),
        (".inf", math.inf), ("+.Inf", math.inf), ("-.INF", -math.inf),
    ],
)  # fmt: skip
def test_what_the_core_schema_knows(text: str, value: Any) -> None:
    found = resolve(text)
    assert found == value
    assert type(found) is type(value)


def test_not_a_number() -> None:
    assert math.isnan(resolve(".nan"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "no", "No", "NO", "yes", "on", "off", "y", "n", "tRUE", "nULL", "none", "1_000", "12:30", "0b11", "0O17", "0o8",
        "0xG", "-0x1", "2M", "10%", "1.5.2", "e3", "1e", ".", "-", "+", ".infinity", "inf", "nan", "١", "½",
        "2024-01-01", "=", "<<",
    ],
)  # fmt: skip
def test_what_stays_a_text(text: str) -> None:
    assert resolve(text) == text


@pytest.mark.parametrize("text", ["1e309", "-1e309", "9" * 401, "0x" + "f" * 400, "." + "1" * 400])
def test_numbers_that_fit_nothing_are_refused(text: str) -> None:
    with pytest.raises(NumberTooLarge):
        resolve(text)


@pytest.mark.parametrize(
    ("value", "spelt"),
    [
        (None, "null"), (True, "true"), (False, "false"), (0, "0"), (-7, "-7"), (1.0, "1.0"), (0.1, "0.1"),
        (1e16, "1.0e+16"), (1.5e300, "1.5e+300"), (1e-7, "1.0e-07"), (math.inf, ".inf"), (-math.inf, "-.inf"),
        (math.nan, ".nan"), ("a b", "a b"),
    ],
)  # fmt: skip
def test_spelling(value: Any, spelt: str) -> None:
    assert spelling(value) == spelt


@pytest.mark.parametrize("text", ["no", "on", "1_000", "12:30", "0b11", "2024-01-01", "=", "0777_1"])
def test_texts_that_only_yaml_1_1_misreads(text: str) -> None:
    assert means_itself(text, in_older_versions=False)
    assert not means_itself(text, in_older_versions=True)


@pytest.mark.parametrize("text", ["", "null", "1", "1.5", "true", "<<", "1e999", "9" * 500])
def test_texts_that_every_version_misreads(text: str) -> None:
    assert not means_itself(text, in_older_versions=False)
    assert not means_itself(text, in_older_versions=True)


@pytest.mark.parametrize("text", ["a", "2M", "10%", "text(50)", "3%/month", "-", "y"])
def test_texts_that_no_version_misreads(text: str) -> None:
    assert means_itself(text, in_older_versions=True)
