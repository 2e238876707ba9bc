// The table of containers.

const DONE_MS = 15000; // how long a row says what was done to it
const RUNS = new Set(["running", "restarting", "paused"]);

function containerColumns(store) {
  const used = (row, place) => lastSample(store, row)?.[place] ?? null;
  return [
    { title: "name", value: (row) => row.name },
    { title: "image", value: (row) => row.image },
    { title: "state", value: (row) => `${row.state} ${row.exit_code ?? ""}` },
    { title: "health", value: (row) => row.health || null },
    { title: "cpu", value: (row) => used(row, 0), most: true, kind: "dm-dash-right" },
    { title: "memory", value: (row) => used(row, 1), most: true, kind: "dm-dash-right" },
    { title: "ports", value: (row) => shortPorts(row.ports) || null, kind: "dm-dash-ports" },
    { title: "age", value: (row) => (row.created == null ? null : -row.created), kind: "dm-dash-age dm-dash-right" },
  ];
}

function lastSample(store, row) {
  return row.state === "running" ? store.samples[row.id]?.at(-1) : undefined;
}

function drawContainers(root, context) {
  const { store, view, redraw, id } = context;
  const box = panel(root, "containers", id);
  const drawTools = drawToolbar(box, context);
  const scroll = add(box, "div", "dm-dash-scroll");
  const table = add(scroll, "table", "dm-dash-table");
  const head = add(add(table, "thead"), "tr");
  const all = checkbox(add(head, "th", "dm-dash-check"), "Select all that are shown");
  const arrange = createSorting(head, containerColumns(store), redraw);
  const body = add(table, "tbody");
  const empty = add(box, "div", "dm-dash-empty");
  const draw = keyed(body, (row) => containerRow(row, context));
  all.onchange = () => {
    for (const row of visible(context)) view.selected[all.checked ? "add" : "delete"](row.id);
    redraw();
  };
  return () => {
    box.hidden = view.tab !== "containers";
    for (const each of [...view.selected]) if (!store.rows[each]) view.selected.delete(each);
    const rows = arrange(visible(context));
    draw(rows);
    all.checked = rows.length > 0 && rows.every((row) => view.selected.has(row.id));
    all.indeterminate = !all.checked && rows.some((row) => view.selected.has(row.id));
    empty.hidden = rows.length > 0;
    text(empty, store.order.length ? "No container matches." : "There are no containers.");
    drawTools();
  };
}

// The containers that the filter leaves, in the engine's order.
function visible({ store, view }) {
  const words = view.filter.toLowerCase().split(/\s+/).filter(Boolean);
  return store.order
    .map((id) => store.rows[id])
    .filter((row) => row && (view.stopped || RUNS.has(row.state)))
    .filter((row) => {
      const said = [row.name, row.image, row.state, row.health, row.id, ...row.ports].join(" ").toLowerCase();
      return words.every((word) => said.includes(word));
    });
}

function containerRow(first, { store, view, redraw }) {
  const line = make("tr", "dm-dash-new");
  const box = checkbox(add(line, "td", "dm-dash-check"), "");
  const name = add(line, "td", "dm-dash-cut dm-dash-strong");
  const image = add(line, "td", "dm-dash-cut");
  const stateCell = add(line, "td", "dm-dash-statecell");
  const state = add(stateCell, "span", "dm-dash-word");
  const note = add(stateCell, "span", "dm-dash-note");
  const health = add(add(line, "td"), "span", "dm-dash-word");
  const [cpu, cpuLine] = gauge(line);
  const [memory, memoryLine] = gauge(line);
  const ports = add(line, "td", "dm-dash-ports dm-dash-cut");
  const age = add(line, "td", "dm-dash-age dm-dash-right");
  box.onchange = () => {
    view.selected[box.checked ? "add" : "delete"](first.id);
    view.removing = null;
    redraw();
  };
  line.onclick = (event) => {
    if (event.target !== box && !String(document.getSelection())) box.click();
  };
  line.update = (row) => {
    box.checked = view.selected.has(row.id);
    box.setAttribute("aria-label", `Select ${row.name}`);
    line.setAttribute("aria-selected", String(box.checked));
    text(name, row.name);
    name.title = `${row.name}\n${row.id}`;
    text(image, row.image);
    image.title = row.image;
    text(state, row.exit_code === null ? row.state : `${row.state} ${row.exit_code}`);
    state.dataset.kind = stateKind(row);
    const said = store.sections.notes?.[row.id];
    const over = said?.kind === "done" && performance.now() - (store.noted[row.id] ?? 0) > DONE_MS;
    text(note, said && !over ? said.text : "");
    note.title = note.textContent;
    note.dataset.kind = said?.kind ?? "";
    line.classList.toggle("dm-dash-busy", said?.kind === "busy");
    text(health, row.health || "–");
    health.dataset.kind = { healthy: "good", unhealthy: "bad", starting: "warn" }[row.health] ?? "";
    const samples = row.state === "running" ? (store.samples[row.id] ?? []) : [];
    const last = lastSample(store, row);
    text(cpu, last?.[0] == null ? "" : `${last[0] < 9.95 ? last[0].toFixed(1) : Math.round(last[0])} %`);
    text(memory, last?.[1] == null ? "" : binary(last[1]));
    spark(cpuLine, samples.map((sample) => sample[0]), 10);
    spark(memoryLine, samples.map((sample) => sample[1]), 1);
    text(ports, shortPorts(row.ports));
    ports.title = row.ports.join("\n");
    text(age, since(row.created));
    age.title = utc(row.created);
  };
  return line;
}

function stateKind(row) {
  if (row.state === "running") return "good";
  if (row.state === "paused" || row.state === "restarting" || row.state === "removing") return "warn";
  return row.state === "dead" || (row.state === "exited" && row.exit_code) ? "bad" : "off";
}

// 8080→80: what is published on all addresses, of IPv4 and of IPv6, once; tcp goes without saying.
function shortPorts(ports) {
  const told = ports.map((port) => port.replace(/^(0\.0\.0\.0|\[::\]):/, "").replace(/\/tcp$/, "").replace("->", "→"));
  return [...new Set(told)].join(", ");
}
