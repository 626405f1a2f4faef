"""How relations and their attributes are named; the same for both engines."""

from __future__ import annotations

from groundplan.base.names import fit, plural, snake_case
from groundplan.plan.model import Number, Relationship


def relation_name(entity: str, number: Number) -> str:
    """Return the name of an entity's relation: `OrderLine` to `order_lines`, or `order_line` for singular names."""
    folded = snake_case(entity)
    match number:
        case Number.PLURAL:
            return fit(plural(folded))
        case Number.SINGULAR:
            return fit(folded)


def link_name(relationship: Relationship) -> str:
    """Return the name of an n:m relationship's relation: `Post.tags` to `post_tags`."""
    return fit(f"{snake_case(relationship.source)}_{snake_case(relationship.name)}")


def attribute_name(declared: str) -> str:
    """Return the name of a declared attribute: `publishedAt` to `published_at`."""
    return fit(snake_case(declared))


def reference_name(word: str, key_attribute: str) -> str:
    """Return the name of a reference's attribute: `author` and `id` to `author_id`."""
    return fit(f"{snake_case(word)}_{key_attribute}")
