"""The whole proof: everything of a sound design holds, and what is broken in another comes out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from groundplan.base.errors import EngineFailed
from groundplan.postgres.model import Index
from groundplan.prove.evidence import Evidence, Verdict
from groundplan.prove.prove import prove_postgres

from .workshop import PLANS, design


def prove(server, designed, *, largest=5_000, progress=lambda *_: None) -> Evidence:
    resolved, logical, schema, workload = designed
    return prove_postgres(
        resolved, logical, schema, workload, server=server, largest=largest, seed=3, progress=progress
    )


@pytest.fixture(scope="module")
def forum():
    return design(PLANS / "forum.plan.yaml")


@pytest.fixture(scope="module")
def stages():
    return []


@pytest.fixture(scope="module")
def evidence(postgres_server, forum, stages):
    return prove(postgres_server, forum, progress=lambda *step: stages.append(step))


def test_every_claim_holds(evidence):
    assert evidence.migration.is_up_equal
    assert evidence.migration.is_down_empty
    assert all(catalog.differences == () for catalog in evidence.catalogs)
    assert [claim for claim in evidence.constraints if not claim.is_proven] == []
    assert [seen for seen in evidence.behaviours if not seen.holds] == []
    assert [found.reason for found in evidence.patterns if found.shape_verdict is not Verdict.MET] == []
    assert [walk for walk in evidence.pagination if not walk.is_exactly_once_while_inserting] == []
    assert [run for run in evidence.transactions if not run.is_committed or not run.is_rolled_back_whole] == []


def test_evidence_is_complete_and_in_the_order_of_the_plan(evidence, forum):
    resolved, logical, designed, _ = forum
    assert [found.name for found in evidence.patterns] == [pattern.name for pattern in resolved.patterns]
    assert {sample.table for sample in evidence.samples} == {
        table.name for table in designed.schema.tables if table.relation is not None
    }
    assert max(sample.loaded for sample in evidence.samples) == 5_000
    assert evidence.servers[0].version.startswith("18")
    assert evidence.scale == 5_000 / max(relation.rows.now for relation in logical.relations)
    assert {walk.pattern for walk in evidence.pagination} == {"topics_of", "answers_of", "labelled", "closed"}


def test_progress_is_told_by_stage(evidence, stages):
    names = list(dict.fromkeys(stage for stage, _, _ in stages))
    assert names == [
        "applying and reverting the migration",
        "reading the catalog back",
        "trying what must be refused",
        "exercising behaviours",
        "loading rows",
        "running reads",
        "walking pages",
        "running writes",
        "running transactions",
    ]
    assert all(0 <= done <= total for _, done, total in stages)


def test_the_server_is_left_as_it_was(evidence, postgres_server):
    with postgres_server.connect() as connection:
        left = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'groundplan%'").fetchall()
    assert left == []


def test_patterns_of_every_kind(postgres_server):
    found = prove(postgres_server, design(PLANS / "fleet.plan.yaml"), largest=12_000)
    unmet = {
        each.name: (each.shape_verdict, each.reason) for each in found.patterns if each.shape_verdict.value != "met"
    }
    assert unmet == {
        "blind": (Verdict.NOT_PROVEN, "nothing tells a value for :least; give one under params"),
        "total": (
            Verdict.MISSED,
            "with typical parameters it reads readings from its beginning: 12,000 rows here, 2,000,000 when it is full",
        ),
    }
    assert [walk for walk in found.pagination if not walk.is_exactly_once_while_inserting] == []
    assert [run.reason for run in found.transactions] == [None]


def without_index(index: Index) -> bool:
    return index.name != "topics_author_id_created_at_id_idx"


def test_a_design_that_lacks_an_index_is_missed(postgres_server, forum):
    resolved, logical, designed, workload = forum
    tables = tuple(
        replace(table, indexes=tuple(index for index in table.indexes if without_index(index)))
        for table in designed.schema.tables
    )
    poor = replace(designed, schema=replace(designed.schema, tables=tables))
    found = {each.name: each for each in prove(postgres_server, (resolved, logical, poor, workload)).patterns}
    assert found["topics_of"].shape_verdict is Verdict.MISSED
    assert "topics" in found["topics_of"].reason
    assert found["answers_of"].shape_verdict is Verdict.MET


def test_an_interruption_leaves_no_database(postgres_server, forum):
    def interrupt(stage, _done, _total):
        if stage == "running reads":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prove(postgres_server, forum, progress=interrupt)
    with postgres_server.connect() as connection:
        left = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'groundplan%'").fetchall()
    assert left == []


def test_a_server_that_goes_away_is_said(postgres_server, forum):
    def stop(stage, _done, _total):
        if stage == "running reads":
            with postgres_server.connect() as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'groundplan%'"
                )

    with pytest.raises(EngineFailed, match="gave up during the proof"):
        prove(postgres_server, forum, progress=stop)


def test_a_full_disk_is_the_server_s_trouble(postgres_server, forum):
    def fill(stage, _done, _total):
        if stage == "running writes":
            with postgres_server.connect("groundplan_proof") as connection:
                connection.execute(
                    """
                    CREATE OR REPLACE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql
                        AS $$BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = '53100'; END$$;
                    CREATE OR REPLACE TRIGGER full_disk BEFORE INSERT ON topics EXECUTE FUNCTION full_disk();
                    """
                )

    with pytest.raises(EngineFailed, match="no space left on device"):
        prove(postgres_server, forum, progress=fill)
