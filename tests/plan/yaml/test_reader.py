"""Reading: values, places, comments, aliases, limits, and files that cannot be read."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from groundplan.base.errors import SourceUnreadable
from groundplan.base.origin import Origin
from groundplan.plan.yaml.nodes import Mapping, Node, Scalar, Sequence, Style, mapping, node_at, sequence
from groundplan.plan.yaml.reader import Document, read_document
from groundplan.plan.yaml.source import MAX_BYTES

PLANS = sorted((Path(__file__).parent / "plans").glob("*.yaml"))


def read(text: str) -> Document:
    result = read_document(text, file="plan.yaml")
    assert [str(found) for found in result.diagnostics] == []
    assert result.document is not None
    return result.document


def at(document: Document, *path: str | int) -> Node:
    node = node_at(document.root, path)
    assert node is not None
    return node


def place(origin: Origin) -> tuple[int, int]:
    assert origin.file == "plan.yaml"
    return origin.line, origin.column


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_plans_are_read_without_findings(path: Path) -> None:
    result = read_document(path, file=path.name)
    assert result.diagnostics == ()
    assert result.document is not None
    assert result.document.source.whole == path.read_text(encoding="utf-8")
    written = [line.partition(" #")[2] for line in path.read_text(encoding="utf-8").splitlines() if " #" in line]
    assert [comment.text[1:] for comment in result.document.comments if not comment.is_alone] == written


def test_values_of_a_plan() -> None:
    document = read((Path(__file__).parent / "plans" / "library.yaml").read_text(encoding="utf-8"))
    assert isinstance(document.root, Mapping)
    assert [entry.key.value for entry in document.root.entries] == [
        "plan", "about", "targets", "entities", "relationships", "access", "dependencies", "decisions", "conventions",
    ]  # fmt: skip
    assert at(document, "targets") == mapping({"postgres": 18, "mongo": 6})
    assert at(document, "entities", "Reader", "rows") == mapping({"now": "200K", "growth": "1%/month"})
    status = at(document, "entities", "Book", "attributes", "status")
    assert isinstance(status, Scalar)
    assert status.value == "enum(ordered 10%, shelved 85%, lost 5%) = ordered"
    assert at(document, "dependencies") == mapping({})
    relationships = document.root.get("relationships")
    assert isinstance(relationships, Mapping)
    assert relationships.entry("Review.parent > Review?:") is None
    assert relationships.entry("Review.parent > Review?") is not None


@pytest.mark.parametrize(
    ("written", "style", "value", "end"),
    [
        ("b c", Style.PLAIN, "b c", (1, 7)),
        ("'b''c'", Style.SINGLE, "b'c", (1, 10)),
        ('"b\\nc"', Style.DOUBLE, "b\nc", (1, 10)),
        ("1.50", Style.PLAIN, 1.5, (1, 8)),
        ("", Style.PLAIN, None, (1, 3)),
        ("|\n  b\n  c\n", Style.LITERAL, "b\nc\n", (3, 4)),
        (">-\n  b\n  c\n\n\n", Style.FOLDED, "b c", (3, 4)),
        ("|+\n  b\n\n", Style.LITERAL, "b\n\n", (4, 1)),
        ("é😀", Style.PLAIN, "é😀", (1, 6)),
        ("&x b", Style.PLAIN, "b", (1, 8)),
    ],
)
def test_scalars(written: str, style: Style, value: object, end: tuple[int, int]) -> None:
    node = at(read(f"a: {written}".rstrip(" ")), "a")
    assert isinstance(node, Scalar)
    assert (node.value, node.style) == (value, style)
    assert place(node.end) == end
    assert place(node.origin) == ((1, 4) if written else (1, 3))
    assert node.text == ("1.50" if written == "1.50" else (value or ""))


def test_columns_count_characters_and_lines_end_at_any_break() -> None:
    document = read("😀é: [ü, 'x']\r\nb: {c: 1}\rd: e\n")
    assert place(at(document, "😀é").origin) == (1, 5)
    assert place(at(document, "😀é").end) == (1, 13)
    assert place(at(document, "😀é", 1).origin) == (1, 9)
    assert place(at(document, "b", "c").origin) == (2, 8)
    assert place(at(document, "d").origin) == (3, 4)
    assert [document.source.line(number) for number in (1, 2, 3, 4, 9)] == [
        "😀é: [ü, 'x']",
        "b: {c: 1}",
        "d: e",
        "",
        "",
    ]


def test_block_collections_end_with_their_last_child() -> None:
    document = read("a:\n  b: 1\n  c: [2]\n\n# comment\nd:\n- e\n- f:\n")
    assert place(at(document, "a").origin) == (2, 3)
    assert place(at(document, "a").end) == (3, 9)
    assert place(at(document, "d").origin) == (7, 1)
    assert place(at(document, "d").end) == (8, 5)


def test_flow_and_block_are_told_apart() -> None:
    document = read("a: {b: [1]}\nc:\n  - 1\n")
    assert [node.is_flow for node in (at(document, "a"), at(document, "c")) if not isinstance(node, Scalar)] == [
        True,
        False,
    ]


def test_a_byte_order_mark_is_kept_and_does_not_count() -> None:
    document = read("\ufeffa: 1\n")
    assert place(at(document, "a").origin) == (1, 4)
    assert document.source.whole == "\ufeffa: 1\n"


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n", "\ufeff"])
def test_an_empty_document_is_a_null(text: str) -> None:
    assert read(text).root == Scalar(value=None, text="")


def test_equality_is_of_values_not_of_writing() -> None:
    assert read("{a: [1, 'x']}").root == read("a:\n  - 0x1\n  - x\n").root
    assert read("a: 1").root != read("a: 1.0").root
    assert read("a: 1").root != read("a: true").root
    assert read("a: 1").root != read("a: '1'").root
    assert read("a: .nan").root == read("a: .NaN").root
    assert read("{a: 1, b: 2}").root != read("{b: 2, a: 1}").root
    assert hash(at(read("a: 0x10"), "a")) == hash(at(read("a: 16"), "a"))


def test_comments_have_places_and_texts_have_none() -> None:
    text = (
        "# head\n"
        "a: 'x # no' # one  \n"
        "b: |  # two\n"
        "  # no\n"
        "\n"
        "  # no\n"
        "# three\n"
        "c: \"y\n"
        "  # no\"\n"
        "d: x#no # four\n"
        "e: [1, # five\n"
        "  # six\n"
        "  2] #seven\n"
        "f: {'#': #eight\n"
        "  1}\n"
        "  # nine"
    )  # fmt: skip
    found = [(place(comment.origin), comment.text, comment.is_alone) for comment in read(text).comments]
    assert found == [
        ((1, 1), "# head", True),
        ((2, 13), "# one", False),
        ((3, 7), "# two", False),
        ((7, 1), "# three", True),
        ((10, 9), "# four", False),
        ((11, 8), "# five", False),
        ((12, 3), "# six", True),
        ((13, 6), "#seven", False),
        ((14, 10), "#eight", False),
        ((16, 3), "# nine", True),
    ]


def test_an_alias_stands_where_it_is_written_and_its_children_where_they_are() -> None:
    document = read("a: &x {b: [1]}\nc: *x\n")
    assert at(document, "c") == at(document, "a")
    assert (place(at(document, "c").origin), place(at(document, "c").end)) == ((2, 4), (2, 6))
    assert place(at(document, "c", "b").origin) == (1, 11)


def test_aliases_within_the_limit_are_shared_not_copied() -> None:
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 14)]
    document = read("\n".join(lines))
    assert at(document, "a13", *([0] * 14)) == Scalar(value="x", text="x")
    assert at(document, "a3", 0, 0) == at(document, "a3", 1, 1)


def test_aliases_count_as_the_levels_they_expand_to() -> None:
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 120)]
    result = read_document("\n".join(lines), file="plan.yaml")
    assert [found.code for found in result.diagnostics] == ["PL012"]
    assert result.document is None


def test_what_is_left_after_findings() -> None:
    result = read_document("1: a\nb: c\nb: d\n<<: e\nf: [g(h, i), j]\nk: {l: m(n, o), p: q}\n", file="plan.yaml")
    assert [found.code for found in result.diagnostics] == ["PL005", "PL004", "PL007", "PL013", "PL013"]
    assert result.document is not None
    assert not result.document.is_clean
    assert result.document.root == mapping(
        {
            "1": "a",
            "b": "c",
            "f": sequence(["g(h, i)", "j"]),
            "k": mapping({"l": "m(n, o)", "p": "q"}),
        }
    )


@pytest.mark.parametrize("text", ["a: [", "[" * 101, "a: &a [*a, *a]\nb: 'x"])
def test_no_document_where_its_structure_is_unknown(text: str) -> None:
    assert read_document(text, file="plan.yaml").document is None


def test_findings_of_one_reading_come_together_in_reading_order() -> None:
    text = "b: 1\nb: 2\na: x\x07\nc: {n:5}\nd: [\n"
    found = read_document(text, file="plan.yaml").diagnostics
    assert [(d.origin.line, d.code) for d in found] == [(3, "PL002"), (4, "PL015"), (5, "PL001")]
    assert [d.code for d in read_document(text[:-5], file="p").diagnostics] == ["PL004", "PL002", "PL015"]


def test_a_path_that_leads_nowhere() -> None:
    root = read("a: [b, {c: d}]").root
    assert node_at(root, ()) is root
    assert node_at(root, ("a", 1, "c")) == Scalar(value="d", text="d")
    for path in (("b",), ("a", 2), ("a", -1), ("a", "c"), ("a", 0, 0), (0,)):
        assert node_at(root, path) is None


def unreadable(path: Path) -> SourceUnreadable:
    with pytest.raises(SourceUnreadable) as caught:
        read_document(path, file=str(path))
    assert caught.value.help
    return caught.value


def test_a_file_that_is_missing(tmp_path: Path) -> None:
    (tmp_path / "shop.plan.yaml").write_text("a: 1\n")
    missing = unreadable(tmp_path / "shop.plam.yaml")
    assert "does not exist" in missing.message
    assert str(tmp_path / "shop.plan.yaml") in missing.help
    assert "does not exist either" in unreadable(tmp_path / "no" / "shop.yaml").help
    assert "check the path" in unreadable(tmp_path / "zzzz").help


def test_a_folder(tmp_path: Path) -> None:
    assert "is a folder" in unreadable(tmp_path).message


@pytest.mark.skipif(sys.platform == "win32" or os.getuid() == 0, reason="needs a user whose rights end somewhere")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text("a: 1\n")
    path.chmod(0)
    assert "may not be read" in unreadable(path).message


def test_a_path_that_no_file_system_takes(tmp_path: Path) -> None:
    assert "cannot be read" in unreadable(tmp_path / ("x" * 5000)).message
    assert "NUL" in unreadable(Path("a\0b")).message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a: 1\nb: \xe9\n", "byte 0xE9 at offset 8, on line 2"),
        ("a: 1\n".encode("utf-16"), "UTF-16"),
        (b"\x89PNG\r\n\x1a\n\x00", "byte 0x89 at offset 0, on line 1"),
    ],
)
def test_a_file_that_is_not_utf_8(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "plan.yaml"
    path.write_bytes(content)
    assert words in unreadable(path).message


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_bytes(b"#" * MAX_BYTES)
    assert read_document(path, file="plan.yaml").diagnostics == ()
    path.write_bytes(b"#" * (MAX_BYTES + 1))
    assert "larger than 10 MB" in unreadable(path).message
    with pytest.raises(SourceUnreadable):
        read_document("#" * (MAX_BYTES + 1), file="plan.yaml")


def test_line_breaks_of_a_file_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: |\r\n  c\r\n")
    document = read_document(path, file="plan.yaml").document
    assert document is not None
    assert document.source.whole.encode() == path.read_bytes()
    assert at(document, "b") == Scalar(value="c\n", text="c\n")


@pytest.mark.parametrize("text", ["[" * 10**6, "{a: " * 10**6, "- " * 10**6, "? " * 10**6, "&a [" * 10**5])
def test_deep_nesting_is_refused_at_once(text: str) -> None:
    assert [found.code for found in read_document(text, file="plan.yaml").diagnostics] == ["PL012"]


def test_the_smallest_collections() -> None:
    document = read("a: []\nb: {}\nc: [[]]\n")
    assert at(document, "a") == Sequence(items=())
    assert at(document, "b") == mapping({})
    assert at(document, "c", 0) == sequence([])
