"""The house keeps its rules: small files, SQL in its rooms only, nothing left undone."""

import ast
import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "groundplan"
MODULES = sorted(SOURCE.rglob("*.py"))
SQL_ROOMS = (
    "postgres/ddl",
    "postgres/quoting",
    "postgres/queries",
    "postgres/catalog",
    "postgres/load",
    "postgres/server",
    "prove",
)
SQL_STATEMENT = re.compile(r"\b(SELECT|INSERT INTO|(?<!ON )UPDATE|DELETE FROM|CREATE (TABLE|INDEX|VIEW)|ALTER TABLE)\b")


def relative(module: Path) -> str:
    return module.relative_to(SOURCE).as_posix()


@pytest.mark.parametrize("module", MODULES, ids=relative)
def test_a_module_reads_in_a_few_minutes(module: Path) -> None:
    assert len(module.read_text().splitlines()) <= 420


@pytest.mark.parametrize("module", MODULES, ids=relative)
def test_every_module_says_what_it_holds(module: Path) -> None:
    tree = ast.parse(module.read_text())
    assert not tree.body or ast.get_docstring(tree)


@pytest.mark.parametrize("module", MODULES, ids=relative)
def test_sql_is_joined_only_in_its_rooms(module: Path) -> None:
    if relative(module).startswith(SQL_ROOMS):
        return
    joined = [node for node in ast.walk(ast.parse(module.read_text())) if isinstance(node, ast.JoinedStr)]
    constants = [part.value for node in joined for part in node.values if isinstance(part, ast.Constant)]
    assert not [text for text in constants if SQL_STATEMENT.search(str(text))]


@pytest.mark.parametrize("module", MODULES, ids=relative)
def test_nothing_is_left_for_later(module: Path) -> None:
    assert not re.search(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError", module.read_text())


@pytest.mark.parametrize(
    "module", [module for module in MODULES if re.match(r"p[a-z]\d{3}_", module.name)], ids=relative
)
def test_no_rule_imports_a_rule(module: Path) -> None:
    imported = re.findall(r"^\s*(?:from|import) .*?\bp[a-z]\d{3}_\w+", module.read_text(), re.MULTILINE)
    assert not imported
