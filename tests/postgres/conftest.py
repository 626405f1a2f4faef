"""Schemas to write, load, read back and change: one of every kind of object, and one of every kind of name."""

from __future__ import annotations

import pytest

from groundplan.base.origin import Origin
from groundplan.plan import types
from groundplan.plan.expressions import (
    AnyOf,
    Binary,
    Call,
    Every,
    Expression,
    In,
    IsNull,
    Literal,
    Local,
    Operator,
)
from groundplan.plan.model import ReferentialAction
from groundplan.postgres.model import (
    AuditTrigger,
    Check,
    Column,
    EnumType,
    ExclusionConstraint,
    ExpiryProcedure,
    FilteredView,
    ForeignKey,
    Index,
    IndexKey,
    IndexMethod,
    MaterializedView,
    PrimaryKey,
    Schema,
    SoftDeleteLink,
    SoftDeleteTrigger,
    Table,
    TouchTrigger,
    UniqueConstraint,
)

UUID_KEY = Column(name="id", type="uuid", default=Call("uuidv7"))
NOT_DELETED = IsNull(operand=Local("deleted_at"))
CASCADE, RESTRICT = ReferentialAction.CASCADE, ReferentialAction.RESTRICT
NO_ACTION, SET_NULL = ReferentialAction.NO_ACTION, ReferentialAction.SET_NULL


def line(number: int) -> Origin:
    return Origin("plans/blog.plan.yaml", number, 3)


def moment(name: str, *, is_nullable: bool = False) -> Column:
    default = None if is_nullable else Call("now")
    return Column(name=name, type="timestamp with time zone", default=default, is_nullable=is_nullable)


def at_most(column: str, length: int) -> Expression:
    return Binary(Operator.LESS_EQUAL, Call("char_length", (Local(column),)), Literal(length))


def between(column: str, low: int, high: int) -> Expression:
    of = Local(column)
    return Every((Binary(Operator.GREATER_EQUAL, of, Literal(low)), Binary(Operator.LESS_EQUAL, of, Literal(high))))


USERS = Table(
    name="users",
    relation="users",
    comment="Somebody who can sign in; 'quoted'.",
    columns=(
        UUID_KEY,
        Column(name="email", type="text", origin=line(11)),
        Column(name="username", type="text", origin=line(12)),
        Column(name="password_hash", type="text", is_secret=True),
        Column(name="role", type="text", default=Literal("user"), comment="What a user may do."),
        Column(name="is_active", type="boolean", default=Literal(True)),
        moment("created_at"),
        moment("updated_at"),
        moment("deleted_at", is_nullable=True),
    ),
    primary_key=PrimaryKey(name="users_pkey", columns=("id",)),
    checks=(
        Check(
            name="users_email_check",
            condition=Binary(Operator.MATCHES_ANY_CASE, Local("email"), Literal(r"^[^@\s]+@[^@\s]+\.[a-z]{2,}$")),
            origin=line(11),
        ),
        Check(
            name="users_role_check",
            condition=In(operand=Local("role"), items=(Literal("admin"), Literal("user"), Literal("guest"))),
        ),
        Check(name="users_username_check", condition=at_most("username", 50)),
    ),
    indexes=(
        Index(
            name="users_email_key",
            keys=(IndexKey(expression=Call("lower", (Local("email"),))),),
            is_unique=True,
            where=NOT_DELETED,
            serves=("sign_in", "unique email"),
            origin=line(11),
        ),
        Index(
            name="users_username_key",
            keys=(IndexKey(expression=Local("username")),),
            is_unique=True,
            where=NOT_DELETED,
            include=("is_active", "role"),
        ),
    ),
    triggers=(
        TouchTrigger(name="users_touch", column="updated_at"),
        AuditTrigger(name="users_audit", audit_table="users_audit", key=("id",), hidden=("password_hash",)),
        SoftDeleteTrigger(
            name="users_soft_delete",
            column="deleted_at",
            cascades=(
                SoftDeleteLink(table="comments", columns=("author_id",), target_columns=("id",), is_soft=True),
                SoftDeleteLink(table="sessions", columns=("user_id",), target_columns=("id",), is_soft=False),
            ),
            restricts=(SoftDeleteLink(table="posts", columns=("author_id",), target_columns=("id",), is_soft=False),),
            nullifies=(SoftDeleteLink(table="posts", columns=("editor_id",), target_columns=("id",), is_soft=False),),
        ),
    ),
    origin=line(8),
)

USERS_AUDIT = Table(
    name="users_audit",
    columns=(
        Column(name="id", type="bigint", is_identity=True),
        moment("changed_at"),
        Column(name="changed_by", type="text"),
        Column(name="operation", type="text"),
        Column(name="row_key", type="jsonb"),
        Column(name="old_values", type="jsonb", is_nullable=True),
        Column(name="new_values", type="jsonb", is_nullable=True),
    ),
    primary_key=PrimaryKey(name="users_audit_pkey", columns=("id",)),
    indexes=(
        Index(
            name="users_audit_changed_at_idx", keys=(IndexKey(expression=Local("changed_at")),), method=IndexMethod.BRIN
        ),
    ),
)

SEARCH_VECTOR = Binary(
    Operator.CONCATENATE,
    Call(
        "setweight",
        (Call("to_tsvector", (Literal("english"), Call("coalesce", (Local("title"), Literal(""))))), Literal("A")),
    ),
    Call(
        "setweight",
        (Call("to_tsvector", (Literal("english"), Call("coalesce", (Local("content"), Literal(""))))), Literal("B")),
    ),
)

POSTS = Table(
    name="posts",
    relation="posts",
    columns=(
        UUID_KEY,
        Column(name="title", type="text"),
        Column(name="content", type="text"),
        Column(name="status", type="post status", default=Literal("draft")),
        Column(name="published_at", type="timestamp with time zone", is_nullable=True),
        Column(name="rating", type="integer", default=Literal(0)),
        Column(name="price", type="numeric(19,4)", is_nullable=True),
        Column(name="code", type="character varying(8)", is_nullable=True),
        Column(name="data", type="jsonb", default=Literal("{}", types.Json())),
        Column(name="labels", type="text[]", default=Literal("[]", types.ListOf(of=types.Text()))),
        Column(name="author_id", type="uuid"),
        Column(name="editor_id", type="uuid", is_nullable=True),
        moment("created_at"),
        moment("updated_at"),
        Column(name="search", type="tsvector", generated=SEARCH_VECTOR, is_nullable=True),
    ),
    primary_key=PrimaryKey(name="posts_pkey", columns=("id",)),
    checks=(
        Check(name="posts_rating_check", condition=between("rating", -5, 5)),
        Check(
            name="posts_status_published_at_check",
            condition=AnyOf(
                (
                    Binary(Operator.NOT_EQUAL, Local("status"), Literal("published")),
                    IsNull(operand=Local("published_at"), is_negated=True),
                )
            ),
        ),
    ),
    foreign_keys=(
        ForeignKey(
            name="posts_author_id_fkey",
            columns=("author_id",),
            target="users",
            target_columns=("id",),
            on_delete=RESTRICT,
            on_update=NO_ACTION,
            relationship="Post.author",
            origin=line(50),
        ),
        ForeignKey(
            name="posts_editor_id_fkey",
            columns=("editor_id",),
            target="users",
            target_columns=("id",),
            on_delete=SET_NULL,
            on_update=NO_ACTION,
            relationship="Post.editor",
        ),
    ),
    indexes=(
        Index(
            name="posts_published_at_id_idx",
            keys=(
                IndexKey(expression=Local("published_at"), is_descending=True, is_nulls_first=True),
                IndexKey(expression=Local("id"), is_descending=True, is_nulls_first=True),
            ),
            where=Binary(Operator.EQUAL, Local("status"), Literal("published")),
            serves=("recent_posts",),
        ),
        Index(
            name="posts_author_id_created_at_idx",
            keys=(
                IndexKey(expression=Local("author_id")),
                IndexKey(expression=Local("created_at"), is_descending=True),
            ),
            serves=("posts_of_author", "Post.author"),
        ),
        Index(name="posts_editor_id_idx", keys=(IndexKey(expression=Local("editor_id")),)),
        Index(name="posts_search_idx", keys=(IndexKey(expression=Local("search")),), method=IndexMethod.GIN),
        Index(
            name="posts_data_idx",
            keys=(IndexKey(expression=Local("data"), operator_class="jsonb_path_ops"),),
            method=IndexMethod.GIN,
        ),
    ),
    triggers=(TouchTrigger(name="posts_touch", column="updated_at"),),
)

COMMENTS = Table(
    name="comments",
    relation="comments",
    columns=(
        UUID_KEY,
        Column(name="content", type="text"),
        Column(name="post_id", type="uuid"),
        Column(name="author_id", type="uuid"),
        Column(name="parent_id", type="uuid", is_nullable=True),
        moment("deleted_at", is_nullable=True),
    ),
    primary_key=PrimaryKey(name="comments_pkey", columns=("id",)),
    unique=(UniqueConstraint(name="comments_post_id_id_key", columns=("post_id", "id")),),
    foreign_keys=(
        ForeignKey(
            name="comments_post_id_fkey",
            columns=("post_id",),
            target="posts",
            target_columns=("id",),
            on_delete=CASCADE,
            on_update=CASCADE,
        ),
        ForeignKey(
            name="comments_author_id_fkey",
            columns=("author_id",),
            target="users",
            target_columns=("id",),
            on_delete=CASCADE,
            on_update=NO_ACTION,
        ),
        ForeignKey(
            name="comments_post_id_parent_id_fkey",
            columns=("post_id", "parent_id"),
            target="comments",
            target_columns=("post_id", "id"),
            on_delete=SET_NULL,
            on_update=CASCADE,
            set_columns=("parent_id",),
        ),
    ),
    indexes=(
        Index(name="comments_author_id_idx", keys=(IndexKey(expression=Local("author_id")),)),
        Index(
            name="comments_post_id_parent_id_idx",
            keys=(IndexKey(expression=Local("post_id")), IndexKey(expression=Local("parent_id"))),
        ),
    ),
)

SESSIONS = Table(
    name="sessions",
    relation="sessions",
    columns=(
        Column(name="id", type="bigint", is_identity=True),
        Column(name="token", type="text", is_secret=True),
        Column(name="user_id", type="uuid"),
        Column(name="expires_at", type="timestamp with time zone"),
    ),
    primary_key=PrimaryKey(name="sessions_pkey", columns=("id",)),
    unique=(UniqueConstraint(name="sessions_token_key", columns=("token",)),),
    foreign_keys=(
        ForeignKey(
            name="sessions_user_id_fkey",
            columns=("user_id",),
            target="users",
            target_columns=("id",),
            on_delete=CASCADE,
            on_update=NO_ACTION,
        ),
    ),
    indexes=(
        Index(name="sessions_expires_at_idx", keys=(IndexKey(expression=Local("expires_at")),), serves=("expiry",)),
        Index(name="sessions_user_id_idx", keys=(IndexKey(expression=Local("user_id")),)),
    ),
)

PLACES = Table(
    name="places",
    relation="places",
    columns=(
        Column(name="id", type="bigint", is_identity=True),
        Column(name="coordinates", type="point"),
        Column(name="room", type="integer"),
        Column(name="during", type="tstzrange"),
    ),
    primary_key=PrimaryKey(name="places_pkey", columns=("id",)),
    checks=(
        Check(
            name="places_coordinates_check",
            condition=Every(
                (
                    Binary(Operator.GREATER_EQUAL, Call("longitude", (Local("coordinates"),)), Literal(-180)),
                    Binary(Operator.LESS_EQUAL, Call("longitude", (Local("coordinates"),)), Literal(180)),
                    Binary(Operator.GREATER_EQUAL, Call("latitude", (Local("coordinates"),)), Literal(-90)),
                    Binary(Operator.LESS_EQUAL, Call("latitude", (Local("coordinates"),)), Literal(90)),
                )
            ),
        ),
    ),
    exclusions=(ExclusionConstraint(name="places_room_during_excl", members=(("room", "="), ("during", "&&"))),),
    indexes=(
        Index(
            name="places_coordinates_idx",
            keys=(
                IndexKey(
                    expression=Call(
                        "ll_to_earth",
                        (Call("latitude", (Local("coordinates"),)), Call("longitude", (Local("coordinates"),))),
                    )
                ),
            ),
            method=IndexMethod.GIST,
        ),
    ),
)

TEAMS = Table(
    name="teams",
    relation="teams",
    columns=(UUID_KEY, Column(name="captain_id", type="uuid")),
    primary_key=PrimaryKey(name="teams_pkey", columns=("id",)),
    foreign_keys=(
        ForeignKey(
            name="teams_captain_id_fkey",
            columns=("captain_id",),
            target="players",
            target_columns=("id",),
            on_delete=NO_ACTION,
            on_update=NO_ACTION,
            is_deferrable=True,
        ),
    ),
    indexes=(Index(name="teams_captain_id_idx", keys=(IndexKey(expression=Local("captain_id")),)),),
)

PLAYERS = Table(
    name="players",
    relation="players",
    columns=(UUID_KEY, Column(name="team_id", type="uuid")),
    primary_key=PrimaryKey(name="players_pkey", columns=("id",)),
    foreign_keys=(
        ForeignKey(
            name="players_team_id_fkey",
            columns=("team_id",),
            target="teams",
            target_columns=("id",),
            on_delete=CASCADE,
            on_update=NO_ACTION,
        ),
    ),
    indexes=(Index(name="players_team_id_idx", keys=(IndexKey(expression=Local("team_id")),)),),
)

BLOG = Schema(
    version=18,
    extensions=("cube", "earthdistance", "btree_gist"),
    enums=(EnumType(name="post status", values=("draft", "published", "it's over"), origin=line(30)),),
    tables=(USERS, USERS_AUDIT, POSTS, COMMENTS, SESSIONS, PLACES, TEAMS, PLAYERS),
    views=(
        FilteredView(
            name="live_users",
            table="users",
            columns=tuple(column.name for column in USERS.columns if column.name != "deleted_at"),
            where=NOT_DELETED,
        ),
    ),
    materialized_views=(
        MaterializedView(
            name="statistics",
            pattern="statistics",
            columns=(("id", "uuid"), ("title", "text"), ("comment_count", "bigint")),
            key=("id",),
            indexes=(Index(name="statistics_id_key", keys=(IndexKey(expression=Local("id")),), is_unique=True),),
            refresh_seconds=600,
            origin=line(90),
        ),
    ),
    expiries=(ExpiryProcedure(name="expire_sessions", table="sessions", column="expires_at", batch=2),),
)

BLOG_VIEWS = {
    "statistics": """\
SELECT p.id, p.title, coalesce(c.n, 0) AS comment_count
FROM posts AS p
LEFT JOIN (SELECT post_id, count(*) AS n FROM comments GROUP BY post_id) AS c ON c.post_id = p.id;
"""
}

NASTY = (
    'select"',
    "O'Brien; DROP TABLE x;--",
    "🐘 {0} %s %(a)s",
    "$body$ $1 :a",
    "back\\slash\nline",
    "NEW",
    "batch",
    "🦊",
)
TABLE, KEY, TEXT, MOMENT, LINK, MOOD, BATCH, VIEW = NASTY

HOSTILE = Schema(
    version=18,
    enums=(EnumType(name=MOOD, values=("'", '"', "\\", "$body$", "🐘")),),
    tables=(
        Table(
            name=TABLE,
            comment="'; DROP TABLE x; --\nnext \\ line",
            columns=(
                Column(name=KEY, type="bigint", is_identity=True, comment="a 'key'\\"),
                Column(name=TEXT, type="text", default=Literal("it's \\ {} %s")),
                Column(name=MOMENT, type="timestamp with time zone", default=Call("now")),
                Column(name=BATCH, type="timestamp with time zone", is_nullable=True),
                Column(name=LINK, type="bigint", is_nullable=True),
                Column(name=MOOD, type=MOOD, default=Literal("\\")),
                Column(name="old_values", type="text", is_nullable=True),
            ),
            primary_key=PrimaryKey(name='p"k', columns=(KEY,)),
            checks=(Check(name="c'k", condition=Binary(Operator.NOT_EQUAL, Local(TEXT), Literal("')\\"))),),
            foreign_keys=(
                ForeignKey(
                    name="f\nk",
                    columns=(LINK,),
                    target=TABLE,
                    target_columns=(KEY,),
                    on_delete=RESTRICT,
                    on_update=NO_ACTION,
                    relationship="a\nb",
                ),
            ),
            indexes=(
                Index(
                    name='i"x',
                    keys=(IndexKey(expression=Call("lower", (Local(TEXT),))),),
                    is_unique=True,
                    where=IsNull(operand=Local(BATCH)),
                    serves=("evil\n; DROP TABLE x;",),
                ),
                Index(name="l%k", keys=(IndexKey(expression=Local(LINK)),)),
            ),
            triggers=(
                TouchTrigger(name="t$body$", column=MOMENT),
                AuditTrigger(name="a'dit", audit_table="tr'ail\"", key=(KEY,), hidden=(TEXT,)),
                SoftDeleteTrigger(
                    name="s{0}",
                    column=BATCH,
                    cascades=(),
                    restricts=(SoftDeleteLink(table=TABLE, columns=(LINK,), target_columns=(KEY,), is_soft=True),),
                    nullifies=(),
                ),
            ),
        ),
        Table(
            name="tr'ail\"",
            columns=USERS_AUDIT.columns,
            primary_key=PrimaryKey(name="trail", columns=("id",)),
        ),
    ),
    views=(FilteredView(name=VIEW, table=TABLE, columns=(KEY, TEXT), where=IsNull(operand=Local(BATCH))),),
    expiries=(ExpiryProcedure(name="ex'p\"ire", table=TABLE, column=BATCH, batch=10),),
)


@pytest.fixture
def blog() -> Schema:
    """A schema with one of every kind of object."""
    return BLOG


@pytest.fixture
def blog_views() -> dict[str, str]:
    """The queries of its materialized views."""
    return dict(BLOG_VIEWS)


@pytest.fixture
def hostile() -> Schema:
    """A schema whose every name tries to be something else."""
    return HOSTILE
