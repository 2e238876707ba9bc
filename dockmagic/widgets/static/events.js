// The events of an engine in a page: what the kernel sent of them, and the table that shows it.
//
// All text comes from an engine, where anybody names things: it becomes `textContent`, never HTML.

const LIMIT = 500; // rows in the page, as in events_rows.py
const RATE_SECONDS = 10; // over which "3.2/s" is the mean
const TYPES = ["container", "image", "network", "volume"]; // the others share one button
const NUMBER = 0, TIME = 1, TYPE = 2, ACTION = 3, NAME = 4, ID = 5, DETAIL = 6, FAILED = 7; // an EventRow

export default () => {
  const store = createStore(); // of one widget, shared by all its views in this page
  return {
    initialize({ model }) {
      store.ask = () => model.send({ ask: "all" });
      model.on("change:shown", () => store.take(model.get("shown")));
      model.on("msg:custom", (message) => message && message.news && store.take(message.news));
      store.take(model.get("shown"));
      store.ask();
    },
    render({ el }) {
      return createView(el, store);
    },
  };
};

// What the kernel told, and what the person chose. `listeners` are called when it has changed.
function createStore() {
  const store = {
    rows: [], // the oldest first
    last: 0, // the number of the last event, shown or not
    kept: 0, // rows of the frame
    dropped: 0, // those that it had no room for any more
    host: "",
    name: "", // what to type to get at it
    state: "connecting",
    reason: "",
    retryAt: null, // of performance.now()
    filter: "",
    hidden: new Set(),
    cleared: 0, // events up to this number are not shown
    pausedAt: null, // nor those after this one
    samples: [], // [time, last]: how the rate is known
    listeners: new Set(),
    ask() {},
    changed(what) {
      for (const listener of store.listeners) listener(what);
    },
    take(news) {
      if (!news || !Array.isArray(news.rows)) return;
      if (news.first > store.last + 1) store.ask(); // a message was missed: the page was not listening yet
      for (const row of news.rows) if (row[NUMBER] > store.last) store.rows.push(row);
      if (store.rows.length > LIMIT) store.rows.splice(0, store.rows.length - LIMIT);
      if (news.last > store.last) {
        // what was there before the page knew of it says nothing about a rate
        store.samples.push([performance.now(), store.last === 0 ? news.last : store.last, news.last]);
        store.last = news.last;
      }
      store.kept = news.kept;
      store.dropped = news.dropped;
      store.state = news.state;
      store.reason = news.reason;
      store.retryAt = news.retry_in === null ? null : performance.now() + news.retry_in * 1000;
      store.host = news.host ?? store.host;
      store.name = news.name ?? store.name;
      store.changed("news");
    },
    rate() {
      const since = performance.now() - RATE_SECONDS * 1000;
      store.samples = store.samples.filter(([time]) => time > since);
      return store.samples.reduce((sum, [, before, after]) => sum + after - before, 0) / RATE_SECONDS;
    },
    waiting() {
      return store.pausedAt === null ? 0 : store.last - store.pausedAt;
    },
    matcher() {
      const words = store.filter.toLowerCase().split(/\s+/).filter(Boolean);
      const end = store.pausedAt ?? Infinity;
      return (row) => {
        if (row[NUMBER] <= store.cleared || row[NUMBER] > end) return false;
        const gap = row[TYPE] === "gap"; // is shown whatever is chosen
        if (!gap && store.hidden.has(TYPES.includes(row[TYPE]) ? row[TYPE] : "other")) return false;
        const text = row.slice(TYPE, FAILED).join(" ").toLowerCase();
        return gap || words.every((word) => text.includes(word));
      };
    },
  };
  return store;
}

function createView(el, store) {
  const page = skeleton(el);
  const table = createTable(page);
  let due = 0;
  let everything = true;

  const draw = () => {
    due = 0;
    table.draw(store, everything);
    everything = false;
    drawHead(page, store);
    drawFoot(page, store, table.count());
  };
  // Once per picture that the browser shows, and not at all while nobody sees it.
  const schedule = (what) => {
    everything ||= what === "choice";
    due ||= requestAnimationFrame(draw);
  };
  store.listeners.add(schedule);
  const clock = setInterval(() => drawHead(page, store), 1000); // the rate falls and waits end without any news
  listen(page, store);
  draw();
  return () => {
    store.listeners.delete(schedule);
    clearInterval(clock);
    cancelAnimationFrame(due);
  };
}

function element(tag, className, attributes = {}, children = []) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children); // text becomes text
  return made;
}

function button(text, attributes) {
  return element("button", "dm-button", { type: "button", ...attributes }, [text]);
}

function skeleton(el) {
  const page = {
    host: element("span", "dm-host"),
    state: element("span", "dm-state", { role: "status" }),
    count: element("span", "dm-number"),
    rate: element("span", "dm-number", { title: `the mean of the last ${RATE_SECONDS} seconds` }),
    reason: element("div", "dm-reason", { hidden: "" }),
    filter: element("input", "dm-filter", {
      type: "search",
      placeholder: "filter ( / )",
      "aria-label": "Show only events with these words",
      spellcheck: "false",
    }),
    types: new Map([...TYPES, "other"].map((type) => [type, button(type, { "data-type": type })])),
    pause: button("Pause", {}),
    clear: button("Clear", { title: "Empty this table. The frame keeps all" }),
    body: element("tbody"),
    empty: element("div", "dm-empty"),
    foot: element("span"),
    hint: element("span", "dm-hint"),
    name: element("code", "dm-code", { title: "type this in a cell" }),
  };
  const types = element("span", "dm-types", { role: "group", "aria-label": "Types of events" }, [...page.types.values()]);
  const titles = ["time", "type", "action", "name", "detail"];
  const head = element("thead", "", {}, [
    element("tr", "", {}, titles.map((title) => element("th", `dm-${title}`, { scope: "col" }, [title]))),
  ]);
  page.scroll = element("div", "dm-scroll", { tabindex: "0", role: "region", "aria-label": "Events, the newest first" }, [
    element("table", "dm-table", {}, [head, page.body]),
    page.empty,
  ]);
  page.hint.append("all as a DataFrame: ", page.name);
  // The attribute keeps JupyterLab from taking our keys for its own commands.
  page.root = element("section", "dm-events", { "aria-label": "Live events", "data-lm-suppress-shortcuts": "true" }, [
    element("div", "dm-head", {}, [
      element("span", "dm-title", {}, [element("b", "", {}, ["Events"]), page.host]),
      element("span", "dm-figures", {}, [page.count, page.rate, page.state]),
    ]),
    page.reason,
    element("div", "dm-tools", {}, [page.filter, types, element("span", "dm-actions", {}, [page.pause, page.clear])]),
    page.scroll,
    element("div", "dm-foot", {}, [page.foot, page.hint]),
  ]);
  el.append(page.root);
  return page;
}

function listen(page, store) {
  page.filter.addEventListener("input", () => {
    store.filter = page.filter.value;
    store.changed("choice");
  });
  for (const [type, toggle] of page.types) {
    toggle.addEventListener("click", () => {
      store.hidden.has(type) ? store.hidden.delete(type) : store.hidden.add(type);
      store.changed("choice");
    });
  }
  page.pause.addEventListener("click", () => {
    store.pausedAt = store.pausedAt === null ? store.last : null;
    store.changed("news"); // what is there stays where it is
  });
  page.clear.addEventListener("click", () => {
    store.cleared = store.last;
    if (store.pausedAt !== null) store.pausedAt = store.last;
    store.changed("choice");
  });
  page.root.addEventListener("keydown", (event) => {
    if (event.key === "/" && event.target !== page.filter) {
      event.preventDefault();
      page.filter.focus();
    } else if (event.key === "Escape" && event.target === page.filter && page.filter.value) {
      event.preventDefault();
      page.filter.value = store.filter = "";
      store.changed("choice");
    }
  });
}

// The rows: what is new is put in front, what is too much goes at the end; the others stay where they are.
function createTable(page) {
  let drawn = 0; // the number of the last event that was looked at
  const body = page.body;
  return {
    count: () => body.childElementCount,
    draw(store, everything) {
      const matches = store.matcher();
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
  const time = new Date(row[TIME]);
  const known = row[TIME] > 0;
  const stamp = element("td", "dm-time", { title: known ? `${time.toISOString().replace("T", " ").replace("Z", "")} UTC` : "" });
  stamp.textContent = known ? localTime(time) : "";
  const made = element("tr", isNew ? "dm-new" : "");
  if (row[TYPE] === "gap") {
    made.classList.add("dm-gap");
    made.append(stamp, element("td", "", { colspan: "4" }, [element("b", "", {}, ["gap"]), ` ${row[DETAIL]}`]));
    return made;
  }
  if (row[FAILED]) made.classList.add("dm-failed");
  made.dataset.type = TYPES.includes(row[TYPE]) ? row[TYPE] : "other";
  const name = element("td", "dm-name", row[ID] ? { title: row[ID] } : {}, [row[NAME] || row[ID]]);
  made.append(
    stamp,
    element("td", "dm-type", {}, [row[TYPE]]),
    element("td", "dm-action", {}, [row[ACTION]]),
    name,
    element("td", "dm-detail", {}, [row[DETAIL]]),
  );
  return made;
}

// 14:02:09.123, with the day in front if it is not today.
function localTime(time) {
  const two = (number) => String(number).padStart(2, "0");
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":");
  const today = time.toDateString() === new Date().toDateString();
  const day = today ? "" : `${two(time.getMonth() + 1)}-${two(time.getDate())} `;
  return `${day}${clock}.${String(time.getMilliseconds()).padStart(3, "0")}`;
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function drawHead(page, store) {
  setText(page.host, store.host);
  setText(page.count, `${store.last.toLocaleString("en")} seen`);
  const rate = store.rate();
  setText(page.rate, `${rate >= 100 ? Math.round(rate).toLocaleString("en") : rate.toFixed(1)}/s`);
  const wait = store.retryAt === null ? 0 : Math.ceil((store.retryAt - performance.now()) / 1000);
  const waits = store.state === "reconnecting" && wait > 0;
  setText(page.state, waits ? `${store.state} in ${wait} s` : store.state === "connected" ? "live" : store.state);
  page.root.dataset.state = store.state;
  page.reason.hidden = !store.reason;
  setText(page.reason, store.reason);
  setText(page.pause, store.pausedAt === null ? "Pause" : store.waiting() ? `Resume (${store.waiting()} new)` : "Resume");
  page.pause.setAttribute("aria-pressed", String(store.pausedAt !== null));
  for (const [type, toggle] of page.types) toggle.setAttribute("aria-pressed", String(!store.hidden.has(type)));
  if (page.filter.value !== store.filter) page.filter.value = store.filter;
}

function drawFoot(page, store, shown) {
  const there = Math.min(store.last - store.cleared, store.rows.length);
  const part = there > shown ? `${shown} of the last ${there} events` : shown === 1 ? "1 event" : `${shown} events`;
  setText(page.foot, `${part} shown`);
  const kept = store.kept.toLocaleString("en");
  const what = store.kept === 1 ? "1 event" : store.dropped ? `the last ${kept} (the oldest ${store.dropped.toLocaleString("en")} are dropped)` : `all ${kept}`;
  setText(page.hint.firstChild, `${what} as a DataFrame: `);
  setText(page.name, store.name ? `${store.name}.frame` : "its .frame");
}
