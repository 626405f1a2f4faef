"""Blocks as HTML: whatever the words are, a parser gives the same words back, in the same elements."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from groundplan.report.blocks import Code, Fold, Grid, Heading, Item, Link, Listing, Paragraph, Source, Strong
from groundplan.report.characters import printable
from groundplan.report.html import html

WORDS = st.one_of(st.text(alphabet=st.sampled_from("ab <>&\"'=/!-\n\0\ud800\u202e")), st.text())


class Reader(HTMLParser):
    """Collects the elements that open and the words between them."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.opened: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.opened.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data


@given(WORDS)
def test_words_stay_words(words: str) -> None:
    blocks = [
        Heading(level=3, words=(words,)),
        Paragraph((Code(words), Strong(words), Link(words, words))),
        Listing((Item((words,), ((words,),)),)),
        Source(language="sql", text=words),
        Grid(header=(words,), rows=(((words,),),), numeric=(0,)),
        Fold(summary=(words,), blocks=(), kind=words or None, anchor=words or None),
    ]
    read = Reader(html(blocks))
    opened = "h3 p code b a ul li ul li pre code div table thead tr th tbody tr td details summary"
    assert " ".join(tag for tag, _ in read.opened) == opened
    assert not words or read.words.count(printable(words)) >= 10
    attributes = {name for _, found in read.opened for name in found}
    assert attributes <= {"class", "href", "id"}


def test_a_number_stands_at_the_right() -> None:
    read = Reader(html([Grid(header=("table", "rows"), rows=((("users",), ("2,000",)),), numeric=(1,))]))
    assert [found.get("class") for tag, found in read.opened if tag in ("th", "td")] == [None, "number"] * 2
