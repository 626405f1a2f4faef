"""Parameters of raw SQL are found where PostgreSQL reads an operand, and nowhere else."""

import pytest

from groundplan.postgres.queries.raw import raw_pieces


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("SELECT :a", ["a"]),
        ("SELECT * FROM t WHERE x=:a AND y = :b_2", ["a", "b_2"]),
        ("SELECT :a::uuid, x::text", ["a"]),
        ("SELECT ':a', E'it\\':a', U&':a'", []),
        ("SELECT 'it''s :a', :b", ["b"]),
        ('SELECT ":a", "x"":b", :c', ["c"]),
        ("SELECT 1 -- :a\n, :b", ["b"]),
        ("SELECT /* :a /* :b */ :c */ :d", ["d"]),
        ("SELECT $$ :a $$, $tag$ :b $$ $tag$, :c", ["c"]),
        ("SELECT a[1:n], a[:lo], b[i:j]", ["lo"]),
        ("CALL f(x := :a)", ["a"]),
        ("SELECT (:a), [:b], -:c", ["a", "b", "c"]),
        ("SELECT :größe, :🐘", ["größe", "🐘"]),
        ("SELECT ':unclosed", ["unclosed"]),
        ("SELECT now() - interval '1 day' * :n", ["n"]),
        ("", []),
    ],
)
def test_parameters_are_found(sql: str, names: list[str]) -> None:
    pieces = raw_pieces(sql)
    assert [name for _, name in pieces if name is not None] == names
    assert "".join(piece for piece, _ in pieces) == sql
