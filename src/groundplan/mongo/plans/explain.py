"""A command explained by the server that has executed it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from groundplan.mongo.plans.findings import CollectionRead, PlanFindings
from groundplan.mongo.plans.read import read_explain

if TYPE_CHECKING:
    from pymongo.database import Database

_EXPLAINED = ("find", "aggregate", "update", "delete", "findAndModify", "count", "distinct")


def explain(database: Database[dict[str, Any]], command: Mapping[str, Any]) -> PlanFindings:
    """Execute a command for its plan alone: what it would write is not written.

    `command` is a find, aggregate, update, delete, findAndModify, count or distinct, as the server takes it, an update
    or delete with one statement. Raises ValueError for another command, pymongo's errors for one that is refused.
    """
    kind = next(iter(command))
    if kind not in _EXPLAINED:
        raise ValueError(f"the server does not explain {kind}")
    findings = _explained(database, command)
    for position in _unwound(command.get("pipeline", ())):
        alone = _explained(database, {**command, "pipeline": command["pipeline"][: position + 1]})
        name = str(command["pipeline"][position]["$lookup"]["from"])
        findings = _with_join(findings, next((read for read in alone.reads[1:] if read.collection == name), None))
    return findings


def _explained(database: Database[dict[str, Any]], command: Mapping[str, Any]) -> PlanFindings:
    told = database.command({"explain": dict(command), "verbosity": "executionStats"})
    return read_explain(told, collection=str(command[next(iter(command))]))


def _unwound(pipeline: Sequence[Mapping[str, Any]]) -> Iterator[int]:
    """Yield where a join's rows are unwound: 6.0 then loses what its last run examined, and tells it without that."""
    for position, (stage, following) in enumerate(pairwise(pipeline)):
        if "$lookup" in stage and "$unwind" in following:
            yield position


def _with_join(findings: PlanFindings, join: CollectionRead | None) -> PlanFindings:
    """Return the findings with what a join examined, where they have less about it."""
    reads = list(findings.reads)
    for position, read in enumerate(reads):
        if join is not None and read.node == "$lookup" and read.collection == join.collection:
            reads[position] = join if join.keys + join.documents > read.keys + read.documents else read
            break
    return replace(findings, reads=tuple(reads))
