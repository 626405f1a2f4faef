"""The examples, and a plan of hostile names, from plan to proof: every object, constraint and behaviour holds."""

from pathlib import Path

import pytest

from groundplan.base.diagnostics import has_errors
from groundplan.logical.derive import derive_relations
from groundplan.plan.reader import read_plan
from groundplan.plan.resolve import resolve
from groundplan.postgres.design import design_postgres
from groundplan.postgres.queries import view_sql
from groundplan.prove.behaviours import prove_behaviours
from groundplan.prove.catalog import prove_catalog
from groundplan.prove.migration import prove_migration
from groundplan.prove.refusals import prove_constraints

EXAMPLES = Path(__file__).parents[2] / "examples"
PLANS = Path(__file__).parent / "plans"


@pytest.mark.parametrize(
    "plan",
    [
        EXAMPLES / "blog.plan.yaml",
        EXAMPLES / "auction.plan.yaml",
        PLANS / "hostile.plan.yaml",
        PLANS / "types.plan.yaml",
        PLANS / "references.plan.yaml",
    ],
    ids=lambda path: path.name,
)
def test_a_plan_holds_all_the_way(database, plan):
    reading = read_plan(plan)
    assert reading.plan is not None, reading.diagnostics
    resolved = resolve(reading.plan)
    assert not has_errors((*reading.diagnostics, *resolved.diagnostics))
    logical = derive_relations(resolved)
    design = design_postgres(resolved, logical)
    schema, views = design.schema, view_sql(resolved, logical, design)

    migration = prove_migration(database, schema=schema, views=views)
    assert (migration.is_up_equal, migration.is_down_empty, migration.differences) == (True, True, ())
    catalog = prove_catalog(database, schema=schema, views=views)
    assert (catalog.differences, catalog.objects_compared > 20) == ((), True)

    constraints = prove_constraints(database, schema=schema)
    assert [found for found in constraints if not found.is_proven] == []
    assert {found.object for found in constraints} == {table.name for table in schema.tables}
    behaviours = prove_behaviours(database, logical=logical, schema=schema)
    assert [found for found in behaviours if not found.holds] == []
