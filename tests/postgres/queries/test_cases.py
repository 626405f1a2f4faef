"""Patterns of the shop and the SQL they become, `$n` spelling; cases are in `cases/`.

A case is a sentence, an access pattern and its statement; `sql next` is that of the page after, `sql view` the query of
the materialized view that answers it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from groundplan.postgres.queries import view_sql
from groundplan.postgres.queries.model import CompiledRead

CASES = [
    pytest.param(case, id=f"{file.stem}: {case.partition(chr(10))[0]}")
    for file in sorted((Path(__file__).parent / "cases").glob("*.md"))
    for case in re.split(r"^## ", file.read_text(), flags=re.MULTILINE)[1:]
]
_BLOCK = re.compile(r"^```([a-z ]+)\n(.*?)\n```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("case", CASES)
def test_a_pattern_becomes_this_sql(case: str, build_shop: Any, database: Any) -> None:
    blocks = dict(_BLOCK.findall(case))
    shop = build_shop(f"it: {blocks.pop('yaml')}")
    compiled = shop.compiled("it")
    made: dict[str, str] = {}
    if isinstance(compiled, CompiledRead):
        made["sql"] = compiled.first.numbered
        if compiled.next is not None:
            made["sql next"] = compiled.next.numbered
    else:
        made["sql"] = compiled.statement.numbered
    for text in view_sql(shop.resolved, shop.logical, shop.design).values():
        made["sql view"] = text
    assert made == blocks
    database.execute(shop.schema)
    for number, statement in enumerate(made.values()):
        database.execute(f"PREPARE it_{number} AS {statement}")
