"""Records: mappings with known keys, and mappings from names to things."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Generic, TypeVar

from groundplan.base.names import composed, did_you_mean
from groundplan.base.origin import Origin
from groundplan.plan.grammar.findings import EMPTY_VALUE, IMPOSSIBLE_QUANTITY, MISSING_KEY, UNKNOWN_KEY
from groundplan.plan.grammar.forms import Form, Schema
from groundplan.plan.grammar.names import check_name
from groundplan.plan.grammar.report import Report
from groundplan.plan.yaml import nodes
from groundplan.plan.yaml.nodes import Entry, Mapping, Node, Scalar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key of a record: its name, what can stand there, what it means in a sentence, what holds without it.

    `attribute` is where the model keeps the value (with a dot in a part of it), by default under the name of the key;
    `example` is a value of this key's own, where that of its form says less.
    """

    name: str
    form: Form[Any]
    means: str
    default: str | None = None
    is_required: bool = False
    attribute: str = ""
    example: str = ""

    @property
    def shown(self) -> str:
        """A value that can stand here."""
        return self.example or self.form.example

    @property
    def kept_in(self) -> str:
        """The attribute of the model that keeps the value."""
        return self.attribute or self.name


@dataclass(slots=True, kw_only=True)
class Fields:
    """What a mapping said: values by key, the place of every key, and the name where the mapping has one.

    A key whose value could not be read has a place and no value.
    """

    values: dict[str, Any]
    places: dict[str, Origin]
    origin: Origin
    name: str
    report: Report

    def get(self, key: str, otherwise: Any = None) -> Any:  # noqa: ANN401 - each form gives what its model holds
        """Return a value, or what holds without it."""
        return self.values.get(key, otherwise)

    def place(self, key: str) -> Origin:
        """Return where a key stands; the place of the mapping where it has none."""
        return self.places.get(key, self.origin)

    def check_rising(self, *keys: str) -> None:
        """Note every one of these numbers that is smaller than one before it, and leave it out."""
        lower = ""
        for key in (key for key in keys if self.values.get(key) is not None):
            if lower and self.values[key] < self.values[lower]:
                message = f"{key} ({self.values.pop(key)}) is smaller than {lower} ({self.values[lower]})"
                advice = f"write numbers that rise in the order {', '.join(keys)}"
                self.report.add(IMPOSSIBLE_QUANTITY, self.place(key), message, help=advice)
            else:
                lower = key


class NamedForm(ABC, Generic[T]):
    """A thing with a name, as an entry of a mapping."""

    __slots__ = ()

    @abstractmethod
    def read_entry(self, entry: Entry, report: Report) -> T | None:
        """Return what an entry means, or None after a finding."""

    @abstractmethod
    def write_entry(self, value: T) -> tuple[str, Node]:
        """Return the key and the node that read as the value."""

    @abstractmethod
    def parts(self) -> tuple[Form[Any], ...]:
        """Return the forms that an entry is made of."""

    @abstractmethod
    def entry_schema(self) -> tuple[Schema | None, Schema]:
        """Return the JSON Schemas of the key (None: any name) and of the node."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Form[T], NamedForm[T]):
    """A mapping with known keys.

    `kind` names it in messages and in the JSON Schema. Its keys are the attributes of `model`, or else `build` makes
    what was said and `take` says, by key, what to write of it. `allows_nothing` reads an empty value as a
    mapping without keys. `is_block` writes one key a line.
    """

    kind: str
    means: str
    keys: tuple[Key, ...]
    model: type[Any] | None = None
    build: Callable[[Fields], T | None] | None = None
    take: Callable[[T], dict[str, Any]] | None = None
    allows_nothing: bool = False
    is_block: bool = False
    forms: dict[str, Form[Any]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "forms", {key.name: key.form for key in self.keys})

    def read(self, node: Node, report: Report, *, subject: str) -> T | None:
        """Read a mapping; its place is the place of what it says."""
        fields = self.fields(node, report, subject=subject)
        return None if fields is None else self.built(fields)

    def read_entry(self, entry: Entry, report: Report) -> T | None:
        """Read a name and a mapping; the place of the name is the place of both."""
        name = entry.key.text
        fields = self.fields(entry.value, report, subject=f'{self.kind} "{name}"', name=entry.key)
        if not check_name(entry.key, report) or fields is None:
            return None
        return self.built(fields)

    def fields(self, node: Node, report: Report, *, subject: str, name: Scalar | None = None) -> Fields | None:
        """Read every key of a mapping; None where it is no mapping."""
        is_nothing = isinstance(node, Scalar) and node.value is None and self.allows_nothing
        if not isinstance(node, Mapping) and not is_nothing:
            report.wrong_shape(node, subject=subject, expected=self.expected)
            return None
        origin = name.origin if name else node.origin
        fields = Fields(values={}, places={}, origin=origin, name=composed(name.text) if name else "", report=report)
        forms = self.forms
        for entry in node.entries if isinstance(node, Mapping) else ():
            key = entry.key.text
            form = forms.get(key)
            if form is None:
                unknown_key(entry.key, forms, report, subject=subject)
                continue
            fields.places[key] = entry.key.origin
            value = form.read(entry.value, report, subject=f'"{key}"')
            if value is not None:
                fields.values[key] = value
        return fields

    def built(self, fields: Fields) -> T | None:
        """Make the model, unless a key that it cannot do without is missing."""
        missing = [key for key in self.keys if key.is_required and key.name not in fields.values]
        for key in missing:
            if key.name not in fields.places:
                fields.report.add(
                    MISSING_KEY,
                    fields.origin,
                    f'{self.noun} needs the key "{key.name}"',
                    help=f"write {key.name}: {key.shown}",
                )
        if missing:
            return None
        return self.build(fields) if self.build else self.plain(fields)

    def plain(self, fields: Fields) -> T:
        """Make the model whose attributes are the keys, with its name and place where it keeps them."""
        model: type[T] = self.own_model()
        return modelled(model, fields, self.keys)

    def own_model(self) -> type[Any]:
        """Return the model; a record without one has to say how it is built and taken apart."""
        if self.model is None:
            raise TypeError(f"the record {self.kind} has no model")
        return self.model

    def write(self, value: T) -> Node:
        """Write the keys that say more than their defaults."""
        said = self.take(value) if self.take else self.taken(value)
        return nodes.mapping(
            {key: self.forms[key].write(part) for key, part in said.items() if part is not None}, flow=not self.is_block
        )

    def write_entry(self, value: T) -> tuple[str, Node]:
        """Write the name, and the mapping."""
        return attrgetter("name")(value), self.write(value)

    def taken(self, value: T) -> dict[str, Any]:
        """Return what the attributes hold beyond their defaults, by key."""
        defaults = defaults_of(self.own_model())
        held = {key.name: (attrgetter(key.kept_in)(value), defaults.get(key.kept_in)) for key in self.keys}
        return {name: part for name, (part, default) in held.items() if part != default}

    def schema(self) -> Schema:
        """Refer to the description of the record, which stands once for all."""
        return {"$ref": f"#/$defs/{self.definition}"}

    @property
    def definition(self) -> str:
        """The name of the record's own schema."""
        return self.kind.replace(" ", "_")

    def own_schema(self) -> Schema:
        """Describe the keys."""
        described: Schema = {
            "type": ["object", "null"] if self.allows_nothing else "object",
            "description": self.means,
            "properties": {key.name: described_key(key) for key in self.keys},
            "additionalProperties": False,
        }
        required = [key.name for key in self.keys if key.is_required]
        return {**described, "required": required} if required else described

    def entry_schema(self) -> tuple[Schema | None, Schema]:
        """Describe the mapping that a name leads to."""
        return None, self.schema()

    def parts(self) -> tuple[Form[Any], ...]:
        """Return the forms of the keys."""
        return tuple(key.form for key in self.keys)


def modelled(model: type[T], fields: Fields, keys: Iterable[Key], **parts: object) -> T:
    """Make a model of what was said under these keys, with its name and place where it keeps them.

    What keys with dotted attributes said is in `parts`, which are attributes of the model.
    """
    values = fields.values
    said = {key.kept_in: values[key.name] for key in keys if key.name in values and "." not in key.kept_in}
    said.update(parts)
    own = attributes_of(model)
    if "origin" in own:
        said["origin"] = fields.origin
    if "name" in own and fields.name:
        said["name"] = fields.name
    return model(**said)


def attributes_of(model: type[Any]) -> dict[str, dataclasses.Field[Any]]:
    """Return the attributes of a model by name."""
    found: dict[str, dataclasses.Field[Any]] = model.__dataclass_fields__
    return found


def defaults_of(model: type[Any]) -> dict[str, Any]:
    """Return the attributes of a model with what they hold when nothing is said."""
    return {name: attribute.default for name, attribute in attributes_of(model).items()}


def unknown_key(key: Scalar, known: Collection[str], report: Report, *, subject: str) -> None:
    """Note a key that means nothing in its mapping."""
    report.add(
        UNKNOWN_KEY, key.origin, f'{subject} has no key "{key.text}"', help=did_you_mean(key.text, known, kind="keys")
    )


def described_key(key: Key) -> Schema:
    """Return the JSON Schema of a key's value with what the key means."""
    means = key.means if key.default is None else f"{key.means} Default: {key.default}."
    described = {"description": means, **key.form.schema()}
    return {**described, "examples": [key.example]} if key.example else described


@dataclass(frozen=True, slots=True, kw_only=True)
class Named(Form[tuple[T, ...]]):
    """A mapping from names to things of one kind, kept in its order; `allows_nothing` lets it be empty."""

    of: NamedForm[T]
    is_block: bool = True
    allows_nothing: bool = True

    def read(self, node: Node, report: Report, *, subject: str) -> tuple[T, ...] | None:
        """Read every thing that can be read."""
        if isinstance(node, Scalar) and node.value is None and self.allows_nothing:
            return ()
        if not isinstance(node, Mapping):
            report.wrong_shape(node, subject=subject, expected=self.expected)
            return None
        if not node.entries and not self.allows_nothing:
            report.add(EMPTY_VALUE, node.origin, f"{subject} is empty", help=f"write {self.expected}")
            return None
        read = (self.of.read_entry(entry, report) for entry in node.entries)
        found = tuple(value for value in read if value is not None)
        return found if found or self.allows_nothing else None

    def write(self, value: tuple[T, ...]) -> Node:
        """Write one thing a line."""
        return nodes.mapping(dict(self.of.write_entry(item) for item in value), flow=not self.is_block)

    def schema(self) -> Schema:
        """Describe a mapping of any names."""
        key, value = self.of.entry_schema()
        described: Schema = {
            "type": ["object", "null"] if self.allows_nothing else "object",
            "additionalProperties": value,
        }
        return {**described, "propertyNames": key} if key else described

    def parts(self) -> tuple[Form[Any], ...]:
        """Return the form of the things, or what it is made of."""
        return (self.of,) if isinstance(self.of, Form) else self.of.parts()
