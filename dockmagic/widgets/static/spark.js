// Small lines of what was sampled.

const SAMPLES = 30; // as in dashboard_page.py

function gauge(line) {
  const cell = add(line, "td", "dm-dash-right dm-dash-gauge");
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 60 16");
  svg.setAttribute("class", "dm-dash-spark");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
  svg.append(path);
  cell.append(svg);
  return [add(cell, "span", "dm-dash-number"), path];
}

// The line of the samples, the last one at the right; `least` is what fills it at least, so that noise stays small.
function spark(path, values, least) {
  const known = values.map((value) => value ?? 0);
  const most = Math.max(least, ...known);
  const points = known.length < 2 ? "" : known.map((value, place) => `${(60 - (known.length - 1 - place) * (60 / (SAMPLES - 1))).toFixed(1)},${(15 - (14 * value) / most).toFixed(1)}`).join(" ");
  if (path.getAttribute("points") !== points) path.setAttribute("points", points);
}
