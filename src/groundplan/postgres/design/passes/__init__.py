"""The passes of the PostgreSQL design, one per file."""
