"""A blog as a finished design: made by hand, so that what a report says can be compared with what went in.

Every name and every sentence goes through a spelling; a hostile one must change no format.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from groundplan.base.decisions import Alternative, Assumption, Decision, Input
from groundplan.base.diagnostics import Diagnostic, Severity
from groundplan.logical.model import (
    LogicalModel,
    Relation,
)
from groundplan.plan.access import (
    AccessPattern,
    Delete,
    Insert,
    Isolation,
    Load,
    Raw,
    Read,
    Setting,
    Transaction,
    Update,
    Upsert,
)
from groundplan.plan.expressions import IsNull, Literal, Local
from groundplan.plan.formula import Formula
from groundplan.plan.model import Entity, Plan, Targets
from groundplan.plan.patterns import (
    Demand,
    InsertPattern,
    Pattern,
    RawPattern,
    ReadPattern,
    ResolvedPlan,
    TransactionPattern,
    UpdatePattern,
)
from groundplan.plan.quantities import Rate, TimeUnit, Volume
from groundplan.postgres.model import (
    ExpiryProcedure,
    FilteredView,
    PostgresDesign,
    Schema,
)
from groundplan.postgres.queries.model import (
    CompiledPattern,
    CompiledRaw,
    CompiledRead,
    CompiledTransaction,
    CompiledWorkload,
    CompiledWrite,
    Statement,
)
from groundplan.report.model import DesignResult, PostgresPart

from .sketches import SKETCHES, Spell, audit_trail, line, relation_of, statistics, table_of

READS: dict[str, tuple[str, str, str | None, float, float]] = {
    # name: entity, where, order, calls a second, target in milliseconds
    "sign_in": ("User", "email = :email and is_active", None, 50, 20),
    "session_user": ("Session", "token = :token and expires_at > now()", None, 2000, 10),
    "recent_posts": ("Post", "status = 'published' and published_at > :since", "published_at desc", 500, 50),
    "post_by_slug": ("Post", "slug = :slug", None, 900, 100),
    "posts_of_author": ("Post", "author = :author", "created_at desc", 40, 100),
    "posts_by_tag": ("Post", "tags.slug = :tag and status = 'published'", None, 60, 200),
    "thread": ("Comment", "post = :post and is_approved", "created_at", 400, 100),
    "search_posts": ("Post", "", None, 20, 200),
    "near_me": ("Place", "", None, 5, 100),
    "statistics": ("Post", "", "id", 5 / 60, 500),
}  # fmt: skip


def blog_design(spell: Spell = str, *, copies: int = 1) -> DesignResult:
    """Return the blog; `copies` repeats its tables under other names, for diagrams of many tables."""
    names = [(name, copy) for copy in range(copies) for name in SKETCHES]
    sketches = {spell(name + (f"_{copy}" if copy else "")): (SKETCHES[name], copy) for name, copy in names}
    relations = tuple(relation_of(name, *sketch, spell=spell) for name, sketch in sketches.items())
    tables = [table_of(name, *sketch, spell=spell) for name, sketch in sketches.items()]
    tables.insert(1, audit_trail(spell))
    schema = Schema(
        version=18,
        extensions=("cube", "earthdistance"),
        tables=tuple(tables),
        views=(
            FilteredView(
                name=spell("live_users"),
                table=spell("users"),
                columns=(spell("id"),),
                where=IsNull(operand=Local(spell("deleted_at"))),
            ),
        ),
        materialized_views=(statistics(spell),),
        expiries=(
            ExpiryProcedure(
                name=spell("expire_sessions"), table=spell("sessions"), column=spell("expires_at"), batch=10_000
            ),
        ),
    )
    access, patterns = _patterns(spell)
    compiled = tuple(_compiled(pattern) for pattern in patterns)
    workload = CompiledWorkload(
        patterns=compiled,
        transactions=(
            CompiledTransaction(name=spell("join"), isolation=Isolation.READ_COMMITTED, steps=compiled[-3:-2] * 2),
        ),
    )
    plan = Plan(
        name=spell("blog"),
        about=spell("A blog with many authors."),
        targets=Targets(postgres=18),
        entities=tuple(
            Entity(name=spell(sketch.source), rows=Volume(now=sketch.rows), origin=line(8))
            for sketch in SKETCHES.values()
        ),
        access=access,
        transactions=(Transaction(name=spell("join"), steps=(spell("register"), spell("register"))),),
        origin=line(1),
    )
    resolved = ResolvedPlan(
        plan=plan,
        patterns=patterns,
        transactions=(
            TransactionPattern(
                name=spell("join"),
                steps=(spell("register"), spell("register")),
                isolation=Isolation.READ_COMMITTED,
                demand=Demand(rate=1, target_ms=None, is_target_assumed=False),
            ),
        ),
        checks=(),
        defaults=(),
        unique_filters=(),
    )
    files = {
        "postgres/schema.sql": "CREATE TABLE " + spell("users") + " ();\n",
        "postgres/migrations/0001_initial.up.sql": "BEGIN;\n",
        "postgres/migrations/0001_initial.down.sql": "BEGIN;\n",
    }
    files[f"postgres/queries/{spell('join')}.sql"] = "BEGIN;\nCOMMIT;\n"
    for pattern in patterns[:-1]:
        files[f"postgres/queries/{pattern.name}.sql"] = f"-- {pattern.name}\nSELECT 1 WHERE 1 < 2;\n"
    return DesignResult(
        resolved=resolved,
        logical=LogicalModel(
            relations=relations, decisions=_logical_decisions(relations, spell), assumptions=_assumptions(spell)
        ),
        postgres=PostgresPart(
            design=PostgresDesign(schema=schema, decisions=_postgres_decisions(schema, spell)), workload=workload
        ),
        mongo=None,
        statements=files,
        notes=(
            Diagnostic(
                code="PG101",
                message=spell("posts_by_tag reads most of a hot tag's posts"),
                origin=line(112),
                help=spell("a narrower page order would let an index stop early"),
                severity=Severity.NOTE,
            ),
        ),
    )


def _patterns(spell: Spell) -> tuple[tuple[AccessPattern, ...], tuple[Pattern, ...]]:
    access: list[AccessPattern] = []
    patterns: list[Pattern] = []
    for name, (entity, where, order, rate, target) in READS.items():
        load = Load(rate=Rate(Fraction(rate).limit_denominator(100), TimeUnit.SECOND))
        demand = Demand(rate=rate, target_ms=target, is_target_assumed=target == 100)
        is_one = not order and name not in ("search_posts", "near_me", "posts_by_tag")
        access.append(
            Read(
                name=spell(name),
                entity=spell(entity),
                where=Formula(text=spell(where)) if where else None,
                order=(Formula(text=spell(order)),) if order else (),
                is_one=is_one,
                page=None if is_one else 20,
                load=load,
                about=spell("The front page.") if name == "recent_posts" else None,
                origin=line(70),
            )
        )
        patterns.append(ReadPattern(name=spell(name), entity=spell(entity), fields=(), is_one=is_one, demand=demand))
    writing = Demand(rate=2, target_ms=None, is_target_assumed=False)
    where = Formula(text=spell("id = :id"))
    access += [
        Insert(name=spell("register"), entity=spell("User")),
        Upsert(name=spell("save_settings"), entity=spell("Preferences"), on=(spell("user"),), batch=50),
        Update(
            name=spell("publish"), entity=spell("Post"), where=where, settings=(Setting(name="status", value=where),)
        ),
        Delete(name=spell("sign_out"), entity=spell("Session"), where=where),
        Raw(name=spell("by_hand"), mongo=Formula(text="{}"), about=spell("Only for the other engine.")),
    ]
    register = InsertPattern(name=spell("register"), entity=spell("User"), demand=writing)
    patterns += [
        register,
        replace(register, name=spell("save_settings"), entity=spell("Preferences")),
        UpdatePattern(name=spell("publish"), entity=spell("Post"), where=Literal(True), assignments=(), demand=writing),
        replace(register, name=spell("sign_out"), entity=spell("Session")),
        RawPattern(
            name=spell("by_hand"),
            sql=None,
            mongo="{}",
            demand=Demand(rate=None, target_ms=None, is_target_assumed=False),
        ),
    ]
    return tuple(access), tuple(patterns)


def _compiled(pattern: Pattern) -> CompiledPattern:
    statement = Statement(named="SELECT 1", numbered="SELECT 1", parameters=())
    match pattern:
        case ReadPattern():
            return CompiledRead(pattern=pattern.name, first=statement, columns=())
        case RawPattern():
            return CompiledRaw(pattern=pattern.name, statement=None)
        case _:
            return CompiledWrite(pattern=pattern.name, table=pattern.entity, statement=statement)


def _logical_decisions(relations: tuple[Relation, ...], spell: Spell) -> tuple[Decision, ...]:
    found = []
    for relation in relations:
        found.append(
            Decision(
                object=f"logical.{relation.name}.{spell('id')}",
                topic="key",
                choice="uuid",
                rule="choose_keys",
                reason="The entity has no key of its own; any client can make a UUID without asking another.",
                pin=f"logical.{relation.source}.key",
                inputs=(Input(name="conventions.keys", value="uuid"),),
                alternatives=(
                    Alternative(choice="identity", why_not="the plan's convention is uuid", cost="8 bytes a row less"),
                ),
                is_pinned=relation.source.startswith("Tag"),
                origin=line(24),
            )
        )
        found.append(
            Decision(
                object=f"logical.{relation.name}",
                topic="timestamps",
                choice="created_at, updated_at",
                rule="add_timestamps",
                reason="When a row was made and last changed is the first question of every search for a mistake.",
                pin=f"logical.{relation.source}.timestamps",
                origin=line(24),
            )
        )
    return tuple(found)


def _postgres_decisions(schema: Schema, spell: Spell) -> tuple[Decision, ...]:
    found = []
    for table in schema.tables:
        found += [
            Decision(
                object=f"postgres.{table.name}.{column.name}",
                topic="type",
                choice=column.type,
                rule="choose_types",
                reason=f"{column.type} is what the plan's type asks for.",
                pin=f"postgres.{table.name}.{column.name}.type",
                inputs=(Input(name="at most", value="255"),),
                alternatives=(
                    Alternative(
                        choice="varchar(255)",
                        why_not="stored as text is; its bound has no name of its own in an error, and no minimum",
                        cost="moving the bound changes the type of the column and of all that is built on it",
                    ),
                    Alternative(
                        choice=spell("citext"),
                        why_not="not built: an extension, and | every comparison folds both sides",
                    ),
                ),
                origin=line(30),
            )
            for column in table.columns
        ]
        found += [
            Decision(
                object=f"postgres.{table.name}.{index.name}",
                topic="index",
                choice=f"{index.method.value} index",
                rule="serve_access_patterns",
                reason=f"Equality first, then the order of {' and '.join(index.serves) or 'the foreign key'}.",
                pin=f"postgres.{table.name}.{index.name}.index",
                inputs=(Input(name="rows", value="20,000,000"), Input(name="rate", value="500/s")),
                alternatives=(Alternative(choice="none", why_not="the read would scan the table"),),
                origin=line(80),
            )
            for index in table.indexes
        ]
    found.append(
        Decision(
            object=f"postgres.{spell('statistics')}",
            topic="materialized_view",
            choice="refreshed every 10 minutes",
            rule="store_stale_answers",
            reason="The answer may be ten minutes old, and counting 150,000,000 comments takes longer than the target.",
            pin=f"postgres.{spell('statistics')}.materialized_view",
            origin=line(140),
        )
    )
    return tuple(found)


def _assumptions(spell: Spell) -> tuple[Assumption, ...]:
    return tuple(
        Assumption(
            object=spell(f"{sketch.source}"),
            fact="rows",
            value="1,000",
            if_wrong="ten times more rows would still fit every index in memory; ten times fewer change nothing",
            origin=line(30),
        )
        for sketch in SKETCHES.values()
    )


def with_postgres(result: DesignResult, **changes: object) -> DesignResult:
    """Return the result with parts of its PostgreSQL design replaced."""
    if result.postgres is None:
        raise ValueError("the result has no design for PostgreSQL")
    return replace(result, postgres=replace(result.postgres, design=replace(result.postgres.design, **changes)))
