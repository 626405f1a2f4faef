"""Parameters of conditions: chosen together from one row, so that what is asked for is there.

The combination of values that most rows have is `hot`, the one in the middle `typical`; `absent` is one that no row
has. Times are taken over many combinations, half of them as rows have them (frequent ones often), half of them each
once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import product

from groundplan.plan.expressions import (
    Binary,
    Call,
    Expression,
    In,
    Operator,
    Parameter,
    Path,
    conjuncts,
    parameters,
    walk,
)
from groundplan.plan.patterns import DeletePattern, ParameterValue, RawPattern, ReadPattern, UpdatePattern
from groundplan.plan.types import Json, ListOf, Range
from groundplan.prove.parameters.special import ABSENT_WORD, NOWHERE, absent_value, places_by_crowd, words_by_frequency
from groundplan.rows.expressions import CannotEvaluate, Span, constant_of
from groundplan.rows.lookup import Rows, SampleLookup
from groundplan.rows.model import Value

Conditional = ReadPattern | UpdatePattern | DeletePattern
"""Patterns whose parameters stand in conditions."""

HOT, TYPICAL, ABSENT = "hot", "typical", "absent"

_ROTATED = 24
_PEERS_READ = 1000
_PEERS_SHOWN = 50
_MOST_ANY = 5
"""How many values a list parameter holds (`= any(:ids)`)."""

_LOWER_BOUNDS = frozenset({Operator.GREATER, Operator.GREATER_EQUAL})
_UPPER_BOUNDS = frozenset({Operator.LESS, Operator.LESS_EQUAL})
_TURNED = {
    Operator.LESS: Operator.GREATER,
    Operator.LESS_EQUAL: Operator.GREATER_EQUAL,
    Operator.GREATER: Operator.LESS,
    Operator.GREATER_EQUAL: Operator.LESS_EQUAL,
}


class NoValue(Exception):
    """A parameter for which the sample has no value; the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One set of parameters.

    `matches` is how many rows of the sample have these values, None where that is open; `rows` are some of them.
    """

    case: str
    values: Mapping[str, Value]
    matches: int | None = None
    rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Sets of parameters: one case per kind, `rotation` for timing, and all by falling frequency."""

    cases: tuple[Case, ...]
    rotation: tuple[Case, ...]
    by_frequency: tuple[Case, ...]


def choose_parameters(
    pattern: Conditional, *, lookup: SampleLookup, now: datetime, among: Rows | None = None
) -> Choice:
    """Choose values for the parameters of a pattern, from the rows `among` where that is given.

    Raises NoValue where the sample has none for one of them.
    """
    return _Chooser(pattern, lookup=lookup, now=now).choose(among)


def choose_constants(pattern: RawPattern, *, now: datetime) -> dict[str, Value]:
    """Return the values that the plan gives for parameters of its own SQL. Raises NoValue where it gives none."""
    given = {value.name: value for value in pattern.values}
    for parameter in pattern.parameters:
        if parameter.name not in given or given[parameter.name].value is None:
            raise NoValue(f"nothing tells a value for :{parameter.name}; give one under params")
    return {name: _constant(value, now=now) for name, value in given.items()}


@dataclass(frozen=True, slots=True)
class _Use:
    """How a parameter is compared: with which path, by which operator seen from the path.

    `is_list` for `any(:values)`, `is_element` for a value that the path's list holds.
    """

    path: Path
    operator: Operator
    is_list: bool = False
    is_element: bool = False


_Key = tuple[Value, ...]


class _Chooser:
    def __init__(self, pattern: Conditional, *, lookup: SampleLookup, now: datetime) -> None:
        self._pattern = pattern
        self._lookup = lookup
        self._now = now
        self._hints = {value.name: value for value in pattern.values}
        self._parameters = {parameter.name: parameter for parameter in pattern.parameters}
        self._conditions = conjuncts(pattern.where)
        self._uses = _uses(self._conditions)
        self._partners = _partners(self._conditions)
        self._fixed = {
            name: _constant(hint, now=now)
            for name, hint in self._hints.items()
            if not hint.is_hot and hint.value is not None
        }
        self._equal = {
            name: use
            for name, use in self._uses.items()
            if use.operator is Operator.EQUAL and name not in self._fixed and name in self._parameters
        }
        self._words: list[str] | None = None
        self._places: list[Value] | None = None

    def choose(self, among: Rows | None) -> Choice:
        if not self._parameters:
            only = Case(case=TYPICAL, values={}, rows=tuple(self._rows(among)[:_PEERS_SHOWN]))
            return Choice(cases=(only,), rotation=(only,), by_frequency=(only,))
        rows = self._rows(among)
        groups = self._groups(rows)
        keys = sorted(groups, key=lambda key: -len(groups[key]))
        if not keys:
            raise NoValue(f"no row of the sample has a value for every parameter of {self._pattern.name}")
        ranks = (0.0, 0.5, *(step / _ROTATED for step in range(_ROTATED)))
        ranked = [self._case(TYPICAL, keys[int(rank * len(keys))], groups, rank=rank) for rank in ranks]
        is_hot = any(hint.is_hot for hint in self._hints.values())
        hot, typical = replace(ranked[0], case=HOT), ranked[0 if is_hot else 1]
        absent = self._absent(typical, keys)
        return Choice(
            cases=(hot, typical, *absent),
            rotation=(*ranked[2:], *self._as_rows_have_them(rows, groups)),
            by_frequency=tuple(ranked[2:]),
        )

    def _rows(self, among: Rows | None) -> Rows:
        """Return the rows that meet the conditions without parameters; all rows where none does."""
        alone = [condition for condition in self._conditions if not parameters(condition)]
        rows = self._lookup.where(self._pattern.entity, alone, now=self._now)
        rows = rows or self._lookup.where(self._pattern.entity, (), now=self._now)
        if among is None:
            return rows
        wanted = set(among)
        return [row for row in rows if row in wanted]

    def _groups(self, rows: Rows) -> dict[_Key, list[int]]:
        """Group rows by the values that parameters must equal; a row with several values is in several groups."""
        columns = [self._values(use, rows) for use in self._equal.values()]
        groups: dict[_Key, list[int]] = {}
        if not columns:
            return {(): list(rows)} if rows else {}
        for row, found in zip(rows, zip(*columns, strict=True), strict=True):
            for key in product(*found):
                groups.setdefault(key, []).append(row)
        return groups

    def _values(self, use: _Use, rows: Rows) -> list[list[Value]]:
        """Return for each of the rows the values that a parameter may equal, each once where a list holds them."""
        found = self._lookup.frequencies(use.path, rows)
        if not use.is_element:
            return found
        return [list(dict.fromkeys(item for held in lists for item in _items(held))) for lists in found]

    def _as_rows_have_them(self, rows: Rows, groups: Mapping[_Key, Sequence[int]]) -> list[Case]:
        if not self._equal:
            return []
        chosen = [rows[len(rows) * step // _ROTATED] for step in range(_ROTATED)]
        columns = [self._values(use, chosen) for use in self._equal.values()]
        keys = [tuple(values[0] for values in found if values) for found in zip(*columns, strict=True)]
        return [
            self._case(TYPICAL, key, groups, rank=step / _ROTATED) for step, key in enumerate(keys) if key in groups
        ]

    def _case(self, case: str, key: _Key, groups: Mapping[_Key, Sequence[int]], *, rank: float) -> Case:
        values: dict[str, Value] = dict(self._fixed)
        for (name, use), value in zip(self._equal.items(), key, strict=True):
            values[name] = self._listed(value, groups, name) if use.is_list else value
        peers = groups[key]
        for name, parameter in self._parameters.items():
            if name not in values:
                values[name] = self._other(parameter, peers, rank=rank)
        matches = len(peers) if self._equal else None
        return Case(case=case, values=values, matches=matches, rows=tuple(peers[:_PEERS_SHOWN]))

    def _listed(self, value: Value, groups: Mapping[_Key, Sequence[int]], name: str) -> Value:
        """Return a list that holds a value and a few others of the same parameter."""
        position = list(self._equal).index(name)
        others: dict[Value, None] = {value: None}
        for key in groups:
            others.setdefault(key[position])
            if len(others) == _MOST_ANY:
                break
        return tuple(others)

    def _other(self, parameter: Parameter, peers: Sequence[int], *, rank: float) -> Value:
        """Return a value for a parameter that no equality binds, fitting the rows that the others select."""
        search = self._pattern.search if isinstance(self._pattern, ReadPattern) else None
        if search is not None and search.words.name == parameter.name:
            return self._word(rank)
        near = self._pattern.near if isinstance(self._pattern, ReadPattern) else None
        if near is not None and parameter in walk(near.center):
            return self._place(rank)
        use = self._uses.get(parameter.name)
        path = use.path if use is not None else parameter.like
        if path is None and parameter.name in self._partners:
            return self._like_partner(parameter, peers, rank=rank)
        if path is None:
            raise NoValue(f"nothing tells a value for :{parameter.name}; give one under params")
        step = max(1, len(peers) // _PEERS_READ)
        found = [value for values in self._lookup.frequencies(path, peers[::step]) for value in values]
        if not found:
            found = self._elsewhere(path)
        if not found:
            raise NoValue(f"no row of the sample has a value for :{parameter.name}")
        return _fitting(use, found, parameter=parameter, path=path, rank=rank)

    def _elsewhere(self, path: Path) -> list[Value]:
        """Return values that some rows have: neither a bound nor what a row is set to need be a value of its peers."""
        rows = self._lookup.where(self._pattern.entity, (), now=self._now)
        step = max(1, len(rows) // _PEERS_READ)
        return [value for values in self._lookup.frequencies(path, rows[::step]) for value in values]

    def _like_partner(self, parameter: Parameter, peers: Sequence[int], *, rank: float) -> Value:
        """Return what the formula that a parameter is compared with gives for one of the rows."""
        step = max(1, len(peers) // _PEERS_READ)
        partner = self._partners[parameter.name]
        found = self._lookup.evaluated(self._pattern.entity, partner, peers[::step], now=self._now)
        if not found:
            raise NoValue(f"no row of the sample tells a value for :{parameter.name}; give one under params")
        return found[int(rank * (len(found) - 1))]

    def _word(self, rank: float) -> Value:
        if self._words is None:
            columns = [self._member(member) for member in self._search_members()]
            self._words = words_by_frequency(columns)
        if not self._words:
            raise NoValue("the sample has no words to search for")
        return self._words[min(len(self._words) - 1, int(rank * len(self._words)))]

    def _search_members(self) -> tuple[Path, ...]:
        search = self._pattern.search if isinstance(self._pattern, ReadPattern) else None
        return () if search is None else search.members

    def _member(self, path: Path) -> Sequence[Value]:
        found = self._lookup.attribute(path)
        return () if found is None else self._lookup.column(*found)

    def _place(self, rank: float) -> Value:
        if self._places is None:
            near = self._pattern.near if isinstance(self._pattern, ReadPattern) else None
            self._places = [] if near is None else places_by_crowd(self._member(near.attribute))
        if not self._places:
            raise NoValue("the sample has no places to look around")
        return self._places[min(len(self._places) - 1, int(rank * len(self._places)))]

    def _absent(self, typical: Case, keys: Sequence[_Key]) -> tuple[Case, ...]:
        values = dict(typical.values)
        search = self._pattern.search if isinstance(self._pattern, ReadPattern) else None
        near = self._pattern.near if isinstance(self._pattern, ReadPattern) else None
        if search is not None:
            values[search.words.name] = ABSENT_WORD
            return (Case(case=ABSENT, values=values, matches=0),)
        if near is not None and isinstance(near.center, Parameter):
            values[near.center.name] = NOWHERE
            return (Case(case=ABSENT, values=values, matches=0),)
        for position, (name, use) in enumerate(self._equal.items()):
            of = self._lookup.type_of(use.path)
            of = of.of if use.is_element and isinstance(of, ListOf) else of
            absent = absent_value(of, (key[position] for key in keys))
            if absent is not None:
                values[name] = (absent,) if use.is_list else absent
                return (Case(case=ABSENT, values=values, matches=0),)
        return ()


def _constant(hint: ParameterValue, *, now: datetime) -> Value:
    if hint.value is None:
        return None
    try:
        found = constant_of(hint.value, now=now)
    except CannotEvaluate as error:
        raise NoValue(f"the value given for :{hint.name} cannot be worked out: {error}") from error
    if isinstance(found, Span):
        raise NoValue(f"the value given for :{hint.name} is an interval")
    return found


def _fitting(use: _Use | None, found: list[Value], *, parameter: Parameter, path: Path, rank: float) -> Value:
    """Return a bound that leaves some of the values on its right side, one of the values, or a part of one."""
    if use is not None and use.operator in (_LOWER_BOUNDS | _UPPER_BOUNDS):
        ordered = sorted(found, key=_order)
        share = 0.25 if use.operator in _LOWER_BOUNDS else 0.75
        return ordered[int(share * (len(ordered) - 1))]
    value = found[int(rank * (len(found) - 1))]
    if (
        use is not None
        and use.operator is Operator.CONTAINS
        and isinstance(path.type, Json)
        and isinstance(value, dict)
    ):
        return dict(list(value.items())[:1])
    if use is not None and use.operator is Operator.CONTAINS and isinstance(path.type, ListOf):
        return _items(value)[:1]
    if isinstance(path.type, Range) and not isinstance(parameter.type, Range) and isinstance(value, tuple):
        return next((bound for bound in value if bound is not None), None)
    return value


def _items(value: Value) -> tuple[Value, ...]:
    return value if isinstance(value, tuple) else ()


def _order(value: Value) -> tuple[str, Value]:
    return type(value).__name__, value


def _uses(conditions: Sequence[Expression]) -> dict[str, _Use]:
    """Return how each parameter is compared with a path, by its first comparison."""
    found: dict[str, _Use] = {}
    for condition in conditions:
        for node in walk(condition):
            match node:
                case Binary(operator=sign, left=Path() as path, right=Parameter(name=name)):
                    found.setdefault(name, _Use(path, sign))
                case Binary(operator=sign, left=Parameter(name=name), right=Path() as path):
                    found.setdefault(name, _Use(path, _TURNED.get(sign, sign)))
                case Binary(Operator.CONTAINS, Path() as path, Call("array_append", (_, Parameter(name=name)))):
                    found.setdefault(name, _Use(path, Operator.EQUAL, is_element=True))
                case Binary(left=Path() as path, right=Call("any", (Parameter(name=name),))):
                    found.setdefault(name, _Use(path, Operator.EQUAL, is_list=True))
                case In(operand=Path() as path, items=items):
                    for item in items:
                        if isinstance(item, Parameter):
                            found.setdefault(item.name, _Use(path, Operator.EQUAL))
    return found


def _partners(conditions: Sequence[Expression]) -> dict[str, Expression]:
    """Return the formula that each parameter is compared with (`info ->> 'kind'`, `lower(name)`)."""
    found: dict[str, Expression] = {}
    for condition in conditions:
        for node in walk(condition):
            match node:
                case Binary(left=left, right=Parameter(name=name)):
                    found.setdefault(name, left)
                case Binary(left=Parameter(name=name), right=right):
                    found.setdefault(name, right)
    return found
