"""The PostgreSQL design: from relations to a schema, one pass after the other."""

from __future__ import annotations

from groundplan.logical.model import LogicalModel
from groundplan.plan.patterns import ResolvedPlan
from groundplan.postgres.design.draft import Draft, Pass
from groundplan.postgres.design.facts import Facts
from groundplan.postgres.design.passes.apply_soft_delete import apply_soft_delete
from groundplan.postgres.design.passes.build_indexes import build_indexes
from groundplan.postgres.design.passes.choose_foreign_keys import choose_foreign_keys
from groundplan.postgres.design.passes.choose_keys import choose_keys
from groundplan.postgres.design.passes.choose_types import choose_types
from groundplan.postgres.design.passes.constrain import constrain
from groundplan.postgres.design.passes.cover_hot_reads import cover_hot_reads
from groundplan.postgres.design.passes.drop_redundant_indexes import drop_redundant_indexes
from groundplan.postgres.design.passes.exclude_overlaps import exclude_overlaps
from groundplan.postgres.design.passes.expire_rows import expire_rows
from groundplan.postgres.design.passes.index_foreign_keys import index_foreign_keys
from groundplan.postgres.design.passes.keep_audit_trail import keep_audit_trail
from groundplan.postgres.design.passes.list_assumptions import list_assumptions
from groundplan.postgres.design.passes.materialize_stale_reads import materialize_stale_reads
from groundplan.postgres.design.passes.order_columns import order_columns
from groundplan.postgres.design.passes.require_extensions import require_extensions
from groundplan.postgres.design.passes.serve_access_patterns import serve_access_patterns
from groundplan.postgres.design.passes.show_live_rows import show_live_rows
from groundplan.postgres.design.passes.store_search_vectors import store_search_vectors
from groundplan.postgres.design.passes.touch_updated_at import touch_updated_at
from groundplan.postgres.design.rules import findings_of
from groundplan.postgres.model import PostgresDesign, Schema

DEFAULT_VERSION = 18
"""The version designed for where the plan names none."""

PASSES: tuple[Pass, ...] = (
    choose_types,
    choose_keys,
    constrain,
    exclude_overlaps,
    choose_foreign_keys,  # after keys: references take the types of what they point at
    apply_soft_delete,  # after foreign keys: a unique constraint that one points at stays whole
    touch_updated_at,
    store_search_vectors,
    materialize_stale_reads,  # before indexes: what a view answers needs none on the tables
    serve_access_patterns,
    index_foreign_keys,
    expire_rows,
    drop_redundant_indexes,  # after everything that wants an index
    cover_hot_reads,  # after merging: columns go into the index that is left
    build_indexes,
    keep_audit_trail,  # after the plan's tables are done: its own have fixed indexes
    order_columns,
    show_live_rows,  # after columns have their order
    require_extensions,  # after everything that is built
    list_assumptions,
)


def design_postgres(resolved: ResolvedPlan, logical: LogicalModel) -> PostgresDesign:
    """Design a PostgreSQL schema for a plan without errors.

    Decisions and assumptions are in the order of the objects they are about; findings that only this engine has are in
    `diagnostics`, those about pins among them.
    """
    draft = Draft(
        resolved=resolved,
        logical=logical,
        facts=Facts(resolved, logical),
        schema=Schema(version=resolved.plan.targets.postgres or DEFAULT_VERSION),
    )
    for design in PASSES:
        draft = design(draft)
    return PostgresDesign(
        schema=draft.schema,
        decisions=tuple(
            sorted(
                dict.fromkeys(draft.decisions),
                key=lambda found: (found.object, found.topic, found.pin, found.choice),
            )
        ),
        assumptions=tuple(sorted(draft.assumptions, key=lambda assumed: (assumed.object, assumed.fact))),
        diagnostics=findings_of(draft),
    )
