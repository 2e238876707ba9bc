// The tables of images, volumes and networks.

const NAME = { title: "name", field: "name", kind: "dm-dash-cut dm-dash-strong" };
const DRIVER = { title: "driver", field: "driver", kind: "dm-dash-cut" };
const USED = { title: "containers", field: "used", told: String, kind: "dm-dash-right", most: true };
const AGE = { title: "age", field: "created", told: since, value: (row) => (row.created == null ? null : -row.created), kind: "dm-dash-right" };

const COLUMNS = {
  images: [NAME, { title: "size", field: "size", told: decimal, kind: "dm-dash-right", most: true }, USED, AGE],
  volumes: [NAME, DRIVER, USED, AGE],
  networks: [NAME, DRIVER, { title: "subnets", field: "subnets", kind: "dm-dash-cut" }, USED, AGE],
};

function drawTable(name) {
  const key = (row) => `${row.id} ${row.name}`;
  return (root, { store, view, redraw, id }) => {
    const columns = COLUMNS[name].map((column) => ({ value: (row) => row[column.field], ...column }));
    const box = panel(root, name, id);
    const scroll = add(box, "div", "dm-dash-scroll");
    const table = add(scroll, "table", "dm-dash-table");
    const arrange = createSorting(add(add(table, "thead"), "tr"), columns, redraw, key);
    const empty = add(box, "div", "dm-dash-empty");
    const draw = keyed(add(table, "tbody"), () => tableRow(columns), key);
    return () => {
      box.hidden = view.tab !== name;
      const rows = store.sections.tables?.[name];
      if (!box.hidden) draw(arrange(rows ?? []));
      empty.hidden = Boolean(rows?.length);
      text(empty, rows ? `There are no ${name}.` : "Looking…");
    };
  };
}

function tableRow(columns) {
  const line = make("tr");
  const cells = columns.map((column) => add(line, "td", column.kind));
  line.update = (row) =>
    columns.forEach(({ field, told }, place) => {
      const value = row[field];
      text(cells[place], value == null ? "" : told ? told(value) : value);
      cells[place].title = field === "created" ? utc(value) : field === "name" ? `${row.name}\n${row.id}` : "";
    });
  return line;
}
