"""Writes a plan in the shortest forms that say it."""

from __future__ import annotations

from groundplan.base.collector import collector_paused
from groundplan.plan.grammar.document import PLAN
from groundplan.plan.model import Plan
from groundplan.plan.yaml.attachment import Notes
from groundplan.plan.yaml.nodes import Mapping
from groundplan.plan.yaml.writer import write_document


def write_plan(plan: Plan) -> str:
    """Write a plan as one YAML document that reads as the same plan."""
    with collector_paused():
        root = PLAN.write(plan)
        entries = root.entries if isinstance(root, Mapping) else ()
        sections = [entry.key.text for entry in entries if isinstance(entry.value, Mapping) and not entry.value.is_flow]
        return write_document(root, comments={(section,): Notes(above=("",)) for section in sections})
