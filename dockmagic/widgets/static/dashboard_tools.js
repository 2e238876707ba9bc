// The buttons for the containers that are selected, and the filter.

const ACTS = [
  ["start", "Start", (row) => !RUNS.has(row.state)],
  ["stop", "Stop", (row) => RUNS.has(row.state)],
  ["restart", "Restart", () => true],
  ["pause", "Pause", (row) => row.state === "running"],
  ["unpause", "Unpause", (row) => row.state === "paused"],
];

function drawToolbar(box, { store, view, redraw }) {
  const bar = add(box, "div", "dm-dash-tools");
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", "Selected containers");
  const chosen = () => [...view.selected].map((id) => store.rows[id]).filter(Boolean);
  const buttons = ACTS.map(([act, label, fits]) => {
    const button = add(bar, "button", "dm-dash-button");
    button.textContent = label;
    button.onclick = () => store.want({ kind: "act", act, ids: chosen().filter(fits).map((row) => row.id) });
    return [button, label, fits];
  });
  const remove = add(bar, "button", "dm-dash-button");
  remove.textContent = "Remove…";
  const logs = add(bar, "button", "dm-dash-button");
  logs.textContent = "Logs";
  logs.onclick = () => store.want({ kind: "logs", ids: chosen().map((row) => row.id) });
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
    // What is disabled loses the focus: it must not fall out of the widget, where letters are the notebook's commands.
    if (bar.contains(document.activeElement) && document.activeElement.disabled) filter.focus({ preventScroll: true });
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
    store.want({ kind: "act", act: "remove", ids: chosen().map((row) => row.id) });
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
      text(words, `Remove ${names(rows)}?${run ? ` ${run === 1 ? "1 runs and is" : `${run} run and are`} killed.` : ""} ${rows.length === 1 ? "Its" : "Their"} volumes stay.`);
      text(yes, `Remove ${plural(rows.length, "container")}`);
    },
  };
}

function names(rows) {
  const told = rows.slice(0, 3).map((row) => row.name);
  return rows.length > 3 ? `${told.join(", ")} and ${rows.length - 3} more` : told.join(", ");
}
