"""What a constraint claims to refuse, and how to tell that it did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from groundplan.prove.evidence import POSTGRES, ConstraintEvidence
from groundplan.prove.specimen import Outcome


class Kind(Enum):
    """A kind of constraint, as evidence calls it."""

    PRIMARY_KEY = "primary key"
    UNIQUE = "unique"
    CHECK = "check"
    FOREIGN_KEY = "foreign key"
    EXCLUSION = "exclusion"
    NOT_NULL = "not null"
    TYPE = "type"


SQLSTATES: dict[Kind, str] = {
    Kind.PRIMARY_KEY: "23505",
    Kind.UNIQUE: "23505",
    Kind.CHECK: "23514",
    Kind.FOREIGN_KEY: "23503",
    Kind.EXCLUSION: "23P01",
    Kind.NOT_NULL: "23502",
}
"""What a refusal of each kind is called (manual, appendix A); the same in 15 and 18. Types have one each."""

RESTRICT_HAS_ITS_OWN_SQLSTATE = 18
"""From this version on RESTRICT refuses with 23001; before it, as any foreign key does, with 23503."""


def restrict_sqlstate(version: int) -> str:
    """Return what a refusal by ON DELETE RESTRICT is called in a major version of PostgreSQL."""
    return "23001" if version >= RESTRICT_HAS_ITS_OWN_SQLSTATE else "23503"


Proof = Callable[[], ConstraintEvidence]
"""Tries one constraint; raises NoSpecimen where no good row is found to begin with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A row is refused with this SQLSTATE, by this name or, for what has none, this column.

    A type's refusal names neither; then only the SQLSTATE tells, and the same row with a value that fits is accepted.
    """

    table: str
    kind: Kind
    sqlstate: str
    name: str | None = None
    column: str | None = None

    def is_met_by(self, outcome: Outcome) -> bool:
        """Tell whether a refusal is the one claimed."""
        if outcome.sqlstate != self.sqlstate:
            return False
        match self.kind:
            case Kind.TYPE:
                return True
            case Kind.NOT_NULL:
                return (outcome.table, outcome.column) == (self.table, self.column)
            case _:
                return (outcome.table, outcome.constraint) == (self.table, self.name)

    def untried(self, reason: str) -> ConstraintEvidence:
        """Return the evidence where there is no row to try."""
        return self.evidence(refusal=None, accepted=None, reason=reason)

    def evidence(
        self,
        *,
        refusal: Outcome | None,
        accepted: Outcome | None,
        implied_by: str | None = None,
        reason: str | None = None,
    ) -> ConstraintEvidence:
        """Return the evidence: what became of the bad row and of the good one, each None where there was none."""
        refused = refusal is not None and self.is_met_by(refusal)
        problems = [reason] if reason else []
        if refusal is not None and not refused and implied_by is None:
            problems.append(f"the row that violates it was answered with {refusal.in_words}")
        if accepted is not None and not accepted.is_accepted:
            problems.append(f"the row beside it was not accepted: {accepted.in_words}")
        return ConstraintEvidence(
            engine=POSTGRES,
            object=self.table,
            name=self.name,
            column=self.column,
            kind=self.kind.value,
            sqlstate=None if refusal is None else refusal.sqlstate,
            refused=refused,
            accepted=accepted is not None and accepted.is_accepted,
            implied_by=implied_by,
            reason="; ".join(problems) or None,
        )
