// An engine at a glance in a page: what the kernel told of it, the tables that show it, and the buttons.
//
// All text comes from an engine, where anybody names things: it becomes `textContent`, never HTML.

const SAMPLES = 30; // as in dashboard_page.py
const DONE_MS = 15000; // how long a row says what was done to it
const HEARTBEAT_MS = 60000; // how often a view says that it can be seen
const RUNS = new Set(["running", "restarting", "paused"]);

const TABS = [
  ["containers", "Containers"],
  ["images", "Images"],
  ["volumes", "Volumes"],
  ["networks", "Networks"],
];

const ACTS = [
  ["start", "Start", (row) => !RUNS.has(row.state)],
  ["stop", "Stop", (row) => RUNS.has(row.state)],
  ["restart", "Restart", () => true],
  ["pause", "Pause", (row) => row.state === "running"],
  ["unpause", "Unpause", (row) => row.state === "paused"],
];

const PRUNES = [
  ["containers", "Stopped containers", "containers"],
  ["untagged", "Untagged images", null],
  ["images", "Unused images", "images"],
  ["volumes", "Unused volumes", null],
  ["networks", "Unused networks", null],
  ["cache", "Build cache", "cache"],
];

export default () => {
  const store = createStore(); // of one widget, shared by all its views in this page
  return {
    initialize({ model }) {
      store.send = (message) => model.send(message);
      model.on("change:whole", () => store.take(model.get("whole")));
      model.on("msg:custom", (message) => {
        if (message && message.whole) store.take(message.whole);
        else if (message && message.patch) store.patch(message.patch);
      });
      store.take(model.get("whole"));
      store.send({ kind: "all" });
    },
    render({ el }) {
      return createView(el, store);
    },
  };
};

// What the kernel told. `listeners` are called when it has changed.
function createStore() {
  const store = {
    seq: -1,
    sections: {},
    rows: {},
    order: [],
    samples: {},
    retryAt: null, // of performance.now()
    noted: {}, // when a container's note came
    asked: false,
    listeners: new Set(),
    send() {},
    changed() {
      for (const listener of store.listeners) listener();
    },
    take(whole) {
      if (!whole || !whole.sections || whole.seq < store.seq) return;
      store.asked = false;
      Object.assign(store, { seq: whole.seq, rows: { ...whole.rows }, order: whole.order, samples: { ...whole.samples } });
      store.put(whole.sections);
      store.changed();
    },
    patch(patch) {
      if (patch.seq <= store.seq) return; // the whole that came before had it
      if (patch.seq !== store.seq + 1) {
        if (!store.asked) store.send({ kind: "all" });
        store.asked = true;
        return;
      }
      store.seq = patch.seq;
      Object.assign(store.rows, patch.rows ?? {});
      for (const id of patch.gone ?? []) {
        delete store.rows[id];
        delete store.samples[id];
      }
      store.order = patch.order ?? store.order;
      for (const [id, sample] of Object.entries(patch.samples ?? {}))
        store.samples[id] = [...(store.samples[id] ?? []), sample].slice(-SAMPLES);
      store.put(patch.sections ?? {});
      store.changed();
    },
    put(sections) {
      if (sections.notes) {
        const before = store.sections.notes ?? {};
        for (const [id, note] of Object.entries(sections.notes))
          if (before[id]?.text !== note.text || before[id]?.kind !== note.kind) store.noted[id] = performance.now();
      }
      if (sections.feed)
        store.retryAt = sections.feed.name === "reconnecting" ? performance.now() + sections.feed.retry_in * 1000 : null;
      store.sections = { ...store.sections, ...sections };
    },
  };
  return store;
}

// One view. It draws at most once per frame of the browser, and changes only what is other than before.
function createView(el, store) {
  const view = { tab: "containers", filter: "", stopped: true, selected: new Set(), removing: null };
  const root = make("section", "dm-dash");
  root.dataset.lmSuppressShortcuts = "true"; // JupyterLab's keys are letters, which a person types here
  root.setAttribute("aria-label", "Docker dashboard");
  let due = 0;
  const redraw = () => {
    due ||= requestAnimationFrame(() => {
      due = 0;
      for (const part of parts) part();
    });
  };
  const context = { store, view, redraw, id: Math.random().toString(36).slice(2) };
  const parts = [drawHead, drawMessages, drawTabs, drawContainers, ...TABS.slice(1).map(([name]) => drawTable(name)), drawLogs, drawPrune].map(
    (create) => create(root, context),
  );
  root.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.matches("input[type=search]")) return;
    event.preventDefault();
    view.tab = "containers";
    redraw();
    root.querySelector(".dm-dash-filter").focus();
  });
  el.append(root);
  store.listeners.add(redraw);
  const clock = setInterval(redraw, 1000); // ages, and the seconds until it connects again
  const unwatch = watchVisibility(root, store, context.id);
  for (const part of parts) part();
  return () => {
    store.listeners.delete(redraw);
    clearInterval(clock);
    cancelAnimationFrame(due);
    unwatch();
  };
}

// Tells the kernel whether anybody can see the view: it samples what containers use only then.
function watchVisibility(root, store, view) {
  let inside = true;
  let told = null;
  const tell = (again) => {
    const visible = inside && document.visibilityState === "visible";
    if (visible !== told || (again && visible)) store.send({ kind: "seen", view, visible });
    told = visible;
  };
  const observer = new IntersectionObserver((entries) => {
    inside = entries[entries.length - 1].isIntersecting;
    tell(false);
  });
  const changed = () => tell(false);
  observer.observe(root);
  document.addEventListener("visibilitychange", changed);
  const beat = setInterval(() => tell(true), HEARTBEAT_MS);
  tell(true);
  return () => {
    observer.disconnect();
    document.removeEventListener("visibilitychange", changed);
    clearInterval(beat);
    inside = false;
    tell(false);
  };
}

function drawHead(root, { store }) {
  const head = add(root, "header", "dm-dash-head");
  const name = add(head, "strong", "dm-dash-name");
  const facts = add(head, "span", "dm-dash-faint");
  const state = add(head, "span", "dm-dash-state");
  state.setAttribute("role", "status");
  const figures = add(root, "div", "dm-dash-figures");
  const parts = Object.fromEntries(
    ["running", "paused", "stopped", "unhealthy", "images", "disk"].map((key) => [key, add(figures, "span", `dm-dash-figure dm-dash-${key}`)]),
  );
  return () => {
    const { engine = {}, feed = {}, counts = {}, disk = {}, tables = {} } = store.sections;
    text(name, engine.name || engine.host || "");
    name.title = engine.host ?? "";
    text(
      facts,
      [engine.version && `Docker ${engine.version}`, engine.api && `API ${engine.api}`, engine.cpus && `${engine.cpus} CPUs`, engine.memory && binary(engine.memory)]
        .filter(Boolean)
        .join(" · "),
    );
    root.dataset.state = feed.name ?? "connecting";
    text(state, stateText(feed, store.retryAt));
    state.title = feed.reason ?? "";
    for (const key of ["running", "paused", "stopped", "unhealthy"]) text(parts[key], `${counts[key] ?? 0} ${key}`);
    parts.unhealthy.hidden = !counts.unhealthy;
    const images = disk.images?.total ?? tables.images?.length;
    text(parts.images, images === undefined ? "" : plural(images, "image"));
    text(parts.disk, disk.error ? "disk: unknown" : disk.size === undefined ? "disk: looking…" : `disk ${decimal(disk.size)} (${decimal(disk.reclaimable)} reclaimable)`);
    parts.disk.title = disk.error ?? diskTitle(disk);
  };
}

function diskTitle(disk) {
  return ["images", "containers", "volumes", "cache"]
    .filter((kind) => disk[kind])
    .map((kind) => `${kind}: ${decimal(disk[kind].size)}, ${decimal(disk[kind].reclaimable)} reclaimable`)
    .join("\n");
}

function stateText(feed, retryAt) {
  if (feed.name === "connected") return "live";
  if (feed.name !== "reconnecting") return feed.name ?? "connecting";
  const seconds = Math.ceil(Math.max(0, (retryAt ?? 0) - performance.now()) / 1000);
  return seconds > 0 ? `reconnecting in ${seconds} s` : "reconnecting…";
}

// What was done, until the next thing; errors until they are dismissed.
function drawMessages(root, { store }) {
  const box = add(root, "div", "dm-dash-messages");
  box.setAttribute("aria-live", "polite");
  const draw = keyed(box, (message) => {
    const line = make("div", `dm-dash-message dm-dash-${message.kind}`);
    if (message.kind === "error") line.setAttribute("role", "alert");
    add(line, "span", "dm-dash-said").textContent = message.text;
    const button = add(line, "button", "dm-dash-dismiss");
    button.textContent = "×";
    button.setAttribute("aria-label", "Dismiss");
    button.onclick = () => store.send({ kind: "dismiss", id: message.id });
    return line;
  });
  return () => draw(store.sections.messages ?? []);
}

function drawTabs(root, { store, view, redraw, id }) {
  const bar = add(root, "div", "dm-dash-tabs");
  bar.setAttribute("role", "tablist");
  const buttons = TABS.map(([name, label], place) => {
    const button = add(bar, "button", "dm-dash-tab");
    button.setAttribute("role", "tab");
    button.id = `${id}-${name}`;
    button.setAttribute("aria-controls", `${id}-${name}-panel`);
    button.onclick = () => {
      view.tab = name;
      redraw();
    };
    button.onkeydown = (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = buttons[(place + step + TABS.length) % TABS.length];
      next[0].click();
      next[0].focus();
    };
    return [button, name, label];
  });
  return () => {
    for (const [button, name, label] of buttons) {
      const rows = name === "containers" ? Object.values(store.rows) : store.sections.tables?.[name];
      const count = rows && new Set(rows.map((row) => row.id)).size; // an image may have several names
      text(button, count === undefined ? label : `${label} ${count}`);
      button.setAttribute("aria-selected", String(view.tab === name));
      button.tabIndex = view.tab === name ? 0 : -1;
    }
  };
}

function panel(root, name, id) {
  const found = add(root, "div", "dm-dash-panel");
  found.setAttribute("role", "tabpanel");
  found.id = `${id}-${name}-panel`;
  found.setAttribute("aria-labelledby", `${id}-${name}`);
  return found;
}

function drawContainers(root, context) {
  const { store, view, redraw, id } = context;
  const box = panel(root, "containers", id);
  const drawTools = drawToolbar(box, context);
  const scroll = add(box, "div", "dm-dash-scroll");
  const table = add(scroll, "table", "dm-dash-table");
  const head = add(add(table, "thead"), "tr");
  const all = checkbox(add(head, "th", "dm-dash-check"), "Select all that are shown");
  for (const [title, kind] of [["name", ""], ["image", ""], ["state", ""], ["health", ""], ["cpu", "dm-dash-right"], ["memory", "dm-dash-right"], ["ports", "dm-dash-ports"], ["age", "dm-dash-age dm-dash-right"]]) {
    const cell = add(head, "th", kind);
    cell.textContent = title;
    cell.scope = "col";
  }
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
    const rows = visible(context);
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
    const last = samples[samples.length - 1];
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

function gauge(line) {
  const cell = add(line, "td", "dm-dash-right dm-dash-gauge");
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 60 16");
  svg.setAttribute("class", "dm-dash-spark");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
  svg.append(path);
  cell.append(svg);
  return [add(cell, "span", "dm-dash-number"), path];
}

// The line of the samples, the last one at the right; `least` is what fills it at least, so that noise stays small.
function spark(path, values, least) {
  const known = values.map((value) => value ?? 0);
  const most = Math.max(least, ...known);
  const points = known.length < 2 ? "" : known.map((value, place) => `${(60 - (known.length - 1 - place) * (60 / (SAMPLES - 1))).toFixed(1)},${(15 - (14 * value) / most).toFixed(1)}`).join(" ");
  if (path.getAttribute("points") !== points) path.setAttribute("points", points);
}

function drawToolbar(box, { store, view, redraw }) {
  const bar = add(box, "div", "dm-dash-tools");
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", "Selected containers");
  const chosen = () => [...view.selected].map((id) => store.rows[id]).filter(Boolean);
  const buttons = ACTS.map(([act, label, fits]) => {
    const button = add(bar, "button", "dm-dash-button");
    button.textContent = label;
    button.onclick = () => store.send({ kind: "act", act, ids: chosen().filter(fits).map((row) => row.id) });
    return [button, label, fits];
  });
  const remove = add(bar, "button", "dm-dash-button");
  remove.textContent = "Remove…";
  const logs = add(bar, "button", "dm-dash-button");
  logs.textContent = "Logs";
  logs.onclick = () => store.send({ kind: "logs", ids: chosen().map((row) => row.id) });
  const count = add(bar, "span", "dm-dash-faint dm-dash-count");
  const filter = add(bar, "input", "dm-dash-filter");
  Object.assign(filter, { type: "search", placeholder: "filter  ( / )" });
  filter.setAttribute("aria-label", "Filter containers");
  filter.oninput = () => {
    view.filter = filter.value;
    redraw();
  };
  const label = add(bar, "label", "dm-dash-label");
  const stopped = add(label, "input");
  Object.assign(stopped, { type: "checkbox", checked: true });
  label.append(" show stopped");
  stopped.onchange = () => {
    view.stopped = stopped.checked;
    redraw();
  };
  const question = askRemoval(box, { store, view, redraw, chosen, back: () => (remove.disabled ? filter : remove).focus() });
  remove.onclick = () => {
    view.removing = [...view.selected];
    redraw();
    question.focus();
  };
  return () => {
    const rows = chosen();
    const connected = store.sections.feed?.name === "connected";
    for (const [button, verb, fits] of buttons) {
      const fitting = rows.filter(fits);
      button.disabled = !connected || fitting.length === 0;
      button.title = fitting.length ? `${verb} ${names(fitting)}` : `${verb}: select containers first`;
      button.setAttribute("aria-label", fitting.length ? `${verb} ${plural(fitting.length, "container")}` : verb);
    }
    remove.disabled = logs.disabled = !connected || rows.length === 0;
    remove.title = rows.length ? `Remove ${names(rows)}` : "Remove: select containers first";
    logs.title = rows.length ? `Logs of ${names(rows)}` : "Logs: select containers first";
    text(count, rows.length ? `${rows.length} selected` : "");
    question.draw();
  };
}

// Removing asks in place.
function askRemoval(box, { store, view, redraw, chosen, back }) {
  const line = add(box, "div", "dm-dash-ask");
  line.setAttribute("role", "group");
  const words = add(line, "span");
  const yes = add(line, "button", "dm-dash-button dm-dash-danger");
  const no = add(line, "button", "dm-dash-button");
  no.textContent = "Cancel";
  const end = () => {
    view.removing = null;
    back(); // the focus must not fall out of the widget with what had it
    redraw();
  };
  yes.onclick = () => {
    store.send({ kind: "act", act: "remove", ids: chosen().map((row) => row.id) });
    end();
  };
  no.onclick = end;
  line.onkeydown = (event) => event.key === "Escape" && end();
  return {
    focus: () => requestAnimationFrame(() => requestAnimationFrame(() => no.focus())),
    draw() {
      const rows = chosen();
      line.hidden = view.removing === null || rows.length === 0;
      const run = rows.filter((row) => RUNS.has(row.state)).length;
      text(words, `Remove ${names(rows)}?${run ? ` ${run === 1 ? "1 runs and is" : `${run} run and are`} killed.` : ""} Their volumes stay.`);
      text(yes, `Remove ${plural(rows.length, "container")}`);
    },
  };
}

const COLUMNS = {
  images: [["name", "name"], ["size", "size", decimal], ["containers", "used", String], ["age", "created", since]],
  volumes: [["name", "name"], ["driver", "driver"], ["containers", "used", String], ["age", "created", since]],
  networks: [["name", "name"], ["driver", "driver"], ["subnets", "subnets"], ["containers", "used", String], ["age", "created", since]],
};

function drawTable(name) {
  return (root, { store, view, id }) => {
    const box = panel(root, name, id);
    const scroll = add(box, "div", "dm-dash-scroll");
    const table = add(scroll, "table", "dm-dash-table");
    const head = add(add(table, "thead"), "tr");
    for (const [title, , format] of COLUMNS[name]) {
      const cell = add(head, "th", format ? "dm-dash-right" : "");
      cell.textContent = title;
      cell.scope = "col";
    }
    const empty = add(box, "div", "dm-dash-empty");
    const draw = keyed(
      add(table, "tbody"),
      () => {
        const line = make("tr");
        const cells = COLUMNS[name].map(([, key, format]) => add(line, "td", format ? "dm-dash-right" : key === "name" ? "dm-dash-cut dm-dash-strong" : "dm-dash-cut"));
        line.update = (row) =>
          COLUMNS[name].forEach(([, key, format], place) => {
            text(cells[place], format ? (row[key] === null ? "" : format(row[key])) : row[key]);
            cells[place].title = key === "created" ? utc(row[key]) : key === "name" ? `${row.name}\n${row.id}` : "";
          });
        return line;
      },
      (row) => `${row.id} ${row.name}`,
    );
    return () => {
      box.hidden = view.tab !== name;
      const rows = store.sections.tables?.[name];
      if (!box.hidden) draw(rows ?? []);
      empty.hidden = Boolean(rows?.length);
      text(empty, rows ? `There are no ${name}.` : "Looking…");
    };
  };
}

function drawLogs(root, { store }) {
  const box = add(root, "div", "dm-dash-logs");
  const head = add(box, "div", "dm-dash-bar");
  const title = add(head, "strong");
  const again = add(head, "button", "dm-dash-button");
  again.textContent = "Read again";
  again.onclick = () => store.send({ kind: "logs", ids: store.sections.logs?.ids ?? [] });
  const close = add(head, "button", "dm-dash-button");
  close.textContent = "Close";
  close.onclick = () => store.send({ kind: "logs-close" });
  const lines = add(box, "pre", "dm-dash-lines");
  lines.tabIndex = 0;
  let drawn = null;
  return () => {
    const logs = store.sections.logs;
    box.hidden = !logs;
    if (!logs || logs === drawn) return;
    drawn = logs;
    text(title, `Logs of ${logs.title}: ${logs.state ? `${logs.state}…` : `last ${plural(logs.lines.length, "line")}`}`);
    const several = logs.ids.length > 1;
    lines.textContent = logs.lines.map((each) => `${clock(each.time)}  ${several ? `${each.name}  ` : ""}${each.line}`).join("\n");
    lines.scrollTop = lines.scrollHeight;
  };
}

// Clean up: first what would go, then the question, then what happened (which is a message).
function drawPrune(root, { store }) {
  const box = add(root, "div", "dm-dash-clean");
  const bar = add(box, "div", "dm-dash-bar");
  add(bar, "strong").textContent = "Clean up";
  const buttons = PRUNES.map(([prune, label, kind]) => {
    const button = add(bar, "button", "dm-dash-button");
    button.onclick = () => button.getAttribute("aria-disabled") !== "true" && store.send({ kind: "prune", prune });
    return [button, prune, label, kind];
  });
  const offer = add(box, "div", "dm-dash-offer");
  const words = add(offer, "div", "dm-dash-words");
  words.setAttribute("role", "status");
  const scroll = add(offer, "div", "dm-dash-scroll dm-dash-short");
  const table = add(scroll, "table", "dm-dash-table");
  const head = add(add(table, "thead"), "tr");
  for (const [title, kind] of [["goes", ""], ["name", ""], ["size", "dm-dash-right"], ["age", "dm-dash-right"]]) add(head, "th", kind).textContent = title;
  const draw = keyed(add(table, "tbody"), offeredRow, (row) => `${row.kind} ${row.id} ${row.name}`);
  const actions = add(offer, "div", "dm-dash-bar");
  const yes = add(actions, "button", "dm-dash-button dm-dash-danger");
  const back = () => bar.querySelector("[aria-pressed=true]")?.focus(); // as above
  yes.onclick = () => {
    back();
    store.send({ kind: "prune-do" });
  };
  const no = add(actions, "button", "dm-dash-button");
  no.onclick = () => {
    back();
    store.send({ kind: "prune-cancel" });
  };
  return () => {
    const { prune, disk = {}, feed, counts = {} } = store.sections;
    const busy = prune && prune.state !== "asking";
    for (const [button, name, label, kind] of buttons) {
      const known = kind && disk[kind];
      const count = name === "containers" ? counts.stopped : known?.idle; // the disk is looked at less often
      text(button, known ? `${label} ${count ?? ""} · ${decimal(known.reclaimable)}` : label);
      button.setAttribute("aria-disabled", String(Boolean(busy) || feed?.name !== "connected")); // keeps the focus
      button.setAttribute("aria-pressed", String(prune?.kind === name));
    }
    offer.hidden = !prune;
    const rows = prune?.rows ?? [];
    draw(rows);
    if (!prune) return;
    scroll.hidden = rows.length === 0;
    text(words, [prune.changed, pruneText(prune, rows), prune.note].filter(Boolean).join(" "));
    yes.hidden = prune.state !== "asking" || !prune.question;
    text(yes, prune.question ?? "");
    no.hidden = prune.state !== "asking";
    text(no, prune.question ? "Cancel" : "Close");
  };
}

function pruneText(prune, rows) {
  if (prune.state === "looking") return "Looking for what would go…";
  if (prune.state === "removing") return "Removing…";
  return rows.length ? "This would go, and nothing else:" : "";
}

function offeredRow() {
  const line = make("tr");
  const cells = ["", "dm-dash-cut dm-dash-strong", "dm-dash-right", "dm-dash-right"].map((kind) => add(line, "td", kind));
  line.update = (row) => {
    text(cells[0], row.kind);
    text(cells[1], row.name || row.id);
    cells[1].title = `${row.name}\n${row.id}`;
    text(cells[2], row.size === null ? "" : decimal(row.size));
    text(cells[3], since(row.created));
    cells[3].title = utc(row.created);
  };
  return line;
}

// Children by key: those that stay keep their element, and with it focus and place. `create` makes one; its `update`,
// if it has one, is called with what it shows.
function keyed(parent, create, key = (row) => row.id) {
  const known = new Map();
  return (rows) => {
    const there = new Set(rows.map(key));
    for (const [each, element] of known) {
      if (there.has(each)) continue;
      element.remove();
      known.delete(each);
    }
    let place = parent.firstElementChild;
    for (const row of rows) {
      let element = known.get(key(row));
      if (!element) known.set(key(row), (element = create(row)));
      element.update?.(row);
      if (element === place) place = place.nextElementSibling;
      else parent.insertBefore(element, place);
    }
  };
}

function make(tag, kind = "") {
  const element = document.createElement(tag);
  if (kind) element.className = kind;
  if (tag === "button") element.type = "button";
  return element;
}

function add(parent, tag, kind = "") {
  const element = make(tag, kind);
  parent.append(element);
  return element;
}

function text(element, said) {
  if (element.textContent !== said) element.textContent = said;
}

function checkbox(parent, label) {
  const box = add(parent, "input");
  box.type = "checkbox";
  if (label) box.setAttribute("aria-label", label);
  return box;
}

function names(rows) {
  const told = rows.slice(0, 3).map((row) => row.name);
  return rows.length > 3 ? `${told.join(", ")} and ${rows.length - 3} more` : told.join(", ");
}

function plural(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function decimal(bytes) {
  return scaled(bytes, 1000, ["B", "kB", "MB", "GB", "TB", "PB"]);
}

function binary(bytes) {
  return scaled(bytes, 1024, ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]);
}

function scaled(bytes, base, units) {
  if (bytes == null) return "";
  let unit = 0;
  let value = bytes;
  for (; value >= base && unit < units.length - 1; unit++) value /= base;
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toPrecision(2 + (value >= 9.95))} ${units[unit]}`;
}

// How old, in one unit.
function since(milliseconds) {
  if (milliseconds == null) return "";
  const seconds = Math.max(0, (Date.now() - milliseconds) / 1000);
  for (const [size, unit] of [[86400 * 365, "y"], [86400, "d"], [3600, "h"], [60, "min"]]) if (seconds >= size) return `${Math.floor(seconds / size)} ${unit}`;
  return `${Math.floor(seconds)} s`;
}

function utc(milliseconds) {
  return milliseconds == null ? "" : `${new Date(milliseconds).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

function clock(milliseconds) {
  return milliseconds == null ? "" : new Date(milliseconds).toTimeString().slice(0, 8);
}
