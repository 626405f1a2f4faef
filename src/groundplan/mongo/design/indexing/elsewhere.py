"""Conditions on documents of other collections, along relationships: what the queries that ask them look up.

A condition that fixes one related row is where its query begins; every other one is asked of each row read, by a
`$lookup` that compares what leads back to it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from groundplan.logical.model import Reference, Relation
from groundplan.mongo.design.indexing.fields import Field, Fields
from groundplan.mongo.design.indexing.request import Request, request_of
from groundplan.mongo.design.indexing.unique import unique_name
from groundplan.plan.expressions import Expression, Hop, Path, paths, with_children


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What a condition along relationships asks for.

    `own` are fields of the rows read that one value is asked of, where the condition fixes the row they point at.
    `requests` are what other collections are asked. `is_start` tells that the query begins at the row that the
    condition fixes.
    """

    own: tuple[Field, ...] = ()
    requests: tuple[Request, ...] = ()
    is_start: bool = False


NOTHING = Beside()


def beside(condition: Expression, *, relation: Relation, fields: Fields) -> Beside:
    """Return what a condition asks of other collections; nothing where it walks several relationships at once."""
    far = [path for path in paths(condition) if fields.of(path) is None]
    walked = {path.hops for path in far}
    if len(walked) != 1 or len(far) != len(paths(condition)):
        return NOTHING
    (hops,) = walked
    start = min(
        (at for at in range(1, len(hops) + 1) if all(fields.of(_cut(path, at)) is not None for path in far)),
        default=len(hops),
    )
    hop = hops[start - 1]
    there = fields.facts.lookup.of_source(_entity(hops, start))
    request = request_of((_from(condition, start),), relation=there, fields=fields, is_alive=hop.is_many)
    if len(hops) == 1 and not fields.places.place(relation.name).steps and unique_name(request) is not None:
        found = _started(hop, relation, fields=fields)
        if found is not None:
            return found
    return _looked_up(hop, request, fields=fields)


def _entity(hops: tuple[Hop, ...], start: int) -> str:
    return hops[start].source if start < len(hops) else hops[-1].target


def _cut(path: Path, start: int) -> Path:
    return replace(path, entity=_entity(path.hops, start), hops=path.hops[start:])


def _from(condition: Expression, start: int) -> Expression:
    if isinstance(condition, Path):
        return _cut(condition, start)
    return with_children(condition, lambda child: _from(child, start))


def _started(hop: Hop, relation: Relation, *, fields: Fields) -> Beside | None:
    """Return what leads from the one row that a condition fixes to the rows read; None where no query begins there."""
    reference = fields.facts.lookup.reference(hop)
    if reference is not None:
        return Beside(own=_own(relation, reference, fields), is_start=True)
    link = fields.facts.lookup.link(hop)
    if link is None:
        return None
    holder, near, far = link
    around = fields.places.embedded(holder.name)
    if around is not None and around.reference == near.name:
        # The links are an array in the documents of the rows read.
        return Beside(own=_own(holder, far, fields), is_start=True)
    links = request_of((), relation=holder, fields=fields, is_alive=False)
    equal = (*_own(holder, far, fields), *_own(holder, near, fields))
    return Beside(requests=(replace(links, equal=equal),), is_start=True)


def _looked_up(hop: Hop, request: Request, *, fields: Fields) -> Beside:
    """Return what is looked up for each row: those that point at it, with what else is asked of them."""
    stored = fields.facts.lookup.stored_in(hop) if fields.facts.lookup.link(hop) is None else None
    if stored is None:
        return NOTHING
    back = _own(*stored, fields)
    return Beside(requests=(replace(request, equal=(*back, *request.equal)),))


def _own(holder: Relation, reference: Reference, fields: Fields) -> tuple[Field, ...]:
    return tuple(fields.own(holder.name, name) for name in reference.attributes if name not in reference.agrees)
