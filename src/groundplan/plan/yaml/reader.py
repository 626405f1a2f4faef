"""Reads YAML 1.2 into nodes with places, from the events of libyaml.

libyaml knows the grammar that YAML 1.1 and 1.2 share; what an unquoted text means is decided here, by the core schema
of 1.2. Collections nest at most MAX_DEPTH deep and aliases add at most MAX_ALIASED_NODES nodes, so whoever walks a
document may recurse, and a small file stays small in memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from groundplan.base.collector import collector_paused
from groundplan.base.diagnostics import Diagnostic
from groundplan.plan.yaml.builder import Builder, GivenUp
from groundplan.plan.yaml.comments import Comment, find_comments, hash_marks
from groundplan.plan.yaml.events import parse
from groundplan.plan.yaml.findings import Findings
from groundplan.plan.yaml.nodes import Node, Scalar
from groundplan.plan.yaml.source import Source, load
from groundplan.plan.yaml.syntax import explain
from groundplan.plan.yaml.traps import find_hidden_characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A YAML document: its nodes, its comments, and the text both come from.

    The root of an empty file is a null. In a document that was read with findings (`is_clean` is false), keys that are
    no texts are taken as texts, texts that a comma has split are joined, and repeated keys and merge keys are left out.
    """

    root: Node
    comments: tuple[Comment, ...]
    source: Source
    is_clean: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadResult:
    """What a reading gives: the document, None where its structure could not be made out, and all findings."""

    document: Document | None
    diagnostics: tuple[Diagnostic, ...]


def read_document(path_or_text: Path | str, *, file: str) -> ReadResult:
    """Read a file (a Path) or a text (a str); `file` is the name that findings show.

    Raises SourceUnreadable when the file is missing, cannot be read, is a folder, is too large or is not UTF-8.
    """
    source = load(path_or_text, file=file)
    findings = Findings()
    legible = find_hidden_characters(source, findings)
    marks = list(hash_marks(legible.text))
    builder = Builder(source=legible, findings=findings, cuts=dict(marks))
    try:
        with collector_paused():
            builder.build(parse(legible.text))
    except GivenUp:
        pass
    except yaml.MarkedYAMLError as error:
        explain(error, source=legible, builder=builder)
        return ReadResult(document=None, diagnostics=findings.in_reading_order())
    diagnostics = findings.in_reading_order()
    document = None if builder.is_inside() else _document(builder, source, marks, is_clean=not diagnostics)
    return ReadResult(document=document, diagnostics=diagnostics)


def _document(builder: Builder, source: Source, marks: list[tuple[int, int]], *, is_clean: bool) -> Document:
    start = source.origin(0)
    return Document(
        root=builder.root or Scalar(value=None, text="", origin=start, end=start),
        comments=find_comments(source, marks=marks, texts=builder.hashed),
        source=source,
        is_clean=is_clean,
    )
