"""Specimens: rows that a table must take, with everything they point at, and what the server says of them."""

from groundplan.prove.specimen.maker import Maker
from groundplan.prove.specimen.scene import NoSpecimen, PlannedRow, Scene
from groundplan.prove.specimen.trial import Command, Outcome, Trials

__all__ = ["Command", "Maker", "NoSpecimen", "Outcome", "PlannedRow", "Scene", "Trials"]
