"""Designs to compare: the chosen one, the two extremes, and every one that is a single decision away.

Which one is chosen depends on how many rows there are, and a sample has few. So relations are placed as they would be
if the plan declared the sizes that are measured; what is chosen for the declared sizes runs beside. Indexes, validators
and all else are those of the declared sizes in every design.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from groundplan.base.decisions import Decision
from groundplan.logical.facts import Facts
from groundplan.logical.model import LogicalModel
from groundplan.mongo.design import DEFAULT_VERSION, design_mongo
from groundplan.mongo.design.draft import Draft
from groundplan.mongo.design.layout import Layout
from groundplan.mongo.design.passes.place_relations import place_relations
from groundplan.mongo.design.placing.accounts import RULE
from groundplan.mongo.design.placing.offers import Placement
from groundplan.mongo.model import DocumentModel, MongoDesign
from groundplan.mongo.queries import compile_workload
from groundplan.mongo.queries.model import CompiledWorkload
from groundplan.plan.model import Pin
from groundplan.plan.patterns import ResolvedPlan

CHOSEN, DECLARED = "chosen", "chosen for the declared sizes"
REFERENCED, EMBEDDED = "all referenced", "all embedded"

Pins = Mapping[str, str]
"""Choices by the key of the decision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One design with its compiled workload; `layout` is what the cost model prices."""

    name: str
    design: MongoDesign
    workload: CompiledWorkload
    layout: Layout


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A design that is not measured, and why."""

    name: str
    reason: str


def variants_of(
    resolved: ResolvedPlan, logical: LogicalModel, sampled: LogicalModel
) -> tuple[tuple[Variant, ...], tuple[LeftOut, ...]]:
    """Return the designs to compare, the one chosen for the `sampled` sizes first, and those that there are not."""
    return _Variants(resolved, logical, sampled).all()


class _Variants:
    def __init__(self, resolved: ResolvedPlan, logical: LogicalModel, sampled: LogicalModel) -> None:
        self._resolved = resolved
        self._logical = logical
        self._decisions = tuple(self._placements(_placed(resolved, sampled).decisions))
        self._chosen: Pins = {decision.pin or "": decision.choice for decision in self._decisions}

    def all(self) -> tuple[tuple[Variant, ...], tuple[LeftOut, ...]]:
        found: list[Variant] = []
        left_out: list[LeftOut] = []
        for name, pins in (
            (CHOSEN, self._chosen),
            (DECLARED, {}),
            (REFERENCED, self._all_referenced()),
            (EMBEDDED, self._all_embedded()),
            *self._neighbours(left_out),
        ):
            variant = self._variant(name, pins)
            like = next((each for each in found if each.design.model == variant.design.model), None)
            if like is None:
                found.append(variant)
            else:
                left_out.append(LeftOut(name=name, reason=f"the same as {like.name}"))
        return tuple(found), tuple(left_out)

    def _placements(self, decisions: Iterable[Decision]) -> Iterator[Decision]:
        return (decision for decision in decisions if decision.rule == RULE)

    def _all_referenced(self) -> Pins:
        simple = {"placement": Placement.REFERENCE.value, "count": Placement.WHEN_READ.value}
        return {decision.pin or "": simple[decision.topic] for decision in self._decisions}

    def _all_embedded(self) -> Pins:
        """Embed whatever can be, one after the other: two of them may not go together."""
        pins = dict(self._chosen)
        for decision in self._decisions:
            embed = Placement.EMBED.value
            if decision.topic == "placement" and self._is_honoured({**pins, (decision.pin or ""): embed}):
                pins[decision.pin or ""] = embed
        return pins

    def _neighbours(self, left_out: list[LeftOut]) -> Iterator[tuple[str, Pins]]:
        """Yield every other choice of each decision, with all others as chosen, or chosen anew where that cannot be."""
        for decision in self._decisions:
            pin = decision.pin or ""
            for other in decision.alternatives:
                name = f"{pin.removeprefix('mongo.')}: {other.choice}"
                around, alone = {**self._chosen, pin: other.choice}, {pin: other.choice}
                if self._is_honoured(around):
                    yield name, around
                elif self._is_honoured(alone):
                    yield f"{name}, others chosen anew", alone
                else:
                    left_out.append(LeftOut(name=name, reason=other.why_not.removeprefix("not to be had: ")))

    def _is_honoured(self, pins: Pins) -> bool:
        placed = _placed(self._pinned(pins), self._logical)
        decided = {decision.pin: decision.choice for decision in self._placements(placed.decisions)}
        return all(decided.get(pin) == choice for pin, choice in pins.items())

    def _pinned(self, pins: Pins) -> ResolvedPlan:
        own = tuple(pin for pin in self._resolved.plan.pins if pin.key not in pins)
        wanted = tuple(Pin(key=key, choice=choice) for key, choice in pins.items())
        return replace(self._resolved, plan=replace(self._resolved.plan, pins=(*own, *wanted)))

    def _variant(self, name: str, pins: Pins) -> Variant:
        resolved = self._pinned(pins)
        design = design_mongo(resolved, self._logical)
        return Variant(
            name=name,
            design=design,
            workload=compile_workload(resolved, self._logical, design),
            layout=_placed(resolved, self._logical).layout,
        )


def _placed(resolved: ResolvedPlan, logical: LogicalModel) -> Draft:
    """Return a draft in which relations have their places, and nothing else is decided."""
    version = resolved.plan.targets.mongo or DEFAULT_VERSION
    return place_relations(
        Draft(
            resolved=resolved,
            logical=logical,
            facts=Facts(resolved, logical),
            model=DocumentModel(version=version, collections=()),
        )
    )
