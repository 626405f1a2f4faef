"""The ten criteria, each met by the right evidence and missed or not proven by one change to it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from groundplan.plan.model import Conventions
from groundplan.prove.evidence import Evidence, Verdict
from groundplan.report import layout
from groundplan.report.answers import SHOWN
from groundplan.report.criteria import CRITERIA, criteria
from groundplan.report.model import DesignResult

from .blog import with_postgres

MET, MISSED, NOT_PROVEN = Verdict.MET, Verdict.MISSED, Verdict.NOT_PROVEN


@pytest.fixture
def sound(proven: DesignResult) -> DesignResult:
    """The blog with evidence for everything."""
    evidence = proven.evidence
    assert evidence is not None
    return replace(
        proven,
        evidence=replace(
            evidence,
            constraints=tuple(replace(claim, refused=True, accepted=True) for claim in evidence.constraints),
            behaviours=tuple(replace(claim, holds=True) for claim in evidence.behaviours),
            patterns=tuple(
                replace(pattern, shape_verdict=MET, time_verdict=MET, runs=100) for pattern in evidence.patterns
            ),
            pagination=tuple(replace(walk, is_exactly_once_while_inserting=True) for walk in evidence.pagination),
        ),
    )


def verdicts(result: DesignResult) -> list[Verdict]:
    return [each.verdict for each in criteria(result)]


def changed(result: DesignResult, change: Callable[[Evidence], Evidence]) -> DesignResult:
    assert result.evidence is not None
    return replace(result, evidence=change(result.evidence))


def test_sound_evidence_meets_all_but_the_other_engine(sound: DesignResult) -> None:
    found = criteria(sound)
    assert [(each.number, each.criterion) for each in found] == list(enumerate(CRITERIA, start=1))
    assert [each.verdict for each in found] == [MET] * 7 + [NOT_PROVEN] + [MET] * 2
    assert found[0].because == "8 relations designed, and the catalog reads back equal (183 objects)"
    assert found[7].because == "the plan does not ask for MongoDB"


def drop_first(kind: str) -> Callable[[Evidence], Evidence]:
    def change(evidence: Evidence) -> Evidence:
        at = next(at for at, claim in enumerate(evidence.constraints) if claim.kind == kind)
        return replace(evidence, constraints=(*evidence.constraints[:at], *evidence.constraints[at + 1 :]))

    return change


def spoil_first(kind: str, **how: bool) -> Callable[[Evidence], Evidence]:
    def change(evidence: Evidence) -> Evidence:
        at = next(at for at, claim in enumerate(evidence.constraints) if claim.kind == kind)
        claims = list(evidence.constraints)
        claims[at] = replace(claims[at], **how)
        return replace(evidence, constraints=tuple(claims))

    return change


def break_behaviour(part: str) -> Callable[[Evidence], Evidence]:
    return lambda evidence: replace(
        evidence,
        behaviours=tuple(replace(each, holds=part not in each.behaviour) for each in evidence.behaviours),
    )


def differing(evidence: Evidence, *differences: str) -> Evidence:
    return replace(evidence, catalogs=(replace(evidence.catalogs[0], differences=differences),))


def first_pattern(**how: object) -> Callable[[Evidence], Evidence]:
    return lambda evidence: replace(evidence, patterns=(replace(evidence.patterns[0], **how), *evidence.patterns[1:]))


CASES: dict[str, tuple[Callable[[Evidence], Evidence], dict[int, Verdict], str]] = {
    "a table of the catalog differs": (
        lambda evidence: differing(evidence, "posts.title is varchar"),
        {1: MISSED},
        "posts.title is varchar",
    ),
    "a foreign key takes any row": (
        spoil_first("foreign key", refused=False),
        {2: MISSED, 4: MISSED},
        "preferences.preferences_user_id_fkey is not proven",
    ),
    "a foreign key refuses good rows": (
        spoil_first("foreign key", accepted=False),
        {2: MISSED, 4: MISSED},
        "preferences.preferences_user_id_fkey is not proven",
    ),
    "a foreign key was not tried": (
        drop_first("foreign key"),
        {2: NOT_PROVEN, 4: NOT_PROVEN},
        "preferences.preferences_user_id_fkey was not tried",
    ),
    "a check takes any row": (
        spoil_first("check", refused=False),
        {4: MISSED},
        "users.users_email_check is not proven",
    ),
    "a check was not tried": (drop_first("check"), {4: NOT_PROVEN}, "users.users_email_check was not tried"),
    "a required column takes NULL": (spoil_first("not null", refused=False), {4: MISSED}, "users.id is not proven"),
    "a cascade does not hold": (break_behaviour("restrict"), {4: MISSED}, "posts_author_id_fkey, restrict: 23001"),
    "a plan reads too much": (first_pattern(shape_verdict=MISSED), {3: MISSED}, "sign_in reads more than it should"),
    "a pattern was not tried": (first_pattern(shape_verdict=NOT_PROVEN), {3: NOT_PROVEN}, "sign_in was not tried"),
    "a pattern has no evidence": (
        lambda evidence: replace(evidence, patterns=evidence.patterns[1:]),
        {3: NOT_PROVEN},
        "sign_in was not tried",
    ),
    "a timestamp is not kept": (break_behaviour("follows"), {5: MISSED}, "posts.posts_touch: an UPDATE moved it"),
    "a change leaves no trace": (break_behaviour("audit"), {5: MISSED}, "users.users_audit: no entry was written"),
    "a trigger was not seen": (
        lambda evidence: replace(evidence, behaviours=evidence.behaviours[:3]),
        {5: NOT_PROVEN},
        "users.users_touch was not seen at work",
    ),
    "the way up leads elsewhere": (
        lambda evidence: replace(
            evidence, migration=replace(evidence.migration, is_up_equal=False, differences=("no table posts",))
        ),
        {6: MISSED},
        "no table posts",
    ),
    "the way down leaves something": (
        lambda evidence: replace(evidence, migration=replace(evidence.migration, is_down_empty=False)),
        {6: MISSED},
        "it does not lead to the schema and back",
    ),
    "a pattern is too slow": (first_pattern(time_verdict=MISSED), {7: MISSED}, "sign_in is over its target"),
    "nothing was timed": (
        lambda evidence: replace(evidence, patterns=tuple(replace(each, runs=0) for each in evidence.patterns)),
        {7: NOT_PROVEN},
        "no access pattern was timed",
    ),
    "a page skips a row": (
        lambda evidence: replace(
            evidence, pagination=(replace(evidence.pagination[0], is_exactly_once=False), *evidence.pagination[1:])
        ),
        {10: MISSED},
        "the pages of recent_posts skip or repeat rows",
    ),
    "a transaction does not commit": (
        lambda evidence: replace(
            evidence, transactions=tuple(replace(run, is_committed=False) for run in evidence.transactions)
        ),
        {10: MISSED},
        "transaction join did not commit or roll back whole",
    ),
    "a transaction was not run": (
        lambda evidence: replace(evidence, transactions=()),
        {10: NOT_PROVEN},
        "transaction join was not run",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_one_change_of_the_evidence_changes_its_criterion_alone(sound: DesignResult, case: str) -> None:
    change, expected, because = CASES[case]
    found = criteria(changed(sound, change))
    before = verdicts(sound)
    assert {each.number: each.verdict for each in found if each.verdict is not before[each.number - 1]} == expected
    assert because in found[min(expected) - 1].because


def test_timestamps_are_asked_of_every_table(sound: DesignResult) -> None:
    first, *rest = sound.logical.relations
    bare = replace(first, attributes=tuple(each for each in first.attributes if each.name != "created_at"))
    without = replace(sound, logical=replace(sound.logical, relations=(bare, *rest)))
    assert criteria(without)[4].because == "users has no created_at"
    asked = replace(without.plan, conventions=Conventions(has_timestamps=False))
    unwanted = replace(without, resolved=replace(without.resolved, plan=asked))
    assert criteria(unwanted)[4].because == "the plan asks for none (conventions: timestamps: false)"
    assert criteria(without)[4].verdict is criteria(unwanted)[4].verdict is MISSED


def test_without_proof_only_the_diagram_counts(blog: DesignResult) -> None:
    assert verdicts(blog) == [NOT_PROVEN] * 8 + [MET, NOT_PROVEN]
    assert criteria(blog)[8].because == "postgres/er.svg and er.mmd show 9 tables"


def test_without_graphviz_the_diagram_is_text(blog: DesignResult, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "is_installed", lambda: False)
    layout.lay_out.cache_clear()
    found = criteria(blog)[8]
    layout.lay_out.cache_clear()
    assert (found.verdict, found.because) == (MET, "postgres/er.mmd shows 9 tables")


def test_a_plan_without_relationships_has_no_foreign_keys_to_prove(sound: DesignResult) -> None:
    schema = sound.schema
    alone = tuple(replace(table, foreign_keys=()) for table in schema.tables)
    found = criteria(with_postgres(sound, schema=replace(schema, tables=alone)))
    assert (found[1].verdict, found[1].because) == (MET, "the plan has no relationships")


def test_many_misses_are_counted_not_listed(sound: DesignResult) -> None:
    differences = tuple(f"difference {number}" for number in range(100))
    many = changed(sound, lambda evidence: differing(evidence, *differences))
    because = criteria(many)[0].because
    assert because.count("difference") == SHOWN
    assert because.endswith(f"; and {100 - SHOWN} more")
