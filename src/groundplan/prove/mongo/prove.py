"""The whole proof of a MongoDB design: from an empty database to pages walked while documents come in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bson import ObjectId

from groundplan.logical.model import LogicalModel, Role
from groundplan.mongo.commands import create_commands
from groundplan.mongo.load import Assembler, Invalid, LoadedCollection, load_documents
from groundplan.mongo.model import MongoDesign
from groundplan.mongo.places import Places
from groundplan.mongo.queries.model import COUNTERS, CompiledWorkload, CompiledWrite, InsertDocuments
from groundplan.mongo.queries.writes.inserts import counter_of
from groundplan.plan.patterns import Pattern, ReadPattern, ResolvedPlan
from groundplan.plan.types import Integer
from groundplan.prove.evidence import (
    MONGO,
    BehaviourEvidence,
    CatalogEvidence,
    ClipEvidence,
    ConstraintEvidence,
    Evidence,
    PaginationEvidence,
    PatternEvidence,
    ServerEvidence,
    TableSample,
    TransactionEvidence,
)
from groundplan.prove.mongo.attempts import MongoGrounds
from groundplan.prove.mongo.catalog import prove_catalog
from groundplan.prove.mongo.expiry import prove_expiry
from groundplan.prove.mongo.pagination import prove_walks
from groundplan.prove.mongo.patterns import Stage, prove_pattern
from groundplan.prove.mongo.recorder import recording_client
from groundplan.prove.mongo.refusals import prove_refusals
from groundplan.prove.mongo.shape import DocumentGround
from groundplan.prove.mongo.transactions import prove_transactions
from groundplan.prove.parameters import Choice
from groundplan.prove.progress import Progress
from groundplan.prove.trials import Trials
from groundplan.rows.lookup import SampleLookup
from groundplan.rows.model import Sample

if TYPE_CHECKING:
    from pymongo import MongoClient
    from pymongo.database import Database

    from groundplan.mongo.server import EmbeddedMongod

_TRIED_DOCUMENTS = 200
"""So many documents of each collection are candidates for what must be refused."""

_FEWEST_DOCUMENTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class MongoTask:
    """A design to prove, on the rows of a sample that leads up to `now`.

    `lookup`, `choices` and `trials` are those of another engine's proof on the same rows: both are asked the same.
    """

    resolved: ResolvedPlan
    logical: LogicalModel
    design: MongoDesign
    workload: CompiledWorkload
    sample: Sample
    lookup: SampleLookup
    now: datetime
    choices: dict[str, Choice] = field(default_factory=dict)
    trials: dict[tuple[object, ...], Trials] = field(default_factory=dict)

    def grounds(self) -> MongoGrounds:
        """Return what parameters are taken from."""
        return MongoGrounds(
            logical=self.logical,
            sample=self.sample,
            lookup=self.lookup,
            now=self.now,
            choices=self.choices,
            trials=self.trials,
            model=self.design.model,
            places=Places(self.design.model, self.logical),
        )


def prove_mongo(
    resolved: ResolvedPlan,
    logical: LogicalModel,
    design: MongoDesign,
    workload: CompiledWorkload,
    *,
    server: EmbeddedMongod,
    sample: Sample,
    now: datetime,
    progress: Progress,
) -> Evidence:
    """Prove a design on a server, in databases that are dropped afterwards.

    The catalog, refusals and expiry on empty collections; then documents of the sample, and on them every access
    pattern, walk over pages and transaction. Raises EngineFailed where the server gives up.
    """
    from pymongo.errors import PyMongoError

    task = MongoTask(
        resolved=resolved,
        logical=logical,
        design=design,
        workload=workload,
        sample=sample,
        lookup=SampleLookup(logical, sample),
        now=now,
    )
    try:
        with loaded_mongo(task, server=server, progress=progress) as loaded:
            return loaded.evidence()
    except (PyMongoError, Invalid) as error:
        raise server.failure("the proof on MongoDB", error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedMongo:
    """A design on a server, loaded; what was proven on empty collections, and what is to be proven on full ones."""

    task: MongoTask
    server: EmbeddedMongod
    stage: Stage
    progress: Progress
    samples: tuple[TableSample, ...]
    catalog: CatalogEvidence
    constraints: tuple[ConstraintEvidence, ...]
    behaviours: tuple[BehaviourEvidence, ...]

    def evidence(self, *, meanwhile: Callable[[], None] | None = None) -> Evidence:
        """Run every pattern, walk and transaction; transactions last, because they change what is there.

        `meanwhile` is called when the sample is as it was loaded for the last time.
        """
        patterns = self.task.resolved.patterns
        reads = tuple(pattern for pattern in patterns if isinstance(pattern, ReadPattern))
        writes = tuple(pattern for pattern in patterns if not isinstance(pattern, ReadPattern))
        found = self._patterns(reads, "running reads on MongoDB")
        pagination = self._pagination()
        found |= self._patterns(writes, "running writes on MongoDB")
        if meanwhile is not None:
            meanwhile()
        return Evidence(
            servers=(ServerEvidence(engine=MONGO, version=self.server.version, source=self.server.source),),
            scale=self.task.sample.scale,
            seed=self.task.sample.seed,
            samples=self.samples,
            clips=tuple(
                ClipEvidence(relationship=clip.relationship, wanted=clip.wanted, kept=clip.kept, reason=clip.reason)
                for clip in self.task.sample.clips
            ),
            catalogs=(self.catalog,),
            migration=None,
            constraints=self.constraints,
            behaviours=self.behaviours,
            patterns=tuple(found[pattern.name] for pattern in patterns),
            pagination=pagination,
            transactions=self._transactions(),
        )

    def _patterns(self, patterns: Sequence[Pattern], stage: str) -> dict[str, PatternEvidence]:
        found: dict[str, PatternEvidence] = {}
        for done, pattern in enumerate(patterns):
            self.progress(stage, done, len(patterns))
            found[pattern.name] = prove_pattern(self.stage, pattern, self.task.workload.pattern(pattern.name))
        self.progress(stage, len(patterns), len(patterns))
        return found

    def _pagination(self) -> tuple[PaginationEvidence, ...]:
        self.progress("walking pages on MongoDB", 0, 0)
        task = self.task
        return prove_walks(self.stage, task.resolved, task.workload, design=task.design)

    def _transactions(self) -> tuple[TransactionEvidence, ...]:
        self.progress("running transactions on MongoDB", 0, 0)
        return prove_transactions(self.stage, self.task.resolved, self.task.workload)


@contextmanager
def loaded_mongo(task: MongoTask, *, server: EmbeddedMongod, progress: Progress) -> Iterator[LoadedMongo]:
    """Load the sample, and prove beside it what empty collections prove; all is dropped at the end of the block."""
    client, recorder = recording_client(server)
    with client:
        # What expires would be gone from one engine and not from the other: expiry is looked at on its own.
        _expire(client, is_on=False)
        assembler = Assembler(task.logical, task.sample.relations)
        commands = create_commands(task.design.model, task.logical)
        progress("watching documents expire", 0, 0)
        with _database(client, "groundplan_expiry") as expiring:
            _expire(client, is_on=True)
            behaviours = prove_expiry(expiring, task.design.model, commands)
            _expire(client, is_on=False)
        with _database(client, "groundplan_proof") as database:
            samples = _loaded(database, task, assembler, commands, progress)
            with _database(client, "groundplan_refusals") as empty:
                progress("reading the collections back", 0, 0)
                _run(empty, commands)
                catalog = prove_catalog(empty, commands)
                progress("trying what MongoDB must refuse", 0, 0)
                constraints = _refusals(empty, task, loaded=database)
            ground = DocumentGround(
                declared={sample.table: sample.declared for sample in samples},
                loaded={sample.table: sample.loaded for sample in samples},
            )
            stage = Stage(database=database, recorder=recorder, grounds=task.grounds(), ground=ground)
            yield LoadedMongo(
                task=task,
                server=server,
                stage=stage,
                progress=progress,
                samples=samples,
                catalog=catalog,
                constraints=constraints,
                behaviours=behaviours,
            )


def _expire(client: MongoClient[dict[str, Any]], *, is_on: bool) -> None:
    client.admin.command("setParameter", 1, ttlMonitorEnabled=is_on)


@contextmanager
def _database(client: MongoClient[dict[str, Any]], name: str) -> Iterator[Database[dict[str, Any]]]:
    client.drop_database(name)
    try:
        yield client[name]
    finally:
        client.drop_database(name)


def _run(database: Database[dict[str, Any]], commands: Sequence[Mapping[str, object]]) -> None:
    for command in commands:
        database.command(dict(command))


def _refusals(
    database: Database[dict[str, Any]], task: MongoTask, *, loaded: Database[dict[str, Any]]
) -> tuple[ConstraintEvidence, ...]:
    """Try what must be refused with documents that are loaded elsewhere."""
    found: list[ConstraintEvidence] = []
    for collection in task.design.model.collections:
        documents = list(loaded[collection.name].find().limit(_TRIED_DOCUMENTS))
        if len(documents) < _FEWEST_DOCUMENTS:
            documents += _spare_documents(task, collection.document.relation)
        found += prove_refusals(database, collection, task.logical, documents=documents)
    return tuple(found)


def _spare_documents(task: MongoTask, name: str) -> list[dict[str, Any]]:
    """Return documents of rows that the sample has beside its own."""
    placer, relation, spare = task.grounds().placer(), task.logical.relation(name), task.sample.spare_of(name)
    rows = (dict(zip(spare.columns, row, strict=True)) for row in spare.rows[:_FEWEST_DOCUMENTS])
    return [{"_id": ObjectId(), **placer.document(relation, row)} for row in rows]


def _loaded(
    database: Database[dict[str, Any]],
    task: MongoTask,
    assembler: Assembler,
    commands: Sequence[Mapping[str, object]],
    progress: Progress,
) -> tuple[TableSample, ...]:
    """Create the collections, load them, and index them, as is quickest."""
    stage, total, done = "loading documents", len(task.design.model.collections), 0

    def on_step(_name: str) -> None:
        nonlocal done
        done += 1
        progress(stage, done, total)

    progress(stage, 0, total)
    _run(database, [command for command in commands if "createIndexes" not in command])
    loaded = load_documents(database, task.design.model, assembler, on_step=on_step)
    there = set(database.list_collection_names())
    for name in _made_by_writes(task.workload):
        # To be made inside a transaction, again after each that is rolled back, is no part of a write.
        if name not in there:
            database.create_collection(name)
    progress("indexing documents", 0, 0)
    _run(database, [command for command in commands if "createIndexes" in command])
    _count_on(database, task)
    return tuple(_sample(each, task) for each in loaded)


def _made_by_writes(workload: CompiledWorkload) -> tuple[str, ...]:
    """Return the collections that inserts are made into, an audit trail among them, in reading order."""
    writes = (pattern for pattern in workload.patterns if isinstance(pattern, CompiledWrite))
    operations = (operation for write in writes for operation in write.operations)
    return tuple(dict.fromkeys(each.collection for each in operations if isinstance(each, InsertDocuments)))


def _sample(loaded: LoadedCollection, task: MongoTask) -> TableSample:
    relation = task.logical.relation(task.design.model.collection(loaded.collection).document.relation)
    return TableSample(engine=MONGO, table=loaded.collection, declared=relation.rows.now, loaded=loaded.documents)


def _count_on(database: Database[dict[str, Any]], task: MongoTask) -> None:
    """Let keys that are counted go on after those of the sample."""
    for relation in task.logical.relations:
        for attribute in relation.attributes:
            if attribute.role is Role.SURROGATE and isinstance(attribute.type, Integer):
                values = task.sample.of(relation.name).column(attribute.name)
                last = max((value for value in values if isinstance(value, int)), default=0)
                spare = task.sample.spare_of(relation.name).column(attribute.name)
                last = max((value for value in spare if isinstance(value, int)), default=last)
                counter = counter_of(relation.name, attribute.name)
                database[COUNTERS].replace_one({"_id": counter}, {"last": last}, upsert=True)
