/** Fill in what the engine said. */
function showEvidence(evidence) {
  showCriteria(evidence.criteria);
  showPatterns(evidence.patterns, Boolean(evidence.server));
  if (evidence.server) {
    showVerdict(evidence);
    showRuns(evidence);
    showConstraints(evidence.constraints);
    showBehaviours(evidence);
  } else {
    document.getElementById("verdict").append(chip("not_proven"), " No engine was asked.");
    for (const name of ["refusals", "exercised"]) document.getElementById(name).append(make("p", { class: "faint" }, "Not proven: no engine was asked."));
  }
}

const ENGINES = { postgres: "PostgreSQL", mongo: "MongoDB" };

const holds = (claim) => (claim.refused && claim.accepted) || Boolean(claim.implied_by);

function showVerdict(evidence) {
  const missed = evidence.criteria.filter((each) => each.verdict === "missed").length;
  const met = evidence.patterns.filter((each) => each.shape_verdict === "met").length;
  document.getElementById("verdict").append(
    make("a", { href: "#criteria" }, missed ? chip("missed", `${missed} of ${evidence.criteria.length} criteria missed`) : chip("met", "proven")),
    ` on ${evidence.servers.map((each) => `${ENGINES[each.engine]} ${each.version} (${each.source})`).join(" and ")}: ${met} of ${plural(evidence.patterns.length, "access pattern")},`
    + ` ${evidence.constraints.filter(holds).length} of ${plural(evidence.constraints.length, "constraint")}.`);
}

function showCriteria(criteria) {
  document.getElementById("criteria-list").append(...criteria.map((each) => make("li", {}, chip(each.verdict),
    make("div", {}, make("b", {}, `${each.number}. ${each.criterion}`), faint(each.because)))));
}

/** Draw each pattern's times on one logarithmic scale, and say by which index it was answered. */
function showPatterns(patterns, isProven) {
  const places = new Map([...document.querySelectorAll("[data-pattern]")].map((node) => [node.dataset.pattern, node]));
  const times = patterns.flatMap((each) => (each.p95_ms === null ? [] : [each.p50_ms, each.p95_ms, each.target_ms])).filter((value) => value > 0);
  const scale = times.length ? logarithmic(times) : null;
  if (scale) showAxis(scale);
  for (const pattern of patterns) {
    const place = places.get(pattern.name);
    if (!place) continue;
    place.querySelector(".verdict").append(chip(pattern.shape_verdict));
    if (scale && pattern.p95_ms !== null) showTimes(place, pattern, scale);
    if (isProven) showReading(place, pattern);
  }
}

function logarithmic(values) {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(Math.ceil(Math.log10(Math.max(...values))), low + 1);
  const at = (value) => Math.min(Math.max((Math.log10(value) - low) / (high - low), 0), 1) * 100;
  return { at, powers: Array.from({ length: high - low + 1 }, (_, step) => low + step) };
}

function showAxis(scale) {
  const axis = document.getElementById("axis");
  const label = (power) => (power >= 3 ? `${count(10 ** (power - 3))} s` : `${10 ** power} ms`);
  axis.append(make("span", {}, ""), make("span", {}, "shape"), make("span", { class: "scale" }, ...scale.powers.map((power) => {
    const mark = make("span", {}, label(power));
    mark.style.left = `${scale.at(10 ** power)}%`;
    return mark;
  })), ...["p50", "p95", "target"].map((name) => make("span", { class: "time" }, name)));
  axis.hidden = false;
  const legend = document.getElementById("legend");
  legend.append("A bar reaches from the median to the 95th percentile, on a logarithmic scale; the shaded room before it ends at the target. "
    + "Times are of a sample on the machine that proved the design: what counts is the shape of the plan.");
  legend.hidden = false;
}

function showTimes(place, pattern, scale) {
  const piece = (kind, from, to) => {
    const node = make("span", { class: kind });
    node.style.left = `${from}%`;
    if (to !== undefined) node.style.width = `${Math.max(to - from, 0)}%`;
    return node;
  };
  const isOver = pattern.time_verdict === "missed";
  const plot = place.querySelector(".plot");
  if (pattern.target_ms) plot.append(piece("room", 0, scale.at(pattern.target_ms)));
  plot.append(...scale.powers.map((power) => piece("tick", scale.at(10 ** power))));
  plot.append(piece(isOver ? "bar over" : "bar", scale.at(pattern.p50_ms), scale.at(pattern.p95_ms)));
  place.querySelector(".p50").append(milliseconds(pattern.p50_ms));
  place.querySelector(".p95").append(milliseconds(pattern.p95_ms));
  place.querySelector(".p95").classList.toggle("over", isOver);
}

/** Say by which index a pattern was answered, and what its plan was for each kind of parameters. */
function showReading(place, pattern) {
  const isTried = pattern.shape_verdict !== "not_proven";
  const read = pattern.rows_examined === null ? null : `${plural(pattern.rows_examined, "row")} read for ${count(pattern.rows_returned)} returned`;
  const says = [pattern.index || (isTried && !pattern.reason ? "no index" : null), read].filter(Boolean).join(" · ");
  const reason = pattern.reason && make("span", pattern.shape_verdict === "missed" ? { class: "warn" } : {}, `${says ? " · " : ""}${pattern.reason}`);
  place.querySelector(".by").replaceChildren(says, ...(reason ? [reason] : []));
  const seen = place.querySelector(".seen");
  for (const each of pattern.cases || []) {
    const spilled = each.spilled_sorts ? `, ${plural(each.spilled_sorts, "sort")} spilled to disk` : "";
    seen.append(make("details", {},
      make("summary", {}, `Plan with ${each.case} parameters: ${plural(each.rows_examined, "row")} read, ${count(each.rows_returned)} returned, ${milliseconds(each.execution_ms)}, ${plural(each.shared_blocks, "block")}${spilled}`),
      make("pre", {}, make("code", {}, each.plan))));
  }
}

function showRuns(evidence) {
  if (evidence.transactions.length) {
    document.getElementById("transactions").append(table("Transactions as run", ["transaction", "committed", "rolled back whole", "p50", "p95", ""],
      evidence.transactions.map((each) => [each.name, tick(each.is_committed, "yes", "no"), tick(each.is_rolled_back_whole, "yes", "no"), milliseconds(each.p50_ms), milliseconds(each.p95_ms), each.reason])));
  }
  if (evidence.pagination.length) {
    document.getElementById("pagination").append(table("Walks over all pages", ["pattern", "pages", "rows", "every row once", "also while rows came in", ""],
      evidence.pagination.map((each) => [each.pattern, each.pages, each.rows, tick(each.is_exactly_once, "yes", "no"), tick(each.is_exactly_once_while_inserting, "yes", "no"), each.reason])));
  }
}

/** One fold for each table; those with a constraint that held nothing back are open. */
function showConstraints(constraints) {
  const place = document.getElementById("refusals");
  if (!constraints.length) place.append(make("p", { class: "faint" }, "None."));
  else place.append(make("p", { class: "faint" }, "Each was given a row that breaks only it and refused it, and took the row beside it."));
  const byTable = Map.groupBy ? Map.groupBy(constraints, (each) => each.object) : grouped(constraints);
  for (const [name, claims] of byTable) {
    const missed = claims.filter((each) => !holds(each)).length;
    const state = missed ? chip("missed", `${missed} of ${claims.length} not proven`) : chip("met", `${claims.length} proven`);
    place.append(make("details", missed ? { open: "" } : {}, make("summary", {}, make("code", {}, name), " ", state),
      table("", ["constraint", "kind", "SQLSTATE", ""], merged(claims))));
  }
}

function grouped(constraints) {
  const found = new Map();
  for (const each of constraints) found.set(each.object, [...(found.get(each.object) || []), each]);
  return found;
}

/** Rows of a table's constraints; required columns that were proven share one. */
function merged(claims) {
  const isPlain = (each) => each.kind === "not null" && holds(each) && !each.implied_by && !each.reason;
  const plain = claims.filter(isPlain);
  const rows = claims.filter((each) => !isPlain(each)).map((each) => [each.name || each.column, each.kind, each.sqlstate, outcome(each)]);
  if (plain.length) rows.push([plain.map((each) => each.column).join(", "), "not null", plain[0].sqlstate, chip("met", "refused")]);
  return rows;
}

function outcome(claim) {
  if (claim.implied_by) return make("span", {}, chip("met", "implied"), ` by ${claim.implied_by}`, claim.reason ? faint(` ${claim.reason}`) : null);
  const verdict = holds(claim) ? chip("met", "refused") : chip("missed", claim.refused ? "good row refused too" : "not refused");
  return make("span", {}, verdict, claim.reason ? ` ${claim.reason}` : null);
}

function showBehaviours(evidence) {
  const place = document.getElementById("exercised");
  place.append(table("Exercised on rows", ["object", "behaviour", "", "seen", "index"],
    evidence.behaviours.map((each) => [each.object, each.behaviour, tick(each.holds, "holds", "does not hold"), each.seen, each.index])));
  const share = evidence.scale >= 1 ? "all declared rows" : `${(evidence.scale * 100).toPrecision(2)} % of the declared rows`;
  const samples = document.getElementById("samples");
  samples.append(table(`Sample: ${share}, small tables whole`, ["table", "declared", "loaded"], evidence.samples.map((each) => [each.table, each.declared, each.loaded])));
  if (evidence.clips.length) {
    samples.append(table("Fan-outs that the sample could not keep", ["relationship", "wanted", "kept", "why"],
      evidence.clips.map((each) => [each.relationship, each.wanted, each.kept, each.reason])));
  }
}
