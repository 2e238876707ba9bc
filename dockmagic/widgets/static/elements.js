// What the pages share: elements that hold text and never HTML, lists of them, and how figures and times are told.

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
