"""The rules of a validator, one by one, and which of them the server says that a document breaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ITEM = "[]"
"""A step of a path into the elements of an array."""

REQUIRED, CLOSED, EXPRESSION = "required", "additionalProperties", "$expr"

_KEY = "_id"
_BRANCHES = frozenset({"properties", "items", "required", "title", "description"})

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: `operator` about what is at `path`; REQUIRED names the field that has to be there, at the path's end.

    `schema` is all that is said about the same place, for a document to break the rule and nothing else. An EXPRESSION
    is told from others by its place in the validator.
    """

    path: tuple[str, ...]
    operator: str
    schema: Schema | None = None

    @property
    def identity(self) -> tuple[tuple[str, ...], str]:
        """What tells a rule from all others of its validator."""
        return self.path, self.operator

    @property
    def place(self) -> str:
        """The dotted path of what the rule is about; `''` for the document itself."""
        return ".".join(step for step in self.path if not step.startswith("["))


def rules_of(validator: Schema) -> tuple[Rule, ...]:
    """Return the rules of a validator, in its order: those of its schema, each expression as one."""
    clauses: Sequence[Schema] = validator.get("$and", (validator,)) if validator else ()
    found: list[Rule] = []
    for position, clause in enumerate(clauses):
        if "$jsonSchema" in clause:
            found += _of_schema(clause["$jsonSchema"], ())
        else:
            found.append(Rule(path=(f"[{position}]",), operator=EXPRESSION))
    return tuple(found)


def _of_schema(schema: Schema, path: tuple[str, ...]) -> Iterator[Rule]:
    for operator, argument in schema.items():
        if operator == REQUIRED:
            # A document without a key is given one before it is looked at.
            names = [name for name in argument if path or name != _KEY]
            yield from (Rule(path=(*path, name), operator=REQUIRED) for name in names)
        elif operator == CLOSED:
            if argument is False:
                yield Rule(path=path, operator=CLOSED)
        elif operator not in _BRANCHES and (path or operator != "bsonType"):
            yield Rule(path=path, operator=operator, schema=schema)
    for name, inner in schema.get("properties", {}).items():
        yield from _of_schema(inner, (*path, name))
    items = schema.get("items")
    if isinstance(items, Mapping):
        yield from _of_schema(items, (*path, ITEM))
    elif items is not None:
        for position, inner in enumerate(items):
            yield from _of_schema(inner, (*path, f"[{position}]"))


Broken = frozenset[tuple[tuple[str, ...], str]]


def broken_rules(details: Schema) -> Broken:
    """Return the identities of the rules that a refusal names (`errInfo.details` of an error of code 121)."""
    return frozenset(_clauses(details))


def _clauses(details: Schema) -> Iterator[tuple[tuple[str, ...], str]]:
    match details.get("operatorName"):
        case "$and":
            for clause in details["clausesNotSatisfied"]:
                inner = clause["details"]
                if inner.get("operatorName") == EXPRESSION:
                    yield (f"[{clause['index']}]",), EXPRESSION
                else:
                    yield from _clauses(inner)
        case "$expr":
            yield ("[0]",), EXPRESSION
        case _:
            yield from _told(details.get("schemaRulesNotSatisfied", ()), ())


def _told(rules: Sequence[Schema], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    for rule in rules:
        match rule.get("operatorName"):
            case "properties":
                for found in rule["propertiesNotSatisfied"]:
                    yield from _told(found["details"], (*path, found["propertyName"]))
            case "items" if "itemIndex" in rule:
                yield from _told(rule["details"], (*path, ITEM))
            case "items":
                for item in rule["details"]:
                    yield from _told(item["details"], (*path, f"[{item['itemIndex']}]"))
            case "required":
                yield from (((*path, name), REQUIRED) for name in rule["missingProperties"])
            case str() as operator:
                yield path, operator
            case _:
                yield path, "?"
