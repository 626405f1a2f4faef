"""What no script can hold is refused before it is written."""

from dataclasses import replace

import pytest

from groundplan.plan.expressions import Path
from groundplan.plan.types import Text
from groundplan.postgres.ddl import schema_sql
from groundplan.postgres.ddl.constraints import operator_sql
from groundplan.postgres.ddl.soft_delete import link_foreign_key
from groundplan.postgres.model import Schema, SoftDeleteLink


@pytest.mark.parametrize("operator", ["=", "&&", "<>", "-|-", "@>"])
def test_an_operator_stands_as_it_is(operator):
    assert operator_sql(operator) == operator


@pytest.mark.parametrize("operator", ["", "--", "/*", "= =", "and", "=;"])
def test_what_is_no_operator_is_refused(operator):
    with pytest.raises(ValueError, match="not an operator"):
        operator_sql(operator)


def test_a_path_has_no_place_in_a_default(blog):
    table = blog.tables[0]
    column = replace(table.columns[1], default=Path(entity="User", attribute="email", type=Text()))
    broken = Schema(version=18, tables=(replace(table, columns=(table.columns[0], column, *table.columns[2:])),))
    with pytest.raises(ValueError, match=r"User\.email"):
        schema_sql(broken, views={})


def test_a_soft_delete_follows_only_foreign_keys(blog):
    link = SoftDeleteLink(table="posts", columns=("title",), target_columns=("id",), is_soft=False)
    with pytest.raises(KeyError, match="no foreign key to users"):
        link_foreign_key(link, target="users", schema=blog)
