// The events of an engine in a page: the table that shows what the kernel sent of them.
//
// All text comes from an engine, where anybody names things: it becomes `textContent`, never HTML.
//
// It is one program with feed_page.js: see events_widget.py.

const LIMIT = 500; // rows in the page, as in events_rows.py
const KINDS = ["container", "exec", "image", "network", "volume"]; // the others share one button
const TYPE = 2, ACTION = 3, NAME = 4, ID = 5, DETAIL = 6, FAILED = 7; // of an EventRow, behind its number and time

export default () => {
  const store = createFeedStore(LIMIT); // of one widget, shared by all its views in this page
  store.hidden = new Set(); // kinds
  const widget = feedWidget(store, createView);
  return {
    ...widget,
    initialize(context) {
      store.hidden = new Set(context.model.get("shown")?.hidden ?? []); // at first; then a person chooses
      widget.initialize(context);
    },
  };
};

// The type of what it happened to; processes in a container are a kind of their own: each check of its health is three.
function kindOf(row) {
  if (row[TYPE] === "container" && row[ACTION].startsWith("exec_")) return "exec";
  return KINDS.includes(row[TYPE]) ? row[TYPE] : "other";
}

function createView(el, store) {
  const page = skeleton(el);
  const table = createTable(page);
  const head = () => {
    drawFeedHead(page, store);
    for (const [type, toggle] of page.types) toggle.setAttribute("aria-pressed", String(!store.hidden.has(type)));
  };
  listenToFeed(page, store);
  for (const [type, toggle] of page.types) {
    toggle.addEventListener("click", () => {
      store.hidden.has(type) ? store.hidden.delete(type) : store.hidden.add(type);
      store.changed("choice");
    });
  }
  const draw = (everything) => {
    table.draw(store, everything);
    head();
    drawFeedFoot(page, store, table.count(), "event");
  };
  return drawnWith(store, draw, head);
}

// Whether a row is one to show.
function matcher(store) {
  const words = store.words();
  const end = store.pausedAt ?? Infinity;
  return (row) => {
    if (row[NUMBER] <= store.cleared || row[NUMBER] > end) return false;
    const gap = row[TYPE] === "gap"; // is shown whatever is chosen
    if (!gap && store.hidden.has(kindOf(row))) return false;
    const text = row.slice(TYPE, FAILED).join(" ").toLowerCase();
    return gap || words.every((word) => text.includes(word));
  };
}

function skeleton(el) {
  const page = feedParts("Events", "Show only events with these words");
  page.types = new Map([...KINDS, "other"].map((type) => [type, button(type, { "data-type": type })]));
  page.body = element("tbody");
  const types = element("span", "dm-types", { role: "group", "aria-label": "Types of events" }, [...page.types.values()]);
  const titles = ["time", "type", "action", "name", "detail"];
  const head = element("thead", "", {}, [
    element("tr", "", {}, titles.map((title) => element("th", `dm-${title}`, { scope: "col" }, [title]))),
  ]);
  page.scroll = element("div", "dm-scroll", { tabindex: "0", role: "region", "aria-label": "Events, the newest first" }, [
    element("table", "dm-table", {}, [head, page.body]),
    page.empty,
  ]);
  // The attribute keeps JupyterLab from taking our keys for its own commands.
  page.root = element("section", "dm-events", { "aria-label": "Live events", "data-lm-suppress-shortcuts": "true" }, [
    page.head,
    page.reason,
    element("div", "dm-tools", {}, [page.filter, types, page.actions]),
    page.scroll,
    page.below,
  ]);
  el.append(page.root);
  return page;
}

// The rows: what is new is put in front, what is too much goes at the end; the others stay where they are.
function createTable(page) {
  let drawn = 0; // the number of the last event that was looked at
  const body = page.body;
  return {
    count: () => body.childElementCount,
    draw(store, everything) {
      const matches = matcher(store);
      if (everything) {
        drawn = 0;
        body.replaceChildren();
      }
      const fresh = store.rows.filter((row) => row[NUMBER] > drawn && matches(row)).slice(-LIMIT);
      const few = !everything && fresh.length <= 20; // a burst is not announced row by row
      body.prepend(...fresh.reverse().map((row) => rowElement(row, few)));
      while (body.childElementCount > LIMIT) body.lastElementChild.remove();
      drawn = Math.max(drawn, Math.min(store.last, store.pausedAt ?? Infinity));
      page.empty.hidden = body.childElementCount > 0;
      page.empty.textContent = emptyText(store);
    },
  };
}

function emptyText(store) {
  const shown = store.rows.some((row) => row[NUMBER] > store.cleared && row[NUMBER] <= (store.pausedAt ?? Infinity));
  if (shown) return "No event matches the filter.";
  if (store.state === "stopped") return "Stopped: no event was seen.";
  return store.cleared ? "Cleared. What happens from now on appears here." : "No events yet. What happens appears here.";
}

function rowElement(row, isNew) {
  const stamp = stampElement("td", row[TIME]);
  const made = element("tr", isNew ? "dm-new" : "");
  if (row[TYPE] === "gap") {
    made.classList.add("dm-gap");
    made.append(stamp, element("td", "", { colspan: "4" }, [element("b", "", {}, ["gap"]), ` ${row[DETAIL]}`]));
    return made;
  }
  if (row[FAILED]) made.classList.add("dm-failed");
  made.dataset.type = kindOf(row);
  const name = element("td", "dm-name", { title: [row[NAME], row[ID]].filter(Boolean).join("\n") }, [row[NAME] || row[ID]]);
  made.append(
    stamp,
    element("td", "dm-type", {}, [row[TYPE]]),
    element("td", "dm-action", {}, [row[ACTION]]),
    name,
    element("td", "dm-detail", {}, [row[DETAIL]]),
  );
  return made;
}
