"""The events of a YAML text, from libyaml where PyYAML was built with it, else from PyYAML's own slower parser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import yaml

EVENT_LOADER = yaml.CLoader if yaml.__with_libyaml__ else yaml.Loader

NO_CHARACTER = "found an escape that stands for no character"
"""The problem of an error that a parser does not put into words itself."""


class Mark(Protocol):
    """A place, all counted in characters from 0."""

    index: int
    line: int
    column: int


class Event(Protocol):
    """What all events have. PyYAML's stubs call the marks optional; those of a parser are always there."""

    start_mark: Mark
    end_mark: Mark


class DocumentStart(Event, Protocol):
    """The begin of a document; `version` is that of its %YAML line."""

    version: tuple[int, int] | None


class ScalarRead(Event, Protocol):
    """A scalar; `style` is the quote or block indicator, empty or None where there is none."""

    value: str
    style: str | None
    tag: str | None
    anchor: str | None


class CollectionStart(Event, Protocol):
    """The begin of a sequence or mapping."""

    flow_style: bool
    tag: str | None
    anchor: str | None


class AliasRead(Event, Protocol):
    """The use of an anchor."""

    anchor: str


def parse(text: str) -> Iterator[Any]:
    """Yield the events of a text, whose classes are those of `yaml.events`; raises yaml.MarkedYAMLError."""
    try:
        yield from yaml.parse(text, Loader=EVENT_LOADER)
    except (ValueError, OverflowError) as error:  # an escape that stands for no character, in a tag or a text
        raise yaml.MarkedYAMLError(problem=NO_CHARACTER) from error
