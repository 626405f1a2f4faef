"""Renders the reference as Markdown."""

from __future__ import annotations

from typing import Any

from groundplan.plan.grammar.findings import GRAMMAR_RULES
from groundplan.plan.grammar.forms import Words
from groundplan.plan.grammar.records import Key, Record
from groundplan.plan.grammar.walk import every_record
from groundplan.plan.reference.data import DATA_SECTIONS
from groundplan.plan.reference.section import Section
from groundplan.plan.reference.tables import table
from groundplan.plan.reference.use import USE_SECTIONS
from groundplan.plan.yaml.findings import YAML_RULES

MOST_WORDS = 10
"""How many words are listed where one of them is to be chosen."""

_INTRODUCTION = """\
# The plan language

A plan says what a database is about and how it is used, in one YAML file: entities, relationships, volumes and access
patterns. This page is made from the grammar that reads plans; `schema/plan.schema.json` is made from it too and lets
editors complete and check a plan:

```yaml
# yaml-language-server: $schema=../schema/plan.schema.json
plan: shop
```

Most things have a short form for people and a long form, a mapping that says the same: `email unique` and
`{type: email, unique: true}`. Both can be mixed freely.
"""


def language_reference() -> str:
    """Return the reference of the plan language, as Markdown."""
    sections = every_section()
    records = {record.kind: record for record in every_record()}
    contents = "\n".join(f"- [{section.title}](#{_anchor(section.title)})" for section in sections)
    return "\n".join((_INTRODUCTION, contents, *(_rendered(section, records) for section in sections)))


def every_section() -> tuple[Section, ...]:
    """Return the sections of the reference, in the order of the page."""
    return (*DATA_SECTIONS, *USE_SECTIONS, _findings())


def _anchor(title: str) -> str:
    return title.lower().replace(",", "").replace(" ", "-")


def _rendered(section: Section, records: dict[str, Record[Any]]) -> str:
    parts = [f"\n## {section.title}\n", section.prose.strip(), ""]
    for example in section.examples:
        name = "" if example.file == "plan.yaml" else f" {example.file}"
        parts += [f"```yaml{name}\n{example.text.strip()}\n```\n"]
    parts += [section.table] if section.table else []
    parts += [_record(records[kind]) for kind in section.kinds]
    return "\n".join(parts)


def _record(record: Record[Any]) -> str:
    rows = [(f"`{key.name}`", _takes(key), key.means, _default(key)) for key in record.keys]
    return f"### {record.kind}\n\n{record.means}\n\n{table('key', 'takes', 'means', 'without it', rows=rows)}"


def _takes(key: Key) -> str:
    form = key.form
    if isinstance(form, Words) and len(form.words) <= MOST_WORDS:
        return ", ".join(f"`{word}`" for word in form.words)
    return f"{form.noun}: `{key.shown}`" if key.shown else form.noun


def _default(key: Key) -> str:
    return "*required*" if key.is_required else key.default or ""


def _findings() -> Section:
    rows = [(rule.code, rule.name, rule.summary) for rule in YAML_RULES]
    rows += [(rule.code, rule.name, rule.summary) for rule in GRAMMAR_RULES]
    return Section(
        title="What is found wrong",
        prose="All findings of a run are shown at once, each with its file, line and column, and with what is near.",
        table=table("code", "name", "what it tells", rows=rows),
    )
