"""The files of a finished design, by their path in the output folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from groundplan.report.model import DesignResult


def design_files(result: DesignResult) -> dict[str, str]:
    """Render every file of a design; nothing is written.

    Everything but `evidence.json` and the evidence inside `report.html` is the same for the same plan.
    """
    from groundplan.report.decisions_json import decisions_json
    from groundplan.report.dictionary import data_dictionary
    from groundplan.report.document import design_document
    from groundplan.report.drawings import drawings
    from groundplan.report.evidence_json import evidence_json
    from groundplan.report.page import report_html

    files = dict(result.statements)
    files["README.md"] = design_document(result)
    files["dictionary.md"] = data_dictionary(result)
    files["decisions.json"] = decisions_json(result)
    files["report.html"] = report_html(result)
    for drawing in drawings(result):
        files[drawing.text_file] = drawing.mermaid
        if drawing.picture is not None:
            files[drawing.picture_file] = drawing.picture
    files["evidence.json"] = evidence_json(result)
    return files
