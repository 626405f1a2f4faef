"""README.md and dictionary.md: what they name, where they lead, what they never hold."""

import re
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from groundplan.postgres.model import PostgresDesign, Schema
from groundplan.postgres.queries.model import CompiledWorkload
from groundplan.report import layout
from groundplan.report.characters import on_one_line
from groundplan.report.dictionary import data_dictionary
from groundplan.report.document import design_document
from groundplan.report.markdown import anchor
from groundplan.report.model import DesignResult, PostgresPart
from groundplan.service.files import design_files


def tokens(text: str) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(text)


def headings(text: str) -> list[str]:
    read = tokens(text)
    return [read[at + 1].content for at, token in enumerate(read) if token.type == "heading_open"]


def targets(text: str) -> list[str]:
    inline = (child for token in tokens(text) for child in token.children or ())
    return [str(child.attrs.get("href") or child.attrs.get("src")) for child in inline if child.attrs]


def table_after(text: str, heading: str) -> list[list[str]]:
    """Return the cells of the first table after a heading, words as read."""
    read = tokens(text)
    start = next(at for at, token in enumerate(read) if token.type == "inline" and token.content == heading)
    rows: list[list[str]] = []
    for at in range(start, len(read)):
        token = read[at]
        if token.type == "table_close":
            break
        if token.type == "tr_open":
            rows.append([])
        if token.type in ("th_open", "td_open"):
            rows[-1].append("".join(child.content for child in read[at + 1].children or ()))
    return rows


def test_the_document_has_the_parts_of_a_design(blog: DesignResult) -> None:
    assert headings(design_document(blog)) == [
        "blog",
        "Tables",
        "Diagram",
        "References",
        "Access patterns",
        "Transactions",
        "How rows end",
        "Work to schedule",
        "Decisions",
        "Indexes",
        "All 88, with what was rejected",
        "Assumptions",
        "Notes",
        "Files",
    ]


def test_tables_are_listed_with_their_size_now_and_in_a_year(blog: DesignResult) -> None:
    header, *rows = table_after(design_document(blog), "Tables")
    by_name = {row[0]: dict(zip(header, row, strict=True)) for row in rows}
    assert list(by_name) == [relation.name for relation in blog.logical.relations]
    assert by_name["posts"]["rows now"] == "20,000,000"
    assert by_name["posts"]["in a year"] == "32,000,000"  # 20 million × 1.04¹²
    assert by_name["comments"]["in a year"] == "260,000,000"  # 150 million + 12 × 9 million
    assert by_name["post_tags"]["rows now"] == "about 60,000,000"
    assert by_name["post_tags"]["holds"] == "links posts and tags"


def test_references_say_how_many_and_what_deleting_does(blog: DesignResult) -> None:
    rows = {row[0]: row[1:] for row in table_after(design_document(blog), "References")}
    assert rows["posts.author_id"] == ["users", "median 4, p99 300, max 50,000", "restrict"]
    assert rows["preferences.user_id"] == ["users", "at most one", "cascade"]
    assert rows["places.host_id"] == ["users", "optional; median 4, p99 300, max 50,000", "set null"]
    assert len(rows) == 1 + sum(len(relation.references) for relation in blog.logical.relations)


def test_access_patterns_say_what_they_do_how_often_how_fast_and_by_what(blog: DesignResult) -> None:
    rows = {row[0]: row[1:] for row in table_after(design_document(blog), "Access patterns")}
    assert list(rows)[1:] == [pattern.name for pattern in blog.resolved.patterns]
    assert rows["recent_posts"] == [
        "The front page. Reads Post where status = 'published' and published_at > :since, ordered by "
        "published_at desc, 20 a page",
        "500/s",
        "50 ms",
        "posts_published_at_id_idx",
    ]
    assert rows["statistics"][1:] == ["5/min", "500 ms", "statistics_id_key"]
    assert rows["thread"][2] == "100 ms"
    assert rows["save_settings"][0] == "Upserts Preferences on user, 50 at a time"
    assert rows["sign_out"][0] == "Deletes Session where id = :id"


def test_pinned_decisions_stand_among_those_that_shape_the_design(blog: DesignResult) -> None:
    rows = table_after(design_document(blog), "Decisions")
    assert ["tags: key id", "uuid (pinned by the plan)"] in [row[:2] for row in rows]


def test_every_decision_is_there_with_its_alternatives_and_its_pin(blog: DesignResult) -> None:
    text = design_document(blog)
    for decision in blog.decisions:
        assert f"`{decision.pin}`" in text
        assert f"rule `{decision.rule}`" in text
    said = [line for line in text.splitlines() if line.startswith("  - not ")]
    assert said.count("  - not **identity**: the plan's convention is uuid (8 bytes a row less)") == 8


def test_decisions_that_say_the_same_share_an_entry(blog: DesignResult) -> None:
    text = design_document(blog)
    assert "- type `created_at`, `updated_at`: **timestamp with time zone**. " in text


@pytest.mark.parametrize(
    ("design", "wanted"),
    [
        ("blog", {"postgres/er.svg", "dictionary.md#users", "postgres/queries/sign_in.sql"}),
        ("both", {"postgres/er.svg", "mongodb/er.svg", "dictionary.md#mongousers", "mongodb/queries/sign_in.js"}),
        ("documents", {"mongodb/er.svg", "dictionary.md#mongousers", "mongodb/queries/sign_in.js"}),
    ],
)
def test_every_link_leads_to_a_file_of_the_design_or_a_heading_of_it(
    design: str, wanted: set[str], request: pytest.FixtureRequest
) -> None:
    files = design_files(request.getfixturevalue(design))
    folders = {f"{path.rpartition('/')[0]}/" for path in files}
    anchors = {f"dictionary.md#{anchor(heading)}" for heading in headings(files["dictionary.md"])}
    assert wanted <= set(targets(files["README.md"]))
    assert set(targets(files["README.md"])) <= {*files, *folders, *anchors}
    assert {f"dictionary.md{target}" for target in targets(files["dictionary.md"])} <= anchors


@pytest.mark.parametrize("design", ["proven", "both", "documents"])
def test_nothing_measured_is_in_it(design: str, request: pytest.FixtureRequest) -> None:
    result = request.getfixturevalue(design)
    unproven, files = design_files(replace(result, evidence=None)), design_files(result)
    assert {path for path in files if files[path] != unproven[path]} == {"report.html", "evidence.json"}


def test_without_graphviz_it_shows_the_diagram_as_text(blog: DesignResult, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "is_installed", lambda: False)
    layout.lay_out.cache_clear()
    files = design_files(blog)
    layout.lay_out.cache_clear()
    assert "postgres/er.svg" not in files
    assert "er.svg" not in files["README.md"]
    assert "```mermaid\nerDiagram\n" in files["README.md"]
    assert "pip install" in files["report.html"]


def test_a_design_of_nothing_is_still_a_document(blog: DesignResult) -> None:
    bare = replace(
        blog,
        resolved=replace(blog.resolved, plan=replace(blog.plan, about=None, access=()), patterns=(), transactions=()),
        logical=replace(blog.logical, relations=(), decisions=(), assumptions=()),
        postgres=PostgresPart(
            design=PostgresDesign(schema=Schema(version=18)),
            workload=CompiledWorkload(patterns=(), transactions=()),
        ),
        statements={},
        notes=(),
    )
    files = design_files(bare)
    assert headings(files["README.md"]) == ["blog", "Diagram", "Files"]
    assert headings(files["dictionary.md"]) == ["Data dictionary: blog"]
    assert "The design has no tables." in files["report.html"]


@pytest.mark.parametrize(("design", "spelled"), [("blog", "hostile"), ("both", "hostile_both")])
@pytest.mark.parametrize("name", ["README.md", "dictionary.md"])
def test_hostile_names_change_no_structure(
    design: str, spelled: str, name: str, request: pytest.FixtureRequest
) -> None:
    """The same design under other names: the same blocks, tables as wide, and no HTML but the folds."""
    plain, strange = (tokens(design_files(request.getfixturevalue(each))[name]) for each in (design, spelled))
    assert [token.type for token in strange if token.type != "inline"] == [
        token.type for token in plain if token.type != "inline"
    ]
    assert not [child for token in strange for child in token.children or () if child.type == "html_inline"]
    html = "".join(token.content for token in strange if token.type == "html_block")
    assert set(re.findall(r"<(/?\w+)", html)) <= {"details", "/details", "summary", "/summary", "code", "/code"}


def test_hostile_names_are_read_as_they_are(hostile: DesignResult) -> None:
    name = hostile.logical.relations[0].name
    assert table_after(design_document(hostile), "Tables")[1][0] == on_one_line(name)


def test_the_dictionary_has_every_column_constraint_index_and_trigger(blog: DesignResult) -> None:
    text = data_dictionary(blog)
    for table in blog.schema.tables:
        assert [row[0] for row in table_after(text, table.name)][1:] == [column.name for column in table.columns]
        parts = (table.primary_key, *table.unique, *table.foreign_keys, *table.checks, *table.exclusions)
        for part in (*parts, *table.indexes, *table.triggers):
            assert f"| `{part.name}` |" in text


def test_the_dictionary_says_what_a_link_links(blog: DesignResult) -> None:
    text = data_dictionary(blog).replace("\\", "")
    assert "\n## post_tags\n\nA row links `posts` and `tags`: Post.tags.\n" in text


def test_the_dictionary_says_what_columns_and_constraints_mean(blog: DesignResult) -> None:
    text = data_dictionary(blog)
    assert "| `password_hash` | `text` | required, secret |" in text
    assert "| `author_id` | `uuid` | reference, required |" in text
    assert "`author_id` refers to `users (id)`; on delete restrict, on update no action" in text
    assert "no two rows with `booked &&`" in text.replace("\\", "")
    assert "writes who, when, what and the changed columns to `users_audit`, never `password_hash`" in text
    assert "unique, btree `(lower(email))` where `deleted_at IS NULL`" in text


def test_two_engines_have_each_their_part(both: DesignResult) -> None:
    text = design_document(both)
    assert headings(text) == [
        "blog",
        "Tables",
        "Diagram",
        "Collections",
        "Diagram of the documents",
        "References",
        "Access patterns",
        "Transactions",
        "How rows end",
        "Work to schedule",
        "Decisions",
        "Indexes of PostgreSQL",
        "Indexes of MongoDB",
        "All 90, with what was rejected",
        "Assumptions",
        "Notes",
        "Files",
    ]
    assert "PostgreSQL 18: 9 tables, 1 materialized view; MongoDB 6: 6 collections; 15 access patterns, " in text


def test_collections_say_what_their_documents_hold(both: DesignResult, documents: DesignResult) -> None:
    rows = {row[0]: row[1:] for row in table_after(design_document(both), "Collections")}
    assert rows["posts"] == [
        "author (a copy of username); tags (all its post_tags, at most 1,000); comments_count (how many comments)",
        "20,000,000",
    ]
    assert rows["users"][0] == "preferences (the one of preferences)"
    header, *alone = table_after(design_document(documents), "Collections")
    assert header == ["collection", "about", "holds besides its own row", "documents now", "in a year", "growth"]
    assert next(row for row in alone if row[0] == "posts")[3:] == ["20,000,000", "32,000,000", "4 % a month"]


def test_references_say_how_documents_keep_them(both: DesignResult) -> None:
    rows = {row[0]: row[-1] for row in table_after(design_document(both), "References")}
    assert rows["posts.author_id"] == "stored, with a copy of username"
    assert rows["post_tags.post_id"] == "by nesting: posts.tags"
    assert rows["preferences.user_id"] == "by nesting: users.preferences"
    assert rows["comments.author_id"] == "stored"


def test_access_patterns_lead_to_both_queries_and_name_both_answers(both: DesignResult) -> None:
    header, *rows = table_after(design_document(both), "Access patterns")
    assert header[-2:] == ["in PostgreSQL by", "in MongoDB by"]
    by_name = {row[0]: row[-2:] for row in rows}
    assert by_name["thread SQL JS"] == ["comments_post_id_created_at_id_idx", "comments_post_id_created_at_idx"]
    assert by_name["search_posts SQL"] == ["posts_search_idx", "not in MongoDB: one text index is not enough for it"]
    assert by_name["by_hand"] == ["", ""]


def test_mongodb_alone_has_nothing_of_tables(documents: DesignResult) -> None:
    files = design_files(documents)
    text = files["README.md"]
    assert not [path for path in files if path.startswith("postgres/")]
    assert {"mongodb/er.mmd", "mongodb/er.svg"} <= files.keys()
    assert "Tables" not in headings(text)
    assert "MongoDB 6: 6 collections; 15 access patterns, " in text
    assert table_after(text, "Transactions")[1:] == [["join", "register, register", "read committed", "snapshot"]]


def test_the_dictionary_has_every_field_rule_and_index_of_a_collection(both: DesignResult) -> None:
    text = data_dictionary(both)
    for collection in both.documents.collections:
        fields = [row[0] for row in table_after(text, f"mongo.{collection.name}")][1:]
        assert [name for name in fields if "." not in name] == [field.name for field in collection.document.fields]
        for index in collection.indexes:
            assert f"| `{index.name}` |" in text
    rows = {row[0]: row[1:] for row in table_after(text, "mongo.posts")}
    assert rows["author"][:2] == ["object", "required, copy"]
    assert rows["author"][-1] == "copied from users, where the truth is; writes there carry every change on"
    assert rows["tags"] == ["array", "required", "maxItems: 1,000", "the rows of post_tags, here and nowhere else"]
    assert rows["tags[].tag_id"] == ["string", "key, reference, required", "", "points at tags"]
    assert rows["comments_count"][:3] == ["int or long", "required, count", "minimum: 0"]
    assert rows["schema_version"] == ["any", "required", "enum: 1", "the number of this shape"]
    assert rows["published_at"][1] == "optional"
    assert "| posts: title is short | `char_length(title) <= 255` |" in text.replace("\\", "")
    assert "documents expire by it" in text
    assert "A view: the documents of `users` without `deleted_at`." in text.replace("\\", "")
