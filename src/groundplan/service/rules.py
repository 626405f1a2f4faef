"""The manual pages of everything a plan is checked by."""

from __future__ import annotations

from dataclasses import dataclass
from inspect import cleandoc
from typing import Any

from groundplan.base.rule import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePage:
    """One rule's code, name, and manual page in Markdown."""

    code: str
    name: str
    text: str


def rule_pages() -> tuple[RulePage, ...]:
    """Return the page of every rule, by code."""
    from groundplan.mongo.design.rules import DESIGN_RULES as MONGO_RULES
    from groundplan.plan.grammar.findings import GRAMMAR_RULES
    from groundplan.plan.rules import RULES
    from groundplan.plan.support import SUPPORT_RULES
    from groundplan.plan.yaml.findings import YAML_RULES
    from groundplan.postgres.design.rules import DESIGN_RULES as POSTGRES_RULES

    kinds = (*YAML_RULES, *GRAMMAR_RULES)
    pages = [RulePage(code=kind.code, name=kind.name.replace("-", " "), text=kind.summary) for kind in kinds]
    pages.extend(_page(rule) for rule in RULES)
    pages.extend(_page(rule) for rule in SUPPORT_RULES)
    pages.extend(_page(rule) for rule in POSTGRES_RULES)
    pages.extend(_page(rule) for rule in MONGO_RULES)
    return tuple(sorted(pages, key=lambda page: page.code))


def _page(rule: Rule[Any]) -> RulePage:
    return RulePage(code=rule.code, name=rule.name.replace("_", " "), text=cleandoc(rule.page or ""))
