"""What was decided about reads: where they begin, how pages go on, how sums and searches are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from groundplan.base.decisions import Alternative, Decision, Input
from groundplan.mongo.queries.model import Aggregate, Command, CompiledRead
from groundplan.mongo.queries.storage import Storage
from groundplan.plan.patterns import ReadPattern

RULE = "compile_reads"


def read_decisions(pattern: ReadPattern, compiled: CompiledRead, *, storage: Storage) -> tuple[Decision, ...]:
    """Return what was decided about a read, seen from the query that came of it."""
    return tuple(_decisions(pattern, compiled, storage))


def _decisions(pattern: ReadPattern, compiled: CompiledRead, storage: Storage) -> Iterator[Decision]:
    home = storage.places.place(storage.relation(pattern.entity).name).collection
    if compiled.first.collection != home:
        yield _start(pattern, compiled.first.collection, home)
    if compiled.page is not None:
        yield _pages(pattern, compiled)
    if pattern.search is not None:
        yield _search(pattern)
    stages = compiled.first.stages if isinstance(compiled.first, Aggregate) else ()
    if any("$unionWith" in stage and _has_collection(stage) for stage in stages):
        yield _grouped(pattern)


def _has_collection(stage: Command) -> bool:
    joined = stage["$unionWith"]
    return isinstance(joined, Mapping) and "coll" in joined


def _start(pattern: ReadPattern, collection: str, home: str) -> Decision:
    return _decision(
        pattern,
        topic="start",
        choice=f"at {collection}",
        reason=f"A condition leaves few documents of {collection}, and each leads by an index to its {home}.",
        inputs=(Input(name="rows read", value=home),),
        alternatives=(
            Alternative(
                choice=f"at {home}",
                why_not=f"looks {collection} up for every document before it knows which of them to keep",
                cost=f"one $lookup for each document of {home} that the other conditions leave",
            ),
        ),
    )


def _pages(pattern: ReadPattern, compiled: CompiledRead) -> Decision:
    nullable = [key.field for key in compiled.cursor if key.is_nullable]
    directions = {key.is_descending for key in compiled.cursor}
    reason = (
        "The rows after the last one seen are ranges of the sort keys; a bound on the first key lets one scan of the "
        "index pass through all of them."
    )
    if nullable:
        reason = (
            "The rows after the last one seen are ranges of the sort keys, with NULLs where the order puts them: the "
            "server would sort a missing field before every value."
        )
    return _decision(
        pattern,
        topic="pages",
        choice="ranges after the last key",
        reason=reason,
        inputs=(
            Input(name="sort keys", value=str(len(compiled.cursor))),
            Input(name="directions", value=str(max(1, len(directions)))),
            Input(name="keys that may be NULL", value=", ".join(nullable) or "none"),
        ),
        alternatives=(
            Alternative(
                choice="skip",
                why_not="reads and drops all rows before the page; when rows come or go, others are skipped or twice",
                cost="grows with the depth of the page",
            ),
        ),
    )


def _search(pattern: ReadPattern) -> Decision:
    words = "" if pattern.search is None else pattern.search.words.name
    return _decision(
        pattern,
        topic="search",
        choice="each word in quotes",
        reason="A text search finds documents with any of the words; only words in quotes must all be there.",
        inputs=(Input(name="words", value=f":{words}"),),
        alternatives=(
            Alternative(
                choice="the words as they are",
                why_not="finds documents with one of the words, which is not what the plan asks for",
                cost="words in quotes are found as they are written: a stem alone does not match",
            ),
        ),
    )


def _grouped(pattern: ReadPattern) -> Decision:
    return _decision(
        pattern,
        topic="summaries",
        choice="grouped",
        reason="All rows are read, so each side is summed up in one pass, and one $group brings both together.",
        inputs=(Input(name="share read", value="1"),),
        alternatives=(
            Alternative(
                choice="$lookup",
                why_not="goes down an index of the other side once for each row",
                cost="about five times as long, measured with 20,000 rows and 100,000 beside them",
            ),
        ),
    )


def _decision(
    pattern: ReadPattern,
    *,
    topic: str,
    choice: str,
    reason: str,
    inputs: tuple[Input, ...],
    alternatives: tuple[Alternative, ...],
) -> Decision:
    return Decision(
        object=f"mongo.{pattern.name}",
        topic=topic,
        choice=choice,
        rule=RULE,
        reason=reason,
        pin=f"mongo.{pattern.name}.{topic}",
        inputs=inputs,
        alternatives=alternatives,
        origin=pattern.origin,
    )
