"""Plans as text, and the samples made up for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from textwrap import dedent

import pytest

from groundplan.base.diagnostics import has_errors
from groundplan.logical.derive import derive_relations
from groundplan.logical.model import LogicalModel
from groundplan.plan.patterns import ResolvedPlan
from groundplan.plan.reader import read_plan_text
from groundplan.plan.resolve import resolve
from groundplan.rows.generate import generate_sample
from groundplan.rows.model import Sample

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Made:
    """A sample with the models it was made for."""

    resolved: ResolvedPlan
    logical: LogicalModel
    sample: Sample

    def column(self, relation: str, name: str) -> list:
        rows = self.sample.of(relation)
        return [row[rows.columns.index(name)] for row in rows.rows]

    def dicts(self, relation: str, *, spare: bool = False) -> list[dict]:
        rows = self.sample.spare_of(relation) if spare else self.sample.of(relation)
        return [dict(zip(rows.columns, row, strict=True)) for row in rows.rows]


def make(text: str, *, largest: int = 2000, seed: int = 1) -> Made:
    reading = read_plan_text("plan: test\ntargets: {postgres: 18}\n" + dedent(text), file="test.plan.yaml")
    assert reading.plan is not None, reading.diagnostics
    assert not has_errors(reading.diagnostics), reading.diagnostics
    resolved = resolve(reading.plan)
    assert not has_errors(resolved.diagnostics), resolved.diagnostics
    logical = derive_relations(resolved)
    return Made(resolved, logical, generate_sample(resolved, logical, now=NOW, largest=largest, seed=seed))


@pytest.fixture(scope="session")
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def made():
    """Make up a sample for the text of a plan."""
    return make
