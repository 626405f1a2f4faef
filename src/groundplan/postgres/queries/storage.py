"""Where the plan's words are stored: the tables of entities, the columns of paths, and how relationships join."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property

from groundplan.base.names import snake_case
from groundplan.logical.lookup import Lookup
from groundplan.logical.model import LogicalModel, Reference, Relation, RelationAttribute, Role
from groundplan.plan.expressions import Call, Expression, Hop, IsNull, Local, Path
from groundplan.plan.patterns import ResolvedPlan
from groundplan.plan.scope import Scope, inverse_name
from groundplan.postgres.model import Column, Index, PostgresDesign, Schema, Table
from groundplan.postgres.quoting import type_sql

Hops = tuple[Hop, ...]
"""The steps of a path, without what it ends at."""

_MODIFIER = re.compile(r"\(\d+(,\s*\d+)?\)")


@dataclass(frozen=True, slots=True)
class Place:
    """One column of the row that `hops` lead to."""

    hops: Hops
    column: Column


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The table in the middle of an n:m relationship: (link column, column of the row it points at) on either side."""

    table: Table
    near: tuple[tuple[str, str], ...]
    far: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How a hop joins its target.

    `pairs` are (source column, target column), empty where a `link` lies between. `is_reference` tells that the source
    stores the target's key; `shared` are source columns that another reference fills too (`same:`), so they say nothing
    about whether this one is there.
    """

    target: Table
    pairs: tuple[tuple[str, str], ...]
    link: Link | None
    is_reference: bool
    shared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UniqueKey:
    """Columns that are unique together; `index` is set where a unique index says so, which may be partial."""

    columns: tuple[str, ...]
    index: Index | None = None

    @property
    def where(self) -> Expression | None:
        """The condition of the rows among which they are."""
        return None if self.index is None else self.index.where


class Storage:
    """Lookups from the plan's words to tables and columns, each built once."""

    def __init__(self, resolved: ResolvedPlan, logical: LogicalModel, design: PostgresDesign) -> None:
        self.scope = Scope(resolved.plan)
        self.schema: Schema = design.schema
        self._lookup = Lookup(logical.relations)
        self._steps: dict[tuple[str, bool], Step] = {}

    @cached_property
    def _tables(self) -> dict[str, Table]:
        return {table.relation: table for table in self.schema.tables if table.relation is not None}

    @cached_property
    def _columns(self) -> dict[tuple[str, str], Column]:
        return {
            (table.name, column.attribute): column
            for table in self.schema.tables
            for column in table.columns
            if column.attribute is not None
        }

    @cached_property
    def _enums(self) -> frozenset[str]:
        return frozenset(enum.name for enum in self.schema.enums)

    def relation(self, source: str) -> Relation:
        """Return the relation of an entity, or of an n:m relationship's label."""
        return self._lookup.of_source(source)

    def table(self, source: str) -> Table:
        """Return the table of an entity, or of an n:m relationship's label."""
        return self._tables[self.relation(source).name]

    def column(self, source: str, attribute: str) -> Column:
        """Return the column that stores an attribute by its name in the plan, implicit ones included."""
        found = self._lookup.attribute(source, attribute)
        return self._columns[self.table(source).name, found.name]

    def column_of(self, table: Table, logical_attribute: str) -> Column:
        """Return the column of a table that stores a logical attribute (`author_id`)."""
        return self._columns[table.name, logical_attribute]

    def key(self, entity: str) -> tuple[Column, ...]:
        """Return the primary key's columns."""
        table = self.table(entity)
        return tuple(table.column(name) for name in table.primary_key.columns)

    def places(self, path: Path) -> tuple[Place, ...]:
        """Return the columns a path means: one for an attribute, the reached row's key where it has none."""
        if path.attribute is not None:
            return (Place(path.hops, self.column(path.reached, path.attribute)),)
        return tuple(Place(path.hops, column) for column in self.key(path.reached))

    def attribute(self, path: Path) -> RelationAttribute | None:
        """Return the attribute a path ends at; None where it ends at a row."""
        return None if path.attribute is None else self._lookup.attribute(path.reached, path.attribute)

    def nearest(self, place: Place) -> Place:
        """Return the column that holds the same value nearest to where the path starts.

        `author.id` is `author_id` of the post. An optional reference whose column another one fills too stays as it is.
        """
        while place.hops:
            hop = place.hops[-1]
            step = self.step(hop)
            here = next((here for here, there in step.pairs if there == place.column.name), None)
            if not step.is_reference or here is None or (here in step.shared and hop.is_optional):
                return place
            place = Place(place.hops[:-1], self.table(hop.source).column(here))
        return place

    def value(self, expression: Expression) -> Place | Expression:
        """Return what tells equal values apart: for a path to one column its nearest place, else the expression."""
        if isinstance(expression, Path):
            places = self.places(expression)
            return self.nearest(places[0]) if len(places) == 1 else expression
        return expression

    def type_of(self, path: Path) -> str | None:
        """Return the column type behind a path; None where it means several columns."""
        places = self.places(path)
        return places[0].column.type if len(places) == 1 else None

    def is_awaited(self, entity: str) -> bool:
        """Tell whether rows can point at a row of an entity before it is there: their foreign key is deferred."""
        table = self.table(entity).name
        return any(
            key.is_deferrable and key.target == table for each in self._tables.values() for key in each.foreign_keys
        )

    def key_paths(self, path: Path) -> tuple[Path, ...]:
        """Return one path for each key column of the row that `path` reaches, in the order of `places`."""
        return tuple(self._key_path(path, column) for column in self.key(path.reached))

    def _key_path(self, path: Path, column: Column) -> Path:
        entity = path.reached
        attribute = self.relation(entity).attribute(column.attribute or column.name)
        if attribute.role is not Role.REFERENCE:
            return replace(path, attribute=attribute.declared, type=attribute.type)
        hop = self.scope.references_of(entity)[attribute.declared]
        target = replace(path, hops=(*path.hops, hop), type=self.scope.key_type(hop.target))
        if target.type is not None:
            return target
        parts = dict(zip((part.name for part in self.key(hop.target)), self.key_paths(target), strict=True))
        held = dict(self.step(hop).pairs)
        return parts[held[column.name]]

    def key_attribute(self, path: Path) -> Path | None:
        """Return the path to the one attribute it means: its own, or that of a key of one; None where there is none."""
        if path.attribute is not None:
            return path
        parts = self.key_paths(path)
        is_own = len(parts) == 1 and parts[0].hops == path.hops
        return parts[0] if is_own else None

    def presence(self, path: Path) -> Column:
        """Return a key column of the reached row that is NULL exactly where the path reaches none."""
        columns = self.key(path.reached)
        if not path.hops:
            return columns[0]
        step = self.step(path.hops[-1])
        own = {there for here, there in step.pairs if here not in step.shared}
        return next((column for column in columns if column.name in own), columns[0])

    def deletion_mark(self, entity: str) -> Column | None:
        """Return the column that marks soft-deleted rows; None where deleting removes them."""
        if not self.scope.is_soft_deleted(entity):
            return None
        for attribute in self.relation(entity).attributes:
            if attribute.role is Role.DELETED_AT:
                return self.column_of(self.table(entity), attribute.name)
        return self.column(entity, "deleted_at")

    def step(self, hop: Hop) -> Step:
        """Return how a hop joins."""
        known = self._steps.get((hop.relationship, hop.is_inverse))
        if known is None:
            known = self._steps[hop.relationship, hop.is_inverse] = self._find_step(hop)
        return known

    def _find_step(self, hop: Hop) -> Step:
        target = self.table(hop.target)
        link = self._find_link(hop)
        if link is not None:
            return Step(target=target, pairs=(), link=link, is_reference=False)
        reference = self._lookup.reference(hop)
        if reference is not None:
            source = self.table(hop.source)
            pairs = self._column_pairs(reference, holder=source, target=target)
            shared = tuple(self.column_of(source, name).name for name in reference.agrees)
            return Step(target=target, pairs=pairs, link=None, is_reference=True, shared=shared)
        stored = self._lookup.stored_in(hop)
        if stored is None:
            raise KeyError(hop.relationship)
        pairs = self._column_pairs(stored[1], holder=target, target=self.table(hop.source))
        return Step(target=target, pairs=tuple((there, here) for here, there in pairs), link=None, is_reference=False)

    def link(self, hop: Hop) -> Link:
        """Return the link table that an n:m hop leads through; ValueError for any other hop."""
        found = self.step(hop).link
        if found is None:
            raise ValueError(f"{hop.relationship} has no link table")
        return found

    def _find_link(self, hop: Hop) -> Link | None:
        found = self._lookup.link(hop)
        if found is None:
            return None
        relation, near, far = found
        table = self._tables[relation.name]
        return Link(
            table=table,
            near=self._column_pairs(near, holder=table, target=self.table(hop.source)),
            far=self._column_pairs(far, holder=table, target=self.table(hop.target)),
        )

    def _column_pairs(self, reference: Reference, *, holder: Table, target: Table) -> tuple[tuple[str, str], ...]:
        """Pair referencing with referenced columns; the target's key alone where that identifies it."""
        pairs = tuple(
            (self.column_of(holder, here).name, self.column_of(target, there).name)
            for here, there in zip(reference.attributes, reference.target_attributes, strict=True)
        )
        key = target.primary_key.columns
        by_key = tuple(pair for pair in pairs if pair[1] in key)
        return by_key if {there for _, there in by_key} == set(key) else pairs

    def reference_columns(self, hop: Hop) -> tuple[tuple[Column, Column], ...]:
        """Return (column of the source, key column of the target it holds) of a reference that the source stores."""
        step = self.step(hop)
        source = self.table(hop.source)
        return tuple((source.column(here), step.target.column(there)) for here, there in step.pairs)

    def unique_keys(self, table: Table) -> tuple[UniqueKey, ...]:
        """Return every set of columns that is unique in a table, the primary key first."""
        found = [UniqueKey(columns=table.primary_key.columns)]
        found += [UniqueKey(columns=constraint.columns) for constraint in table.unique]
        for index in table.indexes:
            columns = tuple(_key_column(key.expression) for key in index.keys)
            if index.is_unique:
                known = tuple(column for column in columns if column is not None)
                found += [UniqueKey(columns=known, index=index)] if len(known) == len(columns) else []
        return tuple(found)

    def is_unique(self, entity: str, columns: Collection[str], *, is_alive: bool) -> bool:
        """Tell whether at most one row of an entity has given values in these columns.

        `is_alive` tells that only rows that are not soft-deleted count.
        """
        mark = self.deletion_mark(entity)
        alive = None if mark is None or not is_alive else IsNull(operand=Local(mark.name))
        return any(
            set(key.columns) <= set(columns) and key.where in (None, alive)
            for key in self.unique_keys(self.table(entity))
        )

    def word(self, hop: Hop) -> str:
        """Return what a hop is called from where it starts, folded: `author`, `comments`."""
        relationship = self.scope.relationship(hop.relationship)
        if not hop.is_inverse:
            return snake_case(relationship.name)
        return snake_case(inverse_name(relationship) or relationship.source)

    def cast(self, type_name: str) -> str:
        """Return a type as SQL; an enum's name is quoted."""
        return type_sql(type_name, enums=self._enums)

    def without_modifier(self, type_name: str) -> str:
        """Return a type without its length or precision, so that casting a parameter to it neither cuts nor rounds."""
        return type_name if type_name.removesuffix("[]") in self._enums else _MODIFIER.sub("", type_name)


def _key_column(expression: Expression) -> str | None:
    """Return the column of an index key; `lower(email)` counts, for addresses are compared without case."""
    match expression:
        case Local(name) | Call("lower", (Local(name),)):
            return name
        case _:
            return None
