"""Patterns of the shop and the SQL they become, `$n` spelling; cases are in `cases/`.

A case is a sentence, an access pattern and its statement; `sql next` is that of the page after, `sql view` the query of
the materialized view that answers it. Patterns are named by their file and place in it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from groundplan.postgres.queries import view_sql
from groundplan.postgres.queries.model import CompiledRead

_BLOCK = re.compile(r"^```([a-z ]+)\n(.*?)\n```$", re.MULTILINE | re.DOTALL)

CASES = {
    f"{file.stem}_{number}": case
    for file in sorted((Path(__file__).parent / "cases").glob("*.md"))
    for number, case in enumerate(re.split(r"^## ", file.read_text(), flags=re.MULTILINE)[1:], start=1)
}
BLOCKS = {name: dict(_BLOCK.findall(case)) for name, case in CASES.items()}
ACCESS = "\n".join(f"{name}: {blocks['yaml']}" for name, blocks in BLOCKS.items())


@pytest.mark.parametrize("name", CASES, ids=[f"{name}: {case.partition(chr(10))[0]}" for name, case in CASES.items()])
def test_a_pattern_becomes_this_sql(name: str, build_shop: Any) -> None:
    shop = build_shop(ACCESS)
    assert statements(name, shop) == {kind: text for kind, text in BLOCKS[name].items() if kind != "yaml"}


def test_the_engine_takes_every_statement(build_shop: Any, database: Any) -> None:
    shop = build_shop(ACCESS)
    database.execute(shop.schema)
    for name in CASES:
        for kind, statement in statements(name, shop).items():
            database.execute(f'PREPARE "{name} {kind}" AS {statement}')


def statements(name: str, shop: Any) -> dict[str, str]:
    """Return what a pattern became, by kind."""
    compiled = shop.compiled(name)
    if not isinstance(compiled, CompiledRead):
        return {"sql": compiled.statement.numbered}
    made = {"sql": compiled.first.numbered}
    if compiled.next is not None:
        made["sql next"] = compiled.next.numbered
    if compiled.source is not None:
        made["sql view"] = view_sql(shop.resolved, shop.logical, shop.design)[compiled.source]
    return made
