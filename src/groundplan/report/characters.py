"""Characters that a name may hold and a page may not."""

from __future__ import annotations

import re

_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls: XML 1.0 section 2.2, the HTML standard section 13.2.2
    "\u202d\u202e"  # overrides of the direction of writing, which make text read as another
    "\ud800-\udfff\ufffe\uffff]"  # half characters and noncharacters, which UTF-8 and XML do not have
)


def printable(words: str) -> str:
    """Replace what XML, HTML or UTF-8 cannot hold by U+FFFD, one for each."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", words)


def on_one_line(words: str) -> str:
    """Return words that are printable, with single blanks for all space between them."""
    return printable(" ".join(words.split()))
