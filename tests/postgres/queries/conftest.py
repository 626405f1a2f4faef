"""A shop of posts, tags and readings: a plan, random rows of it, and what a read of them has to return.

The reads are answered a second time by an evaluator that knows nothing of tables and joins: it walks objects.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import random
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

import psycopg
import pytest

from groundplan.base.diagnostics import has_errors
from groundplan.logical.derive import derive_relations
from groundplan.logical.model import LogicalModel, RelationKind
from groundplan.plan.expressions import (
    Aggregate,
    AnyOf,
    Binary,
    Call,
    Every,
    Expression,
    Hop,
    In,
    IsNull,
    Literal,
    Negative,
    Not,
    Operator,
    Parameter,
    Path,
    children,
)
from groundplan.plan.patterns import NullsOrder, ReadPattern, ResolvedPlan
from groundplan.plan.reader import read_plan
from groundplan.plan.resolve import resolve
from groundplan.plan.scope import Scope
from groundplan.plan.types import Email
from groundplan.postgres.ddl import schema_sql
from groundplan.postgres.design import design_postgres
from groundplan.postgres.model import PostgresDesign
from groundplan.postgres.queries import compile_workload, view_sql
from groundplan.postgres.queries.model import CompiledPattern, CompiledRead, CompiledWorkload

SHOP = """
plan: shop
targets: {postgres: 18}
conventions: {timestamps: false}
entities:
  User:
    rows: {now: 20K}
    lifecycle: {delete: soft}
    attributes: {email: email unique, name: text(1..40) unique, karma: int?}
  Profile:
    rows: {now: 20K}
    lifecycle: {delete: soft}
    attributes: {bio: text(200)}
  Post:
    rows: {now: 200K}
    attributes:
      title:  text(100)
      slug:   text(40) unique
      status: enum(draft 10%, published 90%) = draft
      rank:   int
      score:  int?
      at:     timestamp
      labels: list of text
  Tag:
    rows: {now: 1K}
    lifecycle: {delete: soft}
    attributes: {name: text(50) unique, weight: int}
  Topic:
    rows: {now: 100}
    attributes: {name: text(50) unique}
  Comment:
    rows: {now: 2M}
    lifecycle: {delete: soft}
    attributes: {text: text(200), votes: int?}
  Like:
    rows: {now: 1M}
    key: [post, user]
    attributes: {strength: int}
  Device:
    rows: {now: 1K}
    key: [serial]
    attributes: {serial: text(20), site: text(20)}
  Reading:
    rows: {now: 20M}
    key: [device, at]
    attributes: {at: timestamp, value: float, kind: text(10)}
relationships:
  Profile.user - User:       {inverse: profile}
  Post.author > User:        {inverse: posts}
  Post.editor > User?:       {inverse: edited}
  Post.tags <> Tag:          {inverse: posts}
  Post.topics <> Topic:      {inverse: posts}
  Comment.post > Post:       {inverse: comments}
  Comment.author > User?:    {inverse: comments}
  Comment.parent > Comment?: {inverse: replies, same: post}
  Like.post > Post:          {inverse: likes}
  Like.user > User:          {inverse: likes}
  Reading.device > Device:   {inverse: readings}
access:
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A plan through every stage up to its queries."""

    resolved: ResolvedPlan
    logical: LogicalModel
    design: PostgresDesign
    workload: CompiledWorkload
    schema: str

    def pattern(self, name: str) -> ReadPattern:
        return next(each for each in self.resolved.patterns if each.name == name and isinstance(each, ReadPattern))

    def read(self, name: str) -> CompiledRead:
        compiled = self.workload.pattern(name)
        assert isinstance(compiled, CompiledRead)
        return compiled

    def compiled(self, name: str) -> CompiledPattern:
        return self.workload.pattern(name)


def built(text: str, folder: FilePath) -> Built:
    """Take a plan through every stage; a plan with errors fails the test."""
    file = folder / "test.plan.yaml"
    file.write_text(text)
    reading = read_plan(file)
    assert reading.plan is not None, reading.diagnostics
    assert not has_errors(reading.diagnostics), reading.diagnostics
    resolved = resolve(reading.plan)
    assert not has_errors(resolved.diagnostics), [str(found) for found in resolved.diagnostics]
    logical = derive_relations(resolved)
    design = design_postgres(resolved, logical)
    assert not has_errors(design.diagnostics), [str(found) for found in design.diagnostics]
    workload = compile_workload(resolved, logical, design)
    schema = schema_sql(design.schema, views=view_sql(resolved, logical, design))
    return Built(resolved=resolved, logical=logical, design=design, workload=workload, schema=schema)


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Built]:
    """Builds a plan from its text."""
    return functools.cache(lambda text: built(text, tmp_path_factory.mktemp("plan")))


@pytest.fixture(scope="session")
def build_shop(build: Callable[[str], Built]) -> Callable[..., Built]:
    """Builds the shop with these access patterns, and decisions where there are any."""

    def built_shop(access: str, *, decisions: str = "{}") -> Built:
        lines = "\n".join(f"  {line}" for line in access.strip().splitlines())
        return build(f"{SHOP}{lines}\ndecisions: {decisions}\n")

    return built_shop


# Rows as objects


@dataclass(eq=False, slots=True)
class Row:
    """One row: values by attribute, referenced rows by relationship label (a list for n:m)."""

    entity: str
    values: dict[str, Any]
    links: dict[str, Any] = field(default_factory=dict)

    def get(self, name: str) -> Any:
        return self.values.get(name)


class World:
    """Random rows of the shop, and reads answered by walking them."""

    def __init__(self, seed: int, *, sizes: Mapping[str, int] | None = None) -> None:
        self.random = random.Random(seed)
        self.rows: dict[str, list[Row]] = {}
        self.now = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
        counts = {"User": 8, "Post": 30, "Tag": 5, "Topic": 4, "Comment": 60, "Device": 5, "Reading": 40}
        self._fill({**counts, **(sizes or {})})

    def _maybe(self, value: Any, share: float = 0.3) -> Any:
        return None if self.random.random() < share else value

    def _deleted(self) -> Any:
        return self._maybe(self.now, 0.75)

    def _add(self, entity: str, links: dict[str, Any] | None = None, **values: Any) -> Row:
        row = Row(entity, values, links or {})
        self.rows.setdefault(entity, []).append(row)
        return row

    def _id(self) -> uuid.UUID:
        return uuid.UUID(int=self.random.getrandbits(128), version=4)

    def _fill(self, counts: Mapping[str, int]) -> None:
        pick, some = self.random.choice, self.random.randrange
        for number in range(counts["User"]):
            email = f"{'Person' if some(2) else 'person'}{number}@example.org"
            user = self._add(
                "User", id=self._id(), email=email, name=f"name {number}", karma=self._maybe(some(4)),
                deleted_at=self._deleted(),
            )  # fmt: skip
            for _ in range(some(3)):
                self._add("Profile", {"Profile.user": user}, id=self._id(), bio=f"bio {some(9)}", deleted_at=self.now)
            if some(2):
                self._add("Profile", {"Profile.user": user}, id=self._id(), bio=f"bio {some(9)}", deleted_at=None)
        users = self.rows["User"]
        for number in range(counts["Tag"]):
            self._add("Tag", id=self._id(), name=f"tag {number}", weight=some(4), deleted_at=self._deleted())
        for number in range(counts["Topic"]):
            self._add("Topic", id=self._id(), name=f"topic {number}")
        for number in range(counts["Post"]):
            links = {
                "Post.author": pick(users),
                "Post.editor": self._maybe(pick(users)),
                "Post.tags": self.random.sample(self.rows["Tag"], some(counts["Tag"] + 1)),
                "Post.topics": self.random.sample(self.rows["Topic"], some(3)),
            }
            self.add_post(number, links)
        posts = self.rows["Post"]
        for number in range(counts["Comment"]):
            post = pick(posts)
            siblings = [row for row in self.rows.get("Comment", []) if row.links["Comment.post"] is post]
            links = {
                "Comment.post": post,
                "Comment.author": self._maybe(pick(users)),
                "Comment.parent": self._maybe(pick(siblings)) if siblings else None,
            }
            self._add(
                "Comment", links, id=self._id(), text=f"text {number}", votes=self._maybe(some(5)),
                deleted_at=self._deleted(),
            )  # fmt: skip
        for post, user in itertools.product(posts, users):
            if some(4) == 0:
                self._add("Like", {"Like.post": post, "Like.user": user}, strength=some(5))
        for number in range(counts["Device"]):
            self._add("Device", serial=f"d{number}", site=f"site {some(2)}")
        taken = set()
        for _ in range(counts["Reading"]):
            device, at = pick(self.rows["Device"]), self.now + dt.timedelta(minutes=some(30), microseconds=some(3))
            if (device.get("serial"), at) not in taken:
                taken.add((device.get("serial"), at))
                kind, value = pick("abc"), pick([0.1, 0.5, -2.25, 1e300, 3.0])
                self._add("Reading", {"Reading.device": device}, at=at, value=value, kind=kind)

    def add_post(self, number: int, links: dict[str, Any]) -> Row:
        """Add a post with few different ranks, scores and times, so that pages break between equals."""
        some = self.random.randrange
        return self._add(
            "Post", links, id=self._id(), title=f"Post {some(10)}", slug=f"post-{number}",
            status=self.random.choice(["draft", "published"]), rank=some(3), score=self._maybe(some(3)),
            at=self.now + dt.timedelta(microseconds=some(3)),
            labels=[f"l{some(4)}" for _ in range(some(3))],
        )  # fmt: skip

    def new_post(self) -> Row:
        """Add one more post by somebody."""
        links = {
            "Post.author": self.random.choice(self.rows["User"]), "Post.editor": None, "Post.tags": [],
            "Post.topics": [],
        }  # fmt: skip
        return self.add_post(len(self.rows["Post"]) + 1000, links)

    # Into tables

    def load(self, connection: psycopg.Connection, shop: Built) -> None:
        """Insert every row, references before what refers to them."""
        for relation in shop.logical.relations:
            if relation.kind is RelationKind.LINK:
                self._load_links(connection, shop, relation.source)
            else:
                for row in self.rows.get(relation.source, []):
                    self.insert(connection, shop, row)
        connection.execute("ANALYZE")

    def insert(self, connection: psycopg.Connection, shop: Built, row: Row) -> None:
        relation = shop.logical.of_source(row.entity)
        values = {attribute.name: row.values[attribute.declared] for attribute in relation.attributes
                  if attribute.declared in row.values}  # fmt: skip
        for reference in relation.references:
            target = row.links.get(reference.relationship)
            held = self._columns(target, shop, reference.target) if target is not None else {}
            for name, far in zip(reference.attributes, reference.target_attributes, strict=True):
                if target is not None or name not in values:
                    values[name] = held.get(far)
        self._insert(connection, shop, relation.name, values)

    def _columns(self, row: Row, shop: Built, relation_name: str) -> dict[str, Any]:
        """Return the values of a row by logical attribute name, those of its references too."""
        relation = shop.logical.relation(relation_name)
        found = {attribute.name: row.values.get(attribute.declared) for attribute in relation.attributes}
        for reference in relation.references:
            target = row.links.get(reference.relationship)
            if target is not None:
                far = self._columns(target, shop, reference.target)
                for name, there in zip(reference.attributes, reference.target_attributes, strict=True):
                    found[name] = far[there]
        return found

    def _load_links(self, connection: psycopg.Connection, shop: Built, label: str) -> None:
        relation = shop.logical.of_source(label)
        near, far = relation.references
        for row in self.rows.get(label.split(".")[0], []):
            for target in row.links.get(label, []):
                here, there = (
                    self._columns(row, shop, near.target),
                    self._columns(target, shop, far.target),
                )
                values = {name: here[of] for name, of in zip(near.attributes, near.target_attributes, strict=True)}
                values |= {name: there[of] for name, of in zip(far.attributes, far.target_attributes, strict=True)}
                self._insert(connection, shop, relation.name, values)

    def _insert(self, connection: psycopg.Connection, shop: Built, relation: str, values: dict[str, Any]) -> None:
        table = shop.design.schema.of_relation(relation)
        columns = {column.attribute: column.name for column in table.columns}
        names = psycopg.sql.SQL(", ").join(psycopg.sql.Identifier(columns[name]) for name in values)
        marks = psycopg.sql.SQL(", ").join(psycopg.sql.Placeholder() for _ in values)
        statement = psycopg.sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
            psycopg.sql.Identifier(table.name), names, marks
        )
        connection.execute(statement, list(values.values()))

    # Reads answered by walking

    def answer(self, pattern: ReadPattern, arguments: Mapping[str, Any], shop: Built) -> list[dict[str, Any]]:
        """Return what a read has to return, in order, by field name."""
        return Walk(self, arguments, shop).read(pattern)


UNKNOWN = None
"""SQL's third truth value."""


class Walk:
    """One read, answered by walking rows."""

    def __init__(self, world: World, arguments: Mapping[str, Any], shop: Built) -> None:
        self._world = world
        self._arguments = arguments
        self._scope = Scope(shop.resolved.plan)
        self._soft = {entity.name for entity in shop.resolved.plan.entities if entity.lifecycle.delete is not None}
        self._keys = {entity.name: entity.key or ("id",) for entity in shop.resolved.plan.entities}

    def read(self, pattern: ReadPattern) -> list[dict[str, Any]]:
        rows = [row for row in self._alive(pattern.entity) if pattern.where is None or self._holds(pattern.where, row)]
        if pattern.latest is not None:
            rows = self._newest(rows, pattern)
        if pattern.group or any(self._aggregates_itself(each.expression) for each in pattern.fields):
            return self._groups(rows, pattern)
        for key in reversed(pattern.order):
            rows.sort(key=lambda row, key=key: self._rank(self.value(key.expression, row), key))
        limit = pattern.limit if pattern.limit is not None else 1 if pattern.is_one else None
        return [self._shown(row, pattern) for row in rows[:limit]]

    def _alive(self, entity: str) -> list[Row]:
        rows = self._world.rows.get(entity, [])
        return [row for row in rows if entity not in self._soft or row.get("deleted_at") is None]

    def _rank(self, value: Any, key: Any) -> Any:
        """Sort by (is it NULL, value); strings as in the C collation, by code point."""
        null_last = key.nulls is NullsOrder.LAST
        if value is None:
            return (1 if null_last else -1, Reversed(0) if key.is_descending else 0)
        return (0, Reversed(value) if key.is_descending else value)

    def _newest(self, rows: list[Row], pattern: ReadPattern) -> list[Row]:
        assert pattern.latest is not None
        found: dict[Any, Row] = {}
        by = pattern.latest.by
        for row in rows:
            per = self.value(pattern.latest.per, row)
            best = found.get(per)
            if per is not None and (best is None or self._age(by, row) > self._age(by, best)):
                found[per] = row
        return list(found.values())

    def _age(self, by: Path, row: Row) -> Any:
        value = self.value(by, row)
        return (value is not None, 0 if value is None else value, self._key(row))

    def _groups(self, rows: list[Row], pattern: ReadPattern) -> list[dict[str, Any]]:
        groups: dict[tuple[Any, ...], list[Row]] = {}
        for row in rows:
            groups.setdefault(tuple(self.value(part, row) for part in pattern.group), []).append(row)
        if not pattern.group and not groups:
            groups[()] = []
        members = list(groups.values())
        for key in reversed(pattern.order):
            members.sort(key=lambda rows, key=key: self._rank(self._of_group(key.expression, rows), key))
        return [
            {each.name: self._of_group(each.expression, rows) for each in pattern.fields}
            for rows in members[: pattern.limit]
        ]

    def _aggregates_itself(self, expression: Expression) -> bool:
        if isinstance(expression, Aggregate):
            return not any(path.is_many for path in _paths(expression))
        return any(self._aggregates_itself(child) for child in children(expression))

    def _of_group(self, expression: Expression, rows: list[Row]) -> Any:
        if isinstance(expression, Aggregate):
            if expression.operand is None:
                return len(rows)
            return _aggregated(expression, [self.value(expression.operand, row) for row in rows])
        return self.value(expression, rows[0]) if rows else None

    def _shown(self, row: Row, pattern: ReadPattern) -> dict[str, Any]:
        return {each.name: self._field(each.expression, row) for each in pattern.fields}

    def _field(self, expression: Expression, row: Row) -> Any:
        prefix = _many_prefix(expression)
        if prefix is None:
            return self.value(expression, row)
        ends = sorted(self._reach(row, prefix), key=lambda end: str(self._key(end)))
        return [self.value(expression, row, {prefix: end}) for end in ends]

    def _key(self, row: Row | None) -> Any:
        """Return what stands for a row: its key, a single value or a tuple."""
        if row is None:
            return None
        parts: list[Any] = []
        for name in self._keys[row.entity]:
            target = row.links.get(f"{row.entity}.{name}")
            parts.append(self._key(target) if target is not None else row.get(name))
        return parts[0] if len(parts) == 1 else tuple(parts)

    # Paths

    def _step(self, row: Row, hop: Hop) -> list[Row]:
        """Follow one hop: what was deleted softly is left out, except where it is referenced."""
        if not hop.is_inverse:
            found = row.links.get(hop.relationship)
            if not isinstance(found, list):
                return [] if found is None else [found]
        else:
            found = [other for other in self._world.rows.get(hop.target, []) if _is_linked(other, hop, row)]
        return [other for other in found if hop.target not in self._soft or other.get("deleted_at") is None]

    def _reach(self, row: Row, hops: tuple[Hop, ...]) -> list[Row]:
        rows = [row]
        for hop in hops:
            rows = [end for start in rows for end in self._step(start, hop)]
        return rows

    def _path(self, path: Path, row: Row, bound: Mapping[tuple[Hop, ...], Row]) -> Any:
        start, hops = row, path.hops
        for count in range(len(path.hops), 0, -1):
            if path.hops[:count] in bound:
                start, hops = bound[path.hops[:count]], path.hops[count:]
                break
        ends = self._reach(start, hops)
        end = ends[0] if ends else None
        if path.attribute is None:
            return self._key(end)
        return None if end is None else end.get(path.attribute)

    def follow(self, row: Row, step: str) -> list[Row]:
        """Follow one step by its name in the plan, towards deleted rows too."""
        hop = self._scope.relationships_from(row.entity)[step]
        if hop.is_inverse:
            return [other for other in self._world.rows.get(hop.target, []) if _is_linked(other, hop, row)]
        found = row.links.get(hop.relationship)
        return found if isinstance(found, list) else [] if found is None else [found]

    def key(self, row: Row) -> Any:
        """Return what stands for a row."""
        return self._key(row)

    # Values and conditions

    def _holds(self, condition: Expression, row: Row) -> bool:
        return self._truth(condition, row, {}) is True

    def _truth(self, node: Expression, row: Row, bound: Mapping[tuple[Hop, ...], Row]) -> bool | None:
        match node:
            case Every(parts):
                found = [self._truth(part, row, bound) for part in parts]
                return False if False in found else UNKNOWN if UNKNOWN in found else True
            case AnyOf(parts):
                found = [self._truth(part, row, bound) for part in parts]
                return True if True in found else UNKNOWN if UNKNOWN in found else False
            case Not(operand):
                inner = self._truth(operand, row, bound)
                return UNKNOWN if inner is UNKNOWN else not inner
        free = _first_many(node, bound)
        if free is None:
            return self.value(node, row, bound)
        start = row if len(free) == 1 else bound.get(free[:-1], row)
        before = max((prefix for prefix in bound if free[: len(prefix)] == prefix), key=len, default=())
        ends = self._reach(bound[before] if before else start, free[len(before) :])
        match node:
            case Path(attribute=None, hops=hops) if hops == free:
                return bool(ends)
            case IsNull(operand=Path(attribute=None, hops=hops), is_negated=negated) if hops == free:
                return bool(ends) if negated else not ends
        return any(self._truth(node, row, {**bound, free: end}) is True for end in ends)

    def value(self, node: Expression, row: Row, bound: Mapping[tuple[Hop, ...], Row] | None = None) -> Any:
        bound = bound or {}
        match node:
            case Path():
                return self._path(node, row, bound)
            case Literal():
                return node.value
            case Parameter():
                return self._arguments[node.name]
            case Aggregate():
                return self._aggregate(node, row, bound)
            case IsNull():
                is_null = self.value(node.operand, row, bound) is None
                return is_null is not node.is_negated
            case In():
                found = [self.value(Binary(Operator.EQUAL, node.operand, item), row, bound) for item in node.items]
                hit = True if True in found else UNKNOWN if UNKNOWN in found else False
                return hit if not node.is_negated or hit is UNKNOWN else not hit
            case Binary(Operator.EQUAL, left, Call("any", (listed,))):
                given = self.value(listed, row, bound)
                items = [Literal(item) for item in given]
                return self.value(In(operand=left, items=tuple(items)), row, bound)
            case Binary():
                left, right = self.value(node.left, row, bound), self.value(node.right, row, bound)
                if any(isinstance(side, Path) and isinstance(side.type, Email) for side in (node.left, node.right)):
                    left, right = (side.lower() if isinstance(side, str) else side for side in (left, right))
                return _compared(node.operator, left, right)
            case Negative(operand):
                inner = self.value(operand, row, bound)
                return None if inner is None else -inner
            case Call("coalesce", arguments):
                return next((v for v in (self.value(a, row, bound) for a in arguments) if v is not None), None)
            case Call("upper", (argument,)):
                return self.value(argument, row, bound).upper()
            case Call("date_trunc", (_, argument)):
                return self.value(argument, row, bound).replace(second=0, microsecond=0)
            case Every() | AnyOf() | Not():
                return self._truth(node, row, bound)
        raise AssertionError(f"the walk does not know {node}")

    def _aggregate(self, node: Aggregate, row: Row, bound: Mapping[tuple[Hop, ...], Row]) -> Any:
        assert node.operand is not None
        prefix = _many_prefix(node.operand)
        assert prefix is not None
        values = [self.value(node.operand, row, {**bound, prefix: end}) for end in self._reach(row, prefix)]
        return _aggregated(node, values)


def _aggregated(node: Aggregate, values: list[Any]) -> Any:
    known = [value for value in values if value is not None]
    if node.is_distinct:
        known = list(dict.fromkeys(known))
    match node.function:
        case "count":
            return len(known)
        case "sum":
            return sum(known) if known else None
        case "min":
            return min(known, default=None)
        case "max":
            return max(known, default=None)
        case "avg":
            return sum(known) / len(known) if known else None
    raise AssertionError(node.function)


def _compared(operator: Operator, left: Any, right: Any) -> Any:
    if left is None or right is None:
        return UNKNOWN
    match operator:
        case Operator.EQUAL:
            return left == right
        case Operator.NOT_EQUAL:
            return left != right
        case Operator.LESS:
            return left < right
        case Operator.LESS_EQUAL:
            return left <= right
        case Operator.GREATER:
            return left > right
        case Operator.GREATER_EQUAL:
            return left >= right
        case Operator.PLUS:
            return left + right
        case Operator.MINUS:
            return left - right
        case Operator.TIMES:
            return left * right
        case Operator.CONCATENATE:
            return left + right
    raise AssertionError(operator)


def _paths(node: Expression) -> list[Path]:
    return [node] if isinstance(node, Path) else [path for child in children(node) for path in _paths(child)]


def _many_prefix(node: Expression) -> tuple[Hop, ...] | None:
    if isinstance(node, Aggregate):
        return None
    if isinstance(node, Path):
        count = max((at for at, hop in enumerate(node.hops, start=1) if hop.is_many), default=0)
        return node.hops[:count] or None
    found = [prefix for prefix in map(_many_prefix, children(node)) if prefix is not None]
    return max(found, key=len, default=None)


def _first_many(node: Expression, bound: Mapping[tuple[Hop, ...], Row]) -> tuple[Hop, ...] | None:
    for path in [] if isinstance(node, Aggregate) else _paths(node):
        for count, hop in enumerate(path.hops, start=1):
            if hop.is_many and path.hops[:count] not in bound:
                return path.hops[:count]
    return None


def _is_linked(other: Row, hop: Hop, row: Row) -> bool:
    found = other.links.get(hop.relationship)
    return row in found if isinstance(found, list) else found is row


@functools.total_ordering
class Reversed:
    """Sorts the other way round."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reversed) and self.value == other.value

    def __lt__(self, other: Reversed) -> bool:
        return bool(other.value < self.value)

    __hash__ = None  # type: ignore[assignment]


@pytest.fixture
def world() -> Callable[[int], World]:
    """Makes a world from a seed."""
    return World


@pytest.fixture(scope="session")
def walk_of() -> Callable[[World, Built], Walk]:
    """Makes a walk without arguments."""
    return lambda world, shop: Walk(world, {}, shop)


def fetched(connection: psycopg.Connection, statement: Any, arguments: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Run the psycopg form of a statement; returns rows by column name."""
    with connection.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        cursor.execute(statement.named, dict(arguments))
        return cursor.fetchall() if cursor.description is not None else []


@pytest.fixture(scope="session")
def fetch() -> Callable[..., list[dict[str, Any]]]:
    return fetched


@pytest.fixture(scope="session")
def loaded(postgres_server: Any, build_shop: Callable[..., Built]) -> Iterator[tuple[psycopg.Connection, World]]:
    """One database with the rows of one world, for tests that only read."""
    shop = build_shop("posts: {read: Post}")
    postgres_server.create_database("shop_to_read")
    with postgres_server.connect("shop_to_read") as connection:
        connection.execute(shop.schema)
        world = World(20240611)
        world.load(connection, shop)
        yield connection, world
    postgres_server.drop_database("shop_to_read")
