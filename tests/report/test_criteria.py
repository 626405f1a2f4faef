"""The ten criteria, each met by the right evidence and missed or not proven by one change to it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from groundplan.plan.expressions import Binary, Call, Literal, Operator
from groundplan.plan.model import Conventions
from groundplan.prove.evidence import MONGO, ConstraintEvidence, Equivalence, Evidence, Verdict
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
    "a pattern is too slow in few runs": (
        first_pattern(time_verdict=NOT_PROVEN, p95_ms=1000.0),
        {7: NOT_PROVEN},
        "sign_in took longer than its target, in too few runs to tell",
    ),
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


@pytest.fixture
def agreed(both: DesignResult) -> DesignResult:
    """The blog on both engines with evidence for everything."""
    return changed(both, sounded)


def sounded(evidence: Evidence) -> Evidence:
    return replace(
        evidence,
        constraints=tuple(replace(claim, refused=True, accepted=True) for claim in evidence.constraints),
        behaviours=tuple(replace(claim, holds=True) for claim in evidence.behaviours),
        patterns=tuple(
            replace(
                pattern,
                shape_verdict=MET,
                time_verdict=MET,
                runs=100,
                equivalent=None if pattern.equivalent is None else Equivalence.YES,
            )
            for pattern in evidence.patterns
        ),
        pagination=tuple(replace(walk, is_exactly_once_while_inserting=True) for walk in evidence.pagination),
    )


def on_mongo(evidence: Evidence, name: str, **how: object) -> Evidence:
    patterns = tuple(
        replace(each, **how) if (each.engine, each.name) == (MONGO, name) else each for each in evidence.patterns
    )
    return replace(evidence, patterns=patterns)


def without(evidence: Evidence, is_wanted: Callable[[ConstraintEvidence], bool]) -> Evidence:
    return replace(evidence, constraints=tuple(each for each in evidence.constraints if not is_wanted(each)))


def broken(evidence: Evidence, kind: str) -> Evidence:
    at = next(at for at, each in enumerate(evidence.constraints) if (each.engine, each.kind) == (MONGO, kind))
    claims = list(evidence.constraints)
    claims[at] = replace(claims[at], refused=False)
    return replace(evidence, constraints=tuple(claims))


BOTH_CASES: dict[str, tuple[Callable[[Evidence], Evidence], dict[int, Verdict], str]] = {
    "the collections were not read back": (
        lambda evidence: replace(evidence, catalogs=evidence.catalogs[:1]),
        {1: NOT_PROVEN},
        "what MongoDB holds was not read back",
    ),
    "a collection is not as it should be": (
        lambda evidence: replace(
            evidence,
            catalogs=(evidence.catalogs[0], replace(evidence.catalogs[1], differences=("posts is not there",))),
        ),
        {1: MISSED},
        "posts is not there",
    ),
    "MongoDB reads too much": (
        lambda evidence: on_mongo(evidence, "thread", shape_verdict=MISSED),
        {3: MISSED},
        "thread on MongoDB reads more than it should",
    ),
    "MongoDB was not asked": (
        lambda evidence: replace(evidence, patterns=tuple(e for e in evidence.patterns if e.engine != MONGO)),
        {3: NOT_PROVEN},
        "sign_in on MongoDB was not tried",
    ),
    "a rule of a validator takes any document": (
        lambda evidence: broken(evidence, "required"),
        {4: MISSED, 8: MISSED},
        "mongo.users._id (required) is not proven",
    ),
    "a unique index takes any document": (
        lambda evidence: broken(evidence, "unique"),
        {4: MISSED},
        "mongo.users.users_email_key is not proven",
    ),
    "a unique index was not tried": (
        lambda evidence: without(evidence, lambda claim: (claim.engine, claim.kind) == (MONGO, "unique")),
        {4: NOT_PROVEN},
        "users.users_email_key was not tried in MongoDB",
    ),
    "a validator was not tried": (
        lambda evidence: without(
            evidence, lambda claim: (claim.engine, claim.object) == (MONGO, "tags") and claim.kind != "unique"
        ),
        {8: NOT_PROVEN},
        "the validator of tags was not tried",
    ),
    "MongoDB is too slow": (
        lambda evidence: on_mongo(evidence, "thread", time_verdict=MISSED),
        {7: MISSED},
        "thread on MongoDB is over its target",
    ),
    "the engines do not agree": (
        lambda evidence: on_mongo(evidence, "thread", equivalent=Equivalence.NO),
        {10: MISSED},
        "the engines do not agree on thread",
    ),
    "a transaction was not run on MongoDB": (
        lambda evidence: replace(evidence, transactions=evidence.transactions[:1]),
        {10: NOT_PROVEN},
        "transaction join was not run on MongoDB",
    ),
}


@pytest.mark.parametrize("case", BOTH_CASES)
def test_one_change_on_one_engine_changes_its_criterion_alone(agreed: DesignResult, case: str) -> None:
    change, expected, because = BOTH_CASES[case]
    before = verdicts(agreed)
    assert before == [MET] * 10
    found = criteria(changed(agreed, change))
    assert {each.number: each.verdict for each in found if each.verdict is not before[each.number - 1]} == expected
    assert because in found[min(expected) - 1].because


def test_what_stands_in_for_foreign_keys_is_told(agreed: DesignResult) -> None:
    assert criteria(agreed)[1].because == (
        "9 foreign keys, each with a row that it refuses and one that it takes; MongoDB has no foreign keys: "
        "2 of 9 references hold by nesting, 1 generated write first looks for what a reference names, "
        "whoever writes past them can break a reference"
    )


def test_mongodb_alone_has_neither_foreign_keys_nor_triggers_nor_migrations(documents: DesignResult) -> None:
    found = criteria(changed(documents, sounded))
    assert [each.verdict for each in found] == [
        MET, NOT_PROVEN, MET, MET, NOT_PROVEN, NOT_PROVEN, MET, MET, MET, MET,
    ]  # fmt: skip
    assert found[1].because.startswith("MongoDB has no foreign keys: 2 of 9 references hold by nesting")
    assert "MongoDB has no triggers" in found[4].because
    assert "MongoDB takes no migrations" in found[5].because
    assert found[8].because == "mongodb/er.svg and er.mmd show 6 collections"


def test_a_check_that_no_validator_can_say_is_told(agreed: DesignResult) -> None:
    assert agreed.mongo is not None
    model = agreed.mongo.design.model
    posts = model.collection("posts")
    unsaid = replace(posts.checks[0], condition=Binary(Operator.EQUAL, Call("similarity", ()), Literal(1)))
    changed_posts = replace(posts, checks=(unsaid,))
    collections = tuple(changed_posts if each is posts else each for each in model.collections)
    design = replace(agreed.mongo.design, model=replace(model, collections=collections))
    found = criteria(replace(agreed, mongo=replace(agreed.mongo, design=design)))[7]
    assert found.verdict is NOT_PROVEN
    assert found.because.startswith("no validator of posts can say title is short")
