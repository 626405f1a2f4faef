"""The table of access patterns: one engine as before, two of them line by line."""

from dataclasses import replace

import pytest
from rich.console import Console

from groundplan.cli.patterns import pattern_table
from groundplan.prove.evidence import MONGO, POSTGRES, Equivalence, PatternEvidence, Verdict

SIGN_IN = PatternEvidence(
    name="sign_in",
    engine=POSTGRES,
    shape_verdict=Verdict.MET,
    time_verdict=Verdict.MET,
    target_ms=20,
    p50_ms=0.1,
    p95_ms=0.19,
    index="users_email_key",
    rows_examined=1,
    rows_returned=1,
    reason=None,
)
THREAD = replace(SIGN_IN, name="thread", p95_ms=1234.5, time_verdict=Verdict.MISSED, rows_examined=22_311)


def shown(*patterns: PatternEvidence) -> list[list[str]]:
    console = Console(width=160, no_color=True, highlight=False)
    with console.capture() as capture:
        console.print(pattern_table(patterns))
    return [line.split() for line in capture.get().splitlines()]


def test_one_engine_is_not_named() -> None:
    header, first, second = shown(SIGN_IN, THREAD)
    assert header == ["pattern", "shape", "p95", "target", "read", "returned", "index"]
    assert first == ["sign_in", "met", "0.19", "ms", "20", "ms", "1", "1", "users_email_key"]
    assert second == ["thread", "met", "1,234", "ms", "20", "ms", "22,311", "1", "users_email_key"]


@pytest.mark.parametrize(
    ("equivalent", "word"), [(Equivalence.YES, "yes"), (Equivalence.NO, "no"), (Equivalence.BOUNDED, "bounded")]
)
def test_two_engines_stand_one_below_the_other(equivalent: Equivalence, word: str) -> None:
    in_mongo = tuple(
        replace(each, engine=MONGO, equivalent=equivalent, index="_id_", shape_verdict=Verdict.NOT_PROVEN)
        for each in (SIGN_IN, THREAD)
    )
    header, *rows = shown(SIGN_IN, THREAD, *in_mongo)
    assert header == ["pattern", "engine", "shape", "p95", "target", "read", "returned", "same", "index"]
    assert [row[:2] for row in rows] == [
        ["sign_in", "PostgreSQL"],
        ["sign_in", "MongoDB"],
        ["thread", "PostgreSQL"],
        ["thread", "MongoDB"],
    ]
    assert rows[0][2] == "met"
    assert rows[0][-2:] == ["1", "users_email_key"]
    assert rows[1][2:4] == ["not", "proven"]
    assert rows[1][-2:] == [word, "_id_"]


def test_names_are_no_markup() -> None:
    strange = replace(SIGN_IN, name="[red]x", index="[b]y", reason=None)
    assert shown(strange)[1][0] == "[red]x"
    assert shown(strange)[1][-1] == "[b]y"


def test_only_indexes_are_cut_short() -> None:
    long = replace(SIGN_IN, index="a_very_long_name_of_an_index_" * 10)
    other = replace(long, engine=MONGO, equivalent=Equivalence.BOUNDED)
    for row, engine in zip(shown(long, other)[1:], ("PostgreSQL", "MongoDB"), strict=True):
        assert row[:7] == ["sign_in", engine, "met", "0.19", "ms", "20", "ms"]
        assert row[-1].endswith("…")
