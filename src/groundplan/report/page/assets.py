"""The page's own files, and templates filled in."""

from __future__ import annotations

import re
from importlib.resources import files


def asset(name: str) -> str:
    """Return the text of a file beside this one."""
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def filled(template: str, **pieces: str) -> str:
    """Return a template with each `{{name}}` replaced by the piece of that name; pieces are not looked into."""
    return re.sub(r"\{\{(\w+)\}\}", lambda found: pieces[found.group(1)], asset(template))
