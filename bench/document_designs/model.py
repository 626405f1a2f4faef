"""The plan at the size of a sample, and what the cost model says of designs at that size.

Rows are as many as there are, and fan-outs as they were drawn, so that what is compared is the model's arithmetic and
not the size of the sample. What bounds a fan-out stays as declared: it says what may be embedded at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from groundplan.logical.facts import Facts
from groundplan.logical.model import FanoutEstimate, LogicalModel, Reference, Relation
from groundplan.mongo.design.costs.arrangement import Arrangement
from groundplan.mongo.design.costs.pricing import Pricing, effort_of
from groundplan.mongo.design.layout import Layout
from groundplan.plan.patterns import ResolvedPlan
from groundplan.rows.model import Sample


class CostModel:
    """Prices layouts on the rows of a sample, pattern by pattern."""

    def __init__(self, resolved: ResolvedPlan, sampled: LogicalModel) -> None:
        self._pricing = Pricing(Facts(resolved, sampled))
        self._profiles = {profile.name: profile for profile in self._pricing.profiles}

    @property
    def rates(self) -> Mapping[str, float]:
        """How often each pattern runs in a second, within transactions too."""
        return {name: profile.rate for name, profile in self._profiles.items()}

    def milliseconds(self, layout: Layout) -> Mapping[str, float]:
        """Return what one run of each pattern takes under a layout."""
        arrangement = Arrangement(layout, self._pricing.book)
        missing = self._pricing.missing
        return {
            name: effort_of(profile, arrangement).microseconds(missing=missing) / 1000
            for name, profile in self._profiles.items()
        }


def as_sampled(logical: LogicalModel, sample: Sample) -> LogicalModel:
    """Return a model with the sizes and fan-outs of a sample."""
    return replace(logical, relations=tuple(_sampled(relation, sample) for relation in logical.relations))


def _sampled(relation: Relation, sample: Sample) -> Relation:
    rows = replace(relation.rows, now=len(sample.of(relation.name).rows))
    references = tuple(
        replace(reference, fanout=_fanout(relation, reference, sample)) for reference in relation.references
    )
    return replace(relation, rows=rows, references=references)


def _fanout(relation: Relation, reference: Reference, sample: Sample) -> FanoutEstimate:
    """Return the fan-out as it was drawn, targets with nothing pointing at them counted too."""
    rows = sample.of(relation.name)
    keys = zip(*(rows.column(name) for name in reference.attributes), strict=True)
    pointing = sorted(Counter(key for key in keys if None not in key).values())
    targets = max(1, len(sample.of(reference.target).rows))
    counts = [0] * max(0, targets - len(pointing)) + pointing
    return replace(
        reference.fanout,
        mean=sum(counts) / targets,
        p50=counts[len(counts) // 2],
        p99=counts[len(counts) * 99 // 100],
    )
