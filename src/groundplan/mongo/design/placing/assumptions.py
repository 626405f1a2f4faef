"""The numbers that the plan does not give and the layout rests on."""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.amounts import bytes_in_words, time_in_words
from groundplan.base.decisions import Assumption
from groundplan.mongo.design.costs import coefficients as takes
from groundplan.mongo.design.costs.pricing import Pricing
from groundplan.mongo.design.costs.profiles import UpdateProfile, is_kept_by_callers
from groundplan.mongo.design.layout import Layout
from groundplan.plan.patterns import RawPattern


def assumptions_of(pricing: Pricing, layout: Layout) -> Iterator[Assumption]:
    """Yield the assumptions behind a layout: memory, rates, and how often copied attributes change."""
    plan = pricing.facts.resolved.plan
    yield Assumption(
        object="mongo",
        fact="memory for data",
        value=f"16 GB, for {bytes_in_words(pricing.data_bytes)} of documents",
        if_wrong=(
            "less memory means more pages from the disk, and speaks for documents that hold together what is read "
            "together; more speaks for small ones"
        ),
        origin=plan.origin,
    )
    for read in pricing.facts.reads:
        if is_kept_by_callers(read) and read.staleness_seconds is not None:
            yield Assumption(
                object=read.name,
                fact="who keeps its answer",
                value=f"its callers, for {time_in_words(read.staleness_seconds * 1000)}",
                if_wrong="asked each time it counts as often as its rate says, and more is embedded or computed for it",
                origin=read.origin,
            )
    for pattern in pricing.facts.patterns:
        if pricing.facts.rate(pattern.name) is None and not isinstance(pattern, RawPattern):
            yield Assumption(
                object=pattern.name,
                fact="rate for documents",
                value="not said, taken as once a minute",
                if_wrong="a frequent read may deserve embedded or copied rows, a frequent write fewer; write `rate`",
                origin=pattern.origin,
            )
    copied = {
        (pricing.book.references[side].target, attribute)
        for side, attributes in layout.copies.items()
        for attribute in attributes
    }
    for profile in pricing.profiles:
        if not isinstance(profile, UpdateProfile) or not profile.is_implied:
            continue
        if (profile.relation, profile.attributes[0]) in copied:
            relation = pricing.book.relation(profile.relation)
            yield Assumption(
                object=f"{relation.source}.{relation.attribute(profile.attributes[0]).declared}",
                fact="how often it changes",
                value=f"{takes.CHANGES_A_YEAR:g} time a year in each row",
                if_wrong="each change is carried to every copy; where it changes daily, a reference is cheaper",
                origin=relation.attribute(profile.attributes[0]).origin,
            )
