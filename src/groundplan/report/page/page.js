"use strict";

/** Make an element with attributes and children; strings become text, never markup. */
function make(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function draw(name, attributes, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

const words = { met: "met", missed: "missed", not_proven: "not proven" };
const chip = (verdict, label) => make("span", { class: `chip ${verdict}` }, label || words[verdict]);
const milliseconds = (value) => (value === null ? "" : `${value < 10 ? value.toFixed(2) : Math.round(value)} ms`);
const count = (value) => (value === null || value === undefined ? "" : value.toLocaleString("en").replaceAll(",", "\u202f"));

function table(caption, header, rows) {
  if (!rows.length) return make("p", { class: "faint" }, `${caption}: none.`);
  const cell = (name, value) => {
    const isNumber = typeof value === "number";
    return make(name, isNumber ? { class: "number" } : {}, isNumber ? count(value) : value ?? "");
  };
  const numeric = header.map((_, at) => rows.every((row) => typeof row[at] === "number"));
  return make("table", {}, make("caption", {}, caption),
    make("thead", {}, make("tr", {}, ...header.map((title, at) => make("th", numeric[at] ? { class: "number" } : {}, title)))),
    make("tbody", {}, ...rows.map((row) => make("tr", {}, ...row.map((value) => cell("td", value))))));
}

function showEvidence(evidence) {
  const patterns = evidence.patterns || [];
  const isProven = Boolean(evidence.server);
  const open = evidence.criteria.filter((each) => each.verdict === "missed").length;
  const verdict = document.getElementById("verdict");
  if (isProven) {
    const met = patterns.filter((each) => each.shape_verdict === "met").length;
    const refused = evidence.constraints.filter((each) => (each.refused && each.accepted) || each.implied_by).length;
    verdict.append(chip(open ? "missed" : "met", open ? `${open} criteria missed` : "proven"),
      ` on PostgreSQL ${evidence.server.version} (${evidence.server.source}): ${met} of ${patterns.length} access patterns, `
      + `${refused} of ${evidence.constraints.length} constraints.`);
  } else {
    verdict.append(chip("not_proven"), " No engine was asked.");
  }
  document.getElementById("criteria-list").append(...evidence.criteria.map((each) => make("li", {},
    chip(each.verdict), make("div", {}, make("b", {}, `${each.number}. ${each.criterion}`), make("span", { class: "faint" }, each.because)))));
  for (const pattern of patterns) showPattern(pattern);
  if (!isProven) return;
  showChart(patterns.filter((each) => each.p95_ms !== null));
  document.getElementById("transactions").append(table("Transactions", ["transaction", "committed", "rolled back whole", "p50", "p95"],
    evidence.transactions.map((each) => [each.name, chip(each.is_committed ? "met" : "missed"), chip(each.is_rolled_back_whole ? "met" : "missed"), milliseconds(each.p50_ms), milliseconds(each.p95_ms)])));
  document.getElementById("pagination").append(table("Page walks", ["pattern", "pages", "rows", "every row once", "also while rows were inserted"],
    evidence.pagination.map((each) => [each.pattern, each.pages, each.rows, chip(each.is_exactly_once ? "met" : "missed"), chip(each.is_exactly_once_while_inserting ? "met" : "missed")])));
  document.getElementById("constraint-table").append(table("Each refuses a row that breaks only it, and takes its neighbour", ["table", "constraint", "kind", "SQLSTATE", ""],
    evidence.constraints.map((each) => [each.object, each.name || each.column, each.kind, each.sqlstate || "",
      each.implied_by ? make("span", {}, chip("met", "implied"), ` by ${each.implied_by}`) : make("span", {}, chip(each.refused && each.accepted ? "met" : "missed", each.refused && each.accepted ? "refused" : "not refused"), ` ${each.reason || ""}`)])));
  document.getElementById("behaviour-table").append(table("Exercised on rows", ["object", "behaviour", "", "seen", "index"],
    evidence.behaviours.map((each) => [each.object, each.behaviour, chip(each.holds ? "met" : "missed"), each.seen, each.index || ""])));
  document.getElementById("samples").append(
    table(`Sample: ${(evidence.scale * 100).toPrecision(3)} % of the declared rows`, ["table", "declared", "loaded"], evidence.samples.map((each) => [each.table, each.declared, each.loaded])),
    evidence.clips.length ? table("Fan-outs that the sample could not keep", ["relationship", "wanted", "kept", "why"], evidence.clips.map((each) => [each.relationship, each.wanted, each.kept, each.reason])) : "");
}

function showPattern(pattern) {
  const place = [...document.querySelectorAll("[data-pattern]")].find((node) => node.dataset.pattern === pattern.name);
  if (!place) return;
  const examined = pattern.rows_examined === null ? "" : `${count(pattern.rows_examined)} rows read for ${count(pattern.rows_returned)}`;
  place.querySelector(".verdicts").append(chip(pattern.shape_verdict),
    pattern.p95_ms === null ? "" : make("span", { class: pattern.time_verdict === "missed" ? "chip missed" : "faint" }, `p50 ${milliseconds(pattern.p50_ms)}, p95 ${milliseconds(pattern.p95_ms)}`),
    make("span", { class: "faint" }, [pattern.index, examined].filter(Boolean).join(": ")));
  const seen = place.querySelector(".seen");
  if (pattern.reason) seen.append(make("p", {}, pattern.reason));
  for (const each of pattern.cases || []) {
    seen.append(make("details", {}, make("summary", {}, `Plan with ${each.case} parameters: ${count(each.rows_examined)} rows read, ${count(each.rows_returned)} returned, ${milliseconds(each.execution_ms)}`),
      make("pre", {}, make("code", {}, each.plan))));
  }
}

/** Bars from the median to the 95th percentile on a logarithmic axis, a stroke at the target. */
function showChart(patterns) {
  if (!patterns.length) return;
  const row = 22, left = 190, width = 900, right = 30, top = 24;
  const values = patterns.flatMap((each) => [each.p50_ms, each.p95_ms, each.target_ms]).filter((value) => value > 0);
  const low = Math.floor(Math.log10(Math.min(...values))), high = Math.ceil(Math.log10(Math.max(...values)));
  const at = (value) => left + ((Math.log10(Math.max(value, 10 ** low)) - low) / Math.max(high - low, 1)) * (width - left - right);
  const chart = draw("svg", { viewBox: `0 0 ${width} ${top + row * patterns.length + 8}`, width, role: "img" });
  for (let power = low; power <= high; power += 1) {
    const x = at(10 ** power);
    chart.append(draw("line", { class: "grid", x1: x, x2: x, y1: top - 6, y2: top + row * patterns.length }), draw("text", { class: "axis", x, y: 12, "text-anchor": "middle" }, `${10 ** power} ms`));
  }
  patterns.forEach((each, place) => {
    const y = top + row * place;
    const from = at(each.p50_ms), to = at(each.p95_ms);
    const label = each.name.length > 26 ? `${each.name.slice(0, 25)}…` : each.name;
    chart.append(draw("text", { x: left - 10, y: y + 14, "text-anchor": "end" }, label),
      draw("rect", { class: each.time_verdict === "missed" ? "over" : "range", x: from, y: y + 4, width: Math.max(to - from, 1), height: 12, rx: 2 }),
      draw("rect", { class: "median", x: from - 1.5, y: y + 3, width: 3, height: 14, rx: 1 }, draw("title", {}, `${each.name}: p50 ${milliseconds(each.p50_ms)}, p95 ${milliseconds(each.p95_ms)}`)));
    if (each.target_ms) chart.append(draw("line", { class: "aim", x1: at(each.target_ms), x2: at(each.target_ms), y1: y + 2, y2: y + 18 }, draw("title", {}, `target ${milliseconds(each.target_ms)}`)));
  });
  document.getElementById("chart").append(chart, make("figcaption", { class: "faint" }, "From the median (dark) to the 95th percentile; the stroke is the target."));
}

/** Pan by dragging or arrow keys, zoom by wheel, buttons or + and -, all through the viewBox. */
function explore(canvas) {
  const picture = canvas.querySelector("svg");
  if (!picture) return;
  picture.removeAttribute("width");
  picture.removeAttribute("height");
  const whole = picture.viewBox.baseVal;
  const home = { x: whole.x, y: whole.y, width: whole.width, height: whole.height };
  let view = { ...home };
  const show = () => picture.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
  const scale = () => Math.max(view.width / canvas.clientWidth, view.height / canvas.clientHeight);
  const zoom = (factor, centerX = view.x + view.width / 2, centerY = view.y + view.height / 2) => {
    const width = Math.min(Math.max(view.width * factor, 80), home.width * 6);
    const ratio = width / view.width;
    view = { x: centerX - (centerX - view.x) * ratio, y: centerY - (centerY - view.y) * ratio, width, height: view.height * ratio };
    show();
  };
  const move = (x, y) => { view = { ...view, x: view.x + x, y: view.y + y }; show(); };
  const point = (event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(picture.getScreenCTM().inverse());
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const place = point(event);
    zoom(event.deltaY > 0 ? 1.15 : 1 / 1.15, place.x, place.y);
  }, { passive: false });
  let last = null;
  canvas.addEventListener("pointerdown", (event) => { last = event; canvas.setPointerCapture(event.pointerId); canvas.classList.add("dragged"); });
  canvas.addEventListener("pointermove", (event) => {
    if (!last) return;
    move((last.clientX - event.clientX) * scale(), (last.clientY - event.clientY) * scale());
    last = event;
  });
  for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => { last = null; canvas.classList.remove("dragged"); });
  canvas.addEventListener("keydown", (event) => {
    const step = 40 * scale();
    const acts = { ArrowLeft: () => move(-step, 0), ArrowRight: () => move(step, 0), ArrowUp: () => move(0, -step), ArrowDown: () => move(0, step), "+": () => zoom(1 / 1.25), "=": () => zoom(1 / 1.25), "-": () => zoom(1.25), 0: () => { view = { ...home }; show(); } };
    if (acts[event.key]) { event.preventDefault(); acts[event.key](); }
  });
  for (const button of document.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", () => {
      if (button.dataset.zoom === "fit") { view = { ...home }; show(); } else zoom(button.dataset.zoom === "in" ? 1 / 1.25 : 1.25);
    });
  }
  find(picture, (box) => {
    const aspect = canvas.clientHeight / canvas.clientWidth;
    const width = Math.max(box.width * 2.2, (box.height * 1.4) / aspect, 500);
    view = { x: box.x + box.width / 2 - width / 2, y: box.y + box.height / 2 - (width * aspect) / 2, width, height: width * aspect };
    show();
  }, () => { view = { ...home }; show(); });
}

/** Light what the search names, fade the rest, and bring the first hit to the middle. */
function find(picture, bring, home) {
  const field = document.getElementById("find");
  const tables = [...picture.querySelectorAll(".table")];
  const lines = [...picture.querySelectorAll(".line")];
  const seek = () => {
    const wanted = field.value.trim().toLowerCase();
    const hits = new Set();
    for (const each of tables) {
      const columns = [...each.querySelectorAll(".column")];
      const isNamed = wanted !== "" && each.dataset.table.toLowerCase().includes(wanted);
      let isHit = isNamed;
      for (const column of columns) {
        const isColumn = wanted !== "" && `${each.dataset.table}.${column.dataset.column}`.toLowerCase().includes(wanted) && !isNamed;
        column.classList.toggle("lit", isColumn);
        isHit = isHit || isColumn;
      }
      if (isHit) hits.add(each.dataset.table);
      each.classList.toggle("lit", isHit);
      each.classList.toggle("faded", wanted !== "" && !isHit);
    }
    for (const line of lines) {
      const touches = hits.has(line.dataset.source) || hits.has(line.dataset.target);
      line.classList.toggle("lit", wanted !== "" && touches);
      line.classList.toggle("faded", wanted !== "" && !touches);
    }
    document.getElementById("found").textContent = wanted === "" ? "" : `${hits.size} of ${tables.length} tables`;
    if (wanted === "") home();
    else if (hits.size) bring(tables.find((each) => hits.has(each.dataset.table)).getBBox());
  };
  field.addEventListener("input", seek);
  field.addEventListener("keydown", (event) => { if (event.key === "Escape") { field.value = ""; seek(); } });
}

function filterDecisions() {
  const field = document.getElementById("filter");
  const decisions = [...document.querySelectorAll(".decision")];
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLowerCase();
    let shown = 0;
    for (const each of decisions) {
      const isShown = each.textContent.toLowerCase().includes(wanted);
      each.classList.toggle("hidden", !isShown);
      shown += isShown;
    }
    document.getElementById("filtered").textContent = wanted === "" ? "" : `${shown} of ${decisions.length}`;
  });
}

const evidence = document.getElementById("evidence").textContent;
if (evidence.trim()) showEvidence(JSON.parse(evidence));
explore(document.getElementById("canvas"));
filterDecisions();
