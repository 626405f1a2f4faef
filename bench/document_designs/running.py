"""Every design of a plan in a database of its own on one mongod, and every pattern run on each of them in turn."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from random import Random
from statistics import median
from typing import TYPE_CHECKING, Any

from pymongo import MongoClient
from pymongo.errors import BulkWriteError, OperationFailure

from groundplan.logical.model import Role
from groundplan.mongo.commands import create_commands
from groundplan.mongo.load import Assembler, load_documents
from groundplan.mongo.places import Places
from groundplan.mongo.queries.model import COUNTERS, CompiledRead, CompiledWrite, InsertDocuments
from groundplan.mongo.queries.running import WriteRefused, run_query, run_write
from groundplan.mongo.queries.writes.inserts import counter_of
from groundplan.mongo.server import start_mongod
from groundplan.plan.types import Integer
from groundplan.prove.mongo.attempts import Attempt, MongoGrounds, attempts_of, filled
from groundplan.prove.mongo.changes import undone_afterwards
from groundplan.prove.mongo.patterns import is_of_a_rule, now
from groundplan.prove.parameters import Choice, NoValue
from groundplan.rows.lookup import SampleLookup

from .variants import Variant

if TYPE_CHECKING:
    from datetime import datetime

    from pymongo.database import Database

    from groundplan.logical.model import LogicalModel
    from groundplan.mongo.server import EmbeddedMongod
    from groundplan.plan.patterns import ResolvedPlan
    from groundplan.rows.model import Sample

FEWEST_RUNS = 8
"""A median of fewer is none."""

_SHUFFLED = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long to measure: each pattern up to `runs` times, fewer where it would take longer than `seconds` in all."""

    runs: int
    seconds: float


@dataclass(slots=True, kw_only=True)
class Measured:
    """Milliseconds of each pattern: for each design, one for each round in which all of them ran it.

    Designs that do the same for a pattern share one figure, the median of theirs: the rest is chance.
    `not_run` tells why a pattern was not, `refused` how often a write broke a rule and was left out everywhere.
    """

    times: dict[str, list[list[float]]] = field(default_factory=dict)
    not_run: dict[str, str] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lane:
    """One design: its database as an application has it, and one that does not wait for the journal."""

    variant: Variant
    database: Database[dict[str, Any]]
    hasty: Database[dict[str, Any]]
    grounds: MongoGrounds
    attempts: dict[str, Sequence[Attempt]] = field(default_factory=dict)

    def compiled(self, name: str) -> CompiledRead | CompiledWrite:
        found = self.variant.workload.pattern(name)
        if not isinstance(found, CompiledRead | CompiledWrite):
            raise NoValue("it is not compiled")
        return found

    def settle(self) -> None:
        """Wait until whatever was written before is in the journal: the write that is timed would wait for it."""
        self.database.client["settled"]["writes"].update_one({"_id": 1}, {"$inc": {"count": 1}}, upsert=True)

    def run(self, name: str, turn: int) -> float:
        """Return the milliseconds of one run. Raises WriteRefused or a driver's error where a rule is broken."""
        attempt = self.attempts[name][turn % len(self.attempts[name])]
        match self.compiled(name):
            case CompiledRead() as read:
                query = filled(read.first, attempt.values, now())
                start = time.perf_counter()
                run_query(self.database, query)
                return (time.perf_counter() - start) * 1000
            case CompiledWrite() as write:
                with undone_afterwards(self.hasty):
                    placer = self.grounds.placer()
                    for relation, row in attempt.before:
                        placer.put(self.hasty, relation, row)
                    self.settle()
                    start = time.perf_counter()
                    run_write(self.database, write, attempt.values, now=now())
                    return (time.perf_counter() - start) * 1000


def measure(
    variants: Sequence[Variant],
    resolved: ResolvedPlan,
    logical: LogicalModel,
    sample: Sample,
    *,
    moment: datetime,
    pace: Pace,
) -> Measured:
    """Load the sample once for each design, and run every pattern on all of them in turn.

    Writes are committed as an application commits them, to the journal of a majority, and put back afterwards. All
    designs are asked for the same; which of them is first changes from round to round.
    """
    lookup = SampleLookup(logical, sample)
    choices: dict[str, Choice] = {}
    with start_mongod() as server, _client(server) as client:
        client.admin.command("setParameter", 1, ttlMonitorEnabled=False)
        lanes = []
        for position, variant in enumerate(variants):
            grounds = MongoGrounds(
                logical=logical,
                sample=sample,
                lookup=lookup,
                now=moment,
                choices=choices,
                model=variant.design.model,
                places=Places(variant.design.model, logical),
            )
            name = f"design_{position}"
            _load(server.client[name], variant, logical, sample)
            lanes.append(_Lane(variant=variant, database=client[name], hasty=server.client[name], grounds=grounds))
        return _Rounds(lanes, resolved).run(pace)


@contextmanager
def _client(server: EmbeddedMongod) -> Iterator[MongoClient[dict[str, Any]]]:
    with MongoClient[dict[str, Any]](
        server.uri, uuidRepresentation="standard", tz_aware=True, w="majority", journal=True
    ) as client:
        yield client


def _load(database: Database[dict[str, Any]], variant: Variant, logical: LogicalModel, sample: Sample) -> None:
    model = variant.design.model
    commands = [dict(command) for command in create_commands(model, logical)]
    for command in commands:
        if "createIndexes" not in command:
            database.command(command)
    load_documents(database, model, Assembler(logical, sample.relations))
    existing = set(database.list_collection_names())
    for name in _written_to(variant):
        if name not in existing:
            existing.add(name)
            database.create_collection(name)
    for command in commands:
        if "createIndexes" in command:
            database.command(command)
    _count_on(database, logical, sample)


def _written_to(variant: Variant) -> Iterator[str]:
    for pattern in variant.workload.patterns:
        if isinstance(pattern, CompiledWrite):
            yield from (each.collection for each in pattern.operations if isinstance(each, InsertDocuments))


def _count_on(database: Database[dict[str, Any]], logical: LogicalModel, sample: Sample) -> None:
    """Let keys that are counted go on after those of the sample and of the rows that are tried beside it."""
    for relation in logical.relations:
        for attribute in relation.attributes:
            if attribute.role is Role.SURROGATE and isinstance(attribute.type, Integer):
                rows = (sample.of(relation.name), sample.spare_of(relation.name))
                numbers = [value for each in rows for value in each.column(attribute.name) if isinstance(value, int)]
                counter = counter_of(relation.name, attribute.name)
                database[COUNTERS].insert_one({"_id": counter, "last": max(numbers, default=0)})


class _Rounds:
    def __init__(self, lanes: Sequence[_Lane], resolved: ResolvedPlan) -> None:
        self._lanes = lanes
        self._patterns = resolved.patterns
        self._found = Measured()
        self._turn = 0
        self._groups: dict[str, list[list[int]]] = {}

    def run(self, pace: Pace) -> Measured:
        """Run every pattern by turns, slow ones in fewer rounds."""
        runs = {name: self._runs(name, pace) for name in self._runnable(pace)}
        for turn in range(pace.runs):
            for name, wanted in runs.items():
                if turn * wanted // pace.runs != (turn + 1) * wanted // pace.runs:
                    self._round(name, turn)
        return self._found

    def _runnable(self, pace: Pace) -> Iterator[str]:
        """Yield the patterns that every design can run, with parameters found for each of them."""
        for pattern in self._patterns:
            try:
                for lane in self._lanes:
                    found = attempts_of(pattern, lane.compiled(pattern.name), grounds=lane.grounds)
                    lane.attempts[pattern.name] = self._shuffled((*found.rotation, *found.others))
            except NoValue as error:
                self._found.not_run[pattern.name] = str(error)
            else:
                if self._accept(pattern.name, wanted=pace.runs):
                    yield pattern.name

    def _shuffled(self, attempts: Sequence[Attempt]) -> Sequence[Attempt]:
        return Random(_SHUFFLED).sample(attempts, len(attempts))

    def _accept(self, name: str, *, wanted: int) -> bool:
        """Leave out writes that the first design refuses; tell whether anything is left."""
        first = self._lanes[0]
        if isinstance(first.compiled(name), CompiledRead):
            return True
        tried = range(len(first.attempts[name]))
        accepted = list(islice((turn for turn in tried if _milliseconds(first, name, turn) is not None), wanted))
        for lane in self._lanes:
            lane.attempts[name] = [lane.attempts[name][turn] for turn in accepted]
        if not accepted:
            self._found.not_run[name] = "every write that was tried breaks a rule"
        return bool(accepted)

    def _runs(self, name: str, pace: Pace) -> int:
        start = time.perf_counter()
        for lane in self._lanes:
            _milliseconds(lane, name, 0)
        seconds = time.perf_counter() - start
        self._found.times[name] = [[] for _ in self._lanes]
        return min(pace.runs, max(FEWEST_RUNS, int(pace.seconds / max(seconds, 1e-6))))

    def _round(self, name: str, turn: int) -> None:
        self._turn += 1
        count = len(self._lanes)
        order = [(self._turn + step) % count for step in range(count)]
        found: dict[int, float] = {}
        for design in order:
            took = _milliseconds(self._lanes[design], name, turn)
            if took is None:
                self._found.refused[name] = self._found.refused.get(name, 0) + 1
                return
            found[design] = took
        for alike in self._alike(name):
            took = median([found[design] for design in alike])
            for design in alike:
                self._found.times[name][design].append(took)

    def _alike(self, name: str) -> list[list[int]]:
        """Return the designs that do the same for a pattern, together: what they differ in is elsewhere."""
        if name not in self._groups:
            alike: dict[str, list[int]] = {}
            for design, lane in enumerate(self._lanes):
                alike.setdefault(_work(lane.variant, name), []).append(design)
            self._groups[name] = list(alike.values())
        return self._groups[name]


def _work(variant: Variant, name: str) -> str:
    """Return all that a pattern's time depends on: its commands, and the collections that they name."""
    commands = repr(variant.workload.pattern(name))
    collections = (each for each in variant.design.model.collections if repr(each.name) in commands)
    return "\n".join([commands, *map(repr, collections)])


def _milliseconds(lane: _Lane, name: str, turn: int) -> float | None:
    """Return what one run takes; None where a rule of the design refuses it."""
    try:
        return lane.run(name, turn)
    except WriteRefused:
        return None
    except (OperationFailure, BulkWriteError) as error:
        if is_of_a_rule(error):
            return None
        raise
