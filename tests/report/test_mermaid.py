"""er.mmd: each line is one that Mermaid's grammar of entity-relationship diagrams has, whatever the names are."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundplan.postgres.model import Column, PrimaryKey, Schema, Table
from groundplan.report.mermaid import er_mermaid
from groundplan.report.model import DesignResult

# erDiagram.jison of Mermaid 11: an entity with an alias, its attributes with keys and a comment, relationships. In its
# strings neither quotes nor percent signs nor line ends stand; generics between tildes and `direction TB` act anywhere.
STRING = r'"(?:(?!["%\\~\r\n]|(?i:direction\s)).)+"'
WORD = r"[A-Za-z][A-Za-z0-9_]*"
TYPE = r"(?!(?i:[pfu]k)\b)[A-Za-z_][A-Za-z0-9_()\[\]-]*"
ENTITY = rf"    (?P<entity>{WORD})\[{STRING}\] \{{"
NAME = r"(?!(?i:[pfu]k)\b)[A-Za-z_][A-Za-z0-9_]*"
ATTRIBUTE = rf"        {TYPE} (?P<column>{NAME})(?: (?:[PFU]K)(?:, [PFU]K)*)?(?: {STRING})?"
RELATIONSHIP = rf"    (?P<one>{WORD}) (?:\|\||\|o)(?:--|\.\.)(?:o\{{|o\|) (?P<many>{WORD}) : {STRING}"
GRAMMAR = re.compile(rf"(?:{ENTITY}|{ATTRIBUTE}|    \}}|{RELATIONSHIP})")
KEYWORDS = {"class", "classdef", "style", "end", "to", "one", "many", "subgraph", "erdiagram", "acctitle", "accdescr"}


def read(text: str) -> list[re.Match[str]]:
    first, *lines = text.removesuffix("\n").split("\n")
    assert first == "erDiagram"
    found = [GRAMMAR.fullmatch(line) for line in lines]
    matches = [match for match in found if match is not None]
    assert len(matches) == len(lines), [line for line, match in zip(lines, found, strict=True) if match is None]
    entities = [match["entity"] for match in matches if match["entity"]]
    assert len(set(entities)) == len(entities)
    assert not {entity.lower() for entity in entities} & KEYWORDS
    assert {match[end] for match in matches for end in ("one", "many") if match[end]} <= set(entities)
    return matches


@pytest.mark.parametrize("design", ["blog", "hostile", "large"])
def test_it_holds_every_table_column_and_reference(design: str, request: pytest.FixtureRequest) -> None:
    schema = request.getfixturevalue(design).schema
    matches = read(er_mermaid(schema))
    assert sum(match["entity"] is not None for match in matches) == len(schema.tables)
    assert sum(match["column"] is not None for match in matches) == sum(len(each.columns) for each in schema.tables)
    references = sum(len(each.foreign_keys) for each in schema.tables)
    assert sum(match["one"] is not None for match in matches) == references + 1  # and one audit trail


def test_it_says_keys_and_how_many(blog: DesignResult) -> None:
    lines = er_mermaid(blog.schema).splitlines()
    assert "        uuid post_id PK, FK" in lines
    assert "        text slug UK" in lines
    assert '        timestamptz deleted_at "optional"' in lines
    assert '    users ||--o| preferences : "user_id"' in lines
    assert '    users |o--o{ places : "host_id"' in lines
    assert '    comments |o--o{ comments : "post_id, parent_id"' in lines
    assert '    users ||..o{ users_audit : "audit trail"' in lines


@given(
    st.one_of(
        st.text(min_size=1), st.sampled_from([*sorted(KEYWORDS), "pk", "FK", "uk-x", "direction TB", "~a~b~", "t_61"])
    )
)
def test_any_name_and_type_is_read(name: str) -> None:
    table = Table(name=name, columns=(Column(name=name, type=name),), primary_key=PrimaryKey(name="k", columns=(name,)))
    other = replace(table, name="other" + name)
    matches = read(er_mermaid(Schema(version=18, tables=(table, other))))
    assert sum(match["column"] is not None for match in matches) == 2
