// The tables of images, volumes and networks.

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
