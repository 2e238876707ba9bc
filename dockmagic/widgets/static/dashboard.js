// An engine at a glance in a page: what the kernel told of it, the tables that show it, and the buttons.
//
// All text comes from an engine, where anybody names things: it becomes `textContent`, never HTML.
//
// It is one program with the files beside it: see dashboard_widget.py.

const HEARTBEAT_MS = 60000; // how often a view says that it can be seen

export default () => {
  const store = createStore(); // of one widget, shared by all its views in this page
  return {
    initialize({ model }) {
      follow(model, store);
    },
    render({ el }) {
      return createView(el, store);
    },
  };
};

// One view. It draws at most once per frame of the browser, and changes only what is other than before.
function createView(el, store) {
  const view = { tab: "containers", filter: "", stopped: true, selected: new Set(), removing: null };
  const root = make("section", "dm-dash");
  root.dataset.lmSuppressShortcuts = "true"; // JupyterLab's keys are letters, which a person types here
  root.setAttribute("aria-label", "Docker dashboard");
  let due = 0;
  const redraw = () => {
    due ||= requestAnimationFrame(() => {
      due = 0;
      for (const part of parts) part();
    });
  };
  const context = { store, view, redraw, id: Math.random().toString(36).slice(2) };
  const parts = [drawHead, drawMessages, drawTabs, drawContainers, ...TABS.slice(1).map(([name]) => drawTable(name)), drawPrune].map(
    (create) => create(root, context),
  );
  root.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.matches("input[type=search]")) return;
    event.preventDefault();
    view.tab = "containers";
    redraw();
    root.querySelector(".dm-dash-filter").focus();
  });
  el.append(root);
  store.listeners.add(redraw);
  const clock = setInterval(redraw, 1000); // ages, and the seconds until it connects again
  const unwatch = watchVisibility(root, store, context.id);
  for (const part of parts) part();
  return () => {
    store.listeners.delete(redraw);
    clearInterval(clock);
    cancelAnimationFrame(due);
    unwatch();
  };
}

// Tells the kernel whether anybody can see the view: it samples what containers use only then.
function watchVisibility(root, store, view) {
  let inside = true;
  let told = null;
  const tell = (again) => {
    const visible = inside && document.visibilityState === "visible";
    if (visible !== told || (again && visible)) store.send({ kind: "seen", view, visible });
    told = visible;
  };
  const observer = new IntersectionObserver((entries) => {
    inside = entries[entries.length - 1].isIntersecting;
    tell(false);
  });
  const changed = () => tell(false);
  observer.observe(root);
  document.addEventListener("visibilitychange", changed);
  const beat = setInterval(() => tell(true), HEARTBEAT_MS);
  tell(true);
  return () => {
    observer.disconnect();
    document.removeEventListener("visibilitychange", changed);
    clearInterval(beat);
    inside = false;
    tell(false);
  };
}
