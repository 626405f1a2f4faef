"""The shape of a plan on MongoDB, judged by the same numbers as PostgreSQL's: see `groundplan.prove.shape`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from groundplan.mongo.plans import CollectionRead, PlanFindings
from groundplan.prove.shape import (
    EXAMINED_ALLOWED,
    EXAMINED_PER_RETURNED,
    LARGE_ROWS,
    MOST_SHARE,
    REMOVED_ALLOWED,
    REMOVED_PER_KEPT,
    SORTED_ALLOWED,
    SORTED_PER_USED,
    Fault,
    Needs,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentGround:
    """What a plan stands on: declared and loaded documents by collection; one that is not declared is not judged."""

    declared: Mapping[str, int]
    loaded: Mapping[str, int]

    def is_large(self, collection: str) -> bool:
        """Tell whether a collection is large by declaration."""
        return self.declared.get(collection, 0) > LARGE_ROWS


def faults(findings: PlanFindings, *, ground: DocumentGround, needs: Needs) -> tuple[Fault, ...]:
    """Return what is wrong with a plan's shape; nothing where all is in proportion."""
    found: list[Fault] = []
    for read in findings.reads:
        if ground.is_large(read.collection):
            words = _fault_of_read(read, findings=findings, ground=ground)
            found.extend([] if words is None else [Fault(words, read.collection)])
    if needs.is_bounded and not needs.reads_all_matches:
        found.extend(
            Fault(
                f"sorts {sort.sorted:,} documents to use {sort.used:,}: no index gives the order {', '.join(sort.key)}"
            )
            for sort in findings.sorts
            if sort.sorted > SORTED_PER_USED * max(sort.used, findings.returned) + SORTED_ALLOWED
        )
        if not found and not needs.gathers:
            found.extend(_out_of_proportion(findings, ground=ground))
    found.extend(Fault(f"spills to disk: {spill}") for spill in findings.spills)
    return tuple(dict.fromkeys(found))


def _fault_of_read(read: CollectionRead, *, findings: PlanFindings, ground: DocumentGround) -> str | None:
    name = read.collection
    declared, loaded = ground.declared[name], ground.loaded.get(name, 0)
    returns_most = findings.returned >= MOST_SHARE * loaded
    examined = max(read.documents, read.keys)
    if read.is_whole and not returns_most:
        return f"reads {name} from its beginning: {examined:,} documents here, {declared:,} when it is full"
    if not read.is_bounded and not returns_most and examined >= MOST_SHARE * loaded * read.loops:
        by = ", ".join(read.indexes)
        return f"reads all of {name} by {by}: {examined:,} keys here, {declared:,} documents when it is full"
    if read.documents > REMOVED_PER_KEPT * read.kept + REMOVED_ALLOWED:
        return f"examines {read.documents:,} documents of {name} to keep {read.kept:,}"
    if read.keys > REMOVED_PER_KEPT * max(read.documents, read.kept) + REMOVED_ALLOWED + read.loops:
        by = ", ".join(read.indexes)
        return f"reads {read.keys:,} keys of {by} to find {read.kept:,} documents of {name}"
    return None


def _out_of_proportion(findings: PlanFindings, *, ground: DocumentGround) -> Iterator[Fault]:
    """Look at all reads together: a join that throws documents away removes none of them where it reads."""
    reads = [read for read in findings.reads if ground.is_large(read.collection)]
    examined = sum(read.documents for read in reads)
    if examined > EXAMINED_PER_RETURNED * max(1, findings.returned) * len(reads) + EXAMINED_ALLOWED:
        most = max(reads, key=lambda read: read.documents)
        names = ", ".join(dict.fromkeys(read.collection for read in reads))
        yield Fault(f"examines {examined:,} documents of {names} to return {findings.returned:,}", most.collection)


def whole_reads(findings: PlanFindings, *, ground: DocumentGround) -> tuple[str, ...]:
    """Return, in words, the collections that a plan reads whole and may."""
    found: dict[str, None] = {}
    for read in findings.reads:
        if read.is_whole and read.collection in ground.declared:
            name, loaded = read.collection, ground.loaded.get(read.collection, 0)
            why = (
                f"reads {name} whole: it returns {findings.returned:,} of its {loaded:,} documents"
                if ground.is_large(name)
                else f"reads the {loaded:,} documents of {name} whole: {ground.declared[name]:,} are declared"
            )
            found.setdefault(why)
    return tuple(found)
