"""A blog as a finished design, as it comes, proven, with hostile names, and large."""

from __future__ import annotations

from dataclasses import replace

import pytest

from groundplan.report.model import DesignResult

from .blog import blog_design
from .blog_documents import both_evidence, documents_evidence, with_documents
from .blog_evidence import blog_evidence

HOSTILE = (
    "</script><!--<img src=x onerror=alert(1)>|`\"'&amp;]](x) 🐘\u202e\x07\ud800\n\n# *h* {{style}} ${x} "
    "\\| ~~~ ``` %% #34; </details>"
)


def hostile_spelling(name: str) -> str:
    """Return a name that tries to leave every format that it is put in."""
    return name + HOSTILE


@pytest.fixture(scope="session")
def blog() -> DesignResult:
    """The blog, not proven."""
    return blog_design()


@pytest.fixture(scope="session")
def proven(blog: DesignResult) -> DesignResult:
    """The blog, proven; something of every kind was missed."""
    return replace(blog, evidence=blog_evidence(blog))


@pytest.fixture(scope="session")
def hostile() -> DesignResult:
    """The blog with names and sentences that try to leave every format."""
    design = blog_design(hostile_spelling)
    return replace(design, evidence=blog_evidence(design, hostile_spelling))


@pytest.fixture(scope="session")
def large() -> DesignResult:
    """Some 65 tables and 900 decisions."""
    design = blog_design(copies=8)
    return replace(design, evidence=blog_evidence(design))


@pytest.fixture(scope="session")
def both(blog: DesignResult) -> DesignResult:
    """The blog for both engines, proven; they do not agree on one pattern."""
    design = with_documents(blog)
    return replace(design, evidence=both_evidence(design))


@pytest.fixture(scope="session")
def documents(blog: DesignResult) -> DesignResult:
    """The blog for MongoDB alone, proven."""
    design = with_documents(blog, is_alone=True)
    return replace(design, evidence=documents_evidence(design))


@pytest.fixture(scope="session")
def hostile_both() -> DesignResult:
    """The blog for both engines with names and sentences that try to leave every format."""
    design = with_documents(blog_design(hostile_spelling), hostile_spelling)
    return replace(design, evidence=both_evidence(design, hostile_spelling))
