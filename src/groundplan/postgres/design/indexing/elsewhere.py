"""Conditions on other rows, along relationships: what they ask of the tables on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from groundplan.logical.model import Reference, Relation
from groundplan.plan.expressions import Expression, Hop, Local, Path, paths, with_children
from groundplan.postgres.design.facts import Facts
from groundplan.postgres.design.indexing.conditions import Equal
from groundplan.postgres.design.indexing.request import Request, request_of
from groundplan.postgres.design.indexing.unique import unique_name
from groundplan.postgres.model import IndexKey, Table

Tables = Mapping[str, Table]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What a condition along relationships asks for.

    `own` are equalities on the rows read, where the condition fixes the row they point at. `requests` are what other
    tables are asked, each with the keys that lead back to the rows read. `is_driver` tells that the condition finds few
    rows by itself, so that the rows read are best looked up from there.
    """

    own: tuple[Equal, ...] = ()
    requests: tuple[tuple[Request, tuple[IndexKey, ...]], ...] = ()
    is_driver: bool = False


NOTHING = Beside()


def beside(condition: Expression, *, facts: Facts, tables: Tables) -> Beside:
    """Return what a condition asks of other tables; nothing where it walks along several relationships at once."""
    far = [path for path in paths(condition) if facts.lookup.names(path) is None]
    walked = {path.hops for path in far}
    if len(walked) != 1 or len(far) != len(paths(condition)):
        return NOTHING
    (hops,) = walked
    start = min(
        (at for at in range(1, len(hops) + 1) if all(_held_from(path, at, facts) is not None for path in far)),
        default=len(hops),
    )
    inner = _from(condition, start)
    holder = hops[start].source if start < len(hops) else hops[-1].target
    relation = facts.lookup.of_source(holder)
    hop = hops[start - 1]
    request = request_of((inner,), relation=relation, table=tables[relation.name], facts=facts, is_alive=hop.is_many)
    return _along(hop, request, is_first=start == 1, facts=facts, tables=tables)


def _held_from(path: Path, start: int, facts: Facts) -> tuple[str, ...] | None:
    return facts.lookup.names(_cut(path, start))


def _cut(path: Path, start: int) -> Path:
    entity = path.hops[start].source if start < len(path.hops) else path.hops[-1].target
    return replace(path, entity=entity, hops=path.hops[start:])


def _from(condition: Expression, start: int) -> Expression:
    if isinstance(condition, Path):
        return _cut(condition, start)
    return with_children(condition, lambda child: _from(child, start))


def _along(hop: Hop, request: Request, *, is_first: bool, facts: Facts, tables: Tables) -> Beside:
    is_one = unique_name(request) is not None
    reference = facts.lookup.reference(hop)
    if reference is not None:
        # The rows read (or those on the way to them) point at the row that the condition is about.
        if is_one:
            return Beside(own=_equal(reference) if is_first else (), is_driver=True)
        return Beside(requests=((request, ()),), is_driver=bool(request.equal))
    link = facts.lookup.link(hop)
    if link is not None:
        return _through_link(link, request, is_one=is_one, facts=facts, tables=tables)
    stored = facts.lookup.stored_in(hop)
    if stored is None:
        return NOTHING
    back = tuple(IndexKey(expression=Local(name)) for name in _own_names(stored[1]))
    return Beside(requests=((request, back),), is_driver=bool(request.equal))


def _through_link(
    link: tuple[Relation, Reference, Reference], request: Request, *, is_one: bool, facts: Facts, tables: Tables
) -> Beside:
    relation, near, far = link
    back = tuple(IndexKey(expression=Local(name)) for name in near.attributes)
    table = tables[relation.name]
    through = replace(request_of((), relation=relation, table=table, facts=facts), equal=_equal(far))
    if is_one:
        return Beside(requests=((through, back),), is_driver=True)
    return Beside(requests=((request, ()), (through, back)), is_driver=bool(request.equal))


def _own_names(reference: Reference) -> tuple[str, ...]:
    return tuple(name for name in reference.attributes if name not in reference.agrees)


def _equal(reference: Reference) -> tuple[Equal, ...]:
    return tuple(Equal(expression=Local(name), names=(name,)) for name in _own_names(reference))
