// What containers write, in a page: the lines that the kernel sent, merged by time.
//
// All text comes from containers: it becomes `textContent`, never HTML, and has lost its escape sequences before.
//
// It is one program with feed_page.js: see logs_widget.py.

const LIMIT = 1000; // lines in the page, as in logs_rows.py
const COLOURS = 8; // in logs.css
const SOURCE = 2, STREAM = 3, TEXT = 4; // of a LogRow, behind its number and time
const STDERR = 2, NOTE = 3; // streams
const NEW = 5; // seconds
const NEAR = 24; // pixels from the end that are still the end

export default () => {
  const store = createFeedStore(LIMIT); // of one widget, shared by all its views in this page
  store.names = []; // of the containers
  store.closable = false; // stands in another view, which a person can close it in
  store.age = Infinity; // seconds, when the page heard of it first
  store.learn = (news) => {
    store.names = news.names ?? store.names;
    store.closable = news.closable ?? store.closable;
    store.age = Math.min(store.age, news.age ?? Infinity);
  };
  store.insert = (row) => insertByTime(store.rows, row);
  return feedWidget(store, createView);
};

// A line of one container may come after a later one of another. Lines without a time stay where they come.
function insertByTime(rows, row) {
  let place = rows.length;
  if (row[TIME] > 0) while (place > 0 && rows[place - 1][TIME] > row[TIME]) place--;
  if (place === rows.length) rows.push(row);
  else rows.splice(place, 0, row);
}

function createView(el, store) {
  const page = skeleton(el);
  const list = createList(page, store);
  const head = () => {
    drawFeedHead(page, store);
    page.newest.hidden = list.follows();
    const more = list.unseen();
    setText(page.newest, more ? `\u2193 ${more.toLocaleString("en")} new` : "\u2193 newest");
  };
  listenToFeed(page, store);
  const toEnd = () => {
    list.toEnd();
    store.changed("choice");
    page.scroll.focus();
  };
  page.newest.addEventListener("click", toEnd);
  page.close.addEventListener("click", () => store.ask("close"));
  page.scroll.addEventListener("keydown", (event) => {
    if (event.key === "End") toEnd();
  });
  page.scroll.addEventListener("scroll", () => list.scrolled() && store.changed("choice"));
  const draw = (everything) => {
    page.root.dataset.several = String(store.names.length > 1);
    page.close.hidden = !store.closable;
    list.draw(everything);
    head();
    drawFeedFoot(page, store, list.count(), "line");
  };
  const resized = new ResizeObserver(() => list.resized());
  resized.observe(page.scroll);
  const end = drawnWith(store, draw, head);
  // What a person has just asked for may appear below the edge of the window.
  if (store.closable && store.age < NEW) requestAnimationFrame(() => page.root.scrollIntoView({ block: "nearest" }));
  return () => {
    resized.disconnect();
    end();
  };
}

function skeleton(el) {
  const page = feedParts("Logs", "Show only lines with these words");
  page.close = button("Close", { hidden: "", title: "Close these logs" });
  page.actions.append(page.close);
  page.list = element("div", "dm-lines");
  page.newest = button("", { class: "dm-button dm-newest", title: "Go to the newest line, and stay there" });
  page.scroll = element(
    "div",
    "dm-scroll",
    { tabindex: "0", role: "log", "aria-live": "off", "aria-label": "Lines, the newest last" },
    [page.list, page.empty],
  );
  // The attribute keeps JupyterLab from taking our keys for its own commands.
  page.root = element("section", "dm-events dm-logs", { "aria-label": "Live logs", "data-lm-suppress-shortcuts": "true" }, [
    page.head,
    page.reason,
    element("div", "dm-tools", {}, [page.filter, page.actions]),
    element("div", "dm-window", {}, [page.scroll, page.newest]),
    page.below,
  ]);
  el.append(page.root);
  return page;
}

// The lines. It stays at the end as long as nobody scrolls away from there; then nothing moves until somebody is back.
function createList(page, store) {
  const list = page.list, scroll = page.scroll;
  let drawn = 0; // the number of the last line that was looked at
  let latest = 0; // the latest time among those in the page
  let follows = true;
  const atEnd = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR;
  return {
    count: () => list.childElementCount,
    follows: () => follows,
    unseen: () => Math.max(0, Math.min(store.last, store.pausedAt ?? Infinity) - drawn),
    toEnd() {
      follows = true;
    },
    resized() {
      if (follows) scroll.scrollTop = scroll.scrollHeight;
    },
    scrolled() {
      const before = follows;
      follows = atEnd();
      return follows !== before;
    },
    draw(everything) {
      if (!follows && !everything) return;
      const matches = matcher(store);
      let fresh = store.rows.filter((row) => (everything || row[NUMBER] > drawn) && matches(row));
      if (!everything && fresh.some((row) => row[TIME] < latest)) {
        everything = true; // one of them belongs between those that are there
        fresh = store.rows.filter(matches);
      }
      const made = fresh.map((row) => lineElement(row, store.names));
      if (everything || made.length >= LIMIT) list.replaceChildren(...made);
      else list.append(...made);
      while (list.childElementCount > LIMIT) list.firstElementChild.remove();
      latest = fresh.reduce((most, row) => Math.max(most, row[TIME]), everything ? 0 : latest);
      drawn = Math.max(drawn, Math.min(store.last, store.pausedAt ?? Infinity));
      page.empty.hidden = list.childElementCount > 0;
      setText(page.empty, emptyText(store));
      if (follows) scroll.scrollTop = scroll.scrollHeight;
    },
  };
}

// Whether a line is one to show; a note always is.
function matcher(store) {
  const words = store.words();
  const end = store.pausedAt ?? Infinity;
  return (row) => {
    if (row[NUMBER] <= store.cleared || row[NUMBER] > end) return false;
    if (row[STREAM] === NOTE || !words.length) return true;
    const text = `${store.names[row[SOURCE]] ?? ""} ${row[TEXT]}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
}

function emptyText(store) {
  const shown = store.rows.some((row) => row[NUMBER] > store.cleared && row[NUMBER] <= (store.pausedAt ?? Infinity));
  if (shown) return "No line matches the filter.";
  if (store.state === "stopped") return "Stopped: there was no line.";
  return store.cleared ? "Cleared. What is written from now on appears here." : "No lines yet. What is written appears here.";
}

function lineElement(row, names) {
  const made = element("div", "dm-line");
  const name = names[row[SOURCE]] ?? "";
  const from = element("span", "dm-from", { title: name }, [element("i", `dm-dot dm-colour-${row[SOURCE] % COLOURS}`), name]);
  made.append(stampElement("span", row[TIME]), from);
  if (row[STREAM] === NOTE) {
    made.classList.add("dm-note");
    made.append(element("span", "dm-text", {}, [element("span", "dm-who", {}, [`${name} `]), row[TEXT]]));
    return made;
  }
  if (row[STREAM] === STDERR) {
    made.classList.add("dm-stderr");
    made.append(element("span", "dm-mark", { title: "written to stderr" }, ["err"]));
  }
  made.append(element("span", "dm-text", {}, [row[TEXT]]));
  return made;
}
