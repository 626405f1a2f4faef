"""The example plans, designed once per run."""

from pathlib import Path

import pytest

from groundplan.report.model import DesignResult
from groundplan.service.design import design_plan

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="session")
def blog() -> DesignResult:
    return design_plan(EXAMPLES / "blog.plan.yaml")


@pytest.fixture(scope="session")
def auction() -> DesignResult:
    return design_plan(EXAMPLES / "auction.plan.yaml")
