"""Values of commands in Python query files: what callers give, what was kept, and documents without NULLs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from groundplan.mongo.commands import python
from groundplan.mongo.queries.files.python_names import stored
from groundplan.mongo.queries.model import BATCH, Bson, Command, Given, Moment, MongoParameter, NewKey, Preparation

STEP = 4
"""Spaces of an indent."""

_PREPARED = {Preparation.ALL_WORDS: "all_words", Preparation.LIKE_PATTERN: "like_pattern"}


@dataclass(slots=True)
class Values:
    """Spells what is filled in when a function is called; `names` are its variables by what they are called here.

    `item` is the list that is gone through and the variable for the element at hand. `kept` are names of lists that
    operations kept, `single` of values that they kept.
    """

    parameters: Mapping[str, MongoParameter]
    names: dict[str, str]
    item: tuple[str, str] | None = None
    kept: set[str] = field(default_factory=set)
    single: set[str] = field(default_factory=set)
    texts: dict[str, str] = field(default_factory=dict)

    def at(self, name: str, variable: str) -> Values:
        """Return the same with an element of a list at hand."""
        return replace(self, item=(name, variable))

    def literal(self, value: Bson, *, indent: int, before: int) -> str:
        """Write a value of a command as an expression."""
        return python.literal(value, spell=self.spell, indent=indent, before=before)

    def spell(self, part: Given | Moment | NewKey) -> str:
        """Write what is filled in as an expression."""
        match part:
            case Given():
                return self._given(part)
            case Moment():
                return _moment(part)
            case NewKey():
                if self.item is not None and self.item[0] == BATCH:
                    return f"{self.item[1]}[{python.quote(part.name)}]"
                return self.names[f"new {part.name}"]

    def _given(self, given: Given) -> str:
        if given.name in self.texts:
            return self.texts[given.name]
        text, is_optional = self._taken(given)
        parameter = self.parameter(given)
        prepared = stored(text, None if parameter is None else parameter.type)
        is_list = self.is_list(given)
        if parameter is not None and is_list and prepared != text:
            prepared = f"[{stored('item', parameter.type)} for item in {text}]"
        if given.preparation is Preparation.LOWER_CASE:
            prepared = f"[item.lower() for item in {text}]" if is_list else f"{text}.lower()"
        elif given.preparation in _PREPARED:
            prepared = f"{_PREPARED[given.preparation]}({text})"
        if given.otherwise is not None:
            return f"{self.literal(given.otherwise, indent=0, before=0)} if {text} is None else {prepared}"
        return f"None if {text} is None else {prepared}" if is_optional and prepared != text else prepared

    def is_list(self, given: Given) -> bool:
        """Tell whether several values are meant: a parameter that lists them, or those of all rows."""
        parameter = self.parameter(given)
        is_at_hand = self.item is not None and given.name == self.item[0]
        return (parameter is not None and parameter.is_list) or (given.member is not None and not is_at_hand)

    def parameter(self, given: Given) -> MongoParameter | None:
        """Return the parameter whose value is meant; None for what operations keep."""
        name = given.member if given.name == BATCH else given.name
        return self.parameters.get(name or "")

    def _taken(self, given: Given) -> tuple[str, bool]:
        """Return the expression for a value as it was given or kept, and whether it may be NULL."""
        parameter = self.parameter(given)
        is_optional = parameter is not None and parameter.is_optional
        if self.item is not None and given.name == self.item[0]:
            variable = self.item[1]
            if given.member is None:
                return variable, False
            is_there = given.name == BATCH and parameter is not None and not is_optional
            key = python.quote(given.member)
            return (f"{variable}[{key}]", False) if is_there else (f"{variable}.get({key})", True)
        variable = self.names.get(given.name, given.name)
        if given.member is not None:
            return f"different({variable}, {python.quote(given.member)})", False
        return variable, is_optional or given.name in self.single

    def may_be_null(self, value: Bson) -> bool:
        """Tell whether a value can be NULL when the function is called."""
        match value:
            case None:
                return True
            case Given():
                return given_may_be_null(value, self)
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
                otherwise = "" if is_certain else " or None"
                found[name] = self.text(f"{self.without_nulls(value, indent=indent, before=before)}{otherwise}")
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

    def text(self, text: str) -> Given:
        """Return a value that is written as the expression given."""
        name = f"\0{len(self.texts)}"
        self.texts[name] = text
        return Given(name)


def given_may_be_null(given: Given, values: Values) -> bool:
    """Tell whether what is given or kept can be NULL."""
    if given.name in values.texts:
        return values.texts[given.name].endswith("or None")
    if given.otherwise is not None:
        return False
    parameter = values.parameter(given)
    if parameter is not None:
        return parameter.is_optional
    is_element = values.item is not None and given.name == values.item[0]
    return given.name in values.single or (is_element and given.member is not None)


def _moment(moment: Moment) -> str:
    text = f"months_later(now, {moment.months})" if moment.months else "now"
    parts = [f"days={abs(moment.days)}"] if moment.days else []
    if moment.days and moment.milliseconds and (moment.days < 0) != (moment.milliseconds < 0):
        parts = [f"days={moment.days}", f"milliseconds={moment.milliseconds}"]
        text = f"{text} + timedelta({', '.join(parts)})"
    else:
        parts += [f"milliseconds={abs(moment.milliseconds)}"] if moment.milliseconds else []
        sign = "-" if moment.days < 0 or moment.milliseconds < 0 else "+"
        text = f"{text} {sign} timedelta({', '.join(parts)})" if parts else text
    return f"midnight({text})" if moment.is_day else text
