"""Two attributes of an entity would get the same column.

## What it does
Finds attributes and references whose names are the same once they are folded to snake_case and cut to 63 bytes: two
declared ones, a declared one and the reference of a relationship, a declared one and an implicit one.

## Why it matters
`zipCode` and `zip_code` are two attributes in the plan, but one column in the database. A relationship `author` is
kept in the column `author_id`, so an attribute of that name has no column of its own.

## Example
```yaml
entities:
  Post: {attributes: {author_id: uuid}}
relationships:
  Post.author > User: {}
```

## Instead
```yaml
entities:
  Post: {attributes: {}}
relationships:
  Post.author > User: {}
```

## When to ignore
Never: one of the two could not be created.

## Also known as
SQLSTATE 42701 (duplicate_column).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.base.names import fit, snake_case
from groundplan.base.origin import Origin
from groundplan.plan.model import Attribute
from groundplan.plan.naming import result_name
from groundplan.plan.paths import is_composite, key_paths, row_path
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule

_Named = tuple[str, str, Origin]
"""A column's name, what it is for, and where that is declared."""


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find attributes and references that would have the same name."""
    scope = examined.scope
    for entity in scope.subjects.values():
        implicit = [
            found for name, found in scope.attributes(entity.name).items() if scope.is_implicit(entity.name, name)
        ]
        attributes = (*implicit, *entity.attributes)
        columns = [*_declared(attributes), *_references(entity.name, examined)]
        yield from _twice(entity.name, columns)


def _declared(attributes: Iterable[Attribute]) -> list[_Named]:
    return [(fit(snake_case(found.name)), f'attribute "{found.name}"', found.origin) for found in attributes]


def _references(entity: str, examined: ExaminedPlan) -> Iterator[_Named]:
    scope = examined.scope
    for name, hop in scope.references_of(entity).items():
        row = row_path(entity, (hop,), scope=scope)
        paths = key_paths(row.reached, scope=scope, hops=(hop,)) if is_composite(row) else (row,)
        origin = scope.relationship(hop.relationship).origin
        for path in paths:
            yield result_name(path, scope=scope), f'relationship "{name}"', origin


def _twice(owner: str, columns: list[_Named]) -> Iterator[Diagnostic]:
    first: dict[str, str] = {}
    for column, subject, origin in columns:
        if column not in first:
            first[column] = subject
            continue
        yield RULE.found(
            origin,
            f'{subject} of "{owner}" would be named "{column}" in the database, as {first[column]} already is',
            help="rename one of them, or take one out if both mean the same",
        )


RULE = PlanRule(code="PL121", name="attribute_name_twice", check=check, page=__doc__)
