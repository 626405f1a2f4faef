"""The languages that text indexes know."""

from __future__ import annotations

LANGUAGES = frozenset(
    {
        "danish", "dutch", "english", "finnish", "french", "german", "hungarian", "italian", "norwegian", "portuguese",
        "romanian", "russian", "spanish", "swedish", "turkish",
    }
)  # fmt: skip
"""Languages whose words a text index knows the stems of (MongoDB manual, Text Search Languages)."""

NO_LANGUAGE = "none"


def index_language(language: str) -> str:
    """Return what a text index calls a language of the plan; those it does not know have words but no stems."""
    return language if language in LANGUAGES else NO_LANGUAGE
