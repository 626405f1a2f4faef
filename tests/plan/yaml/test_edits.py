"""Edits: what changes in the text, and that nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from groundplan.base.errors import PlanInvalid, UnknownObject
from groundplan.plan.yaml.attachment import Notes
from groundplan.plan.yaml.edits import add_entry, add_item, remove, rename_key, replace_value
from groundplan.plan.yaml.nodes import mapping, scalar, sequence
from groundplan.plan.yaml.reader import Document, read_document

LIBRARY = (Path(__file__).parent / "plans" / "library.yaml").read_text(encoding="utf-8")
READER = ("entities", "Reader", "attributes")


def read(text: str) -> Document:
    document = read_document(text, file="plan.yaml").document
    assert document is not None
    return document


def changes(before: str, after: str) -> str:
    """Return the lines that went and came, with their marks."""
    old, new = before.splitlines(), after.splitlines()
    shown = ""
    for _, old_from, old_to, new_from, new_to in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if old[old_from:old_to] != new[new_from:new_to]:
            shown += "".join(f"- {line}\n" for line in old[old_from:old_to])
            shown += "".join(f"+ {line}\n" for line in new[new_from:new_to])
    return shown


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        pytest.param(
            lambda d: replace_value(d, ("entities", "Reader", "rows", "now"), scalar("300K")),
            "-     rows: {now: 200K, growth: 1%/month}\n+     rows: {now: 300K, growth: 1%/month}\n",
            id="a value in braces",
        ),
        pytest.param(
            lambda d: replace_value(d, (*READER, "first_name"), scalar("text(80)")),
            "-       first_name:    text(100)?                        # ? = optional\n"
            "+       first_name:    text(80)                          # ? = optional\n",
            id="a value with a comment behind it, which keeps its column",
        ),
        pytest.param(
            lambda d: replace_value(d, ("entities", "Shelf", "rows"), mapping({"now": "decimal(1,2)"}, flow=True)),
            "-   Shelf:    {rows: {now: 5K}, attributes: {name: text(50) unique, slug: slug unique}}\n"
            '+   Shelf:    {rows: {now: "decimal(1,2)"}, attributes: {name: text(50) unique, slug: slug unique}}\n',
            id="braces in braces",
        ),
        pytest.param(
            lambda d: replace_value(d, ("entities", "Place"), mapping({"about": "one\ntwo\n", "rows": 5})),
            "-   Place:    {attributes: {name: text(100), coordinates: point}}\n"
            "+   Place:\n+     about: |\n+       one\n+       two\n+     rows: 5\n",
            id="braces by a block",
        ),
        pytest.param(
            lambda d: replace_value(d, ("access", "recent_books"), mapping({"read": "Book"}, flow=True)),
            "-   recent_books:\n"
            "-     read: Book\n"
            "-     fields: [title, summary, published_on, author.name]\n"
            "-     where: status = 'shelved' and published_on > now() - interval '30 days'\n"
            "-     order: published_on desc\n"
            "-     page: 20                                            # keyset pagination\n"
            "-     rate: 500/s\n"
            "-     target: 50ms\n"
            "+   recent_books: {read: Book}\n",
            id="a block by braces",
        ),
        pytest.param(
            lambda d: replace_value(d, ("decisions",), mapping({"Book.id": "uuid"})),
            "- decisions: {}                                           # pins, e.g. mongo.Review.book: reference\n"
            "+ decisions:  # pins, e.g. mongo.Review.book: reference\n"
            "+   Book.id: uuid\n",
            id="empty braces by a block",
        ),
        pytest.param(
            lambda d: add_entry(d, READER, "city", scalar("text(60)")),
            "+       city:          text(60)\n",
            id="an entry that joins a table",
        ),
        pytest.param(
            lambda d: add_entry(d, READER, "a_much_longer_name", scalar("text(60)"), before="role"),
            "+       a_much_longer_name: text(60)\n",
            id="an entry too long for the table",
        ),
        pytest.param(
            lambda d: add_entry(
                d,
                ("entities",),
                "Fine",
                mapping({"rows": mapping({"now": 5}, flow=True)}),
                before="Place",
                notes=Notes(above=("# what is owed", ""), beside="in cents"),
            ),
            "+   # what is owed\n+ \n+   Fine:  # in cents\n+     rows: {now: 5}\n",
            id="a block with comments",
        ),
        pytest.param(
            lambda d: add_entry(d, ("entities", "Session", "lifecycle"), "audit", scalar(value=True)),
            "-              lifecycle: {expires: expires_at}}\n"
            "+              lifecycle: {expires: expires_at, audit: true}}\n",
            id="an entry in braces",
        ),
        pytest.param(
            lambda d: add_entry(d, ("entities", "Shelf", "attributes"), "place", scalar("x" * 40)),
            "-   Shelf:    {rows: {now: 5K}, attributes: {name: text(50) unique, slug: slug unique}}\n"
            "+   Shelf:\n"
            "+     rows: {now: 5K}\n"
            f"+     attributes: {{name: text(50) unique, slug: slug unique, place: {'x' * 40}}}\n",
            id="an entry that makes braces too long",
        ),
        pytest.param(
            lambda d: add_entry(d, ("dependencies",), "Book", sequence(["a -> b"])),
            "- dependencies: {}                                        "
            "# only where an entity is not already about one thing\n"
            "+ dependencies:  # only where an entity is not already about one thing\n+   Book:\n+     - a -> b\n",
            id="the first entry",
        ),
        pytest.param(
            lambda d: add_item(d, ("access", "recent_books", "fields"), scalar("coalesce(a, b)"), before=1),
            "-     fields: [title, summary, published_on, author.name]\n"
            '+     fields: [title, "coalesce(a, b)", summary, published_on, author.name]\n',
            id="an item in brackets",
        ),
        pytest.param(
            lambda d: remove(d, (*READER, "first_name")),
            "-       first_name:    text(100)?                        # ? = optional\n",
            id="an entry gone with its comment",
        ),
        pytest.param(
            lambda d: remove(d, ("entities", "Session", "lifecycle")),
            "-   Session:  {rows: {now: 500K}, attributes: {token: text(64) unique secret, expires_at: timestamp},\n"
            "-              lifecycle: {expires: expires_at}}\n"
            "+   Session:  {rows: {now: 500K}, attributes: {token: text(64) unique secret, expires_at: timestamp}}\n",
            id="the last entry in braces gone",
        ),
        pytest.param(
            lambda d: remove(d, ("targets", "postgres")),
            "- targets: {postgres: 18, mongo: 6}\n+ targets: {mongo: 6}\n",
            id="the first entry in braces gone",
        ),
        pytest.param(
            lambda d: remove(remove(d, ("targets", "postgres")), ("targets", "mongo")),
            "- targets: {postgres: 18, mongo: 6}\n+ targets: {}\n",
            id="all entries gone",
        ),
        pytest.param(
            lambda d: rename_key(d, ("relationships", "Book.author > Person"), "Book.writer > Person"),
            "-   Book.author > Person:       {inverse: books,    "
            "inverse_fanout: {p50: 3, p99: 400, max: 20K}, on_delete: restrict}\n"
            "+   Book.writer > Person:       {inverse: books,    "
            "inverse_fanout: {p50: 3, p99: 400, max: 20K}, on_delete: restrict}\n",
            id="a key renamed",
        ),
        pytest.param(
            lambda d: rename_key(d, ("entities", "Place"), "Spot"),
            "-   Place:    {attributes: {name: text(100), coordinates: point}}\n"
            "+   Spot:     {attributes: {name: text(100), coordinates: point}}\n",
            id="a key renamed in a table",
        ),
    ],
)  # fmt: skip
def test_an_edit_of_a_plan(edit: Callable[[Document], Document], expected: str) -> None:
    assert changes(LIBRARY, edit(read(LIBRARY)).source.text) == expected


@pytest.mark.parametrize(
    ("text", "edit", "expected"),
    [
        pytest.param("a: 1", lambda d: add_entry(d, (), "b", scalar(2)), "a: 1\nb: 2\n", id="no line break at the end"),
        pytest.param("", lambda d: add_entry(d, (), "b", mapping({"c": 1})), "b:\n  c: 1\n", id="an empty file"),
        pytest.param("# c\n", lambda d: add_entry(d, (), "b", sequence([])), "# c\nb: []\n", id="a comment alone"),
        pytest.param(
            "a: 1\r\nb: 2\r\n",
            lambda d: add_entry(d, (), "c", mapping({"d": 3}), before="b"),
            "a: 1\r\nc:\r\n  d: 3\r\nb: 2\r\n",
            id="line breaks of Windows",
        ),
        pytest.param(
            "\ufeffa: 1\n", lambda d: replace_value(d, ("a",), scalar(2)), "\ufeffa: 2\n", id="byte order mark"),
        pytest.param("a:\nb:\n", lambda d: replace_value(d, ("a",), scalar(1)), "a: 1\nb:\n", id="nothing by a value"),
        pytest.param(
            "a: {b, c}\n", lambda d: replace_value(d, ("a", "b"), scalar(1)), "a: {b: 1, c}\n", id="a bare key"),
        pytest.param("a: 1\n", lambda d: replace_value(d, ("a",), scalar(None)), "a: null\n", id="a value by nothing"),
        pytest.param(
            "a:\n", lambda d: add_entry(d, ("a",), "b", scalar(1)), "a:\n  b: 1\n", id="a null becomes a mapping"),
        pytest.param(
            "a:\n", lambda d: add_item(d, ("a",), mapping({"b": 1})), "a:\n  - b: 1\n", id="a null becomes a sequence"
        ),
        pytest.param(
            "a: |\n  b\n\n# c\nd: 1\n",
            lambda d: replace_value(d, ("a",), scalar("e")),
            "a: e\n\n# c\nd: 1\n",
            id="a block of text by a word",
        ),
        pytest.param(
            "a:\n- b\n# c\n- d   # e\nf: 1\n",
            lambda d: remove(d, ("a", 1)),
            "a:\n- b\nf: 1\n",
            id="an item gone with its comments",
        ),
        pytest.param(
            "a:\n- b\nf: 1\n", lambda d: add_item(d, ("a",), mapping({"x": 1, "y": 2})),
            "a:\n- b\n- x: 1\n  y: 2\nf: 1\n",
            id="an item without indentation",
        ),
        pytest.param(
            "# head\n\n# a\na: 1\nb: 2\n", lambda d: remove(d, ("a",)), "# head\n\nb: 2\n",
            id="the head of a file stays"
        ),
        pytest.param(
            "- a: 1\n  b: 2\n- c: 3\n", lambda d: remove(d, (0, "a")), "- b: 2\n- c: 3\n", id="the entry behind a dash"
        ),
        pytest.param(
            "- a: 1\n  b: 2\n",
            lambda d: add_entry(d, (0,), "z", scalar(0), before="a"),
            "- z: 0\n  a: 1\n  b: 2\n",
            id="an entry before the one behind a dash",
        ),
        pytest.param(
            "a: &x {b: 1}\nc: *x  # same\n",
            lambda d: replace_value(d, ("c", "b"), scalar(2)),
            "a: &x {b: 1}\nc: {b: 2}  # same\n",
            id="within an alias, which is written out",
        ),
        pytest.param(
            "# head\na:   &x {b: 1}\nc: *x  # same\n",
            lambda d: replace_value(d, ("a", "b"), scalar(2)),
            "# head\na: {b: 2}\nc: {b: 1}  # same\n",
            id="within an anchor, whose alias keeps its value",
        ),
        pytest.param(
            "a: [b,  # c\n  d]\n", lambda d: replace_value(d, ("a", 1), scalar("e")), "a: [b,  # c\n  e]\n",
            id="an item near a comment",
        ),
        pytest.param(
            "a: [b,  # c\n  d]\n", lambda d: remove(d, ("a", 1)), "a:\n  - b  # c\n",
            id="an item gone whose neighbour has a comment",
        ),
        pytest.param(
            "a: 1\nb: x\n",
            lambda d: replace_value(d, (), mapping({"a": 2})),
            "a: 2\n",
            id="the root",
        ),
        pytest.param("a: f\n", lambda d: rename_key(d, ("a",), "1"), '"1": f\n', id="a key that needs quotes"),
    ],
)  # fmt: skip
def test_an_edit_of_a_small_text(text: str, edit: Callable[[Document], Document], expected: str) -> None:
    assert edit(read(text)).source.whole == expected


def test_a_section_goes_with_the_blank_line_above_it() -> None:
    start, end = LIBRARY.index("\naccess:"), LIBRARY.index("\ndependencies:")
    assert remove(read(LIBRARY), ("access",)).source.text == LIBRARY[:start] + LIBRARY[end:]


def test_edits_follow_each_other() -> None:
    document = read(LIBRARY)
    for number in range(5):
        document = add_entry(document, READER, f"added_{number}", scalar(f"text({number})"))
    for number in range(5):
        document = remove(document, (*READER, f"added_{number}"))
    assert document.source.text == LIBRARY


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda d: replace_value(d, ("entities", "Reeder"), scalar(1)), 'did you mean "Reader"'),
        (lambda d: remove(d, ("entities", "Reader", "x", "y")), "keys: about, attributes, lifecycle, rows"),
        (lambda d: add_entry(d, ("nothing",), "a", scalar(1)), "keys:"),
        (lambda d: add_entry(d, (), "a", scalar(1), before="z"), "before something that is there"),
        (lambda d: add_item(d, ("access", "recent_books", "fields"), scalar(1), before=9), "is there"),
        (lambda d: rename_key(d, ("planet",), "x"), 'did you mean "plan"'),
    ],
)  # fmt: skip
def test_a_path_that_leads_nowhere(edit: Callable[[Document], Document], words: str) -> None:
    with pytest.raises(UnknownObject) as caught:
        edit(read(LIBRARY))
    assert words in caught.value.help


@pytest.mark.parametrize(
    "edit",
    [
        lambda d: add_entry(d, (), "plan", scalar(1)),
        lambda d: rename_key(d, ("plan",), "about"),
        lambda d: rename_key(d, ("access", "recent_books", "fields", 0), "x"),
        lambda d: remove(d, ()),
        lambda d: add_entry(d, ("plan",), "a", scalar(1)),
        lambda d: add_item(d, ("entities",), scalar(1)),
        lambda d: add_entry(d, ("access", "recent_books", "fields"), "a", scalar(1)),
        lambda d: replace_value(d, ("plan",), scalar("\ud800")),
    ],
)
def test_what_cannot_be_done_is_refused(edit: Callable[[Document], Document]) -> None:
    with pytest.raises(ValueError):
        edit(read(LIBRARY))


def test_a_document_with_findings_is_not_edited() -> None:
    with pytest.raises(PlanInvalid) as caught:
        remove(read("a: 1\na: 2\nb: 3\n"), ("b",))
    assert [found.code for found in caught.value.diagnostics] == ["PL004"]
