"""The findings of the YAML layer: their codes, and the list that a reading fills."""

from __future__ import annotations

from dataclasses import dataclass, field

from groundplan.base.diagnostics import Diagnostic, in_reading_order
from groundplan.base.origin import Origin
from groundplan.base.rule import FindingKind

SYNTAX = FindingKind(code="PL001", name="not-yaml", summary="The text does not follow the grammar of YAML.")
HIDDEN_CHARACTER = FindingKind(
    code="PL002",
    name="hidden-character",
    summary="A control character, a Unicode line separator or half a surrogate pair stands in the text.",
)
TAB = FindingKind(code="PL003", name="tab-indentation", summary="A tab indents a line; YAML counts blanks only.")
DUPLICATE_KEY = FindingKind(code="PL004", name="duplicate-key", summary="A mapping has the same key twice.")
KEY_NOT_TEXT = FindingKind(
    code="PL005", name="key-not-text", summary="A key is a number, a boolean, a null, a list or a mapping."
)
SEVERAL_DOCUMENTS = FindingKind(
    code="PL006", name="several-documents", summary="A line --- begins a second document in the file."
)
MERGE_KEY = FindingKind(code="PL007", name="merge-key", summary="The key << of YAML 1.1 would merge mappings.")
UNKNOWN_TAG = FindingKind(
    code="PL008", name="unknown-tag", summary="A tag other than !!str, !!int, !!float, !!bool, !!null, !!map, !!seq."
)
TAG_MISFIT = FindingKind(code="PL009", name="tag-misfit", summary="A value is not of the type that its tag names.")
BAD_ALIAS = FindingKind(code="PL010", name="bad-alias", summary="An alias names no anchor above it, or stands in it.")
ALIAS_BOMB = FindingKind(code="PL011", name="alias-bomb", summary="Aliases expand to more nodes than a plan can need.")
TOO_DEEP = FindingKind(code="PL012", name="too-deep", summary="Collections are nested deeper than 100 levels.")
SPLIT_TEXT = FindingKind(
    code="PL013", name="split-text", summary="A comma inside brackets or quotes splits an unquoted text of a flow list."
)
CUT_TEXT = FindingKind(
    code="PL014", name="cut-text", summary='The characters " #" cut an unquoted text off, which looks unfinished.'
)
MISSING_BLANK = FindingKind(
    code="PL015", name="missing-blank", summary="A colon without a blank after it makes {now:5} one key, not two parts."
)
NUMBER_TOO_LARGE = FindingKind(
    code="PL016", name="number-too-large", summary="A number does not fit a double or is longer than 400 characters."
)
OTHER_VERSION = FindingKind(
    code="PL017",
    name="other-version",
    summary="The file asks for another version than YAML 1.2; in 1.1, no and on are booleans.",
)

YAML_RULES: tuple[FindingKind, ...] = (
    SYNTAX,
    HIDDEN_CHARACTER,
    TAB,
    DUPLICATE_KEY,
    KEY_NOT_TEXT,
    SEVERAL_DOCUMENTS,
    MERGE_KEY,
    UNKNOWN_TAG,
    TAG_MISFIT,
    BAD_ALIAS,
    ALIAS_BOMB,
    TOO_DEEP,
    SPLIT_TEXT,
    CUT_TEXT,
    MISSING_BLANK,
    NUMBER_TOO_LARGE,
    OTHER_VERSION,
)
"""Every finding of the YAML layer; PL018 and PL019 are kept free for it."""

MAX_FINDINGS = 1000
"""Findings kept of one reading: a file that is wrong throughout is no reason to run out of memory."""


@dataclass(slots=True)
class Findings:
    """The findings of one reading, in the order in which they were met."""

    _found: list[Diagnostic] = field(default_factory=list)

    def add(self, rule: FindingKind, origin: Origin, message: str, *, help: str) -> None:  # noqa: A002 - as in Diagnostic
        """Note a finding, unless there are enough of them."""
        if len(self._found) < MAX_FINDINGS:
            self._found.append(Diagnostic(code=rule.code, message=message, origin=origin, help=help))

    def in_reading_order(self) -> tuple[Diagnostic, ...]:
        """Return the findings by line and column."""
        return in_reading_order(self._found)
