"""The manual pages of everything a plan is checked by."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePage:
    """One rule's code, name, and manual page in Markdown."""

    code: str
    name: str
    text: str


def rule_pages() -> tuple[RulePage, ...]:
    """Return the page of every rule, by code."""
    from groundplan.plan.grammar.findings import GRAMMAR_RULES
    from groundplan.plan.rules import RULES
    from groundplan.plan.yaml.findings import YAML_RULES
    from groundplan.postgres.design.rules import DESIGN_RULES

    short = (*YAML_RULES, *GRAMMAR_RULES)
    pages = [RulePage(code=rule.code, name=rule.name.replace("-", " "), text=rule.summary) for rule in short]
    pages.extend(RulePage(code=rule.code, name=rule.name.replace("_", " "), text=rule.page or "") for rule in RULES)
    pages.extend(
        RulePage(code=rule.code, name=rule.name.replace("_", " "), text=rule.page or "") for rule in DESIGN_RULES
    )
    return tuple(sorted(pages, key=lambda page: page.code))
