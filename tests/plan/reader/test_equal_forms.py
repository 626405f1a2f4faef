"""Short forms, long forms and everything in between say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from groundplan.plan.reader import read_plan_text

TEXT = (Path(__file__).parent / "equal_forms.md").read_text(encoding="utf-8")
CASES = {case.partition("\n")[0]: re.findall(r"```yaml\n(.*?)```", case, re.DOTALL) for case in TEXT.split("\n## ")[1:]}


@pytest.mark.parametrize("forms", CASES.values(), ids=CASES)
def test_forms_say_the_same(forms: list[str]) -> None:
    first, *others = (read_plan_text(form, file="plan.yaml") for form in forms)
    assert others
    assert first.diagnostics == ()
    for other in others:
        assert other.diagnostics == ()
        assert other.plan == first.plan
