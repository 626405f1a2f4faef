"""Write what is generated from code: JSON Schemas, the language reference, command and rule pages, the picture.

`python tools/generate.py` writes, `python tools/generate.py --check` only says what is stale (exit code 1).
"""

from __future__ import annotations

import sys
from inspect import cleandoc
from pathlib import Path

import click
import typer

from groundplan.cli.main import app
from groundplan.mongo import representation
from groundplan.plan.reference import language_reference
from groundplan.plan.schema import plan_schema
from groundplan.report.published import published_schemas
from groundplan.report.svg import er_svg
from groundplan.service.design import design_plan
from groundplan.service.rules import rule_pages

ROOT = Path(__file__).parents[1]
WIDTH = 100
"""Columns of a help text on a page, whatever the terminal."""


def generated() -> dict[str, str]:
    """Return every generated file by its path from the project's root."""
    texts = {"schema/plan.schema.json": plan_schema(), "docs/plan-language.md": language_reference()}
    texts.update({f"schema/{name}": text for name, text in published_schemas().items()})
    texts.update(command_pages())
    texts["docs/bson.md"] = values_page()
    pages = rule_pages()
    texts.update({f"docs/rules/{page.code}.md": f"# {page.code}: {page.name}\n\n{page.text}\n" for page in pages})
    listing = "".join(f"| [{page.code}]({page.code}.md) | {page.name} |\n" for page in pages)
    texts["docs/rules/README.md"] = f"# Rules\n\nWhat a plan is checked by.\n\n| code | defect |\n|---|---|\n{listing}"
    blog = design_plan(ROOT / "examples" / "blog.plan.yaml")
    texts["docs/blog-er.svg"] = er_svg(blog.schema) or ""
    return texts


def values_page() -> str:
    """Return the page that says how values look in MongoDB, from the module that encodes them."""
    title, _, text = cleandoc(representation.__doc__ or "").partition("\n")
    return f"# {title.partition(':')[0]}\n{text}\n"


def command_pages() -> dict[str, str]:
    """Return one page for each command, from its own help."""
    group = typer.main.get_command(app)
    context = click.Context(group, info_name="groundplan", terminal_width=WIDTH)
    pages = {}
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        inner = click.Context(command, info_name=name, parent=context, terminal_width=WIDTH)
        lines = [f"# groundplan {name}", "", command.help or "", "", "```text", inner.get_help(), "```", ""]
        pages[f"docs/commands/{name}.md"] = "\n".join(lines)
    return pages


def main() -> int:
    """Write or check; returns the exit code."""
    is_check = "--check" in sys.argv[1:]
    stale = []
    for name, text in sorted(generated().items()):
        file = ROOT / name
        if file.exists() and file.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not is_check:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    for name in stale:
        print(f"{'stale' if is_check else 'wrote'} {name}")
    return 1 if is_check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
