"""What a plan became, part by part: tables, references, access patterns, lifecycles, work to schedule."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import assert_never

from groundplan.logical.model import Reference, Relation, RelationKind, RowEstimate
from groundplan.plan.model import DeletePolicy
from groundplan.plan.quantities import AbsoluteGrowth, CompoundGrowth, Growth, TimeUnit
from groundplan.report.blocks import Code, Grid, Item, Link, Listing, Words, count, joined, prose, trimmed
from groundplan.report.model import DesignResult
from groundplan.report.spans import span

BEYOND = 15
"""Powers of ten above which a number of rows is not spelled out: growth that no table lives to see."""


def tables(result: DesignResult, *, link: Callable[[str], str]) -> Grid | None:
    """Return every relation with its size now and in a year, as the plan declares it; None without any.

    `link` tells what a name leads to.
    """
    is_growing = any(relation.rows.growth for relation in result.logical.relations)
    rows = tuple(
        (
            (Link(relation.name, link(relation.name)),),
            what_it_holds(relation),
            (rows_now(relation.rows),),
            (in_a_year(relation.rows) if is_growing else "",),
            (growth(relation.rows.growth),),
        )
        for relation in result.logical.relations
    )
    header = ("table", "holds", "rows now", "in a year", "growth")
    return trimmed(Grid(header=header, rows=rows, numeric=(2, 3))) if rows else None


def what_it_holds(relation: Relation) -> Words:
    """Say what a relation is about: in the plan's words, or of a link what it links; nothing where no one says."""
    if relation.about:
        return (relation.about,)
    if relation.kind is RelationKind.LINK:
        return ("links ", *joined([(Code(reference.target),) for reference in relation.references], separator=" and "))
    return ()


def rows_now(rows: RowEstimate) -> str:
    """Spell how many rows there are; what nobody declared is only about so many."""
    return f"about {_about(rows.now)}" if rows.is_assumed else count(rows.now)


def growth(declared: Growth | None) -> str:
    """Spell how fast rows become more; nothing where they do not."""
    match declared:
        case None:
            return ""
        case CompoundGrowth():
            return f"{float(declared.share) * 100:g} % a {declared.per.name.lower()}"
        case AbsoluteGrowth():
            return f"{count(declared.rows)} a {declared.per.name.lower()}"
        case _:
            assert_never(declared)


def in_a_year(rows: RowEstimate) -> str:
    """Spell how many rows there will be in a year."""
    match rows.growth:
        case None:
            return count(rows.now)
        case AbsoluteGrowth():
            periods = float(TimeUnit.YEAR.value / rows.growth.per.value)
            return _about(rows.now + rows.growth.rows * periods)
        case CompoundGrowth():
            if rows.now == 0 or rows.growth.share <= -1:
                return "0"
            periods = float(TimeUnit.YEAR.value / rows.growth.per.value)
            powers = periods * math.log10(1 + rows.growth.share) + math.log10(rows.now)
            return f"beyond 10^{BEYOND}" if powers > BEYOND else _about(10**powers)
        case _:
            assert_never(rows.growth)


def _about(number: float) -> str:
    """Spell a forecast with two digits that count."""
    return count(float(f"{number:.2g}"))


def references(result: DesignResult, *, kept: Mapping[tuple[str, str], Words] | None = None) -> Grid | None:
    """Return every reference with how many rows share a target and what a deleted target means; None without any.

    `kept` says of references, by relation and name, how documents keep them; what it leaves out is stored as it is.
    """
    rows = tuple(
        (
            (Code(f"{relation.name}.{reference.attributes[-1]}"),),
            (Code(reference.target),),
            (_cardinality(reference),),
            (f"{reference.on_delete.value}{'; checked at commit' if reference.is_deferrable else ''}",),
            () if kept is None else kept.get((relation.name, reference.name), ("stored",)),
        )
        for relation in result.logical.relations
        for reference in relation.references
    )
    header = ("reference", "to", "rows per target", "on delete", "in documents")
    return trimmed(Grid(header=header, rows=rows)) if rows else None


def _cardinality(reference: Reference) -> str:
    optional = "optional; " if reference.is_optional else ""
    if reference.is_unique:
        return f"{optional}at most one"
    fanout = reference.fanout
    assumed = " (assumed)" if fanout.is_assumed else ""
    return f"{optional}median {count(fanout.p50)}, p99 {count(fanout.p99)}, max {count(fanout.max)}{assumed}"


def endings(result: DesignResult) -> Listing | None:
    """Say how rows end where they do not simply stay until they are deleted; None where all do."""
    items = []
    for relation in result.logical.relations:
        life = relation.lifecycle
        says: list[Words] = []
        if life.delete is DeletePolicy.SOFT:
            says.append(
                (
                    "deleting marks the row in ",
                    Code("deleted_at"),
                    "; reads leave marked rows out, unique values are free again, and the row stays until it is purged",
                )
            )
        if life.has_audit:
            says.append(("every change is written to an audit trail, secret values never",))
        if life.expires:
            says.append(("a row is gone after ", Code(life.expires)))
        if says:
            items.append(Item((Code(relation.name), ": ", *joined(says, separator="; "), ".")))
    return Listing(tuple(items)) if items else None


def schedule(result: DesignResult) -> Listing | None:
    """Say what has to run from time to time; None where nothing has."""
    schema = result.schema
    items = [
        Item(
            (
                f"Every {span(view.refresh_seconds)}: refresh ",
                Code(view.name),
                ", the stored answer of ",
                Code(view.pattern),
                ".",
            )
        )
        for view in schema.materialized_views
    ]
    items.extend(
        Item(
            (
                "Every minute: call ",
                Code(expiry.name),
                ", which deletes rows of ",
                Code(expiry.table),
                " whose ",
                Code(expiry.column),
                f" has passed, {count(expiry.batch)} at a time.",
            )
        )
        for expiry in schema.expiries
    )
    return Listing(tuple(items)) if items else None


def assumptions(result: DesignResult) -> Grid | None:
    """Return every number that the plan does not give; None where it gives all."""
    rows = tuple(((Code(each.object), f" {each.fact}"), (each.value,), (each.if_wrong,)) for each in result.assumptions)
    return Grid(header=("assumed", "value", "if it were wrong by ten times"), rows=rows) if rows else None


def notes(result: DesignResult) -> Listing | None:
    """Return the findings that stop nothing, in an order that the plan's lines do not decide; None without any."""
    says = sorted(f"{note.message} ({note.code}); {note.help}." for note in result.notes)
    items = tuple(Item(prose(said)) for said in says)
    return Listing(items) if items else None
