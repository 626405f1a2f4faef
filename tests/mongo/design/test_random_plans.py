"""Random plans without errors: each is designed, taken by the server, and every read of it is explained there."""

from random import Random

import pytest

from groundplan.base.diagnostics import has_errors
from groundplan.logical.derive import derive_relations
from groundplan.mongo.commands import create_commands
from groundplan.mongo.design import design_mongo
from groundplan.mongo.plans.explain import explain
from groundplan.mongo.queries import compile_workload
from groundplan.mongo.queries.model import CompiledRead
from groundplan.plan.resolve import resolve

from ...postgres.design import test_random_plans as random_plans
from ...postgres.design.conftest import shuffled
from .test_indexes_serve import command_of, filled, large, queries_of


@pytest.mark.parametrize("seed", random_plans.SEEDS)
def test_a_random_plan_is_designed_and_created(seed: int, mongo_database) -> None:
    text, resolved = random_plans.valid_plan(seed)
    logical = derive_relations(resolved)
    design = design_mongo(resolved, logical)
    assert not has_errors(design.diagnostics), text
    for command in create_commands(design.model, logical):
        mongo_database.command(command)
    served = {found.pin for found in design.decisions if found.topic == "index" and found.choice != "none"}
    for compiled in compile_workload(resolved, logical, design).patterns:
        if not isinstance(compiled, CompiledRead):
            continue
        for query in queries_of(compiled):
            reads = explain(mongo_database, command_of(filled(query, compiled))).reads
            first = next((read for read in reads if read.node != "$lookup"), None)
            is_large = first is not None and first.collection in large(design.model, logical)
            if is_large and f"mongo.{compiled.pattern}.index" in served:
                assert first.indexes, (text, compiled.pattern)
    other = resolve(shuffled(resolved.plan, Random(seed)))
    again = derive_relations(other)
    assert repr(design_mongo(other, again)) == repr(design), text
