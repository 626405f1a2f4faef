"""The diagrams of a design, one for each engine: Mermaid text, and a picture where one can be drawn."""

from __future__ import annotations

from dataclasses import dataclass

from groundplan.prove.evidence import MONGO, POSTGRES
from groundplan.report.blocks import counted
from groundplan.report.document_diagram import flat_diagram
from groundplan.report.document_svg import documents_svg
from groundplan.report.mermaid import diagram_mermaid, er_mermaid
from groundplan.report.model import DesignResult
from groundplan.report.svg import er_svg


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A diagram: `picture` is None where it has no boxes, or Graphviz is not installed; `shows` counts its boxes."""

    engine: str
    title: str
    folder: str
    mermaid: str
    picture: str | None
    shows: str
    is_empty: bool

    @property
    def text_file(self) -> str:
        """Where the Mermaid text lies in the output folder."""
        return f"{self.folder}/er.mmd"

    @property
    def picture_file(self) -> str:
        """Where the picture lies in the output folder."""
        return f"{self.folder}/er.svg"


def drawings(result: DesignResult) -> tuple[Drawing, ...]:
    """Return a diagram of the tables and one of the documents, of those that the design has."""
    found: list[Drawing] = []
    if result.postgres is not None:
        tables = len(result.schema.tables)
        found.append(
            Drawing(
                engine=POSTGRES,
                title="Entity-relationship diagram",
                folder="postgres",
                mermaid=er_mermaid(result.schema),
                picture=er_svg(result.schema),
                shows=counted(tables, "table"),
                is_empty=not tables,
            )
        )
    if result.mongo is not None:
        model, collections = result.documents, len(result.documents.collections)
        found.append(
            Drawing(
                engine=MONGO,
                title="Diagram of the documents",
                folder="mongodb",
                mermaid=diagram_mermaid(flat_diagram(model, result.logical)),
                picture=documents_svg(model, result.logical),
                shows=counted(collections, "collection"),
                is_empty=not collections,
            )
        )
    return tuple(found)
