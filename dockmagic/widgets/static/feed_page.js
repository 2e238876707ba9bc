// What the pages of feeds share: what the kernel told, when it is drawn, the line above and the line below.

const RATE_SECONDS = 10; // over which "3.2/s" is the mean
const NUMBER = 0, TIME = 1; // of a row: which one of all it is, and milliseconds since 1970

// What the kernel told, and what the person chose. `limit`: rows in the page; `listeners` are called when it has changed.
function createFeedStore(limit) {
  const store = {
    rows: [], // the oldest first
    last: 0, // the number of the last row, shown or not
    kept: 0, // rows of the frame
    dropped: 0, // those that it had no room for any more
    host: "",
    name: "", // what to type to get at it
    state: "connecting",
    reason: "",
    retryAt: null, // of performance.now()
    filter: "",
    cleared: 0, // rows up to this number are not shown
    pausedAt: null, // nor those after this one
    samples: [], // [time, before, after]: how the rate is known
    listeners: new Set(),
    ask() {},
    insert(row) {
      store.rows.push(row);
    },
    learn() {}, // what else is in a message
    changed(what) {
      for (const listener of store.listeners) listener(what);
    },
    take(news) {
      if (!news || !Array.isArray(news.rows)) return;
      if (news.first > store.last + 1) store.ask(); // a message was missed: the page was not listening yet
      store.learn(news);
      for (const row of news.rows) if (row[NUMBER] > store.last) store.insert(row);
      if (store.rows.length > limit) store.rows.splice(0, store.rows.length - limit);
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
    words() {
      return store.filter.toLowerCase().split(/\s+/).filter(Boolean);
    },
  };
  return store;
}

// The hooks of a widget, whose `createView` draws the store in each of its views.
function feedWidget(store, createView) {
  return {
    initialize({ model }) {
      store.ask = (what = "all") => model.send({ ask: what });
      model.on("change:shown", () => store.take(model.get("shown")));
      model.on("msg:custom", (message) => message && message.news && store.take(message.news));
      store.take(model.get("shown"));
      store.ask();
    },
    render({ el }) {
      return createView(el, store);
    },
  };
}

// Draws once per picture that the browser shows, and not at all while nobody sees it. `draw(everything)` draws it all
// anew, or what is new; `drawHead` what changes without any news too: the rate falls, and waits end.
function drawnWith(store, draw, drawHead) {
  let due = 0;
  let everything = true;
  const now = () => {
    due = 0;
    draw(everything);
    everything = false;
  };
  const schedule = (what) => {
    everything ||= what === "choice";
    due ||= requestAnimationFrame(now);
  };
  store.listeners.add(schedule);
  const clock = setInterval(drawHead, 1000);
  now();
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

// When it was, in the time of whoever looks; UTC on hover.
function stampElement(tag, milliseconds) {
  if (!(milliseconds > 0)) return element(tag, "dm-time");
  const time = new Date(milliseconds);
  return element(tag, "dm-time", { title: `${time.toISOString().replace("T", " ").replace("Z", "")} UTC` }, [localTime(time)]);
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

// The parts that every feed's page has.
function feedParts(title, words) {
  const part = {
    host: element("span", "dm-host"),
    state: element("span", "dm-state", { role: "status" }),
    count: element("span", "dm-number"),
    rate: element("span", "dm-number", { title: `the mean of the last ${RATE_SECONDS} seconds` }),
    reason: element("div", "dm-reason", { hidden: "" }),
    filter: element("input", "dm-filter", { type: "search", placeholder: "filter ( / )", "aria-label": words, spellcheck: "false" }),
    pause: button("Pause", {}),
    clear: button("Clear", { title: "Empty this table. The frame keeps all" }),
    empty: element("div", "dm-empty"),
    foot: element("span"),
    hint: element("span", "dm-hint"),
    name: element("code", "dm-code", { title: "type this in a cell" }),
  };
  part.hint.append("all as a DataFrame: ", part.name);
  part.head = element("div", "dm-head", {}, [
    element("span", "dm-title", {}, [element("b", "", {}, [title]), part.host]),
    element("span", "dm-figures", {}, [part.count, part.rate, part.state]),
  ]);
  part.actions = element("span", "dm-actions", {}, [part.pause, part.clear]);
  part.below = element("div", "dm-foot", {}, [part.foot, part.hint]);
  return part;
}

function listenToFeed(page, store) {
  page.filter.addEventListener("input", () => {
    store.filter = page.filter.value;
    store.changed("choice");
  });
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

function drawFeedHead(page, store) {
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
  if (page.filter.value !== store.filter) page.filter.value = store.filter;
}

// `noun`: what a row is, such as event.
function drawFeedFoot(page, store, shown, noun) {
  const there = Math.min(store.last - store.cleared, store.rows.length);
  const part = there > shown ? `${shown} of the last ${there} ${noun}s` : shown === 1 ? `1 ${noun}` : `${shown} ${noun}s`;
  setText(page.foot, `${part} shown`);
  const kept = store.kept.toLocaleString("en");
  const what = store.kept === 1 ? `1 ${noun}` : store.dropped ? `the last ${kept} (the oldest ${store.dropped.toLocaleString("en")} are dropped)` : `all ${kept}`;
  setText(page.hint.firstChild, `${what} as a DataFrame: `);
  setText(page.name, store.name ? `${store.name}.frame` : "its .frame");
}
