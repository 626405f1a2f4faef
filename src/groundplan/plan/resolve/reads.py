"""Reads, resolved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from groundplan.plan.access import Latest, Near, Read, Search
from groundplan.plan.expressions import Parameter, Path
from groundplan.plan.naming import result_name
from groundplan.plan.paths import attribute_path, is_composite, key_paths, row_path
from groundplan.plan.patterns import Demand, Field, LatestPer, Nearness, OrderKey, ReadPattern, SearchTerm
from groundplan.plan.resolve.formulas import Resolved
from groundplan.plan.resolve.orders import order_key, total_order
from groundplan.plan.resolve.parameters import with_parameters
from groundplan.plan.resolve.pattern_reading import PatternReading
from groundplan.plan.resolve.places import CENTER, FIELD, GROUP, GROUPED_FIELD, GROUPED_ORDER, ORDER, WHERE
from groundplan.plan.resolve.reading import Beside
from groundplan.plan.scope import CREATED_AT, DELETED_AT, UPDATED_AT
from groundplan.plan.types import Text

WORDS = Parameter(name="words", type=Text())
"""The parameter of a search."""


def resolve_read(read: Read, *, within: PatternReading, demand: Demand) -> ReadPattern | None:
    """Resolve a read; None where something in it is broken."""
    return _ReadReading(read, within).resolved(demand)


@dataclass(slots=True)
class _ReadReading:
    """The reading of one read."""

    read: Read
    within: PatternReading

    def resolved(self, demand: Demand) -> ReadPattern | None:
        read, within = self.read, self.within
        group = self._group()
        fields = self._fields(group)
        where = None if read.where is None else within.expression(read.where, WHERE)
        order = self._order(group, fields)
        near = None if read.near is None else self._near(read.near)
        search = None if read.search is None else self._search(read.search)
        latest = None if read.latest is None else self._latest(read.latest)
        center = None if near is None else near.center
        words = None if search is None else search.words
        chosen, values = within.parameters((where, *(field.expression for field in fields), center, words), read.params)
        if within.is_broken:
            return None
        return ReadPattern(
            name=read.name,
            entity=read.entity,
            fields=tuple(replace(field, expression=with_parameters(field.expression, chosen)) for field in fields),
            where=None if where is None else with_parameters(where, chosen),
            order=total_order(read.entity, order, scope=within.scope) if read.page is not None and not group else order,
            group=tuple(member.expression for member in group),
            is_one=read.is_one,
            page=read.page,
            limit=read.limit,
            search=search,
            near=None if near is None else replace(near, center=with_parameters(near.center, chosen)),
            latest=latest,
            staleness_seconds=None if read.staleness is None else read.staleness.seconds,
            parameters=tuple(chosen.values()),
            values=values,
            demand=demand,
            origin=read.origin,
        )

    def _group(self) -> tuple[Resolved, ...]:
        found = (self.within.expressions(formula, GROUP) for formula in self.read.group)
        return tuple(self._expanded(resolved for members in found for resolved in members))

    def _fields(self, group: tuple[Resolved, ...]) -> tuple[Field, ...]:
        """Return the results: those of the plan; a group's members go first where the plan leaves them out."""
        if not self.read.fields and not self.read.group:
            return self._all_fields()
        place = GROUPED_FIELD if self.read.group else FIELD
        by = tuple(member.expression for member in group) if self.read.group else None
        found = [
            resolved
            for formula in self.read.fields
            for resolved in self._expanded(self.within.expressions(formula, place, group=by))
        ]
        listed = {resolved.expression for resolved in found}
        members = [member for member in group if member.expression not in listed]
        return tuple(self._field(resolved) for resolved in (*members, *found))

    def _expanded(self, found: Iterable[Resolved]) -> Iterator[Resolved]:
        """Put the attributes of a key of several attributes in the place of the row that they identify."""
        for resolved in found:
            path = resolved.expression
            if is_composite(path):
                for part in key_paths(path.reached, scope=self.within.scope, hops=path.hops):
                    yield replace(resolved, expression=part, alias=None)
            else:
                yield resolved

    def _field(self, resolved: Resolved) -> Field:
        name = resolved.alias or result_name(resolved.expression, scope=self.within.scope)
        return Field(name=name, expression=resolved.expression, origin=resolved.origin)

    def _all_fields(self) -> tuple[Field, ...]:
        """Return every attribute and reference but secret ones, and but the mark of deletion, never set in a read."""
        entity, scope = self.read.entity, self.within.scope
        attributes = {name: found for name, found in scope.attributes(entity).items() if not found.is_secret}
        moments = [name for name in (CREATED_AT, UPDATED_AT, DELETED_AT) if name in attributes]
        paths = [attribute_path(entity, (), attribute) for name, attribute in attributes.items() if name not in moments]
        for hop in scope.references_of(entity).values():
            row = row_path(entity, (hop,), scope=scope)
            paths += key_paths(row.reached, scope=scope, hops=(hop,)) if is_composite(row) else (row,)
        for name in moments:
            if name != DELETED_AT or not scope.is_soft_deleted(entity):
                paths.append(attribute_path(entity, (), attributes[name]))
        return tuple(self._plain_field(path) for path in paths)

    def _plain_field(self, path: Path) -> Field:
        name = result_name(path, scope=self.within.scope)
        return Field(name=name, expression=path, origin=self.read.origin)

    def _order(self, group: tuple[Resolved, ...], fields: tuple[Field, ...]) -> tuple[OrderKey, ...]:
        place = GROUPED_ORDER if self.read.group else ORDER
        aliases = {member.alias: member.expression for member in group if member.alias is not None}
        aliases.update({field.name: field.expression for field in fields})
        by = tuple(member.expression for member in group) if self.read.group else None
        found = [
            resolved
            for formula in self.read.order
            for resolved in self._expanded(self.within.expressions(formula, place, aliases=aliases, group=by))
        ]
        return tuple(order_key(resolved) for resolved in found)

    def _near(self, near: Near) -> Nearness | None:
        attribute = self.within.attribute(near.attribute)
        beside = Beside() if attribute is None else Beside(attribute.type, attribute)
        center = self.within.value(
            near.center, CENTER, subject=f"{self.read.entity}.{near.attribute}", beside=beside, is_optional=False
        )
        if attribute is None or center is None:
            return None
        return Nearness(attribute=attribute, center=center, metres=float(near.within.metres))

    def _search(self, search: Search) -> SearchTerm | None:
        members = tuple(self.within.attribute(member) for member in search.members)
        found = tuple(member for member in members if member is not None)
        if len(found) < len(members):
            return None
        return SearchTerm(members=found, language=search.language, words=WORDS)

    def _latest(self, latest: Latest) -> LatestPer | None:
        per, by = self.within.member(latest.per), self.within.attribute(latest.by)
        return None if per is None or by is None else LatestPer(per=per, by=by)
