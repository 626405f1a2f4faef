"""JSON Schemas of what a design publishes, made from the dataclasses that hold it."""

from __future__ import annotations

from typing import Any

from groundplan.prove.evidence import Evidence, PatternEvidence
from groundplan.report import decisions_json, evidence_json
from groundplan.report.criteria import Criterion
from groundplan.report.json_text import json_text

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def published_schemas() -> dict[str, str]:
    """Return the JSON Schemas by file name, as text."""
    shapes = {"evidence.schema.json": _evidence_schema(), "decisions.schema.json": _decisions_schema()}
    return {name: json_text(shape) for name, shape in shapes.items()}


def _evidence_schema() -> dict[str, Any]:
    """Describe evidence.json; without proof it has no server and only `patterns`, `constraints` and `criteria`."""
    from pydantic import TypeAdapter

    schema = TypeAdapter(Evidence).json_schema(mode="serialization")
    definitions = schema.pop("$defs")
    for adapter in (TypeAdapter(Criterion), TypeAdapter(PatternEvidence)):
        definitions.update(adapter.json_schema(mode="serialization").get("$defs", {}))
    definitions["Criterion"] = _without_definitions(TypeAdapter(Criterion).json_schema(mode="serialization"))
    properties = {
        "version": {"const": evidence_json.VERSION},
        "plan": {"type": "string"},
        "server": {"anyOf": [{"$ref": "#/$defs/ServerEvidence"}, {"type": "null"}]},
        **schema["properties"],
        "criteria": {"type": "array", "items": {"$ref": "#/$defs/Criterion"}},
    }
    return {
        "$schema": DIALECT,
        "title": "evidence.json of groundplan",
        "type": "object",
        "properties": properties,
        "required": ["version", "plan", "server", "servers", "patterns", "constraints", "criteria"],
        "additionalProperties": False,
        "$defs": {name: _closed(definition) for name, definition in sorted(definitions.items())},
    }


def _closed(definition: dict[str, Any]) -> dict[str, Any]:
    """Say of a record that it has all of its properties and no others."""
    if definition.get("type") != "object":
        return definition
    return {**definition, "required": list(definition["properties"]), "additionalProperties": False}


def _without_definitions(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != "$defs"}


def _decisions_schema() -> dict[str, Any]:
    text = {"type": "string"}
    alternative = _record(choice=text, why_not=text, cost={"type": ["string", "null"]})
    decision = _record(
        object=text,
        topic=text,
        decision=text,
        reason=text,
        rule=text,
        inputs={"type": "object", "additionalProperties": text},
        alternatives={"type": "array", "items": alternative},
        pin=text,
        pinned={"type": "boolean"},
    )
    names = {"type": "array", "items": text}
    index = _record(engine=text, name=text, on=text, keys=text, serves=names)
    pattern = _record(name=text, answered_by={"type": "object", "additionalProperties": names})
    assumption = _record(object=text, fact=text, value=text, if_wrong=text)
    return {
        "$schema": DIALECT,
        "title": "decisions.json of groundplan",
        **_record(
            version={"const": decisions_json.VERSION},
            plan=text,
            decisions={"type": "array", "items": decision},
            indexes={"type": "array", "items": index},
            patterns={"type": "array", "items": pattern},
            aliases={"type": "array", "items": _record(name=text, object=text)},
            assumptions={"type": "array", "items": assumption},
        ),
    }


def _record(**properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(properties),
        "additionalProperties": False,
    }
