"""The decisions that pins can be about."""

from __future__ import annotations

from collections.abc import Mapping

from groundplan.base.decisions import Decision
from groundplan.mongo.design.draft import Draft
from groundplan.plan.model import Pin

ENGINE = "mongo"
"""The first word of pins that are about this design."""


def own_pins(draft: Draft) -> tuple[Pin, ...]:
    """Return the pins about this design, and those that no other engine's design looks at."""
    has_other = draft.resolved.plan.targets.postgres is not None
    return tuple(
        pin
        for pin in draft.resolved.plan.pins
        if pin.key.partition(".")[0] == ENGINE or (not has_other and pin.key.partition(".")[0] != "postgres")
    )


def decisions_by_pin(draft: Draft) -> Mapping[str, tuple[Decision, ...]]:
    """Return every decision of the logical stage and of this design, by its pin."""
    found: dict[str, list[Decision]] = {}
    for decision in (*draft.logical.decisions, *draft.decisions):
        found.setdefault(decision.pin, []).append(decision)
    return {pin: tuple(made) for pin, made in found.items()}
