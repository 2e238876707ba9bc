// The log lines of the containers that were selected.

function drawLogs(root, { store }) {
  const box = add(root, "div", "dm-dash-logs");
  const head = add(box, "div", "dm-dash-bar");
  const title = add(head, "strong");
  const again = add(head, "button", "dm-dash-button");
  again.textContent = "Read again";
  again.onclick = () => store.want({ kind: "logs", ids: store.sections.logs?.ids ?? [] });
  const close = add(head, "button", "dm-dash-button");
  close.textContent = "Close";
  close.onclick = () => store.want({ kind: "logs-close" });
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
