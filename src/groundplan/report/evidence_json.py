"""evidence.json: what the engines said, claim by claim."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from enum import Enum

from groundplan.prove.evidence import Evidence
from groundplan.report.criteria import criteria
from groundplan.report.json_text import json_text
from groundplan.report.model import DesignResult

VERSION = 1
"""The version of the published shape, see schema/evidence.schema.json."""


def evidence_json(result: DesignResult) -> str:
    """Render the evidence; a design that was not proven says so for each of its patterns."""
    return json_text(evidence_shape(result))


def evidence_shape(result: DesignResult) -> dict[str, object]:
    """Return the published shape of a design's evidence."""
    ticked = _value(criteria(result))
    if result.evidence is None:
        return {
            "version": VERSION,
            "plan": result.plan.name,
            "server": None,
            "servers": [],
            "patterns": [
                _unproven(pattern.name, engine=engine, target_ms=pattern.demand.target_ms)
                for engine in result.engines
                for pattern in result.resolved.patterns
            ],
            "constraints": [],
            "criteria": ticked,
        }
    shape = _plain(result.evidence)
    first = _value(result.evidence.servers[0]) if result.evidence.servers else None
    return {"version": VERSION, "plan": result.plan.name, "server": first, **shape, "criteria": ticked}


def _unproven(name: str, *, engine: str, target_ms: float | None) -> dict[str, object]:
    return {
        "name": name,
        "engine": engine,
        "shape_verdict": "not_proven",
        "time_verdict": "not_proven",
        "target_ms": target_ms,
        "p50_ms": None,
        "p95_ms": None,
        "index": None,
        "rows_examined": None,
        "rows_returned": None,
        "reason": "the design was made without proof",
        "runs": 0,
        "cases": [],
        "equivalent": None,
        "equivalence": None,
    }


def _plain(evidence: Evidence) -> dict[str, object]:
    shape = _value(evidence)
    if not isinstance(shape, dict):
        raise TypeError(f"{type(evidence).__name__} is not a record")
    return shape


def _value(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {entry.name: _value(getattr(value, entry.name)) for entry in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_value(item) for item in value]
    if isinstance(value, float):
        return round(value, 6)
    return value
