// Clean up: first what would go, then the question, then what happened (which is a message).

const PRUNES = [
  ["containers", "Stopped containers", "containers"],
  ["untagged", "Untagged images", null],
  ["images", "Unused images", "images"],
  ["volumes", "Unused volumes", null],
  ["networks", "Unused networks", null],
  ["cache", "Build cache", "cache"],
];

function drawPrune(root, { store }) {
  const box = add(root, "div", "dm-dash-clean");
  const bar = add(box, "div", "dm-dash-bar");
  add(bar, "strong").textContent = "Clean up";
  const buttons = PRUNES.map(([prune, label, kind]) => {
    const button = add(bar, "button", "dm-dash-button");
    button.onclick = () => button.getAttribute("aria-disabled") !== "true" && store.want({ kind: "prune", prune });
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
    store.want({ kind: "prune-do" });
  };
  const no = add(actions, "button", "dm-dash-button");
  no.onclick = () => {
    back();
    store.want({ kind: "prune-cancel" });
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
