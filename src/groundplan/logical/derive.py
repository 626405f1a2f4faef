"""From a resolved plan to relations: one pass after the other."""

from __future__ import annotations

from dataclasses import replace

from groundplan.logical.draft import LogicalDraft, LogicalPass
from groundplan.logical.model import LogicalModel
from groundplan.logical.passes.add_timestamps import add_timestamps
from groundplan.logical.passes.apply_lifecycle import apply_lifecycle
from groundplan.logical.passes.carry_constraints import carry_constraints
from groundplan.logical.passes.choose_actions import choose_actions
from groundplan.logical.passes.choose_keys import choose_keys
from groundplan.logical.passes.defer_cycles import defer_cycles
from groundplan.logical.passes.estimate_fanouts import estimate_fanouts
from groundplan.logical.passes.estimate_rows import estimate_rows
from groundplan.logical.passes.link_many_to_many import link_many_to_many
from groundplan.logical.passes.open_relations import open_relations
from groundplan.logical.passes.order_relations import order_relations
from groundplan.logical.passes.resolve_references import resolve_references
from groundplan.logical.passes.tie_states import tie_states
from groundplan.plan.patterns import ResolvedPlan
from groundplan.plan.scope import Scope

PASSES: tuple[LogicalPass, ...] = (
    open_relations,
    choose_keys,
    add_timestamps,
    apply_lifecycle,
    resolve_references,
    link_many_to_many,
    choose_actions,  # after both kinds of references are there
    carry_constraints,  # after references: keys and checks name their attributes
    tie_states,  # after the plan's own checks: what they say need not be said again
    estimate_rows,
    estimate_fanouts,  # after rows: the mean is rows per target
    defer_cycles,  # after rows: the smallest relation of a cycle waits
    order_relations,  # last: puts everything into its final order
)


def derive_relations(resolved: ResolvedPlan) -> LogicalModel:
    """Derive the relations of a plan without errors, with what was decided and assumed on the way.

    Raises PlanInvalid where keys are made of each other.
    """
    draft = LogicalDraft(
        resolved=resolved,
        scope=Scope(resolved.plan),
        pins={pin.key: pin.choice for pin in resolved.plan.pins},
    )
    for derive in PASSES:
        draft = derive(draft)
    return replace(
        draft.model,
        decisions=tuple(sorted(draft.decisions, key=lambda decision: (decision.object, decision.topic, decision.pin))),
        assumptions=tuple(sorted(draft.assumptions, key=lambda assumed: (assumed.object, assumed.fact))),
    )
