"""The published JSON Schema: fresh, as wide as the language, and closed to unknown keys."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from groundplan.plan.grammar.walk import every_record
from groundplan.plan.model import Plan
from groundplan.plan.reader import read_plan_text
from groundplan.plan.schema import plan_schema, schema_of_plans
from groundplan.plan.writer import write_plan
from groundplan.plan.yaml.nodes import Mapping, Node, Scalar, Sequence
from groundplan.plan.yaml.reader import read_document

ROOT = Path(__file__).parents[2]
PLANS = sorted((*ROOT.glob("examples/*.plan.yaml"), *ROOT.glob("tests/plan/reader/cases/*.plan.yaml")))
EQUAL_FORMS = (ROOT / "tests/plan/reader/equal_forms.md").read_text(encoding="utf-8")
VALIDATOR = Draft202012Validator(schema_of_plans())


def plain(node: Node) -> Any:
    """What a YAML library gives to a validator."""
    match node:
        case Mapping(entries=entries):
            return {entry.key.text: plain(entry.value) for entry in entries}
        case Sequence(items=items):
            return [plain(item) for item in items]
        case Scalar(value=value):
            return value


def problems(text: str) -> list[str]:
    document = read_document(text, file="plan.yaml").document
    assert document is not None
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(plain(document.root))]


def test_the_published_file_is_fresh() -> None:
    assert (ROOT / "schema" / "plan.schema.json").read_text(encoding="utf-8") == plan_schema()


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(json.loads(plan_schema()))


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.name)
def test_it_takes_the_examples(path: Path) -> None:
    assert problems(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("text", re.findall(r"```yaml\n(.*?)```", EQUAL_FORMS, re.DOTALL))
def test_it_takes_short_and_long_forms(text: str) -> None:
    assert problems(text) == []


@given(plan=st.from_type(Plan))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_it_takes_every_plan_that_can_be_written(plan: Plan) -> None:
    assert problems(write_plan(plan)) == []


@pytest.mark.parametrize(
    "text",
    [
        "entitys: {}",
        "entities: {User: {row: 5}}",
        "entities: {User: {rows: {now: 5, grows: 3%/month}}}",
        "entities: {User: {rows: -5}}",
        "entities: {User: {rows: {now: 5, growth: 3%}}}",
        "entities: {User: {lifecycle: {delete: sfot}}}",
        "entities: {User: {attributes: {name: varchar}}}",
        "entities: {User: {attributes: {name: {type: text, nullable: true}}}}",
        "entities: {User: {attributes: {name: {unique: true}}}}",
        "entities: {User: {unique: [a, b]}}",
        "entities: [User]",
        "relationships: {Post author: {}}",
        "relationships: {Post.author > User: {invers: posts}}",
        "access: {all: {where: a = 1}}",
        "access: {all: {read: User, sort: name}}",
        "access: {all: {read: User, rate: 500}}",
        "access: {all: {update: User, where: a = 1}}",
        "access: {all: {read: User, page: many}}",
        "transactions: {t: {step: [a]}}",
        "workload: {mixes: {m: {a: 0.1}}, total: 5/s}",
        "rollups: {h: {of: A, every: 1 hour, fields: [a]}}",
        "conventions: {keys: guid}",
        "targets: {postgresql: 18}",
    ],
)
def test_it_refuses_what_the_reader_refuses(text: str) -> None:
    assert read_plan_text(text, file="plan.yaml").diagnostics
    assert problems(text)


def test_every_key_of_every_mapping_is_described() -> None:
    schema = schema_of_plans()
    mappings = {"plan": schema, **schema["$defs"]}
    assert mappings.keys() == {record.definition for record in every_record()}
    for name, described in mappings.items():
        assert described["additionalProperties"] is False, name
        for key, value in described["properties"].items():
            assert value["description"].endswith("."), (name, key)
