"""Blocks as Markdown: whatever the words are, a parser of CommonMark gives the same words back, in the same place."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from groundplan.report.blocks import Code, Fold, Grid, Heading, Item, Link, Listing, Paragraph, Source, Strong, prose
from groundplan.report.characters import on_one_line
from groundplan.report.markdown import anchor, markdown

# Half of the texts are made of what Markdown and HTML read.
WORDS = st.one_of(
    st.text(alphabet=st.sampled_from("ab1 \\`*_[]()<>~&#|!.-+=\n\t\"'{}$:;/"), min_size=1), st.text(min_size=1)
).filter(lambda words: on_one_line(words) != "")


def parsed(text: str) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(text)


def shown(token: Token) -> str:
    """Return the words that a reader of an inline token sees."""
    return "".join(child.content for child in token.children or () if child.type in ("text", "code_inline"))


def inline_texts(text: str) -> list[str]:
    return [shown(token) for token in parsed(text) if token.type == "inline"]


def kinds(text: str) -> set[str]:
    tokens = parsed(text)
    return {token.type for token in tokens} | {child.type for token in tokens for child in token.children or ()}


@given(WORDS)
def test_a_paragraph_says_its_words(words: str) -> None:
    text = markdown([Paragraph((words,))])
    assert inline_texts(text) == [on_one_line(words)]
    assert kinds(text) <= {"paragraph_open", "inline", "text", "paragraph_close", "text_special"}


@given(WORDS, WORDS)
def test_a_heading_and_a_list_say_their_words(title: str, entry: str) -> None:
    text = markdown([Heading(level=2, words=(title,)), Listing((Item((entry,), ((entry,),)),))])
    assert inline_texts(text) == [on_one_line(title), *[on_one_line(entry)] * 2]
    assert [token.tag for token in parsed(text) if token.nesting == 1] == ["h2", "ul", "li", "p", "ul", "li", "p"]


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=4))
def test_a_table_keeps_every_word_in_its_cell(rows: list[tuple[str, str]]) -> None:
    grid = Grid(header=("plain", "code"), rows=tuple(((first,), (Code(second),)) for first, second in rows))
    flat = ["plain", "code", *(on_one_line(words) for row in rows for words in row)]
    assert inline_texts(markdown([grid])) == flat


@given(WORDS)
def test_code_strong_and_links_say_their_words(words: str) -> None:
    text = markdown([Paragraph(("see ", Code(words), ", ", Strong(words), " and ", Link(words, "a b(c).sql"), "."))])
    flat = on_one_line(words)
    assert inline_texts(text) == [f"see {flat}, {flat} and {flat}."]
    assert {"code_inline", "strong_open", "link_open"} <= kinds(text)


@given(WORDS)
def test_a_fold_holds_its_blocks(words: str) -> None:
    text = markdown([Fold(summary=(Code(words),), blocks=(Paragraph((words,)),)), Paragraph(("after",))])
    html = [token.content for token in parsed(text) if token.type == "html_block"]
    assert len(html) == 2
    assert re.fullmatch(r"<details><summary><code>[^<>]*</code></summary>\n", html[0])
    assert inline_texts(text)[-1:] == ["after"]
    assert on_one_line(words) in inline_texts(text)


@given(st.text())
def test_a_source_cannot_end_its_fence(source: str) -> None:
    tokens = parsed(markdown([Source(language="mermaid", text=source), Paragraph(("after",))]))
    assert [token.type for token in tokens] == ["fence", "paragraph_open", "inline", "paragraph_close"]


@pytest.mark.parametrize(
    ("sentence", "pieces"),
    [
        ("plain", ("plain",)),
        ("write `a: b` for all", ("write ", Code("a: b"), " for all")),
        ("`a` and `b`", (Code("a"), " and ", Code("b"))),
        ("a ` alone", ("a ` alone",)),
        ("", ()),
    ],
)
def test_prose_has_code_between_backquotes(sentence: str, pieces: tuple[object, ...]) -> None:
    assert prose(sentence) == pieces


@pytest.mark.parametrize(
    ("heading", "expected"), [("post_tags", "post_tags"), ("Post Tags!", "post-tags"), ("a.b/c", "abc"), ("Ü-x", "ü-x")]
)
def test_an_anchor_is_what_viewers_make_of_a_heading(heading: str, expected: str) -> None:
    assert anchor(heading) == expected
