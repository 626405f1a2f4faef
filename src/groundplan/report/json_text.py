"""JSON as it is published."""

from __future__ import annotations

import json
import re


def json_text(shape: object) -> str:
    """Render a shape as readable JSON that UTF-8 can hold, whatever is in its texts.

    Raises ValueError for numbers that JSON does not have.
    """
    readable = json.dumps(shape, indent=2, ensure_ascii=False, allow_nan=False)
    return re.sub("[\ud800-\udfff]", lambda half: f"\\u{ord(half.group()):04x}", readable) + "\n"
