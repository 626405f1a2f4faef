/** Show the decisions that hold the words, with their tables open; all of them for no words. */
function filterDecisions() {
  const field = document.getElementById("filter");
  const subjects = [...document.querySelectorAll(".subject")].map((node) => ({
    node,
    name: node.querySelector("summary").textContent.toLowerCase(),
    decisions: [...node.querySelectorAll(".decision")].map((decision) => ({ node: decision, words: decision.textContent.toLowerCase() })),
  }));
  const all = subjects.reduce((sum, subject) => sum + subject.decisions.length, 0);
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLowerCase();
    let shown = 0;
    for (const subject of subjects) {
      const hits = subject.decisions.filter((each) => each.words.includes(wanted) || subject.name.includes(wanted));
      for (const each of subject.decisions) each.node.classList.toggle("hidden", !hits.includes(each));
      subject.node.classList.toggle("hidden", hits.length === 0);
      subject.node.open = wanted !== "" && hits.length > 0;
      shown += hits.length;
    }
    document.getElementById("filtered").textContent = wanted === "" ? "" : `${shown} of ${all} entries`;
  });
}

/** Open what a link inside the page leads to. */
function openTarget() {
  const target = location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
  if (target instanceof HTMLDetailsElement) target.open = true;
}

const evidence = document.getElementById("evidence").textContent;
if (evidence.trim()) showEvidence(JSON.parse(evidence));
for (const explorer of document.querySelectorAll(".explorer")) explore(explorer);
filterDecisions();
openTarget();
window.addEventListener("hashchange", openTarget);
