"""Values of commands in JavaScript query files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from groundplan.mongo.commands import javascript
from groundplan.mongo.queries.model import BATCH, Bson, Command, Given, Moment, MongoParameter, NewKey, Preparation

STEP = 2
"""Spaces of an indent."""


@dataclass(slots=True)
class Values:
    """Spells what is filled in when a function is called; `names` are its variables by what they are called here.

    `item` is the list that is gone through and the variable for the element at hand; `single` are names of values that
    operations kept.
    """

    parameters: Mapping[str, MongoParameter]
    names: dict[str, str]
    item: tuple[str, str] | None = None
    single: set[str] = field(default_factory=set)
    texts: dict[str, str] = field(default_factory=dict)
    nullable: set[str] = field(default_factory=set)

    def at(self, name: str, variable: str) -> Values:
        """Return the same with an element of a list at hand."""
        return replace(self, item=(name, variable))

    def literal(self, value: Bson, *, indent: int, before: int) -> str:
        """Write a value of a command as an expression."""
        return javascript.literal(value, spell=self.spell, indent=indent, before=before)

    def spell(self, part: Given | Moment | NewKey) -> str:
        """Write what is filled in as an expression."""
        match part:
            case Given():
                return self._given(part)
            case Moment():
                return _moment(part)
            case NewKey():
                if self.item is not None and self.item[0] == BATCH:
                    return member(self.item[1], part.name)
                return self.names[f"new {part.name}"]

    def _given(self, given: Given) -> str:
        if given.name in self.texts:
            return self.texts[given.name]
        text = self._taken(given)
        parameter = self.parameter(given)
        is_at_hand = self.item is not None and given.name == self.item[0]
        is_list = (parameter is not None and parameter.is_list) or (given.member is not None and not is_at_hand)
        call = {
            Preparation.LOWER_CASE: "{}.toLowerCase()",
            Preparation.ALL_WORDS: "allWords({})",
            Preparation.LIKE_PATTERN: "likePattern({})",
        }.get(given.preparation)
        prepared = text
        if call is not None:
            prepared = f"{text}.map((item) => {call.format('item')})" if is_list else call.format(text)
        if given.otherwise is not None:
            otherwise = self.literal(given.otherwise, indent=0, before=0)
            return f"{text} ?? {otherwise}" if call is None else f"{text} == null ? {otherwise} : {prepared}"
        is_optional = parameter is not None and parameter.is_optional
        return f"{text} == null ? null : {prepared}" if is_optional and call is not None else prepared

    def parameter(self, given: Given) -> MongoParameter | None:
        """Return the parameter whose value is meant; None for what operations keep."""
        name = given.member if given.name == BATCH else given.name
        return self.parameters.get(name or "")

    def _taken(self, given: Given) -> str:
        if self.item is not None and given.name == self.item[0]:
            return self.item[1] if given.member is None else member(self.item[1], given.member)
        variable = self.names.get(given.name, given.name)
        if given.member is not None:
            return f"different({variable}, {javascript.quote(given.member)})"
        return variable

    def may_be_null(self, value: Bson) -> bool:
        """Tell whether a value can be NULL when the function is called."""
        match value:
            case None:
                return True
            case Given(name=name) if name in self.texts:
                return name in self.nullable
            case Given(otherwise=None):
                parameter = self.parameter(value)
                if parameter is not None:
                    return parameter.is_optional
                is_element = self.item is not None and value.name == self.item[0]
                return value.name in self.single or (is_element and value.member is not None)
            case Mapping():
                return any(self.may_be_null(inner) for inner in value.values())
            case _:
                return False

    def without_nulls(self, document: Command, *, indent: int, before: int) -> str:
        """Write a document whose fields are left out where they are NULL."""
        nullable = any(self.may_be_null(value) for value in document.values())
        lowered = self.lowered(document, indent=indent + STEP)
        if not nullable:
            return self.literal(lowered, indent=indent, before=before)
        head = "present("
        return f"{head}{self.literal(lowered, indent=indent, before=before + len(head) + 1)})"

    def lowered(self, document: Command, *, indent: int, is_certain: bool = False) -> dict[str, Bson]:
        """Return a document in which sub-documents that may have NULLs are expressions that leave these out.

        `indent` is that of its fields; `is_certain` tells that its sub-documents stay though nothing is in them.
        """
        found: dict[str, Bson] = {}
        for name, value in document.items():
            before = indent + len(name) + 4
            if isinstance(value, Mapping) and "$each" in value:
                found[name] = self.lowered(value, indent=indent + STEP, is_certain=True)
            elif isinstance(value, Mapping) and any(map(self.may_be_null, value.values())):
                text = self.without_nulls(value, indent=indent, before=before)
                found[name] = self.text(text) if is_certain else self.text(f"orNull({text})", is_nullable=True)
            elif isinstance(value, tuple) and any(map(self.may_be_null, value)):
                parts = [self._element(each, indent=indent, before=before + 1) for each in value]
                found[name] = self.text(f"[{', '.join(parts)}]")
            else:
                found[name] = value
        return found

    def _element(self, value: Bson, *, indent: int, before: int) -> str:
        if isinstance(value, Mapping):
            return self.without_nulls(value, indent=indent, before=before)
        return self.literal(value, indent=indent, before=before)

    def text(self, text: str, *, is_nullable: bool = False) -> Given:
        """Return a value that is written as the expression given."""
        name = f"\0{len(self.texts)}"
        self.texts[name] = text
        if is_nullable:
            self.nullable.add(name)
        return Given(name)


def member(variable: str, name: str) -> str:
    """Return the expression for a member of an object."""
    key = javascript.key(name)
    return f"{variable}.{key}" if key == name else f"{variable}[{javascript.quote(name)}]"


def _moment(moment: Moment) -> str:
    shift = (moment.months, moment.days, moment.milliseconds)
    text = "now" if not any(shift) else f"later(now, {', '.join(map(str, shift))})"
    return f"midnight({text})" if moment.is_day else text
