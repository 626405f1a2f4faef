"""What searches, nearness and newest rows ask for."""

from __future__ import annotations

from dataclasses import replace

from groundplan.logical.model import Relation
from groundplan.plan.expressions import Call, Expression, Literal, Local, conjuncts, paths, walk
from groundplan.plan.patterns import LatestPer, Nearness, ReadPattern, SearchTerm
from groundplan.postgres.design.facts import LARGE_ROWS, Facts
from groundplan.postgres.design.indexing.conditions import Equal
from groundplan.postgres.design.indexing.request import request_of
from groundplan.postgres.design.indexing.unique import unique_name
from groundplan.postgres.design.indexing.wanted import NotWanted, Outcome, Wanted
from groundplan.postgres.model import Column, Index, IndexKey, IndexMethod, Table

VECTOR = "tsvector"


def searched_columns(term: SearchTerm, *, facts: Facts) -> tuple[str, ...]:
    """Return the columns that a search looks through, by falling weight."""
    return tuple(name for member in term.members for name in facts.lookup.names(member) or ())


def search_vector(term: SearchTerm, *, table: Table, facts: Facts) -> Column:
    """Return the stored vector of a search; KeyError where the table has none."""
    wanted = searched_columns(term, facts=facts)
    for column in table.columns:
        if column.type == VECTOR and column.generated is not None:
            nodes = walk(column.generated)
            named = tuple(dict.fromkeys(node.name for node in nodes if isinstance(node, Local)))
            languages = [node.value for node in nodes if isinstance(node, Literal)]
            if named == wanted and term.language in languages:
                return column
    raise KeyError(term)


def outcome_of_search(term: SearchTerm, *, relation: Relation, table: Table, facts: Facts) -> Outcome:
    """Return the index of a search vector."""
    key = IndexKey(expression=Local(search_vector(term, table=table, facts=facts).name))
    reason = "GIN keeps each word once, with the rows that hold it: all words are looked up and the rows intersected"
    return _single(relation, key, IndexMethod.GIN, reason)


def on_earth(point: Expression) -> Expression:
    """Return the point on the earth's surface, as queries spell it."""
    return Call("ll_to_earth", (Call("latitude", (point,)), Call("longitude", (point,))))


def outcome_of_nearness(near: Nearness, *, relation: Relation, facts: Facts) -> Outcome:
    """Return the index of places."""
    names = facts.lookup.names(near.attribute) or ()
    key = IndexKey(expression=on_earth(Local(names[0])))
    reason = "GiST finds what lies in a box around the place; the distance is then checked row by row"
    return _single(relation, key, IndexMethod.GIST, reason)


def _single(relation: Relation, key: IndexKey, method: IndexMethod, reason: str) -> Outcome:
    if relation.rows.now <= LARGE_ROWS:
        return NotWanted(reason=f"{relation.rows.now:,} declared rows of {relation.name} are looked at one by one")
    index = Index(name="", keys=(key,), method=method, origin=relation.origin)
    return Wanted(index=index, free=0, share=1.0, rows=float(relation.rows.now), reason=reason)


def outcome_of_latest(
    pattern: ReadPattern, latest: LatestPer, *, relation: Relation, table: Table, facts: Facts
) -> Outcome:
    """Return the index (per, by): the newest row of each is at the end of its part."""
    if relation.rows.now <= LARGE_ROWS:
        return NotWanted(reason=f"{relation.rows.now:,} declared rows of {relation.name} are read whole")
    per, by = facts.lookup.names(latest.per), facts.lookup.names(latest.by)
    if per is None or by is None:
        return NotWanted(reason="what the newest row is asked per lies in other rows")
    conditions = tuple(part for part in conjuncts(pattern.where) if _is_about_own_rows(part, facts))
    request = request_of(conditions, relation=relation, table=table, facts=facts)
    fixed = tuple(name for equal in request.equal for name in equal.names if name not in per)
    keys = [IndexKey(expression=Local(name)) for name in (*per, *fixed)]
    is_nullable = table.column(by[0]).is_nullable
    # Queries ask for descending, NULLs last; read backwards, ascending keys give that only where there are no NULLs.
    keys.append(IndexKey(expression=Local(by[0]), is_descending=is_nullable))
    if unique_name(replace(request, equal=_equals((*per, *fixed, *by)))) is None:
        rest = [name for name in relation.primary_key if name not in (*per, *fixed, *by)]
        keys += [
            IndexKey(expression=Local(name), is_descending=is_nullable, is_nulls_first=is_nullable) for name in rest
        ]
    index = Index(name="", keys=tuple(keys), where=request.where, origin=relation.origin)
    reason = "the newest row of each is at the end of its part of the index, so that nothing else is read"
    return Wanted(index=index, free=len(per), share=1.0, rows=1.0, reason=reason)


def _is_about_own_rows(condition: Expression, facts: Facts) -> bool:
    return all(facts.lookup.names(path) is not None for path in paths(condition))


def _equals(names: tuple[str, ...]) -> tuple[Equal, ...]:
    return tuple(Equal(expression=Local(name), names=(name,)) for name in names)
