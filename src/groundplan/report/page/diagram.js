/** Pan, zoom and search a diagram, all through the viewBox of the picture. */
function explore(explorer) {
  const canvas = explorer.querySelector(".canvas");
  const picture = canvas.querySelector("svg");
  if (!picture) return;
  for (const side of ["width", "height"]) picture.removeAttribute(side);
  const { x, y, width, height } = picture.viewBox.baseVal;
  const home = { x, y, width, height };
  let view = home;
  const show = (next) => {
    view = next;
    picture.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
  };
  const unit = () => Math.max(view.width / canvas.clientWidth, view.height / canvas.clientHeight);
  const zoom = (factor, centerX = view.x + view.width / 2, centerY = view.y + view.height / 2) => {
    const wanted = Math.min(Math.max(view.width * factor, 120), home.width * 4);
    const ratio = wanted / view.width;
    show({ x: centerX - (centerX - view.x) * ratio, y: centerY - (centerY - view.y) * ratio, width: wanted, height: view.height * ratio });
  };
  const move = (right, down) => show({ ...view, x: view.x + right, y: view.y + down });
  const fit = () => show(home);
  /** Bring boxes to the middle, never nearer than they can be read. */
  const bring = (boxes) => {
    const left = Math.min(...boxes.map((box) => box.x)), top = Math.min(...boxes.map((box) => box.y));
    const right = Math.max(...boxes.map((box) => box.x + box.width)), bottom = Math.max(...boxes.map((box) => box.y + box.height));
    const wide = Math.max((right - left) * 1.3, canvas.clientWidth * 0.75), high = Math.max((bottom - top) * 1.2, canvas.clientHeight * 0.75);
    show({ x: (left + right - wide) / 2, y: (top + bottom - high) / 2, width: wide, height: high });
  };
  const light = lighting(picture, explorer.querySelector(".found"), explorer.dataset.of);
  zoomByWheel(canvas, picture, zoom);
  moveByKeys(canvas, { move, zoom, fit, unit });
  for (const button of explorer.querySelectorAll("[data-zoom]")) {
    const acts = { in: () => zoom(1 / 1.3), out: () => zoom(1.3), fit };
    button.addEventListener("click", acts[button.dataset.zoom]);
  }
  const field = explorer.querySelector(".find");
  const seek = () => {
    const wanted = field.value.trim().toLowerCase();
    const hits = light(wanted);
    if (wanted === "") fit();
    else if (hits.length) bring(hits.map((each) => each.getBBox()));
  };
  field.addEventListener("input", seek);
  field.addEventListener("keydown", (event) => { if (event.key === "Escape") { field.value = ""; seek(); } });
  dragAndClick(canvas, { move, unit, click: (target) => {
    field.value = "";
    light("", target.closest(".table"));
  } });
}

/** Without Ctrl only once the diagram has the focus: a page that is scrolled past must not zoom. */
function zoomByWheel(canvas, picture, zoom) {
  canvas.addEventListener("wheel", (event) => {
    if (document.activeElement !== canvas && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(picture.getScreenCTM().inverse());
    zoom(event.deltaY > 0 ? 1.15 : 1 / 1.15, place.x, place.y);
  }, { passive: false });
}

function moveByKeys(canvas, { move, zoom, fit, unit }) {
  const acts = {
    ArrowLeft: () => move(-40 * unit(), 0), ArrowRight: () => move(40 * unit(), 0),
    ArrowUp: () => move(0, -40 * unit()), ArrowDown: () => move(0, 40 * unit()),
    "+": () => zoom(1 / 1.3), "=": () => zoom(1 / 1.3), "-": () => zoom(1.3), 0: fit,
  };
  canvas.addEventListener("keydown", (event) => {
    if (!acts[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    acts[event.key]();
  });
}

function dragAndClick(canvas, { move, unit, click }) {
  let last = null, way = 0, target = null;
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    [last, way, target] = [event, 0, event.target];
    canvas.setPointerCapture(event.pointerId);
    canvas.classList.add("dragged");
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!last || event.pointerId !== last.pointerId) return;
    move((last.clientX - event.clientX) * unit(), (last.clientY - event.clientY) * unit());
    way += Math.abs(last.clientX - event.clientX) + Math.abs(last.clientY - event.clientY);
    last = event;
  });
  canvas.addEventListener("pointerup", () => { if (last && way < 4) click(target); });
  for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => { last = null; canvas.classList.remove("dragged"); });
}

/** Return a function that lights what words name, or one table with its neighbours, and fades the rest. */
function lighting(picture, found, kind) {
  const tables = [...picture.querySelectorAll(".table")].map((node) => ({
    node,
    name: node.dataset.table,
    columns: [...node.querySelectorAll(".column")].map((column) => ({ node: column, path: `${node.dataset.table}.${column.dataset.column}`.toLowerCase() })),
  }));
  const lines = [...picture.querySelectorAll(".line")];
  return (wanted, chosen = null) => {
    const isOn = wanted !== "" || chosen !== null;
    const hits = tables.filter((each) => {
      const isNamed = chosen ? each.node === chosen : wanted !== "" && each.name.toLowerCase().includes(wanted);
      const columns = each.columns.filter((column) => !chosen && !isNamed && wanted !== "" && column.path.includes(wanted));
      for (const column of each.columns) column.node.classList.toggle("lit", columns.includes(column));
      return isNamed || columns.length > 0;
    });
    const names = new Set(hits.map((each) => each.name));
    const near = new Set(names);
    for (const line of lines) {
      const touches = names.has(line.dataset.source) || names.has(line.dataset.target);
      line.classList.toggle("lit", isOn && touches);
      line.classList.toggle("faded", isOn && !touches);
      if (chosen && touches) near.add(line.dataset.source).add(line.dataset.target);
    }
    for (const each of tables) {
      each.node.classList.toggle("lit", names.has(each.name));
      each.node.classList.toggle("faded", isOn && !near.has(each.name));
    }
    found.textContent = wanted === "" ? "" : `${hits.length} of ${tables.length} ${kind}`;
    return hits.map((each) => each.node);
  };
}
