"""Query files load into a session as they are, and say what one has to know."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from groundplan.plan.access import Isolation
from groundplan.plan.patterns import NullsOrder
from groundplan.postgres.queries import query_files
from groundplan.postgres.queries.files import rate_text
from groundplan.postgres.queries.model import (
    CompiledRaw,
    CompiledRead,
    CompiledTransaction,
    CompiledWorkload,
    CompiledWrite,
    CursorKey,
    Purpose,
    QueryParameter,
    ResultColumn,
    Statement,
)

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.mark.parametrize("example", ["blog", "auction"])
def test_every_file_of_an_example_loads(example: str, build: Any, database: Any) -> None:
    plan = build((EXAMPLES / f"{example}.plan.yaml").read_text())
    database.execute(plan.schema)
    files = query_files(plan.workload)
    transactions = {f"{each.name}.sql" for each in plan.workload.transactions}
    assert len(files) == len(plan.resolved.patterns) + len(transactions)
    for name, text in files.items():
        if name not in transactions:
            database.execute(text.encode())
    (count,) = database.execute("SELECT count(*) FROM pg_prepared_statements").fetchone()
    pages = [each for each in plan.workload.patterns if isinstance(each, CompiledRead) and each.next is not None]
    assert count == len(plan.resolved.patterns) + len(pages)


@pytest.mark.parametrize("example", ["blog", "auction"])
def test_both_spellings_of_an_example_have_the_same_parameters(example: str, build: Any, database: Any) -> None:
    """psycopg and the server see the same types in the same places."""
    plan = build((EXAMPLES / f"{example}.plan.yaml").read_text())
    database.execute(plan.schema)
    for compiled in plan.workload.patterns:
        statement = compiled.first if isinstance(compiled, CompiledRead) else compiled.statement
        database.execute(f"PREPARE it AS {statement.numbered}")
        (types,) = database.execute(
            "SELECT parameter_types::text[] FROM pg_prepared_statements WHERE name = 'it'"
        ).fetchone()
        assert types == [each.type for each in statement.parameters]
        database.execute("DEALLOCATE it")
        database.execute(f"EXPLAIN {statement.named}", {each.name: None for each in statement.parameters})


def statement(text: str, *parameters: str) -> Statement:
    return Statement(
        named=text.replace("$1", "%(a)s"),
        numbered=text,
        parameters=tuple(QueryParameter(name=name, type="text", is_optional=True) for name in parameters),
    )


READ = CompiledRead(
    pattern="recent",
    purpose=Purpose(task="reads Post", about="The front\npage; DROP TABLE x;", rate=0.0833, target_ms=50),
    first=statement("SELECT 1"),
    next=statement("SELECT $1::text", "after_at"),
    columns=(ResultColumn(name="at", type="text", is_internal=True),),
    cursor=(
        CursorKey(
            column="at", parameter="after_at", type="text", is_descending=True, nulls=NullsOrder.FIRST, is_nullable=True
        ),
    ),
    page=20,
)


def workload(*patterns: Any, transactions: tuple[CompiledTransaction, ...] = ()) -> CompiledWorkload:
    return CompiledWorkload(patterns=patterns, transactions=transactions)


def test_a_read_says_what_it_is_for_and_how_its_pages_go_on() -> None:
    (text,) = query_files(workload(READ)).values()
    assert (
        text
        == """\
-- recent: reads Post
-- The front
-- page; DROP TABLE x;
-- rate 4.998/min, target 50 ms
--
-- returns
--     at text, for the cursor
--
-- Pages of 20 rows; a shorter one is the last.

PREPARE "recent" AS
SELECT 1;

-- The page after: from the last row of the page before,
--     after_at = at
-- A cursor for callers is base64url, without padding, of the first six bytes of the SHA-256 of this JSON,
-- followed by the JSON:
--     [1,"7d3db355863d",[the values above]]
-- parameters
--     $1 after_at text, may be NULL
PREPARE "recent_next" AS
SELECT $1::text;

-- for psycopg:
--     SELECT %(a)s::text
"""
    )


def test_a_transaction_is_one_script() -> None:
    write = CompiledWrite(
        pattern="add", purpose=Purpose(task="inserts Post"), table="posts", statement=statement("SELECT $1::text", "a")
    )
    made = CompiledTransaction(
        name="Both", purpose=Purpose(task="transaction"), isolation=Isolation.REPEATABLE_READ, steps=(write, READ)
    )
    text = query_files(workload(write, READ, transactions=(made,)))["Both.sql"]
    assert (
        text
        == """\
-- Both: transaction
--
-- When any statement, COMMIT included, fails with SQLSTATE 40001 (serialization failure) or 40P01 (deadlock),
-- roll back and run the whole transaction again, a few times, after a short random wait.
-- Placeholders are numbered afresh in each step.

BEGIN ISOLATION LEVEL REPEATABLE READ;

-- 1. add: inserts Post
--     $1 a text, may be NULL
SELECT $1::text;

-- 2. recent: reads Post
SELECT 1;

COMMIT;
"""
    )


def test_the_plans_own_sql_may_end_in_a_comment_and_is_prepared_where_it_can_be() -> None:
    files = query_files(
        workload(
            CompiledRaw(pattern="a", statement=statement("SELECT 1 -- one")),
            CompiledRaw(pattern="b", statement=statement("CALL expire_sessions()")),
            CompiledRaw(pattern="c", statement=None),
        )
    )
    assert files["a.sql"] == '-- a\n\nPREPARE "a" AS\nSELECT 1 -- one\n;\n'
    assert files["b.sql"] == "-- b\n\nCALL expire_sessions();\n"
    assert files["c.sql"] == "-- c\n\n-- The plan gives no SQL for this pattern.\n"


def test_file_names_stay_in_their_folder_and_apart() -> None:
    names = ["../../etc/passwd", "a/b", "a b", "Item", "item", "con", "🐘", "x" * 300, ".hidden", ""]
    patterns = [CompiledRaw(pattern=name, statement=None) for name in names]
    files = list(query_files(workload(*patterns)))
    assert len({name.casefold() for name in files}) == len(names)
    for name in files:
        assert Path(name).name == name
        assert name.isascii()
        assert len(name) < 120
        assert name[0].isalnum() or name[0] == "_"
        assert name.removesuffix(".sql").casefold() != "con"
    assert files[3] == "Item.sql"


@pytest.mark.parametrize(
    ("per_second", "text"),
    [(500, "500/s"), (1, "1/s"), (5 / 60, "5/min"), (2 / 86400, "2/day"), (1e-9, "0.0000864/day"), (20_000, "20000/s")],
)
def test_a_rate_is_told_in_the_unit_that_fits(per_second: float, text: str) -> None:
    assert rate_text(per_second) == text
