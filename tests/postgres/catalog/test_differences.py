"""Each object of a database that is dropped, altered or added is told."""

from dataclasses import replace

import psycopg
import pytest

from groundplan.plan.expressions import Binary, Literal, Local, Operator
from groundplan.postgres.catalog import compare, differences, read_catalog
from groundplan.postgres.ddl import schema_sql
from groundplan.postgres.model import Check, Schema

CHANGES = [
    # tables and columns
    ("DROP TABLE places", "table places is missing"),
    ("CREATE TABLE mine (id integer)", "table mine is not in the model"),
    ("ALTER TABLE places RENAME TO spots", "table spots is not in the model"),
    ("ALTER TABLE places SET UNLOGGED", "table places: persistence is u, in the model p"),
    ("ALTER TABLE places ENABLE ROW LEVEL SECURITY", "table places: has row security is true, in the model false"),
    ("ALTER TABLE places SET (fillfactor = 50)", "table places: options is fillfactor=50, in the model none"),
    ("ALTER TABLE places ADD extra integer", "column places.extra is not in the model"),
    ("ALTER TABLE places DROP room", "column places.room is missing"),
    (
        "ALTER TABLE teams ADD x uuid; UPDATE teams SET x = captain_id; ALTER TABLE teams DROP captain_id CASCADE; "
        "ALTER TABLE teams RENAME x TO captain_id; ALTER TABLE teams ALTER captain_id SET NOT NULL; "
        "ALTER TABLE players RENAME id TO y; ALTER TABLE players ADD id uuid",
        "table players: columns is y, team_id, id, in the model id, team_id",
    ),
    ("ALTER TABLE posts ALTER rating TYPE bigint", "column posts.rating: type is bigint, in the model integer"),
    ("ALTER TABLE posts ALTER code TYPE varchar(9)", "type is character varying(9), in the model character varying(8)"),
    ("ALTER TABLE posts ALTER title DROP NOT NULL", "column posts.title: is nullable is true, in the model false"),
    ("ALTER TABLE posts ALTER price SET NOT NULL", "column posts.price: is nullable is false, in the model true"),
    ("ALTER TABLE posts ALTER rating SET DEFAULT 1", "column posts.rating: default is 1, in the model 0"),
    ("ALTER TABLE posts ALTER status DROP DEFAULT", "column posts.status: default is none, in the model 'draft'"),
    ("ALTER TABLE posts ALTER title SET DEFAULT ''", "column posts.title: default is ''::text, in the model none"),
    (
        "ALTER TABLE posts ALTER search SET EXPRESSION AS (to_tsvector('english', title))",
        "column posts.search: generated is to_tsvector('english'::regconfig, title)",
    ),
    ("ALTER TABLE posts ALTER search DROP EXPRESSION", "column posts.search: generated is none"),
    ("ALTER TABLE sessions ALTER id DROP IDENTITY", "column sessions.id: identity kind is none, in the model d"),
    ("ALTER TABLE sessions ALTER id SET GENERATED ALWAYS", "column sessions.id: identity kind is a, in the model d"),
    (
        'ALTER TABLE comments ALTER content TYPE text COLLATE "C"',
        "column comments.content: collation is C, in the model none",
    ),
    ("COMMENT ON TABLE users IS 'x'", "table users: comment is x"),
    ("COMMENT ON COLUMN users.role IS NULL", "column users.role: comment is none, in the model What a user may do."),
    # constraints
    ("ALTER TABLE places DROP CONSTRAINT places_pkey", "constraint places.places_pkey is missing"),
    (
        "ALTER TABLE places DROP CONSTRAINT places_pkey, ADD CONSTRAINT places_pkey PRIMARY KEY (id, room)",
        "constraint places.places_pkey: columns is id, room, in the model id",
    ),
    ("ALTER TABLE sessions DROP CONSTRAINT sessions_token_key", "constraint sessions.sessions_token_key is missing"),
    (
        "ALTER TABLE sessions DROP CONSTRAINT sessions_token_key; "
        "ALTER TABLE sessions ADD CONSTRAINT sessions_token_key UNIQUE NULLS NOT DISTINCT (token)",
        "constraint sessions.sessions_token_key: are nulls distinct is false, in the model true",
    ),
    (
        "ALTER TABLE sessions DROP CONSTRAINT sessions_token_key; "
        "CREATE UNIQUE INDEX sessions_token_key ON sessions (token)",
        "index sessions_token_key is not in the model",
    ),
    ("ALTER TABLE users DROP CONSTRAINT users_email_check", "constraint users.users_email_check is missing"),
    (
        "ALTER TABLE users DROP CONSTRAINT users_role_check; "
        "ALTER TABLE users ADD CONSTRAINT users_role_check CHECK (role IN ('admin', 'user'))",
        "constraint users.users_role_check: condition is (role = ANY (ARRAY['admin'::text, 'user'::text]))",
    ),
    (
        "ALTER TABLE users DROP CONSTRAINT users_role_check; "
        "ALTER TABLE users ADD CONSTRAINT users_role_check CHECK (role IN ('admin', 'user', 'guest')) NOT VALID",
        "constraint users.users_role_check: is valid is false, in the model true",
    ),
    (
        "ALTER TABLE users DROP CONSTRAINT users_role_check; "
        "ALTER TABLE users ADD CONSTRAINT users_role_check CHECK (role IN ('admin', 'user', 'guest')) NOT ENFORCED",
        "constraint users.users_role_check: is enforced is false, in the model true",
    ),
    ("ALTER TABLE posts ADD CHECK (rating > -6)", "constraint posts.posts_rating_check1 is not in the model"),
    ("ALTER TABLE posts DROP CONSTRAINT posts_author_id_fkey", "constraint posts.posts_author_id_fkey is missing"),
    (
        "ALTER TABLE posts DROP CONSTRAINT posts_author_id_fkey; ALTER TABLE posts ADD CONSTRAINT posts_author_id_fkey "
        "FOREIGN KEY (author_id) REFERENCES users ON DELETE CASCADE",
        "constraint posts.posts_author_id_fkey: on delete is cascade, in the model restrict",
    ),
    (
        "ALTER TABLE posts DROP CONSTRAINT posts_author_id_fkey; ALTER TABLE posts ADD CONSTRAINT posts_author_id_fkey "
        "FOREIGN KEY (author_id) REFERENCES users ON DELETE RESTRICT ON UPDATE CASCADE",
        "constraint posts.posts_author_id_fkey: on update is cascade, in the model no action",
    ),
    (
        "ALTER TABLE comments DROP CONSTRAINT comments_post_id_parent_id_fkey; ALTER TABLE comments ADD CONSTRAINT "
        "comments_post_id_parent_id_fkey FOREIGN KEY (post_id, parent_id) REFERENCES comments (post_id, id) "
        "ON DELETE SET NULL ON UPDATE CASCADE",
        "constraint comments.comments_post_id_parent_id_fkey: set columns is none, in the model parent_id",
    ),
    (
        "ALTER TABLE comments DROP CONSTRAINT comments_author_id_fkey; ALTER TABLE comments ADD CONSTRAINT "
        "comments_author_id_fkey FOREIGN KEY (author_id) REFERENCES posts ON DELETE CASCADE",
        "constraint comments.comments_author_id_fkey: target is posts, in the model users",
    ),
    (
        "ALTER TABLE teams ALTER CONSTRAINT teams_captain_id_fkey NOT DEFERRABLE",
        "constraint teams.teams_captain_id_fkey: is deferrable is false, in the model true",
    ),
    (
        "ALTER TABLE teams ALTER CONSTRAINT teams_captain_id_fkey INITIALLY IMMEDIATE",
        "constraint teams.teams_captain_id_fkey: is deferred is false, in the model true",
    ),
    (
        "ALTER TABLE places DROP CONSTRAINT places_room_during_excl",
        "constraint places.places_room_during_excl is missing",
    ),
    (
        "ALTER TABLE places DROP CONSTRAINT places_room_during_excl, ADD CONSTRAINT places_room_during_excl "
        "EXCLUDE USING gist (room WITH =, during WITH -|-)",
        "constraint places.places_room_during_excl: members is room, =, during, -|-, in the model room, =, during, &&",
    ),
    (
        "ALTER TABLE places DROP CONSTRAINT places_room_during_excl, ADD CONSTRAINT places_room_during_excl "
        "EXCLUDE USING gist (room WITH =, during WITH &&) WHERE (room > 0)",
        "constraint places.places_room_during_excl: predicate is (room > 0), in the model none",
    ),
    # indexes
    ("DROP INDEX posts_author_id_created_at_idx", "index posts_author_id_created_at_idx is missing"),
    ("CREATE INDEX mine ON posts (rating)", "index mine is not in the model"),
    (
        "DROP INDEX posts_editor_id_idx; CREATE INDEX posts_editor_id_idx ON posts USING hash (editor_id)",
        "index posts_editor_id_idx: method is hash, in the model btree",
    ),
    (
        "DROP INDEX posts_editor_id_idx; CREATE INDEX posts_editor_id_idx ON posts (author_id)",
        "index posts_editor_id_idx, key 1: column is author_id, in the model editor_id",
    ),
    (
        "DROP INDEX posts_editor_id_idx; CREATE INDEX posts_editor_id_idx ON posts (editor_id, id)",
        "index posts_editor_id_idx: keys is editor_id, id, in the model editor_id",
    ),
    (
        "DROP INDEX posts_author_id_created_at_idx; "
        "CREATE INDEX posts_author_id_created_at_idx ON posts (author_id, created_at DESC)",
        "index posts_author_id_created_at_idx, key 2: is nulls first is true, in the model false",
    ),
    (
        "DROP INDEX posts_author_id_created_at_idx; "
        "CREATE INDEX posts_author_id_created_at_idx ON posts (author_id, created_at)",
        "index posts_author_id_created_at_idx, key 2: is descending is false, in the model true",
    ),
    (
        "DROP INDEX posts_data_idx; CREATE INDEX posts_data_idx ON posts USING gin (data)",
        "index posts_data_idx, key 1: operator class is jsonb_ops, in the model jsonb_path_ops",
    ),
    (
        "DROP INDEX posts_editor_id_idx; CREATE UNIQUE INDEX posts_editor_id_idx ON posts (editor_id)",
        "index posts_editor_id_idx: is unique is true, in the model false",
    ),
    (
        "DROP INDEX posts_editor_id_idx; CREATE INDEX posts_editor_id_idx ON posts (editor_id) WHERE rating > 0",
        "index posts_editor_id_idx: predicate is (rating > 0), in the model none",
    ),
    (
        "DROP INDEX users_username_key; "
        "CREATE UNIQUE INDEX users_username_key ON users (username) INCLUDE (role, is_active)",
        "index users_username_key: include is role, is_active, in the model is_active, role",
    ),
    (
        "DROP INDEX users_email_key; "
        "CREATE UNIQUE INDEX users_email_key ON users (upper(email)) WHERE deleted_at IS NULL",
        "index users_email_key, key 1: expression is upper(email), in the model lower(email)",
    ),
    (
        "DROP INDEX users_username_key; "
        'CREATE UNIQUE INDEX users_username_key ON users (username COLLATE "C") '
        "INCLUDE (is_active, role) WHERE deleted_at IS NULL",
        "index users_username_key, key 1: collation is C, in the model none",
    ),
    (
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'posts_editor_id_idx'::regclass",
        "index posts_editor_id_idx: is valid is false, in the model true",
    ),
    # types and extensions
    ("ALTER TYPE \"post status\" ADD VALUE 'late'", "enum post status: values is draft, published, it's over, late"),
    ("ALTER TYPE \"post status\" RENAME VALUE 'draft' TO 'new'", "enum post status: values is new, published"),
    ("CREATE TYPE mood AS ENUM ('x')", "enum mood is not in the model"),
    ("CREATE EXTENSION pg_trgm", "extension pg_trgm is not in the model"),
    ("DROP EXTENSION earthdistance CASCADE", "extension earthdistance is missing"),
    ("DROP EXTENSION earthdistance CASCADE", 'index "places_coordinates_idx" of the model does not load here'),
    # views
    ("DROP VIEW live_users", "view live_users is missing"),
    (
        "CREATE OR REPLACE VIEW live_users AS SELECT id, email, username, password_hash, role, is_active, created_at, "
        "updated_at FROM users",
        "view live_users: definition is",
    ),
    ("ALTER VIEW live_users SET (security_invoker = true)", "view live_users: options is security_invoker=true"),
    ("CREATE VIEW mine AS SELECT 1 AS x", "view mine is not in the model"),
    ("DROP MATERIALIZED VIEW statistics", "materialized view statistics is missing"),
    ("DROP MATERIALIZED VIEW statistics", "index statistics_id_key is missing"),
    (
        "DROP MATERIALIZED VIEW statistics; "
        "CREATE MATERIALIZED VIEW statistics AS SELECT id, title, 0::bigint AS comment_count FROM posts",
        "materialized view statistics: definition is",
    ),
    (
        "DROP MATERIALIZED VIEW statistics; "
        "CREATE MATERIALIZED VIEW statistics AS SELECT id, title, 0 AS comment_count FROM posts",
        "materialized view statistics: columns is id, uuid, title, text, comment_count, integer",
    ),
    # triggers and routines
    ("DROP TRIGGER users_touch ON users", "trigger users.users_touch is missing"),
    ("ALTER TABLE users DISABLE TRIGGER users_audit", "trigger users.users_audit: mode is D, in the model O"),
    (
        "DROP TRIGGER users_audit ON users; CREATE TRIGGER users_audit AFTER INSERT OR UPDATE ON users "
        "FOR EACH ROW EXECUTE FUNCTION users_audit()",
        "trigger users.users_audit: events is insert, update, in the model insert, delete, update",
    ),
    (
        "DROP TRIGGER users_soft_delete ON users; CREATE TRIGGER users_soft_delete AFTER UPDATE ON users "
        "FOR EACH ROW EXECUTE FUNCTION users_soft_delete()",
        "trigger users.users_soft_delete: definition is",
    ),
    (
        "DROP TRIGGER users_touch ON users; CREATE TRIGGER users_touch AFTER UPDATE ON users "
        "FOR EACH ROW EXECUTE FUNCTION touch_updated_at()",
        "trigger users.users_touch: timing is after, in the model before",
    ),
    (
        "DROP TRIGGER users_touch ON users; CREATE TRIGGER users_touch BEFORE UPDATE ON users "
        "FOR EACH STATEMENT EXECUTE FUNCTION touch_updated_at()",
        "trigger users.users_touch: level is statement, in the model row",
    ),
    (
        "CREATE OR REPLACE FUNCTION touch_updated_at() RETURNS trigger LANGUAGE plpgsql "
        "SET search_path = pg_catalog, pg_temp AS 'BEGIN RETURN NEW; END'",
        "function touch_updated_at(): body is",
    ),
    ("ALTER FUNCTION users_audit() SECURITY INVOKER", "function users_audit(): is security definer is false"),
    ("ALTER FUNCTION users_audit() RESET ALL", "function users_audit(): settings is none, in the model search_path="),
    (
        "GRANT EXECUTE ON FUNCTION users_audit() TO PUBLIC",
        "function users_audit(): is public is true, in the model false",
    ),
    ("DROP PROCEDURE expire_sessions", "procedure expire_sessions(integer) is missing"),
    ("CREATE FUNCTION mine() RETURNS integer LANGUAGE sql RETURN 1", "function mine() is not in the model"),
    (
        "CREATE OR REPLACE PROCEDURE expire_sessions(batch integer DEFAULT 3) LANGUAGE plpgsql AS 'BEGIN END'",
        "procedure expire_sessions(integer): argument defaults is 3, in the model 2",
    ),
    # what no design makes
    ("CREATE SEQUENCE mine", "sequence mine is not in the model"),
    ("CREATE DOMAIN mine AS integer", "domain mine is not in the model"),
    ("CREATE TYPE mine AS (x integer)", "composite type mine is not in the model"),
    ("CREATE STATISTICS mine ON rating, price FROM posts", "statistics mine is not in the model"),
    ("CREATE POLICY mine ON posts USING (true)", "policy posts.mine is not in the model"),
    ("CREATE RULE mine AS ON DELETE TO posts DO INSTEAD NOTHING", "rule posts.mine is not in the model"),
    (
        "CREATE AGGREGATE mine(integer) (SFUNC = int4pl, STYPE = integer)",
        "aggregate mine is not in the model",
    ),
]


@pytest.fixture(scope="module")
def live(postgres_server):
    postgres_server.create_database("catalog_live")
    try:
        with postgres_server.connect("catalog_live") as connection:
            yield connection
    finally:
        postgres_server.drop_database("catalog_live")


@pytest.fixture
def loaded(live, blog, blog_views):
    if not read_catalog(live).facts:
        live.execute(schema_sql(blog, views=blog_views).encode())
    return live


def test_a_schema_reads_back_as_it_was_written(loaded, blog, blog_views):
    comparison = compare(blog, loaded, views=blog_views)
    assert comparison.differences == ()
    assert comparison.objects == len(read_catalog(loaded).facts) > 100


def test_comparing_leaves_the_database_as_it_was(loaded, blog, blog_views):
    before = read_catalog(loaded)
    compare(blog, loaded, views=blog_views)
    assert read_catalog(loaded) == before
    assert loaded.execute("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'groundplan%'").fetchone() == (0,)


@pytest.mark.parametrize(("change", "told"), CHANGES, ids=[change for change, _ in CHANGES])
def test_a_change_is_told(loaded: psycopg.Connection, blog: Schema, blog_views, change: str, told: str):
    with loaded.transaction(force_rollback=True):
        loaded.execute(change.encode())
        found = differences(blog, loaded, views=blog_views)
    assert any(told in sentence for sentence in found), found


def test_a_view_without_its_query_is_compared_by_its_columns(loaded, blog):
    assert differences(blog, loaded) == ()


def test_a_change_of_the_model_is_told_too(loaded, blog, blog_views):
    users, *others = blog.tables
    check = Check(name="users_role_check", condition=Binary(Operator.EQUAL, Local("role"), Literal("admin")))
    changed = replace(users, checks=(users.checks[0], check, users.checks[2]))
    (told,) = differences(replace(blog, tables=(changed, *others)), loaded, views=blog_views)
    assert told.startswith("constraint users.users_role_check: condition is (role = ANY ")
    assert told.endswith("in the model (role = 'admin'::text)")


def test_a_model_that_does_not_load_is_told(loaded, blog, blog_views):
    users, *others = blog.tables
    check = Check(name="users_role_check", condition=Binary(Operator.EQUAL, Local("rolle"), Literal("admin")))
    broken = replace(users, checks=(users.checks[0], check, users.checks[2]))
    found = differences(replace(blog, tables=(broken, *others)), loaded, views=blog_views)
    assert found[0] == 'table "users" of the model does not load here: column "rolle" does not exist'
