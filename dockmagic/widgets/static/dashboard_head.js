// What stands above the tables: the engine, how many of what, what was done, and the tabs.

const TABS = [
  ["containers", "Containers"],
  ["images", "Images"],
  ["volumes", "Volumes"],
  ["networks", "Networks"],
];

function drawHead(root, { store }) {
  const head = add(root, "header", "dm-dash-head");
  const name = add(head, "strong", "dm-dash-name");
  const facts = add(head, "span", "dm-dash-faint");
  const state = add(head, "span", "dm-dash-state");
  state.setAttribute("role", "status");
  const newest = add(head, "span", "dm-dash-newest"); // is not read out with every sample
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
    text(newest, feed.name === "connected" ? clock(store.newest) : "");
    newest.title = "When the last news came";
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

// What was done, until the next thing; errors until they are dismissed.
function drawMessages(root, { store }) {
  const box = add(root, "div", "dm-dash-messages");
  box.setAttribute("aria-live", "polite");
  const waiting = add(root, "div", "dm-dash-message dm-dash-waiting");
  waiting.setAttribute("role", "status");
  const draw = keyed(box, (message) => {
    const line = make("div", `dm-dash-message dm-dash-${message.kind}`);
    if (message.kind === "error") line.setAttribute("role", "alert");
    add(line, "span", "dm-dash-said").textContent = message.text;
    const button = add(line, "button", "dm-dash-dismiss");
    button.textContent = "×";
    button.setAttribute("aria-label", "Dismiss");
    button.onclick = () => store.want({ kind: "dismiss", id: message.id });
    return line;
  });
  return () => {
    draw(store.sections.messages ?? []);
    text(waiting, store.isWaiting() ? "The kernel has not answered yet: what was pressed is done as soon as it is free." : "");
    waiting.hidden = !waiting.textContent;
  };
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
