"""What a plan asks of a design: access patterns and transactions in words, and what is there to answer them."""

from __future__ import annotations

from typing import assert_never

from groundplan.base.figures import figure
from groundplan.mongo.queries.model import CompiledRaw as MongoRaw
from groundplan.mongo.queries.model import NotCompiled
from groundplan.plan.access import AccessPattern, Delete, Insert, Raw, Read, Update, Upsert
from groundplan.plan.naming import subject_in_words
from groundplan.plan.patterns import DEFAULT_READ_TARGET_MS, Demand
from groundplan.postgres.queries.model import CompiledRaw
from groundplan.prove.evidence import MONGO
from groundplan.prove.versions import NAMES
from groundplan.report.blocks import Code, Grid, Link, Words, codes, count, joined, trimmed
from groundplan.report.model import DesignResult
from groundplan.report.serving import served_patterns
from groundplan.report.spans import span


def patterns(result: DesignResult) -> Grid | None:
    """Return every access pattern with what it does and the indexes meant for it on each engine; None without any."""
    declared = {pattern.name: pattern for pattern in result.plan.access}
    served = {pattern.name: pattern for pattern in served_patterns(result)}
    rows = tuple(
        (
            _linked(pattern.name, result),
            what_it_does(declared[pattern.name]),
            (rate(pattern.demand),),
            (target(pattern.demand),),
            *(
                codes(served[pattern.name].by(engine)) or _left_out(pattern.name, result, engine=engine)
                for engine in result.engines
            ),
        )
        for pattern in result.resolved.patterns
    )
    if not rows:
        return None
    by = tuple(f"in {NAMES[engine]} by" for engine in result.engines) if len(result.engines) > 1 else ("answered by",)
    return Grid(header=("pattern", "does", "rate", "target", *by), rows=rows, numeric=(2, 3))


def _left_out(name: str, result: DesignResult, *, engine: str) -> Words:
    """Say why an engine does not take a pattern; nothing where it does."""
    if engine != MONGO or result.mongo is None:
        return ()
    reasons = {each.pattern: each.reason for each in result.mongo.workload.patterns if isinstance(each, NotCompiled)}
    return (f"not in MongoDB: {reasons[name]}",) if name in reasons else ()


def _linked(name: str, result: DesignResult) -> Words:
    """Return a name that leads to its file; where there is one for each engine, both stand behind it."""
    files = {
        language: file
        for language, file in (("SQL", query_file(name)), ("JS", mongo_query_file(name)))
        if file in result.statements and not _is_left_to_the_plan(name, result, language=language)
    }
    if len(result.engines) == 1:
        return (Link(name, next(iter(files.values()))),) if files else (name,)
    return (name, *(piece for language, file in files.items() for piece in (" ", Link(language, file))))


def _is_left_to_the_plan(name: str, result: DesignResult, *, language: str) -> bool:
    """Tell whether an engine's file would only say that the plan gives nothing for it."""
    if language == "SQL":
        of_postgres = {compiled.pattern: compiled for compiled in result.workload.patterns}
        raw = of_postgres.get(name)
        return isinstance(raw, CompiledRaw) and raw.statement is None
    of_mongo = {} if result.mongo is None else {each.pattern: each for each in result.mongo.workload.patterns}
    found = of_mongo.get(name)
    return isinstance(found, NotCompiled) or (isinstance(found, MongoRaw) and found.text is None)


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


def transactions(result: DesignResult, *, is_linked: bool) -> Grid | None:
    """Return every transaction, where `is_linked` with links to its files; None without any."""
    retried = {each.name: ", ".join(each.retried_sqlstates) for each in result.workload.transactions}
    compiled = () if result.mongo is None else result.mongo.workload.transactions
    concerns = {each.name: each.read_concern for each in compiled}
    rows = tuple(
        (
            _linked(transaction.name, result) if is_linked else (transaction.name,),
            (", ".join(transaction.steps),),
            (transaction.isolation.value,),
            (retried.get(transaction.name, ""),),
            (concerns.get(transaction.name, ""),),
        )
        for transaction in result.resolved.transactions
    )
    header = ("transaction", "steps", "isolation", "retried on", "read concern")
    return trimmed(Grid(header=header, rows=rows)) if rows else None
