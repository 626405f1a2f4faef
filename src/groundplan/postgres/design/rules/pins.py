"""The decisions that pins can be about."""

from __future__ import annotations

from collections.abc import Mapping

from groundplan.base.decisions import Decision
from groundplan.plan.patterns import ReadPattern
from groundplan.postgres.design.draft import Draft
from groundplan.postgres.model import PostgresDesign
from groundplan.postgres.queries.choices import choose
from groundplan.postgres.queries.storage import Storage

OTHER_ENGINES = ("mongo",)
"""The first words of pins that are about another engine's design, and its to check."""


def decisions_by_pin(draft: Draft) -> Mapping[str, tuple[Decision, ...]]:
    """Return every decision of the logical stage, of this design, and of how its reads are written, by its pin."""
    decisions = (*draft.logical.decisions, *draft.decisions, *_about_queries(draft))
    found: dict[str, list[Decision]] = {}
    for decision in decisions:
        found.setdefault(decision.pin, []).append(decision)
    return {pin: tuple(made) for pin, made in found.items()}


def _about_queries(draft: Draft) -> list[Decision]:
    storage = Storage(draft.resolved, draft.logical, PostgresDesign(schema=draft.schema))
    stored = {view.pattern for view in draft.schema.materialized_views}
    return [
        decision
        for pattern in draft.resolved.patterns
        if isinstance(pattern, ReadPattern)
        for decision in choose(
            pattern, pins=dict(draft.pins), storage=storage, is_stored=pattern.name in stored
        ).decisions
    ]
