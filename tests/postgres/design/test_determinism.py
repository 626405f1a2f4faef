"""The same plan gives the same design: in whatever order it is declared, and whatever the hash seed."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundplan.logical.derive import derive_relations
from groundplan.plan.model import Plan
from groundplan.plan.reader import read_plan
from groundplan.plan.resolve import resolve
from groundplan.postgres.design import design_postgres

EXAMPLES = sorted(Path(__file__).parents[3].joinpath("examples").glob("*.plan.yaml"))


def fingerprint(plan: Plan) -> str:
    """Everything that is decided, assumed and found, in its order; places in files left out."""
    resolved = resolve(plan)
    logical = derive_relations(resolved)
    return repr((logical, design_postgres(resolved, logical)))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
@given(random=st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None)
def test_the_order_of_declaration_means_nothing(shuffle, example: Path, random: Random) -> None:
    plan = read_plan(example).plan
    assert plan is not None
    assert fingerprint(shuffle(plan, random)) == fingerprint(plan)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_the_hash_seed_means_nothing(example: Path) -> None:
    prints = {printed_under(seed, example) for seed in ("1", "4711")}
    assert len(prints) == 1


def printed_under(seed: str, example: Path) -> str:
    code = f"import runpy, sys; names = runpy.run_path({__file__!r}); print(names['digest']({str(example)!r}))"
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return done.stdout


def digest(example: str) -> str:
    plan = read_plan(Path(example)).plan
    assert plan is not None
    return hashlib.sha256(fingerprint(plan).encode()).hexdigest()
