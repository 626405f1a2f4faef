"""Extensions."""

from __future__ import annotations

from groundplan.postgres.quoting import quote_identifier


def create_extension(name: str) -> str:
    """Return CREATE EXTENSION; one that is there already is kept as it is."""
    return f"CREATE EXTENSION IF NOT EXISTS {quote_identifier(name)};"


def drop_extension(name: str) -> str:
    """Return DROP EXTENSION; it refuses where something else has come to depend on the extension."""
    return f"DROP EXTENSION {quote_identifier(name)};"
