"""Plans in another order of declaration."""

from dataclasses import replace
from random import Random

import pytest

from groundplan.plan.model import Plan


def shuffled(plan: Plan, random: Random) -> Plan:
    """Put everything whose order means nothing into another order."""

    def mixed(items):
        return tuple(random.sample(items, len(items)))

    entities = tuple(
        replace(entity, attributes=mixed(entity.attributes), checks=mixed(entity.checks), exclude=mixed(entity.exclude))
        for entity in plan.entities
    )
    return replace(
        plan,
        entities=mixed(entities),
        relationships=mixed(plan.relationships),
        access=mixed(plan.access),
        transactions=mixed(plan.transactions),
        pins=mixed(plan.pins),
    )


@pytest.fixture(scope="session")
def shuffle():
    """Shuffles a plan by a random source."""
    return shuffled
