"""The blog's tables in few words, and what they become in the logical and the PostgreSQL model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from groundplan.base.origin import Origin
from groundplan.logical.model import (
    FanoutEstimate,
    Reference,
    Relation,
    RelationAttribute,
    RelationKind,
    Role,
    RowEstimate,
)
from groundplan.plan import types
from groundplan.plan.expressions import Binary, Call, Expression, In, IsNull, Literal, Local, Operator
from groundplan.plan.model import DeletePolicy, Lifecycle, ReferentialAction
from groundplan.plan.quantities import AbsoluteGrowth, CompoundGrowth, Growth, TimeUnit
from groundplan.postgres.model import (
    AuditTrigger,
    Check,
    Column,
    ExclusionConstraint,
    ForeignKey,
    Index,
    IndexKey,
    IndexMethod,
    MaterializedView,
    PrimaryKey,
    SoftDeleteLink,
    SoftDeleteTrigger,
    Table,
    TouchTrigger,
    UniqueConstraint,
)
from groundplan.prove.evidence import (
    Verdict,
)

Spell = Callable[[str], str]

CASCADE, RESTRICT, SET_NULL = ReferentialAction.CASCADE, ReferentialAction.RESTRICT, ReferentialAction.SET_NULL
NO_ACTION = ReferentialAction.NO_ACTION
MOMENT = "timestamp with time zone"
STAMPS = f"created_at {MOMENT}, updated_at {MOMENT}"
MET, MISSED, NOT_PROVEN = Verdict.MET, Verdict.MISSED, Verdict.NOT_PROVEN


@dataclass(frozen=True)
class Sketch:
    """One relation and its table in few words: `columns` are `name type`, with `?` optional and `!` secret."""

    source: str
    about: str | None
    rows: int
    growth: Growth | None
    columns: str
    refers: tuple[tuple[str, str, str, ReferentialAction], ...] = ()
    key: tuple[str, ...] = ("id",)
    unique: tuple[str, ...] = ()
    lifecycle: Lifecycle = Lifecycle()


def monthly(percent: int) -> Growth:
    return CompoundGrowth(Fraction(percent, 100), TimeUnit.MONTH)


SKETCHES = {
    "users": Sketch(
        "User",
        "Somebody who can sign in.",
        2_000_000,
        monthly(3),
        "id uuid, email text, username text, password_hash text!, first_name text?, last_name text?, role text, "
        f"is_active boolean, {STAMPS}, deleted_at {MOMENT}?",
        lifecycle=Lifecycle(delete=DeletePolicy.SOFT, has_audit=True),
    ),
    "preferences": Sketch(
        "Preferences",
        "What a user chose to see and to hear of.",
        2_000_000,
        None,
        f"id uuid, settings jsonb, user_id uuid, {STAMPS}",
        refers=(("user_id", "users", "id", CASCADE),),
        unique=("user_id",),
    ),
    "posts": Sketch(
        "Post",
        "An article; visible once it is published.",
        20_000_000,
        monthly(4),
        f"id uuid, title text, slug text, content text, excerpt text?, status text, published_at {MOMENT}?, "
        f"author_id uuid, {STAMPS}, search tsvector?",
        refers=(("author_id", "users", "id", RESTRICT),),
        unique=("slug",),
    ),
    "tags": Sketch(
        "Tag",
        "A word that posts are filed under.",
        5000,
        None,
        f"id uuid, name text, slug text, {STAMPS}",
        unique=("name", "slug"),
    ),
    "post_tags": Sketch(
        "Post.tags",
        None,
        60_000_000,
        None,
        f"post_id uuid, tag_id uuid, created_at {MOMENT}",
        refers=(("post_id", "posts", "id", CASCADE), ("tag_id", "tags", "id", CASCADE)),
        key=("post_id", "tag_id"),
    ),
    "comments": Sketch(
        "Comment",
        "A reader's answer to a post, or to another comment on it.",
        150_000_000,
        AbsoluteGrowth(9_000_000, TimeUnit.MONTH),
        f"id uuid, content text, is_approved boolean, post_id uuid, author_id uuid, parent_id uuid?, {STAMPS}",
        refers=(
            ("post_id", "posts", "id", CASCADE),
            ("author_id", "users", "id", RESTRICT),
            ("post_id parent_id", "comments", "post_id id", CASCADE),
        ),
        unique=("post_id id",),
    ),
    "sessions": Sketch(
        "Session",
        "A sign-in that is still good.",
        500_000,
        None,
        f"id uuid, token text!, expires_at {MOMENT}, user_id uuid, {STAMPS}",
        refers=(("user_id", "users", "id", CASCADE),),
        unique=("token",),
        lifecycle=Lifecycle(expires="expires_at"),
    ),
    "places": Sketch(
        "Place",
        "Where authors meet.",
        40_000,
        None,
        f"id uuid, name text, coordinates point, booked tstzrange?, host_id uuid?, {STAMPS}",
        refers=(("host_id", "users", "id", SET_NULL),),
    ),
}

INDEXES = {
    # table: (name, keys, method, condition's column, patterns)
    "users": (("users_email_key", "lower(email)", "btree", "deleted_at", "sign_in"),),
    "posts": (
        ("posts_published_at_id_idx", "published_at desc, id desc", "btree", None, "recent_posts"),
        ("posts_author_id_created_at_id_idx", "author_id, created_at desc, id desc", "btree", None, "posts_of_author"),
        ("posts_search_idx", "search", "gin", None, "search_posts"),
    ),
    "post_tags": (("post_tags_tag_id_post_id_idx", "tag_id, post_id", "btree", None, "posts_by_tag"),),
    "comments": (
        ("comments_post_id_created_at_id_idx", "post_id, created_at, id", "btree", None, "thread"),
        ("comments_author_id_idx", "author_id", "btree", None, ""),
    ),
    "sessions": (("sessions_expires_at_idx", "expires_at", "btree", None, ""),),
    "places": (("places_coordinates_idx", "coordinates", "gist", None, "near_me"),),
}


def line(number: int) -> Origin:
    return Origin("plans/blog.plan.yaml", number, 3)


def relation_of(name: str, sketch: Sketch, copy: int, *, spell: Spell) -> Relation:
    suffix = f"_{copy}" if copy else ""
    is_link = "." in sketch.source
    kind = RelationKind.LINK if is_link else RelationKind.ENTITY
    source = sketch.source + suffix if is_link else spell(sketch.source + suffix)
    return Relation(
        name=name,
        kind=kind,
        source=source,
        attributes=tuple(_attribute(words, spell=spell) for words in sketch.columns.split(", ")),
        primary_key=tuple(spell(column) for column in sketch.key),
        references=tuple(
            Reference(
                name=columns.split()[-1].removesuffix("_id"),
                relationship=f"{sketch.source}.{columns.split()[-1].removesuffix('_id')}",
                attributes=tuple(spell(column) for column in columns.split()),
                target=spell(target + suffix),
                target_attributes=tuple(spell(column) for column in target_columns.split()),
                is_optional=f"{columns.split()[-1]} uuid?" in sketch.columns,
                is_unique=columns in sketch.unique,
                agrees=tuple(spell(column) for column in columns.split()[:-1]),
                on_delete=action,
                on_update=NO_ACTION,
                fanout=FanoutEstimate(mean=10.0, p50=4, p99=300, max=50_000, is_assumed=False, is_bounded=True),
            )
            for columns, target, target_columns, action in sketch.refers
        ),
        rows=RowEstimate(now=sketch.rows, growth=sketch.growth, is_assumed=is_link),
        lifecycle=sketch.lifecycle,
        about=spell(sketch.about) if sketch.about else None,
        origin=line(20),
    )


def _attribute(words: str, *, spell: Spell) -> RelationAttribute:
    name, _, kind = words.partition(" ")
    roles = {"created_at": Role.CREATED_AT, "updated_at": Role.UPDATED_AT, "deleted_at": Role.DELETED_AT}
    role = roles.get(name, Role.REFERENCE if name.endswith("_id") else Role.PLAN)
    return RelationAttribute(
        name=spell(name),
        declared=spell(name),
        type=types.Text(),
        role=Role.SURROGATE if name == "id" else role,
        is_optional=kind.endswith("?"),
        is_secret=kind.endswith("!"),
    )


def table_of(name: str, sketch: Sketch, copy: int, *, spell: Spell) -> Table:
    suffix = f"_{copy}" if copy else ""
    bare = next(known for known, entry in SKETCHES.items() if entry is sketch)
    refers = tuple(
        ForeignKey(
            name=spell(f"{bare}{suffix}_{columns.replace(' ', '_')}_fkey"),
            columns=tuple(spell(column) for column in columns.split()),
            target=spell(target + suffix),
            target_columns=tuple(spell(column) for column in target_columns.split()),
            on_delete=action,
            on_update=NO_ACTION,
        )
        for columns, target, target_columns, action in sketch.refers
    )
    unique = tuple(
        UniqueConstraint(
            name=spell(f"{bare}{suffix}_{columns.replace(' ', '_')}_key"),
            columns=tuple(spell(column) for column in columns.split()),
        )
        for columns in sketch.unique
    )
    return Table(
        name=name,
        columns=tuple(_column(words, spell=spell) for words in sketch.columns.split(", ")),
        primary_key=PrimaryKey(name=spell(f"{bare}{suffix}_pkey"), columns=tuple(spell(each) for each in sketch.key)),
        unique=unique,
        checks=_checks(bare, spell),
        foreign_keys=refers,
        exclusions=(
            (ExclusionConstraint(name=spell("places_booked_excl"), members=((spell("booked"), "&&"),)),)
            if bare == "places"
            else ()
        ),
        indexes=tuple(_index(*words, suffix=suffix, spell=spell) for words in INDEXES.get(bare, ())),
        triggers=_triggers(bare, suffix, sketch, spell),
        comment=spell(sketch.about) if sketch.about else None,
        relation=name,
        origin=line(20),
    )


def _column(words: str, *, spell: Spell) -> Column:
    name, _, kind = words.partition(" ")
    default = {"id": Call("uuidv7"), "created_at": Call("now"), "updated_at": Call("now"), "status": Literal("draft")}
    generated = Call("to_tsvector", (Literal("english"), Local(spell("title")))) if name == "search" else None
    return Column(
        name=spell(name),
        type=kind.rstrip("?!"),
        is_nullable=kind.endswith("?"),
        is_secret=kind.endswith("!"),
        default=default.get(name),
        generated=generated,
        attribute=None if generated else spell(name),
    )


def _checks(table: str, spell: Spell) -> tuple[Check, ...]:
    conditions: dict[str, dict[str, Expression]] = {
        "users": {
            "email": Binary(
                Operator.MATCHES_ANY_CASE, Local(spell("email")), Literal(r"^[^@\s]+@[^@\s|]+\.[a-z]{2,}$")
            ),
            "role": In(operand=Local(spell("role")), items=tuple(map(Literal, ("admin", "user", "guest")))),
        },
        "posts": {"title": Binary(Operator.LESS_EQUAL, Call("char_length", (Local(spell("title")),)), Literal(255))},
    }
    return tuple(
        Check(name=spell(f"{table}_{column}_check"), condition=condition)
        for column, condition in conditions.get(table, {}).items()
    )


def _index(name: str, keys: str, method: str, where: str | None, serves: str, *, suffix: str, spell: Spell) -> Index:
    def key(words: str) -> IndexKey:
        column = words.removesuffix(" desc")
        if column.startswith("lower("):
            return IndexKey(expression=Call("lower", (Local(spell(column[6:-1])),)))
        return IndexKey(expression=Local(spell(column)), is_descending=words.endswith(" desc"))

    return Index(
        name=spell(name + suffix),
        keys=tuple(key(words) for words in keys.split(", ")),
        method=IndexMethod(method),
        is_unique=name.endswith("_key"),
        where=IsNull(operand=Local(spell(where))) if where else None,
        serves=(spell(serves),) if serves else (),
    )


def _triggers(
    bare: str, suffix: str, sketch: Sketch, spell: Spell
) -> tuple[TouchTrigger | AuditTrigger | SoftDeleteTrigger, ...]:
    touch = (TouchTrigger(name=spell(f"{bare}{suffix}_touch"), column=spell("updated_at")),)
    if bare + suffix != "users":
        return touch if "updated_at" in sketch.columns else ()
    restricts = (
        SoftDeleteLink(
            table=spell("posts"), columns=(spell("author_id"),), target_columns=(spell("id"),), is_soft=False
        ),
    )
    return (
        *touch,
        AuditTrigger(
            name=spell("users_audit"),
            audit_table=spell("users_audit"),
            key=(spell("id"),),
            hidden=(spell("password_hash"),),
        ),
        SoftDeleteTrigger(
            name=spell("users_soft_delete"), column=spell("deleted_at"), cascades=(), restricts=restricts, nullifies=()
        ),
    )


def audit_trail(spell: Spell) -> Table:
    columns = f"id bigint, changed_at {MOMENT}, changed_by text, operation text, row_key jsonb, old_values jsonb?"
    return Table(
        name=spell("users_audit"),
        columns=tuple(_column(words, spell=spell) for words in columns.split(", ")),
        primary_key=PrimaryKey(name=spell("users_audit_pkey"), columns=(spell("id"),)),
    )


def statistics(spell: Spell) -> MaterializedView:
    return MaterializedView(
        name=spell("statistics"),
        pattern=spell("statistics"),
        columns=((spell("id"), "uuid"), (spell("title"), "text"), (spell("comment_count"), "bigint")),
        key=(spell("id"),),
        indexes=(
            Index(
                name=spell("statistics_id_key"),
                keys=(IndexKey(expression=Local(spell("id"))),),
                is_unique=True,
                serves=(spell("statistics"),),
            ),
        ),
        refresh_seconds=600,
    )
