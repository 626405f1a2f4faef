"""Writing: quotes where they are needed, flow while it fits, comments where they were."""

from __future__ import annotations

from pathlib import Path

import pytest

from groundplan.plan.yaml.attachment import Notes, commentary
from groundplan.plan.yaml.nodes import Node, Sequence, Style, mapping, scalar, sequence
from groundplan.plan.yaml.reader import Document, read_document
from groundplan.plan.yaml.writer import WIDTH, format_document, write_document

PLANS = sorted((Path(__file__).parent / "plans").glob("*.yaml"))


def read(text: str) -> Document:
    result = read_document(text, file="plan.yaml")
    assert [str(found) for found in result.diagnostics] == []
    assert result.document is not None
    return result.document


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("plain words", "plain words"),
        ("text(3..50) unique", "text(3..50) unique"),
        ("enum(a, b) = a", "enum(a, b) = a"),
        ("status = 'x' and a > 1", "status = 'x' and a > 1"),
        ("slug = :slug", "slug = :slug"),
        ("2M", "2M"),
        ("C++", "C++"),
        ("a#b", "a#b"),
        ("it's", "it's"),
        ("😀", "😀"),
        ("no", '"no"'),
        ("on", '"on"'),
        ("1_000", '"1_000"'),
        ("12:30", '"12:30"'),
        ("2024-01-01", '"2024-01-01"'),
        ("true", '"true"'),
        ("1", '"1"'),
        ("~", '"~"'),
        ("", '""'),
        (" a", '" a"'),
        ("a: b", '"a: b"'),
        ("a:", '"a:"'),
        ("a #b", '"a #b"'),
        ("- a", '"- a"'),
        ("-a", "-a"),
        ("? a", '"? a"'),
        ("[a]", '"[a]"'),
        ("*", '"*"'),
        ("&&", '"&&"'),
        ("> 5", '"> 5"'),
        ("=", '"="'),
        ("<<", '"<<"'),
        ("@a", '"@a"'),
        ("---", '"---"'),
        ('"a" || b', "'\"a\" || b'"),
        ("'a' || b", "\"'a' || b\""),
        ("a\tb", '"a\\tb"'),
        ("a\x00\x85\u2028\ufeffb", '"a\\0\\x85\\u2028\\ufeffb"'),
        (None, "null"),
        (True, "true"),
        (1.0, "1.0"),
        (1e16, "1.0e+16"),
    ],
)
def test_a_value_in_a_block(value: str, written: str) -> None:
    assert write_document(mapping({"k": value})) == f"k: {written}\n"
    if isinstance(value, str):
        in_quotes = written if written[0] in "'\"" else value
        assert write_document(mapping({value: 1})) == f"{in_quotes}: 1\n"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("text(50) unique", "text(50) unique"),
        ("slug = :slug", "slug = :slug"),
        ("text?", "text?"),
        ("decimal(10,2)", '"decimal(10,2)"'),
        ("a[1]", '"a[1]"'),
        ("json = {}", '"json = {}"'),
        ("f(a", '"f(a"'),
        (":here", '":here"'),
        ("-a", '"-a"'),
    ],
)
def test_a_value_in_braces(value: str, written: str) -> None:
    assert write_document(mapping({"k": value}, flow=True)) == f"{{k: {written}}}\n"


def test_texts_of_several_lines_are_blocks_where_all_of_them_can_be_seen() -> None:
    tree = mapping(
        {
            "a": "one\ntwo\n",
            "b": "one\n\n  two",
            "c": sequence(["# one\ntwo\n"]),
            "blank at the end": "one \ntwo",
            "tab": "one\n\ttwo",
            "blank first": " one\ntwo",
            "empty lines last": "one\n\n",
            "in braces": mapping({"d": "one\ntwo"}, flow=True),
        }
    )
    assert write_document(tree) == (
        "a: |\n  one\n  two\n"
        "b: |-\n  one\n\n    two\n"
        "c:\n  - |\n    # one\n    two\n"
        'blank at the end: "one \\ntwo"\n'
        'tab: "one\\n\\ttwo"\n'
        'blank first: " one\\ntwo"\n'
        'empty lines last: "one\\n\\n"\n'
        'in braces: {d: "one\\ntwo"}\n'
    )


def test_the_style_of_a_text_is_a_wish() -> None:
    long = "word " * 40 + "end"
    tree = mapping(
        {
            "single": scalar("a", style=Style.SINGLE),
            "single with escapes": scalar("a\x07", style=Style.SINGLE),
            "double": scalar("a", style=Style.DOUBLE),
            "literal": scalar("a", style=Style.LITERAL),
            "folded": scalar(long, style=Style.FOLDED),
            "folded lines": scalar("a\nb\n", style=Style.FOLDED),
            "literal in braces": sequence([scalar("a\n", style=Style.LITERAL)], flow=True),
            "a number": scalar(1, style=Style.DOUBLE),
        }
    )
    assert write_document(tree) == (
        "single: 'a'\n"
        'single with escapes: "a\\x07"\n'
        'double: "a"\n'
        "literal: |-\n  a\n"
        f"folded: >-\n  {' '.join(['word'] * 23)}\n  {' '.join(['word'] * 17)} end\n"
        "folded lines: |\n  a\n  b\n"
        'literal in braces: ["a\\n"]\n'
        "a number: 1\n"
    )


def test_a_number_that_was_read_keeps_its_spelling() -> None:
    text = "a: 0o17\nb: 1.50\nc: ~\nd:\ne: TRUE\nf: [~, ]\n"
    assert format_document(read(text)) == text.replace("[~, ]", "[~]")


def test_a_text_that_was_read_without_quotes_stays_without() -> None:
    text = "no: yes\nrename: {upsert: Meter, on: [serial]}\n"
    assert format_document(read(text)) == text
    assert write_document(mapping({"no": "yes"})) == '"no": "yes"\n'


def test_flow_becomes_a_block_where_it_is_too_long() -> None:
    inner = {f"key_{number}": "x" * 20 for number in range(3)}
    tree = mapping({"k": mapping({"short": mapping({"a": 1}, flow=True), **inner}, flow=True)})
    fitting = write_document(tree)
    assert len(fitting) <= WIDTH + 1
    assert fitting.count("\n") == 1
    tree = mapping({"k": mapping({"short": mapping({"a": 1}, flow=True), **inner, "more": "x" * 20}, flow=True)})
    assert write_document(tree) == (
        "k:\n  short: {a: 1}\n"
        + "".join(f"  {key}: {value}\n" for key, value in inner.items())
        + f"  more: {'x' * 20}\n"
    )


def test_blocks_in_blocks() -> None:
    tree = sequence(
        [
            mapping({"a": 1, "b": sequence([1, sequence([2, 3]), mapping({"c": None})])}),
            sequence([]),
            mapping({}),
            mapping({"d": mapping({"e": sequence([], flow=True)})}),
        ]
    )
    assert write_document(tree) == (
        "- a: 1\n  b:\n    - 1\n    - - 2\n      - 3\n    - c: null\n- []\n- {}\n- d:\n    e: []\n"
    )


@pytest.mark.parametrize("value", ["a", "a\nb\n", " ", None, 1])
def test_a_document_of_one_scalar(value: str) -> None:
    text = write_document(scalar(value))
    assert read(text).root == scalar(value)


def test_a_key_that_is_too_long_for_a_line() -> None:
    key = "k" * 2000
    tree = mapping({"a": mapping({key: mapping({"b": 1}), "c": 2}, flow=True)})
    text = write_document(tree)
    assert text == f"a:\n  ? {key}\n  :\n    b: 1\n  c: 2\n"
    assert read(text).root == tree


def test_comments_go_where_they_belong() -> None:
    notes = {
        (): Notes(above=("# head", ""), below=("", "# foot")),
        ("a",): Notes(above=("above a",), beside="beside a", below=("# below a",)),
        ("a", "b"): Notes(above=("", "# above b"), beside="# beside b"),
        ("a", "c", 1): Notes(above=("# above item",), beside="# beside item"),
        ("d", "e"): Notes(above=("# in braces",)),
        ("f",): Notes(beside="#5 needs quotes"),
        ("g",): Notes(beside="# a hanging operator"),
        ("h",): Notes(above=("two\nlines",), beside="null\x00"),
    }
    tree = mapping(
        {
            "a": mapping({"b": 1, "c": sequence(["x", mapping({"y": 1, "z": 2})])}),
            "d": mapping({"e": 1, "i": 2}, flow=True),
            "f": "text",
            "g": "a =",
            "h": "|",
        }
    )
    text = write_document(tree, comments=notes)
    assert text == (
        "# head\n\n"
        "# above a\n"
        "a:  # beside a\n"
        "\n"
        "  # above b\n"
        "  b: 1  # beside b\n"
        "  c:\n"
        "    - x\n"
        "    # above item\n"
        "    -  # beside item\n"
        "      y: 1\n"
        "      z: 2\n"
        "  # below a\n"
        "d:\n"
        "  # in braces\n"
        "  e: 1\n"
        "  i: 2\n"
        'f: "text"  #5 needs quotes\n'
        'g: "a ="  # a hanging operator\n'
        "# two\n"
        "# lines\n"
        'h: "|"  # null\ufffd\n'
        "\n"
        "# foot\n"
    )
    assert read(text).root == tree


def test_comments_are_found_where_they_belong() -> None:
    document = read(
        "# head\n"
        "\n"
        "# above a\n"
        "a:  # beside a\n"
        "  # above b\n"
        "  b: 1  # beside b\n"
        "  c: {d: 1,  # beside d\n"
        "      # above e\n"
        "      e: 2\n"
        "      # below c\n"
        "      }  # beside c\n"
        "    # deeper, but above f\n"
        "  f: |  # beside f\n"
        "    text\n"
        "  # below a\n"
        "\n"
        "# above g\n"
        "g:\n"
        "  # above g as well\n"
        "  value  # beside g\n"
        "h:\n"
        "  - # above the item\n"
        "    i: 1\n"
        "    # below the item\n"
        "  # below h\n"
        "# foot\n"
    )
    assert commentary(document) == {
        (): Notes(above=("# head", ""), below=("# foot",)),
        ("a",): Notes(above=("# above a",), beside="# beside a", below=("# below a",)),
        ("a", "b"): Notes(above=("# above b",), beside="# beside b"),
        ("a", "c"): Notes(beside="# beside c", below=("# below c",)),
        ("a", "c", "d"): Notes(beside="# beside d"),
        ("a", "c", "e"): Notes(above=("# above e",)),
        ("a", "f"): Notes(above=("# deeper, but above f",), beside="# beside f"),
        ("g",): Notes(above=("", "# above g", "# above g as well"), beside="# beside g"),
        ("h",): Notes(below=("# below h",)),
        ("h", 0): Notes(above=("# above the item",), below=("# below the item",)),
    }


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_formatting_a_plan_is_stable_and_loses_nothing(path: Path) -> None:
    document = read(path.read_text(encoding="utf-8"))
    formatted = format_document(document)
    again = read(formatted)
    assert again.root == document.root
    assert [comment.text for comment in again.comments] == [comment.text for comment in document.comments]
    assert format_document(again) == formatted


def nested(depth: int) -> Node:
    node: Node = scalar(1)
    for _ in range(depth):
        node = Sequence(items=(node,))
    return node


def test_what_no_file_can_hold_is_refused() -> None:
    assert read(write_document(nested(100))).root == nested(100)
    for tree in (nested(101), nested(5000), scalar("\ud800"), mapping({"\udfff": 1}), scalar(10**500)):
        with pytest.raises(ValueError):
            write_document(tree)
