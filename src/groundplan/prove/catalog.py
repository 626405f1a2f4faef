"""The catalog read back and compared with the model."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg

from groundplan.postgres.catalog import compare
from groundplan.postgres.model import Schema
from groundplan.prove.evidence import POSTGRES, CatalogEvidence


def prove_catalog(connection: psycopg.Connection, *, schema: Schema, views: Mapping[str, str]) -> CatalogEvidence:
    """Compare a database that schema.sql was loaded into with the model, object by object.

    `views` gives the query of each materialized view by its name.
    """
    comparison = compare(schema, connection, views=views)
    return CatalogEvidence(engine=POSTGRES, objects_compared=comparison.objects, differences=comparison.differences)
