"""What the reading of one formula knows, and what it finds wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from groundplan.base.origin import Origin
from groundplan.plan.defects import Defect, MisplacedPath, OutsideLanguage, PathDefect, UnstableCondition
from groundplan.plan.expressions import Expression, Literal, Path
from groundplan.plan.formula import Formula
from groundplan.plan.resolve.functions import KnownFunction, Volatility
from groundplan.plan.resolve.leaves import Name
from groundplan.plan.resolve.operations import Known
from groundplan.plan.resolve.places import DEFAULT, SET, FormulaPlace
from groundplan.plan.scope import Scope

UNKNOWN = Literal(None)
"""Stands for what could not be read; its type is unknown, so it causes no further finding."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What a constant or parameter stands beside: the type that gives it, and the path if it is one."""

    type: Known = None
    path: Path | None = None


NOTHING = Beside()


@dataclass(slots=True, kw_only=True)
class Reading:
    """One formula in its place.

    `entity` is where its paths begin, None where it can have none; `aliases` are results that `order` may name; as in
    SQL they come before attributes of the same name (manual 7.5), but for what an aggregate takes.
    `subject` says for messages whose value it is (`Post.status`).
    """

    scope: Scope
    place: FormulaPlace
    formula: Formula
    entity: str | None = None
    subject: str = ""
    aliases: Mapping[str, Expression] = field(default_factory=dict)
    defects: list[Defect] = field(default_factory=list)
    names: dict[Path, Name] = field(default_factory=dict)
    parameters: dict[str, Origin] = field(default_factory=dict)
    is_in_aggregate: bool = False

    def at(self, offset: int) -> Origin:
        """Return the place of a character of the formula."""
        return self.formula.place(offset)

    def alias(self, name: str) -> Expression | None:
        """Return the result that a bare name stands for here; None where it stands for none."""
        return None if self.is_in_aggregate else self.aliases.get(name)

    def report(self, defect: Defect) -> Expression:
        """Note a defect; returns what stands for the part that has it."""
        self.defects.append(defect)
        return UNKNOWN

    def seen(self, path: Path, name: Name) -> Path:
        """Remember how a path is written, and where."""
        self.names.setdefault(path, name)
        return path

    def check_volatility(self, function: KnownFunction, offset: int) -> None:
        """Report a function that changes with time, or with every call, where its place cannot have it."""
        if function.volatility is Volatility.VOLATILE and self.place not in (DEFAULT, SET):
            construct = f"{function.name}() outside `default` and `set`"
            self.report(
                OutsideLanguage(construct=construct, instead="compute it in the application", origin=self.at(offset))
            )
        elif function.volatility is not Volatility.IMMUTABLE and self.place.is_stored:
            self.report(UnstableCondition(what=self.place.what, function=function.name, origin=self.at(offset)))

    def written(self, path: Path) -> tuple[str, Origin]:
        """Return how a path is written, and where."""
        name = self.names.get(path)
        if name is None:
            return path.attribute or "", self.formula.origin
        return name.text, self.at(name.at)

    def misplaced(self, path: Path, because: PathDefect) -> Expression:
        """Report a path that cannot stand where it does."""
        text, origin = self.written(path)
        return self.report(MisplacedPath(what=self.place.what, path=text, because=because, origin=origin))
