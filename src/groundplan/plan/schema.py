"""The JSON Schema of plans, made from the grammar: editors complete and check plans by it."""

from __future__ import annotations

import json

from groundplan.plan.grammar.document import PLAN
from groundplan.plan.grammar.forms import Schema
from groundplan.plan.grammar.walk import every_record

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def plan_schema() -> str:
    """Return the JSON Schema of a plan, as text.

    It tells which keys there are and which values they take; the grammar of short forms goes further than its patterns.
    """
    return json.dumps(schema_of_plans(), indent=2, ensure_ascii=False) + "\n"


def schema_of_plans() -> Schema:
    """Return the JSON Schema of a plan."""
    definitions: dict[str, Schema] = {}
    for record in every_record():
        if definitions.setdefault(record.definition, record.own_schema()) != record.own_schema():
            raise ValueError(f"two records are called {record.kind}")
    own = definitions.pop(PLAN.definition)
    return {"$schema": DIALECT, "title": "groundplan plan", **own, "$defs": dict(sorted(definitions.items()))}
