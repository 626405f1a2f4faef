"""The names of results, where the plan gives none, and the words for what a pattern is about."""

from __future__ import annotations

from groundplan.base.names import fit, snake_case
from groundplan.plan.expressions import Aggregate, Call, Case, Cast, Expression, Path
from groundplan.plan.model import Relationship
from groundplan.plan.scope import Scope, inverse_name


def result_name(expression: Expression, *, scope: Scope) -> str:
    """Return the name of a result.

    A path is named by its words: `author.username` is `author_username`, and a row by its key as the attribute that
    references it: `author` is `author_id`. Everything else is named as PostgreSQL does it: by its function, or `case`,
    or what is cast (manual 7.3.2).
    """
    match expression:
        case Path():
            return fit("_".join(snake_case(word) for word in _words(expression, scope=scope)))
        case Call(function=name) | Aggregate(function=name):
            return name
        case Cast():
            return result_name(expression.operand, scope=scope)
        case Case():
            return "case"
        case _:
            return "value"


def subject_in_words(subject: str, *, is_one: bool = False) -> str:
    """Say what an access pattern is about: `Post`, or `links of Post.tags`."""
    if "." not in subject:
        return f"one {subject}" if is_one else subject
    return f"one link of {subject}" if is_one else f"links of {subject}"


def _words(path: Path, *, scope: Scope) -> tuple[str, ...]:
    words = [_word(scope.relationship(hop.relationship), is_inverse=hop.is_inverse) for hop in path.hops]
    if path.attribute is not None:
        return (*words, path.attribute)
    return tuple(words) if path.is_many else (*words, *_key_words(path.reached, scope=scope))


def _word(relationship: Relationship, *, is_inverse: bool) -> str:
    return (inverse_name(relationship) or relationship.source) if is_inverse else relationship.name


def _key_words(entity: str, *, scope: Scope) -> tuple[str, ...]:
    """Return the words of a key of one attribute; a reference in it stands for its target's key."""
    words: list[str] = []
    seen: set[str] = set()
    while entity not in seen and len(scope.key(entity)) == 1:
        seen.add(entity)
        member = scope.key(entity)[0]
        words.append(member)
        hop = scope.references_of(entity).get(member)
        if hop is None or member in scope.attributes(entity):
            break
        entity = hop.target
    return tuple(words)
