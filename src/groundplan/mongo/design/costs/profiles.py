"""Profiles: what every access pattern asks of the rows, worked out once, before any layout is tried."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from groundplan.logical.facts import Facts
from groundplan.logical.model import Relation, Role
from groundplan.logical.shares import equal_rows, share_of
from groundplan.mongo.design.costs import coefficients as takes
from groundplan.mongo.design.costs.crowding import busy_rows, own_attributes
from groundplan.mongo.design.costs.walks import Forward, Route, Walk, Walks
from groundplan.plan.expressions import (
    Binary,
    Call,
    Expression,
    Local,
    Operator,
    Parameter,
    Path,
    conjuncts,
    paths,
    walk,
)
from groundplan.plan.patterns import (
    DeletePattern,
    InsertPattern,
    RawPattern,
    ReadPattern,
    UpdatePattern,
    UpsertPattern,
)
from groundplan.plan.types import Timestamp

SEARCHED_SHARE = 0.005
"""Of documents, those with all words that somebody searches for; nothing in a plan says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FarCondition:
    """A condition on a row that a route leads to: `share` of those rows satisfy it, `rows` in all.

    `matched` is how many rows of the pattern's own relation can reach one that does.
    """

    route: Route
    rows: float
    share: float
    matched: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """How rows are found: by attributes that have to equal something, by other conditions, by far ones.

    `rows` satisfy the conditions on the row itself, `matched` all conditions.
    """

    equal: tuple[str, ...]
    compared: tuple[str, ...]
    rows: float
    matched: float
    far: tuple[FarCondition, ...] = ()
    is_everything: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadProfile:
    """A read: how rows of `relation` are found, how many come back, and where each is walked from.

    `order` is the attribute that rows come by, where that is one of their own; `is_ordered` tells that there is any
    order. `is_newest_first` reads could be answered by the newest rows alone. `limit` is the most rows asked for, 0 for
    all.
    """

    name: str
    relation: str
    rate: float
    finding: Finding
    returned: float
    walk: Walk
    sorting: Walk
    order: str | None
    is_ordered: bool
    limit: int
    is_paged: bool
    is_gathered: bool
    is_newest_first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertProfile:
    """`batch` new rows at a time; `is_upsert` ones look first whether there is one."""

    name: str
    relation: str
    rate: float
    batch: int
    is_upsert: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateProfile:
    """Attributes that change in the rows that are found; `is_implied` where no pattern says so, but time does."""

    name: str
    relation: str
    rate: float
    finding: Finding
    attributes: tuple[str, ...]
    is_added_to: bool = False
    is_implied: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteProfile:
    """Rows that are found go, or are marked where the lifecycle says soft."""

    name: str
    relation: str
    rate: float
    finding: Finding
    is_soft: bool


Profile = ReadProfile | InsertProfile | UpdateProfile | DeleteProfile


class Profiles:
    """Turns the access patterns of a plan into profiles."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.walks = Walks(facts)

    def all(self) -> tuple[Profile, ...]:
        """Return the profile of every pattern but raw ones, by name."""
        found: list[Profile] = []
        for pattern in self.facts.patterns:
            rate = self.facts.rate(pattern.name)
            rate = takes.RARE if rate is None else rate
            match pattern:
                case ReadPattern():
                    found.append(self._read(pattern, rate=rate))
                case InsertPattern() | UpsertPattern():
                    found.append(
                        InsertProfile(
                            name=pattern.name,
                            relation=self._relation(pattern.entity).name,
                            rate=rate,
                            batch=pattern.batch,
                            is_upsert=isinstance(pattern, UpsertPattern),
                        )
                    )
                case UpdatePattern():
                    found.append(self._update(pattern, rate=rate))
                case DeletePattern():
                    relation = self._relation(pattern.entity)
                    found.append(
                        DeleteProfile(
                            name=pattern.name,
                            relation=relation.name,
                            rate=rate,
                            finding=self.finding(relation, pattern.where),
                            is_soft=self.facts.is_soft(relation.name),
                        )
                    )
                case RawPattern():
                    pass
        return tuple(found)

    def _relation(self, source: str) -> Relation:
        return self.facts.lookup.of_source(source)

    def _read(self, pattern: ReadPattern, *, rate: float) -> ReadProfile:
        relation = self._relation(pattern.entity)
        finding = self.finding(relation, pattern.where)
        if pattern.search is not None:
            searched = relation.rows.now * SEARCHED_SHARE
            finding = _narrowed(finding, share=SEARCHED_SHARE, rows=searched)
        if is_kept_by_callers(pattern) and pattern.staleness_seconds is not None:
            rate = min(rate, 1 / pattern.staleness_seconds)
        limit = 1 if pattern.is_one else pattern.page or pattern.limit
        returned = finding.matched if limit is None else min(finding.matched, limit)
        order = pattern.order[0].expression if pattern.order else None
        own = self._own_attributes(order)
        walk = self.walks.of(relation.name, (field.expression for field in pattern.fields))
        sorting = self.walks.of(relation.name, (key.expression for key in pattern.order))
        is_gathered = bool(pattern.group) or pattern.latest is not None
        return ReadProfile(
            name=pattern.name,
            relation=relation.name,
            rate=rate,
            finding=finding,
            returned=returned,
            walk=walk,
            sorting=sorting,
            order=own[0] if len(own) == 1 else None,
            is_ordered=bool(pattern.order) or pattern.search is not None or pattern.near is not None,
            limit=limit or 0,
            is_paged=pattern.page is not None,
            is_gathered=is_gathered,
            is_newest_first=not is_gathered and self._is_newest_first(pattern, relation),
        )

    def _is_newest_first(self, pattern: ReadPattern, relation: Relation) -> bool:
        """Tell whether rows come by a time, the newest first, and those of one moment by their key."""
        if pattern.search is not None or pattern.near is not None or not pattern.order:
            return False
        own = [self._own_attributes(key.expression) for key in pattern.order]
        if len(own[0]) != 1 or not all(key.is_descending for key in pattern.order):
            return False
        by = relation.attribute(own[0][0])
        is_by_key = all(names == relation.primary_key for names in own[1:])
        return isinstance(by.type, Timestamp) and not by.is_optional and is_by_key and len(relation.primary_key) == 1

    def _own_attributes(self, expression: Expression | None) -> tuple[str, ...]:
        if not isinstance(expression, Path):
            return ()
        return self.facts.lookup.names(expression) or ()

    def _update(self, pattern: UpdatePattern, *, rate: float) -> UpdateProfile:
        relation = self._relation(pattern.entity)
        attributes = tuple(
            dict.fromkeys(
                name for assignment in pattern.assignments for name in self.facts.lookup.names(assignment.target) or ()
            )
        )
        return UpdateProfile(
            name=pattern.name,
            relation=relation.name,
            rate=rate,
            finding=self.finding(relation, pattern.where),
            attributes=attributes,
            is_added_to=all(_adds(assignment.value, assignment.target) for assignment in pattern.assignments),
        )

    def finding(self, relation: Relation, where: Expression | None) -> Finding:
        """Return how rows of a relation are found that satisfy a condition."""
        equal: list[str] = []
        compared: list[str] = []
        far: list[Expression] = []
        share = 1.0
        for part in conjuncts(where):
            try:
                local = self.facts.lookup.localize(part)
            except (KeyError, ValueError):
                far.append(part)
                continue
            for condition in conjuncts(local):
                compared += _locals(condition)
                value = _equal_to(condition)
                if value is None:
                    share *= share_of(condition, relation)
                else:
                    equal += value
        rows = max(min(float(relation.rows.now), rows_with(tuple(equal), relation)) * share, 0.0)
        farther = tuple(found for part in far for found in self._far(relation, part))
        matched = rows
        for found in farther:
            matched *= min(1.0, found.matched / max(relation.rows.now, 1))
        return Finding(
            equal=tuple(dict.fromkeys(equal)),
            compared=tuple(dict.fromkeys(compared)),
            rows=max(rows, min(1.0, relation.rows.now)),
            matched=max(matched, min(1.0, relation.rows.now)),
            far=farther,
            is_everything=where is None,
        )

    def _far(self, relation: Relation, part: Expression) -> Iterator[FarCondition]:
        """Return a condition that takes a walk: its first path that does stands for it."""
        for path in paths(part):
            route = self.walks.route(path)
            if route is None or not route.steps or path.entity != relation.source:
                continue
            end = self.facts.relations[route.end]
            is_equality = isinstance(part, Binary) and part.operator is Operator.EQUAL
            rows = rows_with(route.attributes, end) if is_equality else end.rows.now / 3
            matched = rows
            for step in route.steps:
                if isinstance(step, Forward):
                    matched *= max(self.walks.reference(step).fanout.mean, 0.01)
            yield FarCondition(
                route=route,
                rows=max(1.0, rows),
                share=rows / max(end.rows.now, 1),
                matched=min(matched, float(relation.rows.now)),
            )
            return


def is_kept_by_callers(pattern: ReadPattern) -> bool:
    """Tell whether one answer does for all callers until it is too old: it depends on nothing that they give."""
    return bool(pattern.staleness_seconds) and not pattern.parameters


def rows_with(names: tuple[str, ...], relation: Relation) -> float:
    """Return how many rows have what is asked for in these attributes; who asks for more often meets more."""
    rows = equal_rows(names, relation)
    for reference in relation.references:
        if set(own_attributes(reference)) <= set(names):
            rows = min(rows, busy_rows(reference.fanout))
    return rows


def implied_changes(
    profiles: Iterable[Profile], facts: Facts, *, copied: Mapping[str, Iterable[str]]
) -> tuple[UpdateProfile, ...]:
    """Return changes of attributes, by relation, that no pattern writes: what lasts for ever is not in a plan."""
    known = {
        (profile.relation, attribute)
        for profile in profiles
        if isinstance(profile, UpdateProfile)
        for attribute in profile.attributes
    }
    return tuple(
        UpdateProfile(
            name=f"changes of {facts.relations[relation].source}.{attribute}",
            relation=relation,
            rate=facts.relations[relation].rows.now * takes.CHANGES_A_YEAR / takes.SECONDS_A_YEAR,
            finding=Finding(equal=facts.relations[relation].primary_key, compared=(), rows=1.0, matched=1.0),
            attributes=(attribute,),
            is_implied=True,
        )
        for relation, attributes in copied.items()
        for attribute in dict.fromkeys(attributes)
        if (relation, attribute) not in known
        and facts.relations[relation].attribute(attribute).role not in (Role.CREATED_AT, Role.DELETED_AT)
    )


def _narrowed(finding: Finding, *, share: float, rows: float) -> Finding:
    return Finding(
        equal=finding.equal,
        compared=finding.compared,
        rows=min(finding.rows, rows),
        matched=max(1.0, finding.matched * share),
        far=finding.far,
        is_everything=False,
    )


def _locals(expression: Expression) -> Iterable[str]:
    return (node.name for node in walk(expression) if isinstance(node, Local))


def _equal_to(condition: Expression) -> tuple[str, ...] | None:
    """Return the attributes that a condition has equal to something that is no attribute; None for other conditions."""
    match condition:
        case Binary(operator=Operator.EQUAL, left=Local(name=name), right=Parameter() | Call()):
            return (name,)
        case Binary(operator=Operator.EQUAL, left=Parameter() | Call(), right=Local(name=name)):
            return (name,)
        case _:
            return None


def _adds(value: Expression, target: Path) -> bool:
    """Tell whether an assignment adds to what is there (`count + 1`)."""
    match value:
        case Binary(operator=Operator.PLUS | Operator.MINUS, left=Path() as path):
            return path.attribute == target.attribute and not path.hops
        case _:
            return False
