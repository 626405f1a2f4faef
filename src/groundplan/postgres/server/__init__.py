"""An embedded PostgreSQL 18: found, started in a fraction of a second, and gone with the process that started it."""

from groundplan.postgres.server.address import Transport
from groundplan.postgres.server.cluster import EmbeddedPostgres, start_postgres

__all__ = ["EmbeddedPostgres", "Transport", "start_postgres"]
