"""decisions.json: what was decided, by which rule and from what, against which alternatives; and what serves whom."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from groundplan.base.decisions import Alternative, Decision, Input
from groundplan.report.json_text import json_text
from groundplan.report.model import DesignResult
from groundplan.report.serving import (
    Alias,
    Answer,
    ServedPattern,
    ServingIndex,
    aliases,
    served_patterns,
    serving_indexes,
)

VERSION = 1
"""The version of the published shape, see schema/decisions.schema.json."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignRecord:
    """What a finished design remembers of itself: decisions, indexes, what answers each access pattern, other names."""

    decisions: tuple[Decision, ...]
    indexes: tuple[ServingIndex, ...] = ()
    patterns: tuple[ServedPattern, ...] = ()
    aliases: tuple[Alias, ...] = ()


def record_of(result: DesignResult) -> DesignRecord:
    """Return what `groundplan why` answers from."""
    return DesignRecord(
        decisions=result.decisions,
        indexes=serving_indexes(result),
        patterns=served_patterns(result),
        aliases=aliases(result),
    )


def decisions_json(result: DesignResult) -> str:
    """Render decisions and assumptions, with the indexes that came of them; holds no measured value."""
    record = record_of(result)
    shape = {
        "version": VERSION,
        "plan": result.plan.name,
        "decisions": [decision_shape(decision) for decision in record.decisions],
        "indexes": [index_shape(index) for index in record.indexes],
        "patterns": [pattern_shape(pattern) for pattern in record.patterns],
        "aliases": [{"name": alias.name, "object": alias.object} for alias in record.aliases],
        "assumptions": [
            {
                "object": assumption.object,
                "fact": assumption.fact,
                "value": assumption.value,
                "if_wrong": assumption.if_wrong,
            }
            for assumption in result.assumptions
        ],
    }
    return json_text(shape)


def index_shape(index: ServingIndex) -> dict[str, object]:
    """Return one index in its published shape."""
    return {
        "engine": index.engine,
        "name": index.name,
        "on": index.on,
        "keys": index.keys,
        "serves": list(index.serves),
    }


def pattern_shape(pattern: ServedPattern) -> dict[str, object]:
    """Return what answers one access pattern, in its published shape: indexes and keys by engine."""
    return {
        "name": pattern.name,
        "answered_by": {answer.engine: list(answer.indexes) for answer in pattern.answers},
    }


def decision_shape(decision: Decision) -> dict[str, object]:
    """Return one decision in its published shape; the pin says where in the plan it belongs, lines do not."""
    return {
        "object": decision.object,
        "topic": decision.topic,
        "decision": decision.choice,
        "reason": decision.reason,
        "rule": decision.rule,
        "inputs": {fact.name: fact.value for fact in decision.inputs},
        "alternatives": [
            {"choice": other.choice, "why_not": other.why_not, "cost": other.cost} for other in decision.alternatives
        ],
        "pin": decision.pin,
        "pinned": decision.is_pinned,
    }


def read_decisions_json(text: str) -> DesignRecord:
    """Read a decisions.json, all but its assumptions; ValueError where it is not one of ours."""
    try:
        shape = json.loads(text)
        return DesignRecord(
            decisions=tuple(map(_decision, shape["decisions"])),
            indexes=tuple(map(_index, shape["indexes"])),
            patterns=tuple(map(_pattern, shape["patterns"])),
            aliases=tuple(Alias(name=str(each["name"]), object=str(each["object"])) for each in shape["aliases"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not a decisions.json of groundplan") from error


def _index(shape: Mapping[str, Any]) -> ServingIndex:
    return ServingIndex(
        engine=str(shape["engine"]),
        name=str(shape["name"]),
        on=str(shape["on"]),
        keys=str(shape["keys"]),
        serves=tuple(map(str, shape["serves"])),
    )


def _pattern(shape: Mapping[str, Any]) -> ServedPattern:
    return ServedPattern(
        name=str(shape["name"]),
        answers=tuple(
            Answer(engine=engine, indexes=tuple(map(str, indexes))) for engine, indexes in shape["answered_by"].items()
        ),
    )


def _decision(shape: Mapping[str, object]) -> Decision:
    inputs, alternatives = shape["inputs"], shape["alternatives"]
    if not isinstance(inputs, dict) or not isinstance(alternatives, list):
        raise TypeError("inputs and alternatives")
    return Decision(
        object=str(shape["object"]),
        topic=str(shape["topic"]),
        choice=str(shape["decision"]),
        reason=str(shape["reason"]),
        rule=str(shape["rule"]),
        pin=str(shape["pin"]),
        inputs=tuple(Input(name=name, value=str(value)) for name, value in inputs.items()),
        alternatives=tuple(
            Alternative(choice=other["choice"], why_not=other["why_not"], cost=other["cost"]) for other in alternatives
        ),
        is_pinned=bool(shape["pinned"]),
    )
