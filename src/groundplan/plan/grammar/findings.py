"""The findings of the grammar: a code, a name and a summary each."""

from __future__ import annotations

from groundplan.base.rule import FindingKind

NOT_A_PLAN = FindingKind(
    code="PL020", name="not-a-plan", summary="The file is empty, or it is a list or a single value and no mapping."
)
UNKNOWN_KEY = FindingKind(code="PL021", name="unknown-key", summary="A mapping has a key that means nothing there.")
MISSING_KEY = FindingKind(code="PL022", name="missing-key", summary="A mapping lacks a key that it cannot do without.")
WRONG_SHAPE = FindingKind(
    code="PL023",
    name="wrong-shape",
    summary="A list stands where a mapping is expected, a number where a name is expected, and the like.",
)
EMPTY_VALUE = FindingKind(code="PL024", name="empty-value", summary="A key has no value.")
UNKNOWN_WORD = FindingKind(
    code="PL025", name="unknown-word", summary="A word is none of those that are possible at its place."
)
UNREADABLE_QUANTITY = FindingKind(
    code="PL026", name="unreadable-quantity", summary="A number lacks its unit, has an unknown one, or is no number."
)
IMPOSSIBLE_QUANTITY = FindingKind(
    code="PL027",
    name="impossible-quantity",
    summary="A number cannot be: negative rows, a median above the maximum, a lower bound above the upper one.",
)
UNKNOWN_TYPE = FindingKind(code="PL028", name="unknown-type", summary="An attribute is of a type that does not exist.")
UNREADABLE_TYPE = FindingKind(
    code="PL029",
    name="unreadable-type",
    summary="The brackets of a type are missing, not closed, or hold what the type cannot take.",
)
UNREADABLE_ATTRIBUTE = FindingKind(
    code="PL030",
    name="unreadable-attribute",
    summary="Something behind the type of an attribute is no property that attributes have.",
)
UNREADABLE_RELATIONSHIP = FindingKind(
    code="PL031",
    name="unreadable-relationship",
    summary="The key of a relationship is not written as source, name, arrow and target.",
)
UNREADABLE_DEPENDENCY = FindingKind(
    code="PL032", name="unreadable-dependency", summary="A dependency is none of functional, multivalued or join."
)
UNREADABLE_TEXT = FindingKind(
    code="PL033", name="unreadable-text", summary="A text in a short form does not follow that form."
)
BAD_NAME = FindingKind(
    code="PL034",
    name="bad-name",
    summary="A name is empty, begins or ends with a blank, or holds a dot, a control character or an invisible one.",
)
NO_ACTION = FindingKind(
    code="PL035",
    name="no-action",
    summary="An access pattern does not say whether it reads, inserts, updates or deletes.",
)
CONFLICTING_KEYS = FindingKind(
    code="PL036", name="conflicting-keys", summary="Two keys of a mapping exclude each other."
)
DECLARED_TWICE = FindingKind(
    code="PL037", name="declared-twice", summary="The same thing is declared twice, in one file or in two."
)
REPEATED_MEMBER = FindingKind(
    code="PL038", name="repeated-member", summary="A list of names or of enum values has the same one twice."
)
INCLUDE_UNREADABLE = FindingKind(
    code="PL039", name="include-unreadable", summary="An included file is missing, no text or too large."
)
INCLUDE_CYCLE = FindingKind(
    code="PL040", name="include-cycle", summary="A file includes itself, directly or through others."
)
INCLUDE_OUTSIDE = FindingKind(
    code="PL041",
    name="include-outside",
    summary="An include names a web address or a file outside the folder of the plan, or the plan is no file.",
)
UNKNOWN_ENTITY = FindingKind(
    code="PL042", name="unknown-entity", summary="The dependencies of the plan name an entity that it does not have."
)

GRAMMAR_RULES: tuple[FindingKind, ...] = (
    NOT_A_PLAN,
    UNKNOWN_KEY,
    MISSING_KEY,
    WRONG_SHAPE,
    EMPTY_VALUE,
    UNKNOWN_WORD,
    UNREADABLE_QUANTITY,
    IMPOSSIBLE_QUANTITY,
    UNKNOWN_TYPE,
    UNREADABLE_TYPE,
    UNREADABLE_ATTRIBUTE,
    UNREADABLE_RELATIONSHIP,
    UNREADABLE_DEPENDENCY,
    UNREADABLE_TEXT,
    BAD_NAME,
    NO_ACTION,
    CONFLICTING_KEYS,
    DECLARED_TWICE,
    REPEATED_MEMBER,
    INCLUDE_UNREADABLE,
    INCLUDE_CYCLE,
    INCLUDE_OUTSIDE,
    UNKNOWN_ENTITY,
)
"""Every finding of the grammar, by code."""
