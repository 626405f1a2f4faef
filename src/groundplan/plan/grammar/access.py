"""Access patterns: what the application asks of the data, how often and how fast."""

from __future__ import annotations

from collections.abc import Mapping as Table
from dataclasses import dataclass
from typing import Any, TypeVar

from groundplan.base.names import nearest
from groundplan.plan.access import (
    AccessPattern,
    Delete,
    Insert,
    Load,
    ParameterHint,
    Raw,
    Read,
    Setting,
    Update,
    Upsert,
)
from groundplan.plan.grammar.amounts import DURATION, POSITIVE, RATE
from groundplan.plan.grammar.findings import BAD_NAME, CONFLICTING_KEYS, NO_ACTION
from groundplan.plan.grammar.forms import Flag, Form, Prose, Schema
from groundplan.plan.grammar.formulas import FormulaForm, FormulaOrJson, NamedFormula, formula
from groundplan.plan.grammar.names import name, names
from groundplan.plan.grammar.reads import FIELDS, GROUP, LATEST, ORDER, SEARCH, NearForm
from groundplan.plan.grammar.records import Fields, Key, Named, NamedForm, Record, modelled
from groundplan.plan.grammar.report import Report
from groundplan.plan.yaml.nodes import Entry, Mapping, Node

_ENTITY = name("an entity", "Post")
_VALUE = FormulaForm(noun="a value", example="now()", allows_null=True)

_ABOUT = Key(name="about", form=Prose(), means="What it is for, in a sentence.")
RATE_KEY = Key(
    name="rate",
    form=RATE,
    attribute="load.rate",
    means="How often it runs.",
    default="not known, as a listed assumption",
)
TARGET_KEY = Key(
    name="target",
    form=DURATION,
    attribute="load.target",
    means="How fast it must be.",
    default="100ms for a read, none for a write",
)
_PARAMS = Key(
    name="params",
    form=Named(
        noun="parameters by name",
        example="{device: hot, since: now() - 1 day}",
        of=NamedFormula(
            of=_VALUE,
            make=lambda name, value, origin: ParameterHint(name=name, value=value, origin=origin),
            take=lambda hint: (hint.name, hint.value),
        ),
        is_block=False,
    ),
    means="How the proof fills parameters: `hot` for a frequent value, or an expression.",
    default="values as they are in the rows",
)
_BATCH = Key(name="batch", form=POSITIVE, means="How many rows it writes at a time.", default="1", example="5000")


def _where(means: str, *, is_required: bool) -> Key:
    return Key(name="where", form=formula("id = :id"), means=means, is_required=is_required)


M = TypeVar("M")


def with_load(model: type[M], keys: tuple[Key, ...], fields: Fields) -> M:
    """Make a model that keeps its rate and target in a load."""
    return modelled(model, fields, keys, load=Load(rate=fields.get("rate"), target=fields.get("target")))


def _pattern(action: str, model: type[Any], means: str, example: str, keys: tuple[Key, ...]) -> Record[Any]:
    """Make the record of an action; description, parameters, rate and target are common to all."""
    every = (*keys[:1], _ABOUT, *keys[1:], _PARAMS, RATE_KEY, TARGET_KEY)
    return Record(
        noun=f"{'an' if action[0] in 'aeiou' else 'a'} {action}",
        example=example,
        kind=action,
        means=means,
        keys=every,
        model=model,
        build=lambda fields: with_load(model, every, fields),
    )


READ = _pattern(
    "read",
    Read,
    "Reads rows of an entity and what hangs on them.",
    "{read: Post, where: slug = :slug, one: true}",
    (
        Key(
            name="read",
            form=_ENTITY,
            attribute="entity",
            means="The entity whose rows are read, or the n:m relationship whose links are.",
            is_required=True,
        ),
        Key(
            name="fields",
            form=FIELDS,
            means="The results: attributes, paths such as `author.username`, or expressions with `as` and a name.",
            default="all attributes that are not secret",
        ),
        _where(
            "The condition on the rows; a path that reaches several rows asks whether one of them fits.",
            is_required=False,
        ),
        Key(
            name="order",
            form=ORDER,
            means="What rows are sorted by; a page gets the key appended where that is not total.",
            default="by key, where there are pages",
        ),
        Key(name="group", form=GROUP, means="What rows are grouped by; the fields are then groups and aggregates."),
        Key(
            name="one",
            form=Flag(),
            attribute="is_one",
            means="True where at most one row is expected.",
            default="false",
        ),
        Key(name="page", form=POSITIVE, means="How many rows a page has (keyset pagination)."),
        Key(
            name="limit",
            form=POSITIVE,
            means="How many rows are read at most, where there are no pages.",
            example="1000",
        ),
        Key(name="search", form=SEARCH, means="Full-text search for `:words`, all of which must match."),
        Key(name="near", form=NearForm(), means="Rows within a distance of a point, nearest first."),
        Key(name="latest", form=LATEST, means="The newest row of each group only."),
        Key(
            name="staleness",
            form=DURATION,
            means="How old an answer may be; a longer one allows a materialized view.",
            default="not at all",
            example="10min",
        ),
    ),
)

INSERT = _pattern(
    "insert",
    Insert,
    "Adds rows.",
    "{insert: Comment}",
    (
        Key(
            name="insert",
            form=_ENTITY,
            attribute="entity",
            means="The entity that rows are added to, or the n:m relationship that links are: `Post.tags`.",
            is_required=True,
        ),
        _BATCH,
    ),
)

UPDATE = _pattern(
    "update",
    Update,
    "Sets attributes of the rows that fit a condition.",
    "{update: Post, where: id = :id, set: {status: published}}",
    (
        Key(
            name="update",
            form=_ENTITY,
            attribute="entity",
            means="The entity whose rows are changed, or the n:m relationship whose links are.",
            is_required=True,
        ),
        _where("The condition on the rows that are changed.", is_required=True),
        Key(
            name="set",
            form=Named(
                noun="new values by attribute",
                example="{status: published, published_at: now()}",
                of=NamedFormula(
                    of=_VALUE,
                    make=lambda name, value, origin: Setting(name=name, value=value, origin=origin),
                    take=lambda setting: (setting.name, setting.value),
                ),
                is_block=False,
                allows_nothing=False,
            ),
            attribute="settings",
            means="The new values, by attribute or relationship.",
            is_required=True,
        ),
    ),
)

UPSERT = _pattern(
    "upsert",
    Upsert,
    "Adds rows, or updates those that are there already.",
    "{upsert: Device, on: [serial]}",
    (
        Key(
            name="upsert",
            form=_ENTITY,
            attribute="entity",
            means="The entity that rows are added to, or the n:m relationship that links are: `Post.tags`.",
            is_required=True,
        ),
        Key(
            name="on",
            form=names("the names that tell rows apart", "[serial]"),
            means="The attributes and relationships by which a row is found to be there already.",
            default="both sides, for a link; an entity needs it",
        ),
        _BATCH,
    ),
)

DELETE = _pattern(
    "delete",
    Delete,
    "Deletes rows, softly where the lifecycle of the entity says so.",
    "{delete: Device, where: id = :id}",
    (
        Key(
            name="delete",
            form=_ENTITY,
            attribute="entity",
            means="The entity whose rows are deleted, or the n:m relationship whose links are.",
            is_required=True,
        ),
        _where("The condition on the rows that are deleted.", is_required=True),
    ),
)

RAW = _pattern(
    "raw",
    Raw,
    "A statement in an engine's own language, for what the language cannot say.",
    '{sql: "select count(*) from posts where author_id = :author"}',
    (
        Key(
            name="sql",
            form=formula("select count(*) from posts where author_id = :author"),
            means="The statement for PostgreSQL, with `:name` parameters.",
        ),
        Key(
            name="mongo",
            form=FormulaOrJson(noun="a command", example="{count: posts, query: {authorId: ':author'}}"),
            means="The command for MongoDB, as text or as YAML.",
        ),
    ),
)

ACTIONS: dict[str, Record[Any]] = {
    "read": READ,
    "insert": INSERT,
    "update": UPDATE,
    "upsert": UPSERT,
    "delete": DELETE,
    "sql": RAW,
    "mongo": RAW,
}
"""The records of access patterns by the key that says what they do."""

_EXAMPLE = "{read: Post, where: slug = :slug, one: true}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternForm(NamedForm[AccessPattern]):
    """An access pattern by its name; one key says what it does."""

    def read_entry(self, entry: Entry, report: Report) -> AccessPattern | None:
        """Read a pattern by the record of its action."""
        subject = f'access pattern "{entry.key.text}"'
        if not isinstance(entry.value, Mapping):
            report.wrong_shape(entry.value, subject=subject, expected=f"a mapping such as {_EXAMPLE}")
            return None
        record = self._record(entry, entry.value, report, subject=subject)
        pattern: AccessPattern | None = None if record is None else record.read_entry(entry, report)
        if isinstance(pattern, Raw) and pattern.sql is None and pattern.mongo is None:
            return None
        return pattern if check_file_name(entry, report) else None

    def _record(self, entry: Entry, body: Mapping, report: Report, *, subject: str) -> Record[Any] | None:
        found = [one for one in body.entries if one.key.text in ACTIONS]
        records = list({id(ACTIONS[one.key.text]): ACTIONS[one.key.text] for one in found}.values())
        if not records:
            keys = [one.key.text for one in body.entries]
            near = next((action for key in keys if (action := nearest(key, ACTIONS))), None)
            advice = f'did you mean "{near}"? ' if near else ""
            advice += "write read, insert, update, upsert or delete with an entity, or sql or mongo with a statement"
            report.add(NO_ACTION, entry.key.origin, f"{subject} does not say what it does", help=advice)
            return None
        if len(records) > 1:
            actions = " and ".join(one.key.text for one in found)
            advice = "make several patterns, and a transaction of them where they belong together"
            report.add(CONFLICTING_KEYS, found[1].key.origin, f"{subject} has {actions}", help=advice)
            return None
        return records[0]

    def write_entry(self, value: AccessPattern) -> tuple[str, Node]:
        """Write a pattern by the record of its action."""
        record = next(record for record in ACTIONS.values() if record.model is type(value))
        return record.write_entry(value)

    def parts(self) -> tuple[Form[Any], ...]:
        """Return the records of all actions."""
        return (READ, INSERT, UPDATE, UPSERT, DELETE, RAW)

    def entry_schema(self) -> tuple[Schema | None, Schema]:
        """Describe one pattern of each action, chosen by the key that says it."""
        choices: Table[str, Record[Any]] = ACTIONS
        return None, {
            "type": "object",
            "allOf": [{"if": {"required": [key]}, "then": record.schema()} for key, record in choices.items()],
            "anyOf": [{"required": [key]} for key in choices],
        }


def check_file_name(entry: Entry, report: Report) -> bool:
    """Tell whether a name can also name a file; where it cannot, note why."""
    name = entry.key.text
    if "/" not in name and "\\" not in name:
        return True
    report.add(
        BAD_NAME, entry.key.origin, f'the name "{name}" holds a slash', help="write another character in its place"
    )
    return False


ACCESS: Named[AccessPattern] = Named(
    noun="access patterns by name",
    example="{post_by_slug: {read: Post, where: slug = :slug, one: true}}",
    of=PatternForm(),
)
