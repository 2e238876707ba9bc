// What the kernel told of containers, for the dashboard and for the stats.

const WAITS_MS = 700; // a kernel that is free takes an order in a few milliseconds

// Take all of it as a trait or when it was asked for, and then what changes.
function follow(model, store) {
  store.send = (message) => model.send(message);
  model.on("change:whole", () => store.take(model.get("whole")));
  model.on("msg:custom", (message) => {
    if (message && message.whole) store.take(message.whole);
    else if (message && message.patch) store.patch(message.patch);
    else if (message && message.heard) store.heard(message.heard);
  });
  store.take(model.get("whole"));
  store.send({ kind: "all" });
}

// `listeners` are called when it has changed.
function createStore() {
  const store = {
    seq: -1,
    sections: {},
    rows: {},
    order: [],
    samples: {},
    retryAt: null, // of performance.now()
    noted: {}, // when a container's note came
    newest: null, // when the last news came, of Date.now()
    asked: false,
    waiting: new Map(), // orders that the kernel has not taken yet, and when they were given
    listeners: new Set(),
    send() {},
    // What a person wants done. A kernel whose cell runs takes it when that has ended.
    want(message) {
      const order = Math.random().toString(36).slice(2);
      store.waiting.set(order, performance.now());
      store.send({ ...message, order });
      setTimeout(store.changed, WAITS_MS);
    },
    heard(order) {
      if (store.waiting.delete(order)) store.changed();
    },
    isWaiting() {
      return [...store.waiting.values()].some((since) => performance.now() - since >= WAITS_MS);
    },
    changed() {
      for (const listener of store.listeners) listener();
    },
    take(whole) {
      if (!whole || !whole.sections || whole.seq < store.seq) return;
      store.asked = false;
      store.newest = Date.now();
      Object.assign(store, { seq: whole.seq, rows: { ...whole.rows }, order: whole.order, samples: { ...whole.samples } });
      store.put(whole.sections);
      store.changed();
    },
    patch(patch) {
      if (patch.seq <= store.seq) return; // the whole that came before had it
      if (patch.seq !== store.seq + 1) {
        if (!store.asked) store.send({ kind: "all" });
        store.asked = true;
        return;
      }
      store.seq = patch.seq;
      store.newest = Date.now();
      Object.assign(store.rows, patch.rows ?? {});
      for (const id of patch.gone ?? []) {
        delete store.rows[id];
        delete store.samples[id];
      }
      store.order = patch.order ?? store.order;
      for (const [id, sample] of Object.entries(patch.samples ?? {}))
        store.samples[id] = [...(store.samples[id] ?? []), sample].slice(-SAMPLES);
      store.put(patch.sections ?? {});
      store.changed();
    },
    put(sections) {
      if (sections.notes) {
        const before = store.sections.notes ?? {};
        for (const [id, note] of Object.entries(sections.notes))
          if (before[id]?.text !== note.text || before[id]?.kind !== note.kind) store.noted[id] = performance.now();
      }
      if (sections.feed)
        store.retryAt = sections.feed.name === "reconnecting" ? performance.now() + sections.feed.retry_in * 1000 : null;
      store.sections = { ...store.sections, ...sections };
    },
  };
  return store;
}

function stateText(feed, retryAt) {
  if (feed.name === "connected") return "live";
  if (feed.name !== "reconnecting") return feed.name ?? "connecting";
  const seconds = Math.ceil(Math.max(0, (retryAt ?? 0) - performance.now()) / 1000);
  return seconds > 0 ? `reconnecting in ${seconds} s` : "reconnecting…";
}
