"""What holds for every tree and every text: nothing is lost, nothing is misread, nothing but findings comes back."""

from __future__ import annotations

import math
import pathlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from groundplan.base.diagnostics import Diagnostic
from groundplan.base.errors import SourceUnreadable
from groundplan.plan.yaml import events
from groundplan.plan.yaml.attachment import Notes, commentary, is_alias
from groundplan.plan.yaml.edits import add_entry, add_item, remove, rename_key, replace_value
from groundplan.plan.yaml.nodes import (
    Entry,
    Mapping,
    Node,
    Path,
    Scalar,
    Sequence,
    Style,
    children_of,
    node_at,
    scalar,
    with_node_at,
)
from groundplan.plan.yaml.reader import Document, read_document
from groundplan.plan.yaml.writer import format_document, write_document

NASTY = (
    "no", "yes", "on", "off", "y", "null", "~", "", "true", "False", ".inf", ".nan", "1_000", "12:30", "0o17", "017",
    "0x1F", "1e3", "1.", ".5", "+1", "-", "--", "---", "--- a", "...", "?", "? a", "a:?", ": a", ":a", "a:", "a: b",
    "a:b", "- a", "-a", "a #b", "a # b", "#a", "a#b", "[a", "a]", "{a: b}", "a, b", "f(a, b)", "f(a", "b)", "it's",
    "'a'", '"a"', "'", '"', "\\", "a\\nb", "a\nb", "a\nb\n", "a\n\nb\n\n", "\n", "\n a", " a", "a ", "a  b", "a\tb",
    "\ta", "  a\nb", "a\n  b\n", "a \nb", "*a", "&a", "!a", "|", ">", "|-\n a", "%a", "@a", "`a`", "=", "<<", "2M",
    "2024-01-01", "2024-01-01T00:00:00Z", "a =", "a and", "é", "😀", "\x00", "\x07", "\x85", "\u2028", "\ufeff", "\xa0",
    "\xa0a", "\x7f", "\ufffe", "a\r\nb", "a\rb", "decimal(10,2)", "enum(a, b) = a", "slug = :slug", "🙂: x", "a" * 200,
    "word " * 60 + "end", "key " * 300,
)  # fmt: skip

texts = st.sampled_from(NASTY) | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
values = (
    texts | st.none() | st.booleans() | st.integers() | st.floats() | st.integers(min_value=10**20, max_value=10**30)
)
scalars = st.builds(lambda value, style: scalar(value, style=style), values, st.sampled_from(Style))


def collections(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    entries = st.dictionaries(texts, children, max_size=4).map(
        lambda found: tuple(Entry(key=scalar(key), value=value) for key, value in found.items())
    )
    return st.builds(
        lambda items, is_flow: Sequence(items=tuple(items), is_flow=is_flow),
        st.lists(children, max_size=4),
        st.booleans(),
    ) | st.builds(lambda found, is_flow: Mapping(entries=found, is_flow=is_flow), entries, st.booleans())


trees = st.recursive(scalars, collections, max_leaves=12)

WORDS = (
    "a: ", "b: ", "a", "b", "x y", "\n", "\n", "\n", "\n  ", "\n    ", "\n- ", "\n  - ", "- ", " ", "  ", ": ", ":",
    ",", ", ", "[", "]", "{", "}", "(", ")", "'", '"', "|\n  ", ">-\n  ", "|+\n", "# c\n", " # d\n", " #e\n", "#",
    "&a ", "*a", "!!str ", "!x ", "? ", "1", "true", "null", "~", "---\n", "...\n", "\t", "\r\n", "\r", "é", "😀",
    "=", "-", "<<: ", "%YAML 1.2\n", "\\", "\ufeff", "\x00", "\u2028", "\x85", "\ud800", "1e999", '"\\ud800"',
    '"\\U99999999"', "!%ed%a0%80 ",
)  # fmt: skip
anything = st.lists(st.sampled_from(WORDS), max_size=25).map("".join) | st.text(max_size=30)

LINES = (
    "a: 1", "b: two words", "c:", "  d: [x, y]  # beside", "  e:", "    f: {g: 1, h: 'i'}", "    j: |",
    "      text # no comment", "", "      more", "# head", "  # two", "    # four", "      # six", "  - item",
    "  - k: 1", "    l: 2  # beside l", "  -  # behind a dash", "    m: 3", "n: &n {o: 1}", "p: *n", "q: [r,  # in",
    "  s,", "  # alone in", "  t]  # after", "", 'u: "v', '  w # x"', "y:  # beside y", "  z: >-", "    folded",
    "    text", "- 1", "- - 2", "  - 3", "...", "---",
)  # fmt: skip
plausible = st.lists(st.sampled_from(LINES), max_size=14).map("\n".join)


each_loader = pytest.mark.parametrize("parser", [yaml.CLoader, yaml.Loader], ids=["libyaml", "PyYAML"])


def read(text: str) -> Document:
    result = read_document(text, file="plan.yaml")
    assert result.diagnostics == ()
    assert result.document is not None
    return result.document


def comments_of(document: Document) -> Counter[str]:
    return Counter(comment.text for comment in document.comments)


def paths_of(node: Node, path: Path = ()) -> Iterator[Path]:
    yield path
    for step, _, value in children_of(node):
        yield from paths_of(value, (*path, step))


def as_python(node: Node) -> Any:
    match node:
        case Scalar(value=value):
            return "nan" if isinstance(value, float) and math.isnan(value) else value
        case Sequence(items=items):
            return [as_python(item) for item in items]
        case Mapping(entries=entries):
            return {entry.key.value: as_python(entry.value) for entry in entries}


def without_nan(found: Any) -> Any:
    match found:
        case list():
            return [without_nan(item) for item in found]
        case dict():
            return {key: without_nan(value) for key, value in found.items()}
        case float() if math.isnan(found):
            return "nan"
        case _:
            return found


@each_loader
@given(tree=trees)
def test_a_tree_that_is_written_reads_back(tree: Node, parser: Any) -> None:
    written = write_document(tree)
    assume(parser is yaml.CLoader or "?" not in written)  # PyYAML's own parser refuses {a: text?}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(events, "EVENT_LOADER", parser)
        assert read(written).root == tree


@given(tree=trees)
def test_what_is_written_means_the_same_to_yaml_1_1(tree: Node) -> None:
    assert without_nan(yaml.load(write_document(tree), Loader=yaml.CSafeLoader)) == as_python(tree)


@given(tree=trees, data=st.data())
def test_comments_are_written_and_read_back(tree: Node, data: st.DataObject) -> None:
    paths = data.draw(st.lists(st.sampled_from(list(paths_of(tree))), max_size=4, unique=True))
    lines = st.sampled_from(("# one", "#two", "three", "", "## four", "#- five", "# s\x00x"))
    notes = {
        path: Notes(
            above=tuple(data.draw(st.lists(lines, max_size=3))),
            beside=data.draw(st.none() | lines.filter(bool)),
            below=tuple(data.draw(st.lists(lines, max_size=2))),
        )
        for path in paths
    }
    document = read(write_document(tree, comments=notes))
    assert document.root == tree
    written = [line for found in notes.values() for line in (*found.above, found.beside, *found.below) if line]
    assert len(document.comments) == len(written)


@given(text=anything | plausible)
def test_reading_gives_findings_and_never_an_exception(text: str) -> None:
    result = read_document(text, file="plan.yaml")
    assert result.document is not None or result.diagnostics
    for found in result.diagnostics:
        assert_place(found, text)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=40) | anything.map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_a_file_of_any_bytes_gives_findings_or_is_unreadable(content: bytes, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_bytes(content)
    try:
        content.decode()
    except UnicodeDecodeError:
        with pytest.raises(SourceUnreadable, match="UTF-"):
            read_document(path, file="plan.yaml")
    else:
        result = read_document(path, file="plan.yaml")
        assert result.document is None or result.document.source.whole.encode() == content


def assert_place(found: Diagnostic, text: str) -> None:
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert 1 <= found.origin.line <= len(lines)
    assert 1 <= found.origin.column <= len(lines[found.origin.line - 1]) + 1
    assert found.message
    assert found.help


def clean(text: str) -> Document:
    document = read_document(text, file="plan.yaml").document
    assume(document is not None and document.is_clean)
    assert document is not None
    return document


@given(text=anything | plausible)
def test_a_document_that_is_not_edited_is_the_same_text(text: str) -> None:
    assert clean(text).source.whole == text


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(text=plausible | anything)
def test_formatting_keeps_values_and_comments_and_is_stable(text: str) -> None:
    document = clean(text)
    formatted = format_document(document)
    again = read(formatted)
    assert again.root == document.root
    assert comments_of(again) == comments_of(document)
    assert format_document(again) == formatted


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(text=plausible | anything)
def test_every_comment_belongs_to_a_node_that_is_there(text: str) -> None:
    document = clean(text)
    notes = commentary(document)
    lines = (line for found in notes.values() for line in (*found.above, found.beside, *found.below))
    assert Counter(line for line in lines if line) == comments_of(document)
    assert set(notes) <= set(paths_of(document.root))


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(text=plausible | anything)
def test_places_lead_to_what_is_written_there(text: str) -> None:
    document = clean(text)
    assert_places(document.root, document)


def assert_places(node: Node, document: Document) -> None:
    source = document.source
    assert node.origin <= node.end
    assert node.end.line <= len(source.line_starts)
    written = source.between(node.origin, node.end)
    match node:
        case Scalar(style=Style.PLAIN) if not written.startswith(("&", "!", "*")) and "\n" not in written + node.text:
            assert "\r" in written or written == node.text
        case Scalar(style=Style.DOUBLE | Style.SINGLE) if not written.startswith(("&", "!", "*")):
            assert written[0] == written[-1] == ('"' if node.style is Style.DOUBLE else "'")
        case Mapping() | Sequence() if node.is_flow and not is_alias(node) and written[:1] in ("{", "["):
            assert written[-1] == {"{": "}", "[": "]"}[written[0]]
        case _:
            pass
    if not is_alias(node):
        for _, first, value in children_of(node):
            assert node.origin <= first.origin <= value.origin or first is not value
            assert_places(value, document)


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(text=plausible | anything, value=trees, data=st.data())
def test_replacing_a_value_changes_that_value_alone(text: str, value: Node, data: st.DataObject) -> None:
    document = clean(text)
    path = data.draw(st.sampled_from(list(paths_of(document.root))))
    edited = replace_value(document, path, value)
    assert edited.root == with_node_at(document.root, path, value)
    assert edited.is_clean


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(text=plausible | anything, data=st.data())
def test_removing_leaves_the_rest(text: str, data: st.DataObject) -> None:
    document = clean(text)
    paths = [path for path in paths_of(document.root) if path]
    assume(paths)
    path = data.draw(st.sampled_from(paths))
    edited = remove(document, path)
    before, after = node_at(document.root, path[:-1]), node_at(edited.root, path[:-1])
    assert before is not None
    assert after is not None
    kept = [value for step, _, value in children_of(before) if step != path[-1]]
    assert [value for _, _, value in children_of(after)] == kept


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(text=plausible | anything, value=trees, key=texts, data=st.data())
def test_adding_and_renaming_put_things_where_they_belong(
    text: str, value: Node, key: str, data: st.DataObject
) -> None:
    document = clean(text)
    containers = [
        path
        for path in paths_of(document.root)
        if not isinstance(node := node_at(document.root, path), Scalar) or node.value is None
    ]
    assume(containers)
    path = data.draw(st.sampled_from(containers))
    container = node_at(document.root, path)
    assert container is not None
    steps = [step for step, _, _ in children_of(container)]
    before = data.draw(st.none() | st.sampled_from(steps)) if steps else None
    notes = Notes(above=("# new",)) if data.draw(st.booleans()) else Notes()
    if isinstance(container, Sequence):
        edited = add_item(document, path, value, before=before, notes=notes)  # type: ignore[arg-type]
        at: str | int = len(steps) if before is None else before
    else:
        assume(key not in steps)
        edited = add_entry(document, path, key, value, before=before, notes=notes)  # type: ignore[arg-type]
        at = key
    assert node_at(edited.root, (*path, at)) == value
    assert comments_of(edited) - comments_of(document) == Counter(notes.above)
    if isinstance(at, str):
        renamed = rename_key(edited, (*path, at), key + "'")
        assert node_at(renamed.root, (*path, key + "'")) == value
        assert comments_of(renamed) == comments_of(edited)
