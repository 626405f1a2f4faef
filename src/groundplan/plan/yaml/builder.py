"""Builds nodes from the events of a YAML parser and reports what YAML permits but a plan does not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from yaml import MarkedYAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from groundplan.base.names import did_you_mean
from groundplan.base.origin import Origin
from groundplan.plan.yaml import findings as rules
from groundplan.plan.yaml.events import NO_CHARACTER, AliasRead, CollectionStart, DocumentStart, Event, Mark, ScalarRead
from groundplan.plan.yaml.findings import Findings
from groundplan.plan.yaml.nodes import Entry, Mapping, Node, Scalar, Sequence, Style
from groundplan.plan.yaml.quoting import how_to_quote, quoted, shortened
from groundplan.plan.yaml.scalars import NumberTooLarge, Value, resolve
from groundplan.plan.yaml.source import Source
from groundplan.plan.yaml.traps import find_cut, find_missing_blank, join_split_texts

MAX_DEPTH = 100
"""Deepest nesting of collections, aliases expanded."""

MAX_ALIASED_NODES = 100_000
"""Most nodes that the aliases of a document may add to it."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_STYLES = {"'": Style.SINGLE, '"': Style.DOUBLE, "|": Style.LITERAL, ">": Style.FOLDED}
_TAG = "tag:yaml.org,2002:"
_SCALAR_TAGS: dict[str, tuple[type, ...]] = {
    _TAG + "int": (int,),
    _TAG + "float": (float, int),
    _TAG + "bool": (bool,),
    _TAG + "null": (type(None),),
}
_KNOWN_TAGS = frozenset((*_SCALAR_TAGS, _TAG + "str", _TAG + "map", _TAG + "seq"))


class GivenUp(Exception):
    """Reading stopped at a finding after which the rest has no meaning."""


@dataclass(slots=True)
class _Open:
    """A collection whose end has not come; the children of a mapping are keys and values in turn."""

    is_mapping: bool
    is_flow: bool
    anchor: str | None
    origin: Origin
    start: int
    nodes_before: int
    height: int = 1
    children: list[Node] = field(default_factory=list)


@dataclass(slots=True, frozen=True)
class _Anchored:
    """A node that aliases may name, with its number of nodes and its levels of nesting, aliases expanded."""

    node: Node
    nodes: int
    height: int


@dataclass(slots=True)
class Builder:
    """Takes events one by one; `root` is the document once its end has come.

    `cuts` leads from the offset after an unquoted text to the `#` of a comment behind it. `last` is the node completed
    last, `hashed` collects the spans of quoted and block texts that hold a `#`.
    """

    source: Source
    findings: Findings
    cuts: dict[int, int]
    root: Node | None = None
    last: Node | None = None
    hashed: list[tuple[int, int]] = field(default_factory=list)
    _stack: list[_Open] = field(default_factory=list)
    _anchors: dict[str, _Anchored | None] = field(default_factory=dict)
    _nodes: int = 0
    _aliased: int = 0
    _documents: int = 0

    def build(self, events: Iterable[Any]) -> None:
        """Take all events; raises GivenUp, or whatever the parser raises."""
        for event in events:
            kind = type(event)
            if kind is ScalarEvent:
                self._scalar(event)
            elif kind is MappingStartEvent:
                self._open(event, is_mapping=True)
            elif kind is SequenceStartEvent:
                self._open(event, is_mapping=False)
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                self._close(event)
            elif kind is AliasEvent:
                self._alias(event)
            elif kind is DocumentStartEvent:
                self._document(event)

    def is_inside(self) -> bool:
        """Tell whether a collection is still open."""
        return bool(self._stack)

    def open_children(self) -> tuple[Node, ...]:
        """Return what the collection that is open now has so far."""
        return tuple(self._stack[-1].children) if self._stack else ()

    def open_flow(self) -> Origin | None:
        """Return where the innermost flow collection that is open now begins."""
        return next((opened.origin for opened in reversed(self._stack) if opened.is_flow), None)

    def is_in_flow(self) -> bool:
        """Tell whether the collection that is open now is a flow collection."""
        return bool(self._stack) and self._stack[-1].is_flow

    def _document(self, event: DocumentStart) -> None:
        self._documents += 1
        origin = self._origin(event.start_mark)
        if self._documents > 1:
            self.findings.add(
                rules.SEVERAL_DOCUMENTS,
                origin,
                "a second document begins here",
                help="keep one document in the file; put the rest into files of their own and name them under include",
            )
            raise GivenUp
        if event.version and tuple(event.version) != (1, 2):
            self.other_version(origin, "{}.{}".format(*event.version))

    def other_version(self, origin: Origin, version: str) -> None:
        """Report a %YAML line that asks for another version."""
        self.findings.add(
            rules.OTHER_VERSION,
            origin,
            f"the file asks for YAML {version}, but is read as YAML 1.2",
            help="take the %YAML line out; write true and false where no, off, yes or on meant a boolean",
        )

    def _origin(self, mark: Mark) -> Origin:
        return Origin(self.source.file, mark.line + 1, mark.column + 1)

    def _scalar(self, event: ScalarRead) -> None:
        """Take a scalar; this is where reading a large plan spends its time."""
        start, end, text = event.start_mark, event.end_mark, event.value
        origin = Origin(self.source.file, start.line + 1, start.column + 1)
        if event.style or event.tag or event.anchor or not text:
            node = self._special_scalar(event, origin)
        else:
            end_origin = Origin(self.source.file, end.line + 1, end.column + 1)
            node = Scalar(value=self._resolved(text, origin), text=text, origin=origin, end=end_origin)
        if end.index in self.cuts and node.style is Style.PLAIN:
            find_cut(node, self.source, self.findings, hash_offset=self.cuts[end.index])
        self._nodes += 1
        self._place(node)

    def _special_scalar(self, event: ScalarRead, origin: Origin) -> Scalar:
        """Make a scalar that is quoted, tagged, anchored or not there at all."""
        text = event.value
        style = _STYLES[event.style] if event.style else Style.PLAIN
        if event.tag:
            value = self._tagged(text, event.tag, origin)
        else:
            value = text if event.style else self._resolved(text, origin)
        if style is not Style.PLAIN:
            end = self._end_of_quoted(event, style)
        elif event.start_mark.index == event.end_mark.index:  # libyaml puts it on a line of its own at the text's end
            origin = end = self.source.origin(min(event.start_mark.index, len(self.source.text)))
        else:
            end = self._origin(event.end_mark)
        node = Scalar(value=value, text=text, style=style, origin=origin, end=end)
        if event.anchor:
            self._anchors[event.anchor] = _Anchored(node, 1, 0)
        return node

    def _end_of_quoted(self, event: ScalarRead, style: Style) -> Origin:
        """Return where a quoted or block text ends, noting those in which `#` begins no comment.

        The parser counts the blank lines after a block text as its own; here they are unless it keeps them (`|+`).
        """
        start, end = event.start_mark.index, event.end_mark.index
        if style in (Style.LITERAL, Style.FOLDED):
            header = self.source.line_end(self.source.text.index("|" if style is Style.LITERAL else ">", start))
            if "#" in event.value:
                self.hashed.append((header, end))
            if "+" not in self.source.text[start:header].partition("#")[0]:
                end = max(_last_line_end(self.source.text, end), header)
            return self.source.origin(end)
        if "#" in event.value:
            self.hashed.append((start, end))
        if style is Style.DOUBLE and not event.value.isascii() and _SURROGATE.search(event.value):
            raise MarkedYAMLError(problem=NO_CHARACTER)  # libyaml finds this itself
        return self._origin(event.end_mark)

    def _resolved(self, text: str, origin: Origin) -> Value:
        try:
            return resolve(text)
        except NumberTooLarge:
            self.findings.add(
                rules.NUMBER_TOO_LARGE,
                origin,
                f"the number {shortened(text)} is too large",
                help="write a smaller number, or put it in quotes if a text is meant",
            )
            return text

    def _tagged(self, text: str, tag: str, origin: Origin) -> Value:
        if tag in ("!", _TAG + "str"):
            return text
        if tag not in _SCALAR_TAGS:
            self._bad_tag(tag, origin, is_misfit=tag in _KNOWN_TAGS)
            return text
        value = self._resolved(text, origin)
        if isinstance(value, _SCALAR_TAGS[tag]) and (tag == _TAG + "bool" or not isinstance(value, bool)):
            return float(value) if tag == _TAG + "float" and isinstance(value, int) else value
        self._bad_tag(tag, origin, is_misfit=True)
        return text

    def _bad_tag(self, tag: str, origin: Origin, *, is_misfit: bool) -> None:
        shown = shortened(tag.replace(_TAG, "!!"))
        if is_misfit:
            self.findings.add(
                rules.TAG_MISFIT,
                origin,
                f"the value is not what its tag {shown} says",
                help="take the tag out, or write a value of that type",
            )
        else:
            self.findings.add(
                rules.UNKNOWN_TAG,
                origin,
                f"the tag {shown} is unknown",
                help='take the tag out; put the value in quotes if a text that begins with "!" is meant',
            )

    def _alias(self, event: AliasRead) -> None:
        name, origin = event.anchor, self._origin(event.start_mark)
        anchored = self._anchors.get(name)
        if anchored is None:
            self._bad_alias(name, origin)
            anchored = _Anchored(Scalar(value=None, text=""), 1, 0)
        self._nodes += anchored.nodes
        self._aliased += anchored.nodes
        if self._aliased > MAX_ALIASED_NODES:
            self.findings.add(
                rules.ALIAS_BOMB,
                origin,
                f"aliases add more than {MAX_ALIASED_NODES:,} nodes to the document",
                help="write the values out where they are needed",
            )
            raise GivenUp
        self._check_depth(len(self._stack) + anchored.height, origin)
        if self._stack:
            self._stack[-1].height = max(self._stack[-1].height, anchored.height + 1)
        self._place(replace(anchored.node, origin=origin, end=self._origin(event.end_mark)))

    def _bad_alias(self, name: str, origin: Origin) -> None:
        shown = shortened(f"*{name}")
        if name in self._anchors:
            message, advice = f"the alias {shown} stands within the node it names", "write the value out"
        else:
            message = f"the alias {shown} names no anchor above it"
            advice = did_you_mean(name, self._anchors, kind="anchors")
        quotes = f"; put {quoted('*' + name)} in quotes if a text is meant"
        self.findings.add(rules.BAD_ALIAS, origin, message, help=advice + quotes)

    def _open(self, event: CollectionStart, *, is_mapping: bool) -> None:
        origin = self._origin(event.start_mark)
        self._check_depth(len(self._stack) + 1, origin)
        own_tag = _TAG + ("map" if is_mapping else "seq")
        if event.tag and event.tag not in ("!", own_tag):
            self._bad_tag(event.tag, origin, is_misfit=event.tag in _KNOWN_TAGS)
        if event.anchor:
            self._anchors[event.anchor] = None
        self._nodes += 1
        self._stack.append(
            _Open(
                is_mapping=is_mapping,
                is_flow=event.flow_style,
                anchor=event.anchor,
                origin=origin,
                start=event.start_mark.index,
                nodes_before=self._nodes - 1,
            )
        )

    def _check_depth(self, depth: int, origin: Origin) -> None:
        if depth > MAX_DEPTH:
            self.findings.add(
                rules.TOO_DEEP,
                origin,
                f"collections are nested deeper than {MAX_DEPTH} levels",
                help="close the brackets that were left open, or flatten the structure",
            )
            raise GivenUp

    def _close(self, event: Event) -> None:
        opened = self._stack.pop()
        children = opened.children
        if opened.is_flow:
            end = self._origin(event.end_mark)
            if self._may_be_split(opened, event.end_mark.index):
                children = join_split_texts(children, self.source, self.findings, is_mapping=opened.is_mapping)
        else:
            end = children[-1].end
        node: Node
        if opened.is_mapping:
            entries = self._entries(children, is_flow=opened.is_flow)
            node = Mapping(entries=entries, is_flow=opened.is_flow, origin=opened.origin, end=end)
        else:
            node = Sequence(items=tuple(children), is_flow=opened.is_flow, origin=opened.origin, end=end)
        if opened.anchor:
            self._anchors[opened.anchor] = _Anchored(node, self._nodes - opened.nodes_before, opened.height)
        if self._stack:
            self._stack[-1].height = max(self._stack[-1].height, opened.height + 1)
        self._place(node)

    def _may_be_split(self, opened: _Open, end: int) -> bool:
        find = self.source.text.find
        return len(opened.children) > 1 and any(find(mark, opened.start, end) >= 0 for mark in "('\"")

    def _entries(self, children: list[Node], *, is_flow: bool) -> tuple[Entry, ...]:
        """Pair keys with values, leaving out what is reported: keys that are no texts, merge keys and repeated keys."""
        entries: list[Entry] = []
        places: dict[str, Origin] = {}
        for key, value in zip(children[::2], children[1::2], strict=True):
            if not isinstance(key, Scalar) or not isinstance(key.value, str):
                read_as_text = self._key_not_text(key)
                if read_as_text is None:
                    continue
                key = read_as_text
            name = key.text
            if name == "<<" and key.style is Style.PLAIN:
                self.findings.add(
                    rules.MERGE_KEY,
                    key.origin,
                    "the key << would merge mappings, which YAML 1.2 does not do",
                    help="write the keys out",
                )
            elif name in places:
                self.findings.add(
                    rules.DUPLICATE_KEY,
                    key.origin,
                    f'the key "{shortened(name)}" is already on line {places[name].line}',
                    help=f"keep this one or the one at {places[name]}, or rename one of them",
                )
            else:
                places[name] = key.origin
                entries.append(Entry(key=key, value=value))
                if is_flow:
                    find_missing_blank(key, value, self.findings)
        return tuple(entries)

    def _key_not_text(self, key: Node) -> Scalar | None:
        """Report a key that is no text, and return the text that was probably meant."""
        if isinstance(key, Scalar) and key.text:
            kind = {bool: "a boolean", type(None): "a null"}.get(type(key.value), "a number")
            self.findings.add(
                rules.KEY_NOT_TEXT,
                key.origin,
                f"the key {shortened(key.text)} is {kind}, not a text",
                help=how_to_quote(key.text),
            )
            return replace(key, value=key.text)
        kind = {Scalar: "empty", Sequence: "a list"}.get(type(key), "a mapping")
        advice = 'put a text before the colon; in quotes if it begins with "{", "[" or "?"'
        self.findings.add(rules.KEY_NOT_TEXT, key.origin, f"the key is {kind}, not a text", help=advice)
        return None

    def _place(self, node: Node) -> None:
        self.last = node
        if self._stack:
            self._stack[-1].children.append(node)
        else:
            self.root = node


def _last_line_end(text: str, end: int) -> int:
    """Return the end of the last line before `end` that holds more than blanks."""
    while True:
        before = end
        while before and text[before - 1] in " \t":
            before -= 1
        if not before or text[before - 1] not in "\r\n":
            return end
        end = before - 1
