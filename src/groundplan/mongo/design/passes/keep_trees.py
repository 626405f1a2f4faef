"""Keep trees by the parent of each row: the reference of an entity to itself."""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.amounts import count_in_words
from groundplan.base.decisions import Alternative, Decision, Input
from groundplan.logical.facts import word_of
from groundplan.logical.model import Reference, Relation
from groundplan.mongo.design.draft import Draft

PARENT = "tree: parent reference"


def keep_trees(draft: Draft) -> Draft:
    """Keep trees by the parent of each row: the reference of an entity to itself.

    A path of the plan takes a known number of steps, each of which is one search by `_id` upwards, or by the index of
    the reference downwards; no pattern can ask for all ancestors, which lists of them would be for.
    """
    decisions = [
        _decision(relation, reference)
        for relation in draft.logical.relations
        for reference in relation.references
        if reference.target == relation.name and not reference.is_unique
    ]
    return replace(draft, decisions=(*draft.decisions, *decisions))


def _decision(relation: Relation, reference: Reference) -> Decision:
    return Decision(
        object=f"mongo.{relation.name}.{reference.name}",
        topic="tree",
        choice=PARENT,
        rule="keep_trees",
        reason=f"Each of {relation.name} names its {reference.name}: moving a branch changes one document.",
        pin=f"mongo.{word_of(relation, reference)}.tree",
        inputs=(Input(name="children of one", value=f"{count_in_words(reference.fanout.mean)} on average"),),
        alternatives=(
            Alternative(
                choice="tree: ancestors",
                why_not="not built: no access pattern can ask for all ancestors at once",
                cost="a list of keys in each document, rewritten in a whole branch when it moves",
            ),
            Alternative(
                choice="tree: materialized path",
                why_not="not built: no access pattern can ask for a whole branch at once",
                cost="a text in each document, rewritten in a whole branch when it moves",
            ),
        ),
        origin=reference.origin,
    )
