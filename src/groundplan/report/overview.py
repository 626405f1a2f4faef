"""What a plan became, part by part: tables, references, access patterns, lifecycles, work to schedule."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import assert_never

from groundplan.base.figures import figure
from groundplan.logical.model import Reference, Relation, RelationKind, RowEstimate
from groundplan.plan.access import AccessPattern, Delete, Insert, Raw, Read, Update, Upsert
from groundplan.plan.model import DeletePolicy
from groundplan.plan.naming import subject_in_words
from groundplan.plan.patterns import DEFAULT_READ_TARGET_MS, Demand, Pattern
from groundplan.plan.quantities import AbsoluteGrowth, CompoundGrowth, Growth, TimeUnit
from groundplan.postgres.queries.model import CompiledRaw
from groundplan.prove.versions import NAMES
from groundplan.report.blocks import Code, Grid, Item, Link, Listing, Words, codes, count, joined, prose, trimmed
from groundplan.report.documents import answering_in_mongo
from groundplan.report.model import DesignResult
from groundplan.report.spans import span
from groundplan.report.subjects import MONGO_STAGE

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
            (f"about {_about(relation.rows.now)}" if relation.rows.is_assumed else count(relation.rows.now),),
            (_in_a_year(relation.rows) if is_growing else "",),
            (_growth(relation.rows.growth),),
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


def _growth(growth: Growth | None) -> str:
    match growth:
        case None:
            return ""
        case CompoundGrowth():
            return f"{float(growth.share) * 100:g} % a {growth.per.name.lower()}"
        case AbsoluteGrowth():
            return f"{count(growth.rows)} a {growth.per.name.lower()}"
        case _:
            assert_never(growth)


def _in_a_year(rows: RowEstimate) -> str:
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


def references(result: DesignResult) -> Grid | None:
    """Return every reference with how many rows share a target and what a deleted target means; None without any."""
    rows = tuple(
        (
            (Code(f"{relation.name}.{reference.attributes[-1]}"),),
            (Code(reference.target),),
            (_cardinality(reference),),
            (f"{reference.on_delete.value}{'; checked at commit' if reference.is_deferrable else ''}",),
        )
        for relation in result.logical.relations
        for reference in relation.references
    )
    return Grid(header=("reference", "to", "rows per target", "on delete"), rows=rows) if rows else None


def _cardinality(reference: Reference) -> str:
    optional = "optional; " if reference.is_optional else ""
    if reference.is_unique:
        return f"{optional}at most one"
    fanout = reference.fanout
    assumed = " (assumed)" if fanout.is_assumed else ""
    return f"{optional}median {count(fanout.p50)}, p99 {count(fanout.p99)}, max {count(fanout.max)}{assumed}"


def patterns(result: DesignResult) -> Grid | None:
    """Return every access pattern with what it does and the indexes meant for it on each engine; None without any."""
    declared = {pattern.name: pattern for pattern in result.plan.access}
    in_postgres, in_mongo = _answering_indexes(result), answering_in_mongo(result)
    rows: list[tuple[Words, ...]] = []
    for pattern in result.resolved.patterns:
        answered: list[Words] = []
        if result.postgres is not None:
            answered.append(codes(in_postgres.get(pattern.name, ())))
        if result.mongo is not None:
            answered.append(_in_mongo(pattern, in_mongo, result))
        said = what_it_does(declared[pattern.name])
        rows.append((_query(pattern, result), said, (rate(pattern.demand),), (target(pattern.demand),), *answered))
    if not rows:
        return None
    by = tuple(f"in {NAMES[engine]} by" for engine in result.engines) if len(result.engines) > 1 else ("answered by",)
    return Grid(header=("pattern", "does", "rate", "target", *by), rows=tuple(rows), numeric=(2, 3))


def _in_mongo(pattern: Pattern, serving: dict[str, tuple[str, ...]], result: DesignResult) -> Words:
    """Return the indexes that answer a pattern in MongoDB, behind a link to its commands unless the name is one."""
    file = mongo_query_file(pattern.name)
    link: Words = (Link("JS", file), " ") if result.postgres is not None and file in result.statements else ()
    return (*link, *codes(serving.get(pattern.name, ())))


def _query(pattern: Pattern, result: DesignResult) -> Words:
    if result.postgres is None:
        other = mongo_query_file(pattern.name)
        return (Link(pattern.name, other),) if other in result.statements else (pattern.name,)
    compiled = result.workload.pattern(pattern.name)
    file = query_file(pattern.name)
    if file not in result.statements or (isinstance(compiled, CompiledRaw) and compiled.statement is None):
        return (pattern.name,)
    return (Link(pattern.name, file),)


def query_file(name: str) -> str:
    """Return where the SQL of an access pattern or transaction lies in the output folder."""
    return f"postgres/queries/{name}.sql"


def mongo_query_file(name: str) -> str:
    """Return where the commands of an access pattern or transaction for mongosh lie in the output folder."""
    return f"mongodb/queries/{name}.js"


def what_it_does(pattern: AccessPattern) -> Words:
    """Say in one line what an access pattern does."""
    about: Words = (f"{pattern.about.strip()} ",) if pattern.about else ()
    match pattern:
        case Read():
            return (*about, *_read(pattern))
        case Insert():
            return (*about, f"Inserts {subject_in_words(pattern.entity)}", _batch(pattern.batch))
        case Update():
            settings = joined([(Code(each.name),) for each in pattern.settings])
            what = f"Updates {subject_in_words(pattern.entity)}: sets "
            return (*about, what, *settings, " where ", Code(pattern.where.text))
        case Upsert():
            on: Words = (" on ", *codes(pattern.on)) if pattern.on else ()
            return (*about, f"Upserts {subject_in_words(pattern.entity)}", *on, _batch(pattern.batch))
        case Delete():
            return (*about, f"Deletes {subject_in_words(pattern.entity)} where ", Code(pattern.where.text))
        case Raw():
            return about or ("SQL of the plan's own",)
        case _:
            assert_never(pattern)


def _read(pattern: Read) -> Words:
    parts: list[Words] = [(f"Reads {subject_in_words(pattern.entity, is_one=pattern.is_one)}",)]
    if pattern.where:
        parts.append((" where ", Code(pattern.where.text)))
    if pattern.search:
        parts.append((" by words in ", *codes(pattern.search.members)))
    if pattern.near:
        parts.append((f" within {_length(float(pattern.near.within.metres))} of ", Code(pattern.near.center.text)))
    if pattern.latest:
        parts.append((", the latest per ", Code(pattern.latest.per)))
    if pattern.group:
        parts.append((" by ", *codes([key.text for key in pattern.group])))
    if pattern.order:
        parts.append((", ordered by ", Code(", ".join(key.text for key in pattern.order))))
    if pattern.page:
        parts.append((f", {count(pattern.page)} a page",))
    if pattern.limit:
        parts.append((f", at most {count(pattern.limit)}",))
    if pattern.staleness:
        parts.append((f", up to {span(pattern.staleness.seconds)} old",))
    return tuple(piece for part in parts for piece in part)


def _length(metres: float) -> str:
    return f"{metres / 1000:,g} km" if metres >= 1000 else f"{metres:,g} m"


def _batch(batch: int) -> str:
    return f", {count(batch)} at a time" if batch > 1 else ""


def rate(demand: Demand) -> str:
    """Spell how often a pattern runs, in the largest unit that gives a whole number."""
    if demand.rate is None:
        return ""
    for unit, seconds in (("s", 1), ("min", 60), ("h", 3600), ("day", 86_400)):
        if demand.rate * seconds >= 1:
            return f"{figure(demand.rate * seconds)}/{unit}"
    return f"{figure(demand.rate * 86_400, digits=2)}/day"


def target(demand: Demand) -> str:
    """Spell how fast a pattern must be."""
    return "" if demand.target_ms is None else span(demand.target_ms / 1000)


def assumed_targets(result: DesignResult) -> str | None:
    """Say what is expected of reads that the plan gives no target; None where it gives each one."""
    if not any(pattern.demand.is_target_assumed for pattern in result.resolved.patterns):
        return None
    return f"A read without a target in the plan is expected within {span(DEFAULT_READ_TARGET_MS / 1000)}."


def _answering_indexes(result: DesignResult) -> dict[str, tuple[str, ...]]:
    """Return the indexes and keys that each pattern is decided to be answered by."""
    schema = result.schema
    found: dict[str, dict[str, None]] = {}
    for decision in result.decisions:
        name = decision.choice.partition(": ")[0]
        is_ours = not decision.object.startswith(MONGO_STAGE)
        if is_ours and decision.topic == "index" and name != "none":
            found.setdefault(decision.object.partition(".")[2], {})[name] = None
    stored = ((view.pattern, index) for view in schema.materialized_views for index in view.indexes)
    built = ((name, index) for table in schema.tables for index in table.indexes for name in index.serves)
    for name, index in (*built, *stored):
        found.setdefault(name, {})[index.name] = None
    return {name: tuple(indexes) for name, indexes in found.items()}


def transactions(result: DesignResult, *, is_linked: bool) -> Grid | None:
    """Return every transaction, where `is_linked` with a link to its SQL; None without any."""
    rows = tuple(
        (
            (Link(transaction.name, query_file(transaction.name)) if is_linked else transaction.name,),
            (", ".join(step.pattern for step in transaction.steps),),
            (transaction.isolation.value,),
            (", ".join(transaction.retried_sqlstates),),
        )
        for transaction in result.workload.transactions
    )
    return Grid(header=("transaction", "steps", "isolation", "retried on"), rows=rows) if rows else None


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
