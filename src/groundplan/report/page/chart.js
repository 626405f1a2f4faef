/** Draw the times of each pattern on one logarithmic scale, a lane for each engine, and say what answered it. */
function showPatterns(patterns, engines, isProven) {
  const places = new Map([...document.querySelectorAll("[data-pattern]")].map((node) => [node.dataset.pattern, node]));
  const times = patterns.flatMap((each) => (each.p95_ms === null ? [] : [each.p50_ms, each.p95_ms, each.target_ms])).filter((value) => value > 0);
  const scale = times.length ? logarithmic(times) : null;
  const isOne = engines.length === 1;
  if (scale) {
    showAxis(scale);
    showLegend(isOne ? [] : engines);
  }
  for (const [name, place] of places) {
    const seen = engines.map((engine) => patterns.find((each) => each.name === name && each.engine === engine)).filter(Boolean);
    if (isProven) place.querySelector(".by").replaceChildren();
    for (const pattern of seen) {
      const lane = isOne ? "" : pattern.engine;
      add(place, ".verdict", isOne ? null : dot(pattern.engine), chip(pattern.shape_verdict));
      if (scale) showTimes(place, pattern, scale, lane);
      if (isProven) showReading(place, pattern, lane);
    }
    if (isProven) showEquivalence(place, seen);
  }
}

/** Put words into the next lane of a part of a pattern's line. */
function add(place, part, ...words) {
  place.querySelector(part).append(make("span", { class: "lane" }, ...words));
}

const dot = (engine) => make("i", { class: `dot ${engine}`, title: ENGINES[engine] });

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
}

function showLegend(engines) {
  const legend = document.getElementById("legend");
  for (const engine of engines) legend.append(make("span", { class: "key" }, dot(engine), ` ${ENGINES[engine]}`));
  legend.append("A bar reaches from the median to the 95th percentile, on a logarithmic scale; the shaded room before it ends at the target. "
    + "Times are of a sample on the machine that proved the design: what counts is the shape of the plan.");
  legend.hidden = false;
}

function showTimes(place, pattern, scale, lane) {
  const piece = (kind, from, to) => {
    const node = make("span", { class: kind });
    node.style.left = `${from}%`;
    if (to !== undefined) node.style.width = `${Math.max(to - from, 0)}%`;
    return node;
  };
  const isTimed = pattern.p95_ms !== null;
  const isOver = pattern.time_verdict === "missed";
  const track = make("span", { class: "lane track" });
  if (isTimed && pattern.target_ms) track.append(piece("room", 0, scale.at(pattern.target_ms)));
  if (isTimed) {
    track.append(...scale.powers.map((power) => piece("tick", scale.at(10 ** power))));
    track.append(piece(`bar ${lane}${isOver ? " over" : ""}`, scale.at(pattern.p50_ms), scale.at(pattern.p95_ms)));
  }
  place.querySelector(".plot").append(track);
  add(place, ".p50", milliseconds(pattern.p50_ms));
  add(place, ".p95", milliseconds(pattern.p95_ms));
  place.querySelector(".p95").lastElementChild.classList.toggle("over", isOver);
}

/** Say by which index an engine answered, and what its plan was for each kind of parameters. */
function showReading(place, pattern, lane) {
  const isTried = pattern.shape_verdict !== "not_proven";
  const what = pattern.engine === "mongo" ? "document" : "row";
  const read = pattern.rows_examined === null ? null : `${plural(pattern.rows_examined, what)} read for ${count(pattern.rows_returned)} returned`;
  const says = [pattern.index || (isTried && !pattern.reason ? "no index" : null), read].filter(Boolean).join(" · ");
  const reason = pattern.reason && make("span", pattern.shape_verdict === "missed" ? { class: "warn" } : {}, `${says ? " · " : ""}${pattern.reason}`);
  add(place, ".by", lane ? make("b", {}, `${ENGINES[lane]}: `) : null, says, reason || null);
  const seen = place.querySelector(".seen");
  for (const each of pattern.cases || []) {
    const spilled = each.spilled_sorts ? `, ${plural(each.spilled_sorts, "sort")} spilled to disk` : "";
    const blocks = pattern.engine === "mongo" ? "" : `, ${plural(each.shared_blocks, "block")}`;
    const on = lane ? ` on ${ENGINES[lane]}` : "";
    seen.append(make("details", {},
      make("summary", {}, `Plan with ${each.case} parameters${on}: ${plural(each.rows_examined, what)} read, ${count(each.rows_returned)} returned, ${milliseconds(each.execution_ms)}${blocks}${spilled}`),
      make("pre", {}, make("code", {}, each.plan))));
  }
}

const EQUIVALENT = new Map([[true, ["met", "engines agree"]], [false, ["missed", "engines differ"]], ["bounded", ["met", "agree within a bound"]]]);

/** Say whether the engines give the same, and on what that rests. */
function showEquivalence(place, seen) {
  const compared = seen.find((each) => each.equivalent !== null);
  if (!compared) return;
  const [verdict, label] = EQUIVALENT.get(compared.equivalent);
  add(place, ".by", chip(verdict, label), compared.equivalence ? ` ${compared.equivalence}` : null);
}
