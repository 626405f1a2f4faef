"""decisions.json: what was decided, by which rule, from which inputs, against which alternatives."""

from __future__ import annotations

import json
from collections.abc import Mapping

from groundplan.base.decisions import Alternative, Decision, Input
from groundplan.report.json_text import json_text
from groundplan.report.model import DesignResult

VERSION = 1
"""The version of the published shape, see schema/decisions.schema.json."""


def decisions_json(result: DesignResult) -> str:
    """Render decisions and assumptions; holds no measured value."""
    shape = {
        "version": VERSION,
        "plan": result.plan.name,
        "decisions": [decision_shape(decision) for decision in result.decisions],
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


def read_decisions_json(text: str) -> tuple[Decision, ...]:
    """Read the decisions of a decisions.json; ValueError where it is not one of ours."""
    try:
        return tuple(_decision(shape) for shape in json.loads(text)["decisions"])
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not a decisions.json of groundplan") from error


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
