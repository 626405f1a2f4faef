"""er.mmd: the entity-relationship diagram as Mermaid text."""

from __future__ import annotations

import re

from groundplan.postgres.model import Schema
from groundplan.report.characters import on_one_line
from groundplan.report.diagram import Box, BoxRow, Diagram, Line, diagram, marks

_ENTITY_WORD = re.compile(
    "acctitle|accdescr|class|classdef|end|erdiagram|many|one|only|optionally|style|subgraph|title|to|zero",
    re.IGNORECASE,
)
"""What begins something else where Mermaid expects an entity."""
_COLUMN_WORD = re.compile("fk|pk|uk", re.IGNORECASE)
"""What marks a column in Mermaid, and cannot name one or a type."""
_MARKS = {"PK": "PK", "FK": "FK", "UQ": "UK"}


def er_mermaid(schema: Schema) -> str:
    """Render the tables of a schema as a Mermaid `erDiagram`; any name is safe in it."""
    return diagram_mermaid(diagram(schema))


def diagram_mermaid(shown: Diagram) -> str:
    """Render a diagram as a Mermaid `erDiagram`; any name is safe in it."""
    lines = ["erDiagram"]
    for box in shown.boxes:
        lines.append(f'    {_identifier(box)}["{_text(box.name)}"] {{')
        lines.extend(f"        {_row(row)}" for row in box.rows)
        lines.append("    }")
    by_name = {box.name: _identifier(box) for box in shown.boxes}
    lines.extend(
        f"    {by_name[line.target]} {_ends(line)} {by_name[line.source]} : {_label(line)}" for line in shown.lines
    )
    return "\n".join(lines) + "\n"


def _identifier(box: Box) -> str:
    """Return a word that Mermaid takes as an entity: plain names as they are, others spelled in hexadecimal."""
    is_plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", box.name) and not _ENTITY_WORD.fullmatch(box.name)
    return box.name if is_plain else "t_" + _hexadecimal(box.name)


def _hexadecimal(name: str) -> str:
    return name.encode(errors="surrogatepass").hex()


def _row(row: BoxRow) -> str:
    signs = ", ".join(_MARKS[mark] for mark in marks(row))
    kind = re.sub(r"[^A-Za-z0-9_()\[\]-]+", "-", row.type)
    if not re.match(r"[A-Za-z_]", kind) or _COLUMN_WORD.fullmatch(kind.partition("-")[0]):
        kind = f"_{kind}"
    is_plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", row.name) and not _COLUMN_WORD.fullmatch(row.name)
    name = row.name if is_plain else "c_" + _hexadecimal(row.name)
    notes = [] if name == row.name else [_text(row.name)]
    if row.note is not None:
        notes.append(_text(row.note))
    if row.is_nullable:
        notes.append("optional")
    comment = f' "{", ".join(notes)}"' if notes else ""
    return f"{kind} {name}{' ' + signs if signs else ''}{comment}"


def _ends(line: Line) -> str:
    target = "|o" if line.is_optional else "||"
    source = "o|" if line.is_unique else "o{"
    return f"{target}{'--' if line.is_enforced else '..'}{source}"


def _label(line: Line) -> str:
    return f'"{_text(line.label or ", ".join(line.columns) or "audit trail")}"'


def _text(text: str) -> str:
    """Escape text for a Mermaid string: no quotes, no line ends, no entity codes, no words that act in a string too."""
    return (
        re.sub(r'["#;<>&%\\`~]|(?i:d(?=irection\s))', lambda found: f"#{ord(found.group())};", on_one_line(text)) or " "
    )
