// Sorting by a column: a click on its title sorts, the next one the other way round, the third one not at all.
//
// Nothing jumps: rows keep their places while their values change. They are sorted when somebody asks, and when rows
// come or go; a hollow arrow says that their values have changed since, and a click then sorts again.

const TEXTS = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" }); // worker-2 before worker-10

// `columns` have a `title`, the `value` of a row (null: always last), what is asked for first (`most`: the greatest),
// and a class, `kind`. Makes the titles in `head`, and returns what puts rows in order.
function createSorting(head, columns, redraw, key = (row) => row.id) {
  let sorted = null; // the column
  let down = false;
  let placed = new Map(); // key of a row -> its place
  let stale = false;
  const before = (a, b) => {
    const [one, other] = [sorted.value(a), sorted.value(b)];
    if (one == null || other == null) return (one == null) - (other == null);
    const found = typeof one === "string" ? TEXTS.compare(one, other) : one - other;
    return down ? -found : found;
  };
  const asked = (column) => {
    if (sorted !== column) [sorted, down] = [column, Boolean(column.most)];
    else if (!stale && down !== Boolean(column.most)) sorted = null;
    else if (!stale) down = !down;
    placed = new Map();
    redraw();
  };
  const titles = columns.map((column) => {
    const cell = add(head, "th", column.kind);
    cell.scope = "col";
    const button = add(cell, "button", "dm-dash-sort");
    add(button, "span").textContent = column.title;
    const arrow = add(button, "span", "dm-dash-arrow");
    arrow.setAttribute("aria-hidden", "true");
    button.onclick = () => asked(column);
    return [column, cell, button, arrow];
  });
  const told = () => {
    for (const [column, cell, button, arrow] of titles) {
      const here = column === sorted;
      cell.setAttribute("aria-sort", here ? (down ? "descending" : "ascending") : "none");
      text(arrow, here ? (down ? (stale ? "▽" : "▼") : stale ? "△" : "▲") : "");
      button.title = here && stale ? `Values have changed: sort by ${column.title} again` : `Sort by ${column.title}`;
    }
  };
  return (rows) => {
    let found = rows;
    stale = false;
    if (sorted) {
      const kept = rows.length === placed.size && rows.every((row) => placed.has(key(row)));
      found = [...rows].sort(kept ? (a, b) => placed.get(key(a)) - placed.get(key(b)) : before);
      if (!kept) placed = new Map(found.map((row, place) => [key(row), place]));
      stale = found.some((row, place) => place > 0 && before(found[place - 1], row) > 0);
    }
    told();
    return found;
  };
}
