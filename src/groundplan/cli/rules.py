"""`groundplan rules`."""

from __future__ import annotations

import json

from groundplan.base.errors import UnknownObject
from groundplan.base.names import did_you_mean
from groundplan.cli.exits import Exit


def run_rules(code: str | None, *, is_json: bool) -> int:
    """List the rules, or print one rule's manual page; returns the exit code."""
    from groundplan.service.rules import rule_pages

    pages = rule_pages()
    if code is not None:
        wanted = code.upper()
        pages = tuple(page for page in pages if page.code == wanted)
        if not pages:
            codes = [page.code for page in rule_pages()]
            raise UnknownObject(f'there is no rule "{code}"', help=did_you_mean(wanted, codes, kind="rules"))
    if is_json:
        shape = [{"code": page.code, "name": page.name, "page": page.text} for page in pages]
        print(json.dumps({"version": 1, "rules": shape}, indent=2, ensure_ascii=False))
    elif code is not None:
        print(f"{pages[0].code}  {pages[0].name}\n\n{pages[0].text}")
    else:
        for page in pages:
            print(f"{page.code}  {page.name}")
    return Exit.FINE
