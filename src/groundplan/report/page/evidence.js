/** Fill in what the engines said. */
function showEvidence(evidence) {
  const engines = [...new Set([...evidence.servers, ...evidence.patterns].map((each) => each.engine))];
  showCriteria(evidence.criteria);
  showPatterns(evidence.patterns, engines, evidence.servers.length > 0);
  showChoice(evidence.choice, evidence.servers.length > 0);
  if (evidence.servers.length) {
    showVerdict(evidence);
    showRuns(evidence, engines);
    showConstraints(evidence.constraints, engines);
    showBehaviours(evidence, engines);
  } else {
    const [first] = evidence.patterns;
    document.getElementById("verdict").append(chip("not_proven"), ` No engine was asked${first ? `: ${first.reason}` : ""}.`);
    for (const name of ["refusals", "exercised"]) document.getElementById(name).append(faintly("Not proven: no engine was asked."));
  }
}

/** Say in a line what was proven, on which engines, and which one suits the plan. */
function showVerdict(evidence) {
  const missed = evidence.criteria.filter((each) => each.verdict === "missed").length;
  const servers = evidence.servers.map((each) => `${ENGINES[each.engine]} ${each.version} (${each.source})`).join(" and ");
  const place = document.getElementById("verdict");
  place.append(
    make("a", { href: "#criteria" }, missed ? chip("missed", `${missed} of ${evidence.criteria.length} criteria missed`) : chip("met", "proven")),
    ` on ${servers}: ${patternsMet(evidence)}, ${evidence.constraints.filter(holds).length} of ${plural(evidence.constraints.length, "constraint")}.`);
  if (evidence.choice) place.append(" ", make("a", { href: "#choice" }, `Recommended: ${RECOMMENDED[evidence.choice.recommendation]}.`));
}

function patternsMet(evidence) {
  const engines = [...new Set(evidence.patterns.map((each) => each.engine))];
  return engines.map((engine) => {
    const own = evidence.patterns.filter((each) => each.engine === engine);
    const met = own.filter((each) => each.shape_verdict === "met").length;
    return `${met} of ${plural(own.length, "access pattern")}${engines.length === 1 ? "" : ` on ${ENGINES[engine]}`}`;
  }).join(", ");
}

function showCriteria(criteria) {
  document.getElementById("criteria-list").append(...criteria.map((each) => make("li", {}, chip(each.verdict),
    make("div", {}, make("b", {}, `${each.number}. ${each.criterion}`), faint(each.because)))));
}
