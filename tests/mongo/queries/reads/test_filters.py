"""Conditions become filters that an index can serve; arrays are asked where they are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from groundplan.mongo.design.layout import Layout
from groundplan.mongo.queries.model import Aggregate, Find

from ....postgres.queries.shop import SHOP, built
from .both import compiled_reads, layout_model

CASES: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "filters.yaml").read_text())
LAYOUT = Layout(
    embedded={"comments": "post", "likes": "post", "post_topics": "post"}, copies={("post_topics", "topic"): ("name",)}
)


def plain(value: Any) -> Any:
    match value:
        case Mapping():
            return {key: plain(inner) for key, inner in value.items()}
        case tuple() | list():
            return [plain(inner) for inner in value]
        case _:
            return value


@pytest.fixture(scope="module")
def filters(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    access = [
        f"  read_{number}: {json.dumps({'read': 'Post', 'where': condition, 'fields': ['id']})}"
        for number, condition in enumerate(CASES)
    ]
    plan = built(SHOP + "\n".join(access) + "\n", tmp_path_factory.mktemp("filters"))
    model = layout_model(plan.resolved, plan.logical, LAYOUT)
    reads = compiled_reads(plan.resolved, plan.logical, model)
    return {condition: reads[f"read_{number}"].first for number, condition in enumerate(CASES)}


@pytest.mark.parametrize("condition", CASES)
def test_a_condition_is_the_filter(condition: str, filters: dict[str, Any]) -> None:
    query = filters[condition]
    assert not isinstance(query, Aggregate), query
    assert isinstance(query, Find)
    assert plain(query.filter) == CASES[condition]
