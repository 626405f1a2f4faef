"""Mistakes that published designs make, each shown absent from the blog's design; docs/errata.md lists them."""

import re
from itertools import chain

import psycopg
import pytest

from groundplan.plan.expressions import Call, Local
from groundplan.plan.model import ReferentialAction
from groundplan.postgres.model import Index, SoftDeleteTrigger, Table, TouchTrigger
from groundplan.postgres.queries.model import CompiledRead
from groundplan.report.model import DesignResult
from groundplan.service.design import design_plan


def table(blog: DesignResult, name: str) -> Table:
    return blog.schema.table(name)


def key_columns(index: Index) -> tuple[str, ...]:
    return tuple(key.expression.name if isinstance(key.expression, Local) else "" for key in index.keys)


def leading_columns(each: Table) -> list[tuple[str, ...]]:
    """Return the columns of everything that is a b-tree: keys, unique constraints and indexes."""
    return [
        each.primary_key.columns,
        *(unique.columns for unique in each.unique),
        *(key_columns(index) for index in each.indexes),
    ]


def read(blog: DesignResult, name: str) -> CompiledRead:
    compiled = blog.workload.pattern(name)
    assert isinstance(compiled, CompiledRead)
    return compiled


def query(blog: DesignResult, name: str) -> str:
    return read(blog, name).first.numbered


@pytest.fixture
def loaded(blog: DesignResult, database: psycopg.Connection) -> psycopg.Connection:
    """Return a connection to a database with the blog's schema and one user, one post and a tag."""
    database.execute(blog.statements["postgres/schema.sql"])
    database.execute("INSERT INTO users (email, username, password_hash) VALUES ('ann@example.org', 'ann', 'x')")
    database.execute("INSERT INTO posts (author_id, title, slug, content) SELECT id, 'One', 'one', 'text' FROM users")
    return database


def test_keyset_compares_rows_not_columns(blog: DesignResult) -> None:
    compiled = read(blog, "recent_posts")
    assert compiled.next is not None
    text = " ".join(compiled.next.numbered.split())
    assert [key.is_descending for key in compiled.cursor] == [True, True]
    assert re.search(r'\("?\w*"?\.?"published_at", "?\w*"?\.?"id"\) < \(', text), text


def test_an_index_serves_the_pages_in_their_order(blog: DesignResult) -> None:
    serving = [index for index in table(blog, "posts").indexes if "recent_posts" in index.serves]
    assert any(key_columns(index)[-2:] == ("published_at", "id") for index in serving)
    assert all("status" in key_columns(index) or index.where is not None for index in serving)


def test_queries_name_their_columns(blog: DesignResult) -> None:
    queries = [text for path, text in blog.statements.items() if "/queries/" in path]
    assert queries
    for text in queries:
        without_comments = re.sub(r"--[^\n]*", "", text)
        assert not re.search(r"SELECT\s+(\w+\.|\"\w+\"\.)?\*", without_comments, re.IGNORECASE), text


def test_every_referencing_side_has_an_index(blog: DesignResult) -> None:
    for each in blog.schema.tables:
        for key in each.foreign_keys:
            columns = set(key.columns)
            covered = [set(leading[: len(columns)]) == columns for leading in leading_columns(each)]
            narrower = [leading[:1] == (column,) for leading in leading_columns(each) for column in columns]
            assert any(covered) or any(narrower), f"{each.name}.{key.name}"


def test_an_email_has_one_unique_index_that_lets_deleted_users_come_back(
    blog: DesignResult, loaded: psycopg.Connection
) -> None:
    users = table(blog, "users")
    on_email = [index for index in users.indexes if "email" in repr(index.keys)]
    assert [index.is_unique for index in on_email] == [True]
    assert on_email[0].where is not None
    assert not [unique for unique in users.unique if "email" in unique.columns]
    insert = "INSERT INTO users (email, username, password_hash) VALUES (%s, %s, 'x')"
    loaded.execute(insert, ("bob@example.org", "bob"))
    with pytest.raises(psycopg.errors.UniqueViolation):
        loaded.execute(insert, ("bob@example.org", "bobby"))
    loaded.execute("UPDATE users SET deleted_at = now() WHERE username = 'bob'")
    loaded.execute(insert, ("bob@example.org", "bob"))


def test_uniqueness_of_an_email_ignores_case_as_its_check_does(blog: DesignResult, loaded: psycopg.Connection) -> None:
    (index,) = [index for index in table(blog, "users").indexes if "email" in repr(index.keys)]
    assert index.keys[0].expression == Call("lower", (Local("email"),))
    with pytest.raises(psycopg.errors.UniqueViolation):
        loaded.execute("INSERT INTO users (email, username, password_hash) VALUES ('ANN@Example.ORG', 'other', 'x')")


def test_text_is_text_with_a_check_where_a_bound_is_a_rule(blog: DesignResult) -> None:
    columns = list(chain.from_iterable(each.columns for each in blog.schema.tables))
    assert not [column.name for column in columns if column.type.startswith("character varying")]
    title = [check for check in table(blog, "posts").checks if "title" in check.name]
    assert title
    assert table(blog, "posts").column("title").type == "text"


def test_updated_at_changes_on_update(blog: DesignResult, loaded: psycopg.Connection) -> None:
    for each in blog.schema.tables:
        if "updated_at" in {column.name for column in each.columns}:
            assert [trigger for trigger in each.triggers if isinstance(trigger, TouchTrigger)], each.name
    loaded.execute("UPDATE posts SET title = 'Two', updated_at = '2000-01-01'")
    row = loaded.execute("SELECT updated_at > now() - interval '1 minute' FROM posts").fetchone()
    assert row == (True,)


def test_the_lifecycle_decides_how_a_user_with_posts_is_deleted(blog: DesignResult, loaded: psycopg.Connection) -> None:
    (author,) = [key for key in table(blog, "posts").foreign_keys if key.columns == ("author_id",)]
    assert author.on_delete is ReferentialAction.RESTRICT
    assert [trigger for trigger in table(blog, "users").triggers if isinstance(trigger, SoftDeleteTrigger)]
    with pytest.raises(psycopg.errors.RestrictViolation):
        loaded.execute("UPDATE users SET deleted_at = now() WHERE username = 'ann'")
    loaded.execute("DELETE FROM posts")
    loaded.execute("UPDATE users SET deleted_at = now() WHERE username = 'ann'")


def test_aggregates_of_several_collections_do_not_multiply(blog: DesignResult, loaded: psycopg.Connection) -> None:
    assert "count(distinct" not in blog.statements["postgres/schema.sql"].lower()
    loaded.execute(
        "INSERT INTO comments (post_id, author_id, content) "
        "SELECT p.id, author_id, 'c' FROM posts p, generate_series(1, 3)"
    )
    loaded.execute(
        "INSERT INTO users (email, username, password_hash) "
        "SELECT 'u' || n || '@example.org', 'user' || n, 'x' FROM generate_series(1, 5) n"
    )
    loaded.execute("INSERT INTO likes (post_id, user_id) SELECT p.id, u.id FROM posts p, users u")
    (view,) = blog.schema.materialized_views
    loaded.execute(f'REFRESH MATERIALIZED VIEW "{view.name}"')
    row = loaded.execute(f'SELECT comment_count, like_count FROM "{view.name}"').fetchone()
    assert row == (3, 6)


def test_full_text_search_has_a_stored_vector_that_no_null_erases(
    blog: DesignResult, loaded: psycopg.Connection
) -> None:
    posts = table(blog, "posts")
    (vector,) = [column for column in posts.columns if column.type == "tsvector"]
    assert vector.generated is not None
    generated = repr(vector.generated)
    assert "coalesce" in generated
    assert "setweight" in generated
    assert [index for index in posts.indexes if index.method.value == "gin" and key_columns(index) == (vector.name,)]
    assert "to_tsvector" not in query(blog, "search_posts")


def test_a_reply_stays_under_the_post_of_its_parent(loaded: psycopg.Connection) -> None:
    loaded.execute("INSERT INTO posts (author_id, title, slug, content) SELECT id, 'Two', 'two', 'text' FROM users")
    loaded.execute(
        "INSERT INTO comments (post_id, author_id, content) SELECT id, author_id, 'c' FROM posts WHERE slug = 'one'"
    )
    reply = (
        "INSERT INTO comments (post_id, author_id, parent_id, content) "
        "SELECT p.id, p.author_id, c.id, 'reply' FROM posts p, comments c WHERE p.slug = %s"
    )
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        loaded.execute(reply, ("two",))
    loaded.execute(reply, ("one",))


def test_a_published_post_has_a_time_of_publication(loaded: psycopg.Connection) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        loaded.execute("UPDATE posts SET status = 'published'")
    loaded.execute("UPDATE posts SET status = 'published', published_at = now()")


def test_tags_are_what_the_one_plan_says(blog: DesignResult) -> None:
    assert {key.target for key in table(blog, "post_tags").foreign_keys} == {"posts", "tags"}
    assert "tags" not in {column.name for column in table(blog, "posts").columns}


def test_a_soft_deletion_that_would_destroy_rows_is_a_finding(tmp_path) -> None:
    plan = tmp_path / "conflict.plan.yaml"
    plan.write_text(
        "plan: conflict\n"
        "targets: {postgres: 18}\n"
        "entities:\n"
        "  User: {lifecycle: {delete: soft}, attributes: {email: email unique}}\n"
        "  Post: {attributes: {title: text(80)}}\n"
        "relationships:\n"
        "  Post.author > User: {on_delete: cascade}\n"
    )
    assert any("Post.author" in note.message for note in design_plan(plan).notes)
