// What containers use in a page: a row for each, with its figures now and short lines of them.
//
// All text comes from an engine, where anybody names things: it becomes `textContent`, never HTML.
//
// It is one program with the files beside it: see stats_widget.py.

// title, key, how it is told, and the class of its cells
const FIGURES = [
  ["cpu", "cpu", percent, ""],
  ["memory", "memory", binary, ""],
  ["of limit", "percent", percent, "dm-stats-limit"],
  ["received", "rx", rate, ""],
  ["sent", "tx", rate, ""],
  ["read", "read", rate, "dm-stats-block"],
  ["written", "write", rate, "dm-stats-block"],
  ["pids", "pids", String, "dm-stats-pids"],
];

export default () => {
  const store = createStore(); // of one widget, shared by all its views in this page
  return {
    initialize({ model }) {
      follow(model, store);
    },
    render({ el }) {
      return createView(el, store);
    },
  };
};

function createView(el, store) {
  const view = { filter: "" };
  const root = make("section", "dm-dash dm-stats");
  root.dataset.lmSuppressShortcuts = "true"; // JupyterLab's keys are letters, which a person types here
  root.setAttribute("aria-label", "Live stats of containers");
  let due = 0;
  const redraw = () => {
    due ||= requestAnimationFrame(() => {
      due = 0;
      for (const part of parts) part();
    });
  };
  const parts = [drawHead, drawTools, drawTable, drawFoot].map((create) => create(root, { store, view, redraw }));
  root.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.matches("input")) return;
    event.preventDefault();
    root.querySelector(".dm-dash-filter").focus();
  });
  el.append(root);
  store.listeners.add(redraw);
  const clock = setInterval(redraw, 1000); // the seconds until it connects again
  for (const part of parts) part();
  return () => {
    store.listeners.delete(redraw);
    clearInterval(clock);
    cancelAnimationFrame(due);
  };
}

function drawHead(root, { store }) {
  const head = add(root, "header", "dm-dash-head");
  const title = add(head, "strong");
  title.textContent = "Stats";
  const host = add(head, "span", "dm-dash-faint dm-dash-name");
  const state = add(head, "span", "dm-dash-state");
  state.setAttribute("role", "status");
  return () => {
    const { feed = {}, view = {} } = store.sections;
    text(host, view.host ?? "");
    root.dataset.state = feed.name ?? "connecting";
    text(state, stateText(feed, store.retryAt));
    state.title = feed.reason ?? "";
  };
}

function drawTools(root, { store, view, redraw }) {
  const bar = add(root, "div", "dm-dash-tools");
  const figures = add(bar, "span", "dm-stats-sums");
  const filter = add(bar, "input", "dm-dash-filter");
  Object.assign(filter, { type: "search", placeholder: "filter  ( / )" });
  filter.setAttribute("aria-label", "Filter containers");
  filter.oninput = () => {
    view.filter = filter.value;
    redraw();
  };
  return () => {
    const rows = Object.values(store.rows).filter((row) => row.state === "running");
    const sum = (key) => rows.reduce((total, row) => total + (row[key] ?? 0), 0);
    text(figures, `${plural(rows.length, "container")}: cpu ${percent(sum("cpu"))}, memory ${binary(sum("memory"))}`);
  };
}

function drawTable(root, context) {
  const { store, view, redraw } = context;
  const scroll = add(root, "div", "dm-dash-scroll");
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", "What containers use");
  const table = add(scroll, "table", "dm-dash-table");
  const figures = FIGURES.map(([title, key, , kind]) => ({ title, value: (row) => row[key], most: true, kind: `dm-dash-right ${kind}` }));
  const columns = [{ title: "name", value: (row) => row.name, kind: "dm-dash-cut" }, ...figures];
  const sort = createSorting(add(add(table, "thead"), "tr"), columns, redraw);
  const draw = keyed(add(table, "tbody"), statsRow(context));
  const empty = add(root, "div", "dm-dash-empty");
  return () => {
    const words = view.filter.toLowerCase().split(/\s+/).filter(Boolean);
    const rows = sort(
      store.order.map((id) => store.rows[id]).filter((row) => row && words.every((word) => `${row.name} ${row.id}`.toLowerCase().includes(word))),
    );
    draw(rows);
    empty.hidden = rows.length > 0;
    text(empty, Object.keys(store.rows).length ? "No container matches." : "No container runs. One that starts appears here.");
  };
}

function statsRow({ store }) {
  return () => {
    const line = make("tr", "dm-dash-new");
    const name = add(line, "td", "dm-dash-cut dm-dash-strong");
    const called = add(name, "span");
    const note = add(name, "span", "dm-dash-note");
    const [cpu, cpuLine] = gauge(line);
    const [memory, memoryLine] = gauge(line);
    const others = FIGURES.slice(2).map(([, key, format, kind]) => [add(line, "td", `dm-dash-right ${kind}`), key, format]);
    line.update = (row) => {
      line.classList.toggle("dm-stats-over", row.state !== "running");
      text(called, row.name);
      name.title = `${row.name}\n${row.id}`;
      text(note, row.state === "running" ? (row.error ? "not sampled" : "") : row.state);
      note.title = row.error;
      note.dataset.kind = row.error ? "error" : "";
      const samples = row.state === "running" ? (store.samples[row.id] ?? []) : [];
      text(cpu, told(row.cpu, percent));
      text(memory, told(row.memory, binary));
      memory.title = row.limit === null ? "" : `of ${binary(row.limit)}`;
      spark(cpuLine, samples.map((sample) => sample[0]), 10);
      spark(memoryLine, samples.map((sample) => sample[1]), 1);
      for (const [cell, key, format] of others) text(cell, told(row[key], format));
    };
    return line;
  };
}

function told(value, format) {
  return value === null || value === undefined ? "–" : format(value);
}

function percent(share) {
  return `${share < 9.95 ? share.toFixed(1) : Math.round(share)} %`;
}

function rate(bytes) {
  return `${decimal(bytes)}/s`;
}

function drawFoot(root, { store }) {
  const foot = add(root, "div", "dm-dash-bar dm-stats-foot");
  const hint = add(foot, "span");
  const name = add(foot, "code", "dm-stats-code");
  name.title = "type this in a cell";
  return () => {
    const { kept = { rows: 0, dropped: 0 }, view = {} } = store.sections;
    const rows = `${kept.rows.toLocaleString("en")} row${kept.rows === 1 ? "" : "s"}`;
    text(hint, `the series as a DataFrame, ${rows}${kept.dropped ? ` (the oldest ${kept.dropped.toLocaleString("en")} are dropped)` : ""}:`);
    text(name, view.name ? `${view.name}.frame` : "its .frame");
  };
}
