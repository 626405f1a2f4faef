/** A table of claims; with two engines each line says on which. */
function claimTable(caption, engines, header, claims, cells) {
  const isOne = engines.length === 1;
  return table(caption, isOne ? header : ["engine", ...header], claims.map((each) => (isOne ? cells(each) : [ENGINES[each.engine], ...cells(each)])));
}

function showRuns(evidence, engines) {
  if (evidence.transactions.length) {
    document.getElementById("transactions").append(claimTable("Transactions as run", engines, ["transaction", "committed", "rolled back whole", "p50", "p95", ""],
      evidence.transactions, (each) => [each.name, tick(each.is_committed, "yes", "no"), tick(each.is_rolled_back_whole, "yes", "no"), milliseconds(each.p50_ms), milliseconds(each.p95_ms), each.reason]));
  }
  if (evidence.pagination.length) {
    document.getElementById("pagination").append(claimTable("Walks over all pages", engines, ["pattern", "pages", "rows", "every row once", "also while rows came in", ""],
      evidence.pagination, (each) => [each.pattern, each.pages, each.rows, tick(each.is_exactly_once, "yes", "no"), tick(each.is_exactly_once_while_inserting, "yes", "no"), each.reason]));
  }
}

const TRIED = {
  postgres: "Each was given a row that breaks only it and refused it, and took the row beside it.",
  mongo: "Each rule of a validator was given a document that breaks only it and refused it (code 121), each unique index one like another (code 11000); the document beside it was taken.",
};

/** One fold for each table or collection; those with a constraint that held nothing back are open. */
function showConstraints(constraints, engines) {
  const place = document.getElementById("refusals");
  if (!constraints.length) place.append(faintly("None."));
  for (const engine of engines) {
    const own = constraints.filter((each) => each.engine === engine);
    if (!own.length) continue;
    if (engines.length > 1) place.append(make("h3", {}, ENGINES[engine]));
    place.append(faintly(TRIED[engine]));
    for (const [name, claims] of grouped(own, (each) => each.object)) {
      const missed = claims.filter((each) => !holds(each)).length;
      const state = missed ? chip("missed", `${missed} of ${claims.length} not proven`) : chip("met", `${claims.length} proven`);
      place.append(make("details", missed ? { open: "" } : {}, make("summary", {}, make("code", {}, name), " ", state),
        table("", ["constraint", "kind", engine === "mongo" ? "code" : "SQLSTATE", ""], merged(claims))));
    }
  }
}

/** Rows of a table's constraints; columns that were proven to be held to the same kind of rule share one. */
function merged(claims) {
  const isPlain = (each) => !each.name && Boolean(each.column) && holds(each) && !each.implied_by && !each.reason;
  const rows = claims.filter((each) => !isPlain(each)).map((each) => [each.name || each.column || "the whole document", each.kind, each.sqlstate, outcome(each)]);
  for (const [kind, alike] of grouped(claims.filter(isPlain), (each) => each.kind)) {
    rows.push([alike.map((each) => each.column).join(", "), kind, alike[0].sqlstate, chip("met", "refused")]);
  }
  return rows;
}

function outcome(claim) {
  if (claim.implied_by) return make("span", {}, chip("met", "implied"), ` by ${claim.implied_by}`, claim.reason ? faint(` ${claim.reason}`) : null);
  const verdict = holds(claim) ? chip("met", "refused") : chip("missed", claim.refused ? "good row refused too" : "not refused");
  return make("span", {}, verdict, claim.reason ? ` ${claim.reason}` : null);
}

function showBehaviours(evidence, engines) {
  document.getElementById("exercised").append(claimTable("Exercised on rows", engines, ["object", "behaviour", "", "seen", "index"],
    evidence.behaviours, (each) => [each.object, each.behaviour, tick(each.holds, "holds", "does not hold"), each.seen, each.index]));
  const share = evidence.scale >= 1 ? "all declared rows" : `${(evidence.scale * 100).toPrecision(2)} % of the declared rows`;
  const samples = document.getElementById("samples");
  const what = engines.length > 1 ? "table or collection" : engines[0] === "mongo" ? "collection" : "table";
  samples.append(claimTable(`Sample: ${share}, small tables whole`, engines, [what, "declared", "loaded"], evidence.samples, (each) => [each.table, each.declared, each.loaded]));
  if (evidence.clips.length) {
    samples.append(table("Fan-outs that the sample could not keep", ["relationship", "wanted", "kept", "why"],
      evidence.clips.map((each) => [each.relationship, each.wanted, each.kept, each.reason])));
  }
}
