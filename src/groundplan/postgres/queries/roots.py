"""The rows a read is about: its entity's table with every condition on it."""

from __future__ import annotations

from decimal import Decimal

from groundplan.plan.expressions import Call, Expression, Literal, Local, conjuncts, walk
from groundplan.plan.patterns import Nearness, ReadPattern, SearchTerm
from groundplan.postgres.model import Column
from groundplan.postgres.queries.blocks import Block, Names
from groundplan.postgres.queries.fixed_rows import fixed_row_sql
from groundplan.postgres.queries.formulas import condition_sql, formula_sql
from groundplan.postgres.queries.select import Output, Select, in_parentheses
from groundplan.postgres.queries.statement import Draft, identifier, qualified
from groundplan.postgres.queries.storage import Storage
from groundplan.postgres.quoting import quote_text

DISTANCE = "distance"
"""The column with the distance in metres, for reads of what is near."""


def entity_block(entity: str, *, storage: Storage, draft: Draft, names: Names | None = None) -> Block:
    """Begin a block on the rows of an entity that are not soft-deleted."""
    block = Block.of_entity(entity, storage=storage, draft=draft, names=names)
    mark = storage.deletion_mark(entity)
    if mark is not None:
        block.where.append(f"{block.column((), mark.name)} IS NULL")
    return block


def restrict(block: Block, conditions: tuple[Expression, ...]) -> None:
    """Add conditions to a block; one that fixes a related row is a lookup, any other stands as it is."""
    for condition in conditions:
        fixed = fixed_row_sql(condition, block=block)
        block.where.extend(fixed if fixed is not None else (condition_sql(condition, block=block),))


def read_block(pattern: ReadPattern, *, is_read_whole: bool, storage: Storage, draft: Draft) -> Block:
    """Begin a block on the rows that a read is about; `is_read_whole` tells that these are most rows there are."""
    block = entity_block(pattern.entity, storage=storage, draft=draft)
    block.is_read_whole = is_read_whole
    restrict(block, conjuncts(pattern.where))
    if pattern.search is not None:
        block.where.append(_search_sql(pattern, pattern.search, block))
    if pattern.near is not None:
        _add_nearness(pattern.near, block)
    return block


def _search_sql(pattern: ReadPattern, term: SearchTerm, block: Block) -> str:
    column = search_column(pattern, term, storage=block.storage)
    words = block.draft.asked(term.words)
    return f"{block.column((), column.name)} @@ plainto_tsquery({quote_text(term.language)}, {words})"


def search_column(pattern: ReadPattern, term: SearchTerm, *, storage: Storage) -> Column:
    """Return the stored search vector over the term's attributes, by falling weight, in its language.

    Raises KeyError where the design has none: it makes one for every search.
    """
    wanted = [place.column.name for member in term.members for place in storage.places(member)]
    for column in storage.table(pattern.entity).columns:
        if column.type != "tsvector" or column.attribute is not None or column.generated is None:
            continue
        nodes = walk(column.generated)
        members = list(dict.fromkeys(node.name for node in nodes if isinstance(node, Local)))
        speaks = any(isinstance(node, Literal) and node.value == term.language for node in nodes)
        if members == wanted and speaks:
            return column
    raise KeyError(f"{pattern.entity} has no search vector over {', '.join(wanted)} in {term.language}")


def _add_nearness(near: Nearness, block: Block) -> None:
    """Find rows by the box around the circle, which the index serves, and keep those in the circle."""
    here = formula_sql(_on_earth(near.center), block=block)
    there = formula_sql(_on_earth(near.attribute), block=block)
    metres = format(Decimal(str(near.metres)).normalize(), "f")
    alias = block.fresh_alias("nearness")
    distance = Select(outputs=(Output(sql=f"earth_distance({here}, {there})", name=DISTANCE),), sources=())
    block.add_lateral(lambda: f"CROSS JOIN LATERAL {in_parentheses(distance.text)} AS {identifier(alias)}")
    block.where.append(f"earth_box({here}, {metres}) @> {there}")
    block.where.append(f"{qualified(alias, DISTANCE)} <= {metres}")
    block.distance = qualified(alias, DISTANCE)


def _on_earth(point: Expression) -> Expression:
    """Return the point on the earth's surface, as the index on the attribute spells it."""
    return Call("ll_to_earth", (Call("latitude", (point,)), Call("longitude", (point,))))
