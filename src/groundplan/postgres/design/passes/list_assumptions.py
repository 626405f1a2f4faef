"""List the numbers that the plan does not give and the design rests on: rates, and the shares of partial indexes."""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.decisions import Assumption
from groundplan.logical.model import Relation, RelationAttribute
from groundplan.plan.expressions import Expression, IsNull, Local, conjuncts, walk
from groundplan.plan.patterns import RawPattern
from groundplan.plan.types import Boolean, Enum
from groundplan.postgres.design.draft import Draft
from groundplan.postgres.design.indexing.shares import share_of
from groundplan.postgres.design.text import in_words
from groundplan.postgres.model import Index


def list_assumptions(draft: Draft) -> Draft:
    """List the numbers that the plan does not give and the design rests on: rates, and shares of partial indexes."""
    found = [*_rates(draft)]
    for table in draft.schema.tables:
        relation = draft.facts.relations.get(table.name)
        if relation is not None:
            for index in table.indexes:
                found += _shares(relation, index)
    return replace(draft, assumptions=(*draft.assumptions, *dict.fromkeys(found)))


def _rates(draft: Draft) -> list[Assumption]:
    return [
        Assumption(
            object=pattern.name,
            fact="rate",
            value="not said, taken as rare",
            if_wrong="a frequent read may deserve covering columns, a frequent write fewer indexes; write `rate`",
            origin=pattern.origin,
        )
        for pattern in draft.facts.patterns
        if draft.facts.rate(pattern.name) is None and not isinstance(pattern, RawPattern)
    ]


def _shares(relation: Relation, index: Index) -> list[Assumption]:
    found: list[Assumption] = []
    for condition in conjuncts(index.where):
        names = dict.fromkeys(node.name for node in walk(condition) if isinstance(node, Local))
        for name in names:
            attribute = relation.attribute(name)
            if _is_assumed(attribute, condition):
                found.append(
                    Assumption(
                        object=f"{relation.source}.{attribute.declared}",
                        fact=f"share of {relation.name} with {in_words(condition)}",
                        value=f"{share_of(condition, relation):.0%}",
                        if_wrong=(
                            "a partial index is smaller or larger by as much; where nearly all rows satisfy it, one "
                            "over all rows would do"
                        ),
                        origin=attribute.origin,
                    )
                )
    return found


def _is_assumed(attribute: RelationAttribute, condition: Expression) -> bool:
    """Tell whether nothing in the plan says how many rows satisfy a condition on an attribute."""
    if isinstance(condition, IsNull):
        return attribute.is_optional and attribute.values.nulls is None
    match attribute.type:
        case Boolean():
            return attribute.values.trues is None
        case Enum(values=values):
            return any(value.share is None for value in values)
        case _:
            return attribute.values.distinct is None
