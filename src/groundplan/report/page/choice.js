/** Show which engine is recommended, by which numbers, and what would change that; where one was designed for, nothing. */
function showChoice(choice, isProven) {
  const place = document.getElementById("choice-made");
  if (!place) return;
  if (!choice) {
    place.append(faintly(isProven ? "No access pattern was timed on both engines." : "Not proven: no engine was asked."));
    return;
  }
  place.append(make("p", {}, make("b", {}, RECOMMENDED[choice.recommendation]), `: ${choice.reason}.`));
  place.append(workBars(choice), priceOf(choice), flipsOf(choice), choicesOf(choice));
}

/** Draw the work of a second on each engine, and with every pattern where it is faster. */
function workBars(choice) {
  const lines = [...choice.work_ms.map(([engine, work]) => [ENGINES[engine], work, engine]), ["each pattern where it is faster", choice.split_ms, "split"]];
  const most = Math.max(...lines.map(([, work]) => work)) || 1;
  return make("div", { class: "work" }, make("p", { class: "faint" }, "Work in a second of the plan's load: rate × median, summed over the access patterns."),
    ...lines.map(([name, work, kind]) => {
      const bar = make("span", { class: `bar ${kind}` });
      bar.style.width = `${(work / most) * 100}%`;
      return make("div", { class: "amount" }, make("span", {}, name), make("span", { class: "track" }, bar), make("span", { class: "time" }, milliseconds(work)));
    }));
}

function priceOf(choice) {
  const said = choice.price.length ? make("ul", {}, ...choice.price.map((each) => make("li", {}, each))) : make("p", {}, "Nothing would live in both engines.");
  return make("div", {}, make("h3", {}, "What a split would cost in consistency"), said);
}

function flipsOf(choice) {
  const flips = choice.flips.slice(0, 10);
  if (!flips.length) return make("div", {}, make("h3", {}, "What would change it"), make("p", {}, "No pattern by itself, however often it ran."));
  return make("div", {}, make("h3", {}, "What would change it"), make("p", { class: "faint" }, "Each pattern by itself, all others as often as planned."),
    table("", ["pattern", "times a second now", "changes it at", "then better"], flips.map((each) => [each.pattern, number(each.rate), number(each.flips_at), ENGINES[each.to]])));
}

function choicesOf(choice) {
  const agree = (each) => (EQUIVALENT.has(each.equivalent) ? chip(...EQUIVALENT.get(each.equivalent)) : "");
  return make("details", {}, make("summary", {}, "Pattern by pattern"),
    table("", ["pattern", "times a second", "PostgreSQL", "MongoDB", "faster", ""], choice.patterns.map((each) => [
      each.name, number(each.rate), milliseconds(each.postgres_p50_ms), milliseconds(each.mongo_p50_ms), each.faster ? ENGINES[each.faster] : "too close to tell", agree(each)])));
}
