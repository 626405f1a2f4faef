"""The parameters of raw SQL."""

from __future__ import annotations

import pytest

from groundplan.plan.resolve.raw import raw_parameters


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("SELECT :a, :b_2 WHERE x = :a", ["a", "b_2", "a"]),
        ("SELECT ':no', ':it''s', E'\\':no', \"a:no\"", []),
        ("SELECT 'c:\\' || :yes", ["yes"]),
        ("SELECT a::int, '1'::text, :a::int", ["a"]),
        ("SELECT 1 -- :no\n, :yes /* :no */", ["yes"]),
        ("SELECT $$ :no $$, $tag$ :no $$ :no $tag$, :yes", ["yes"]),
        ("SELECT a[1:2], :größe", ["größe"]),
        ("SELECT : a", []),
    ],
)
def test_names(sql: str, names: list[str]) -> None:
    found = raw_parameters(sql)
    assert [parameter.name for parameter in found] == names
    assert all(sql[parameter.start : parameter.end] == f":{parameter.name}" for parameter in found)
