"""Conditions on documents of other collections, along relationships: what the queries that ask them look up.

The queries begin where a condition fixes one related row, or few, if none fixes rows of the read itself; every other
condition is asked of each row read, by a `$lookup` that compares what leads back to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from groundplan.logical.facts import is_link
from groundplan.logical.model import Reference, Relation
from groundplan.mongo.design.indexing.fields import Field, Fields
from groundplan.mongo.design.indexing.request import Request, request_of
from groundplan.mongo.design.indexing.unique import unique_name
from groundplan.plan.expressions import Binary, Call, Expression, Hop, Operator, Path, paths, with_children
from groundplan.plan.resolve.functions import ANY_OF

Link = tuple[Relation, Reference, Reference]


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Where a read begins: at the rows that `condition` fixes.

    `own` are fields of the rows read that lead there, empty where they are found by their key; `requests` are what the
    collections on the way are asked.
    """

    condition: Expression
    own: tuple[Field, ...] = ()
    requests: tuple[Request, ...] = ()


def start_of(request: Request, *, fields: Fields) -> Start | None:
    """Return where a read begins; None where it is at its own rows."""
    relation = request.relation
    if fields.places.place(relation.name).steps or _is_selective(request):
        return None
    for asked in request.elsewhere:
        path = _fixed_path(asked.condition)
        found = None if path is None else _start(asked.condition, path, relation, fields=fields)
        if found is not None:
            return found
    return None


def _is_selective(request: Request) -> bool:
    """Tell whether a condition fixes rows of the read itself by a unique attribute or by a reference."""
    return any(
        _finds_few(request.relation, field.attribute)
        for field in request.equal
        if field.relation == request.relation.name
    )


def _finds_few(relation: Relation, name: str) -> bool:
    keys = (relation.primary_key, *(key.attributes for key in relation.candidate_keys if key.where is None))
    return (name,) in keys or any(name in reference.attributes for reference in relation.references)


def _fixed_path(condition: Expression) -> Path | None:
    """Return what a condition compares with one value."""
    match condition:
        case Binary(Operator.EQUAL, Path() as path, value) if _is_one_value(value):
            return path
        case Binary(Operator.EQUAL, value, Path() as path) if _is_one_value(value):
            return path
        case _:
            return None


def _is_one_value(value: Expression) -> bool:
    return not paths(value) and not (isinstance(value, Call) and value.function == ANY_OF)


def _start(condition: Expression, path: Path, relation: Relation, *, fields: Fields) -> Start | None:
    hop = path.hops[0]
    link = fields.facts.lookup.link(hop)
    if link is not None:
        return _start_at_links(condition, path, link, fields=fields) or _start_at_one(
            condition, path, relation, link, fields=fields
        )
    stored = None if fields.facts.lookup.reference(hop) is not None else fields.facts.lookup.stored_in(hop)
    if stored is None:
        return _start_at_one(condition, path, relation, None, fields=fields)
    own = replace(path, entity=stored[0].source, hops=path.hops[1:])
    return _start_at_many(condition, own, *stored, fields=fields)


def _start_at_links(condition: Expression, path: Path, link: Link, *, fields: Fields) -> Start | None:
    """Return a start at links that say themselves which row of the far side they lead to."""
    holder, near, far = link
    if len(path.hops) != 1 or fields.facts.is_soft(far.target):
        return None
    hop = fields.facts.scope.references_of(holder.source).get(far.name)
    if hop is None:
        return None
    own = replace(path, entity=holder.source, hops=(hop,))
    return _start_at_many(condition, own, holder, near, fields=fields)


def _start_at_many(
    condition: Expression, own: Path, holder: Relation, near: Reference, *, fields: Fields
) -> Start | None:
    """Return a start at the rows of `holder` that a condition leaves, each of which leads to a row of the read."""
    if len(_own_names(near)) != 1 or fields.places.place(holder.name).steps or own.is_many:
        return None
    found = fields.of(own)
    if found is None or len(found) != 1:
        return None
    if not is_link(holder) and not _finds_few(holder, found[0].attribute):
        return None
    request = request_of((), relation=holder, fields=fields)
    return Start(condition=condition, requests=(replace(request, equal=found, back=_own(holder, near, fields)),))


def _start_at_one(
    condition: Expression, path: Path, relation: Relation, link: Link | None, *, fields: Fields
) -> Start | None:
    """Return a start at the one related row that a condition fixes."""
    if len(path.hops) != 1:
        return None
    hop = path.hops[0]
    target = fields.facts.lookup.of_source(hop.target)
    if fields.places.place(target.name).steps:
        return None
    request = request_of((_from(condition, 1),), relation=target, fields=fields, is_alive=hop.is_many)
    if unique_name(request) is None:
        return None
    reference = fields.facts.lookup.reference(hop)
    if reference is not None:
        return Start(condition=condition, own=_own(relation, reference, fields))
    if link is None:
        return None
    holder, near, far = link
    around = fields.places.embedded(holder.name)
    if around is not None and around.reference == near.name:
        # The links are an array in the documents of the rows read.
        return Start(condition=condition, own=_own(holder, far, fields))
    links = request_of((), relation=holder, fields=fields, is_alive=False)
    links = replace(links, equal=_own(holder, far, fields), back=_own(holder, near, fields))
    return Start(condition=condition, requests=(links,))


def looked_up(conditions: Iterable[Expression], *, fields: Fields) -> tuple[Request, ...]:
    """Return what conditions along relationships ask of other collections for each row read."""
    found = (_looked_up(condition, fields=fields) for condition in conditions)
    return tuple(request for request in found if request is not None)


def _looked_up(condition: Expression, *, fields: Fields) -> Request | None:
    """Return what is asked of the rows that point at each row read; None where keys alone lead to what is asked."""
    far = [path for path in paths(condition) if fields.of(path) is None]
    walked = {path.hops for path in far}
    if len(walked) != 1 or len(far) != len(paths(condition)):
        return None
    (hops,) = walked
    start = min(
        (at for at in range(1, len(hops) + 1) if all(fields.of(_cut(path, at)) is not None for path in far)),
        default=len(hops),
    )
    hop = hops[start - 1]
    stored = fields.facts.lookup.stored_in(hop) if fields.facts.lookup.link(hop) is None else None
    if stored is None:
        return None
    there = fields.facts.lookup.of_source(_entity(hops, start))
    request = request_of((_from(condition, start),), relation=there, fields=fields, is_alive=hop.is_many)
    return replace(request, equal=(*_own(*stored, fields), *request.equal))


def _entity(hops: tuple[Hop, ...], start: int) -> str:
    return hops[start].source if start < len(hops) else hops[-1].target


def _cut(path: Path, start: int) -> Path:
    return replace(path, entity=_entity(path.hops, start), hops=path.hops[start:])


def _from(condition: Expression, start: int) -> Expression:
    if isinstance(condition, Path):
        return _cut(condition, start)
    return with_children(condition, lambda child: _from(child, start))


def _own_names(reference: Reference) -> tuple[str, ...]:
    return tuple(name for name in reference.attributes if name not in reference.agrees)


def _own(holder: Relation, reference: Reference, fields: Fields) -> tuple[Field, ...]:
    return tuple(fields.own(holder.name, name) for name in _own_names(reference))
