// Charts: plain figures whose colours are names ("@band"), resolved from the stylesheet, so one figure serves both themes.
(() => {
  "use strict";
  let library = null;
  const drawn = new Map(); // element -> figure
  const waiting = new Set();

  function load() {
    library ??= new Promise((done, failed) => {
      const script = Object.assign(document.createElement("script"), { src: document.body.dataset.plotly, onload: done });
      script.onerror = () => { library = null; failed(new Error("the chart library did not load")); };
      document.head.append(script);
    });
    return library;
  }

  const colours = new Map();
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);
  let scheme = ""; // "light" on paper, whatever the theme
  function colour(name) {
    const key = `${scheme} ${name}`;
    if (!colours.has(key)) {
      probe.style.colorScheme = scheme;
      probe.style.color = `var(--${name})`;
      colours.set(key, getComputedStyle(probe).color);
    }
    return colours.get(key);
  }
  function within(wanted, work) {
    const before = scheme;
    scheme = wanted;
    try { return work(); } finally { scheme = before; }
  }
  function resolve(value) {
    if (typeof value === "string") return value.startsWith("@") ? colour(value.slice(1)) : value;
    if (Array.isArray(value)) return value.map(resolve);
    if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(inner)]));
    return value;
  }
  const isPlain = (value) => value && typeof value === "object" && !Array.isArray(value);
  const merge = (under, over) => {
    const both = { ...under };
    for (const [key, value] of Object.entries(over ?? {})) both[key] = isPlain(value) && isPlain(under[key]) ? merge(under[key], value) : value;
    return both;
  };
  const axis = { gridcolor: "@grid", linecolor: "@line", zeroline: false, tickcolor: "@line", fixedrange: true, automargin: false };
  const base = () => ({
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", showlegend: false, dragmode: false, hovermode: "x unified",
    margin: { l: 52, r: 12, t: 8, b: 26 }, font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: "@soft" },
    hoverlabel: { bgcolor: "@raised", bordercolor: "@line", font: { color: "@ink", size: 12 } },
    xaxis: axis, yaxis: axis, separators: document.documentElement.lang === "de" ? ",." : ".,",
  });

  // Labels are made for a wide chart; where they would run into one another, every second or third stays.
  const LABEL_PX = 46;
  function thin({ xaxis, margin }, width) {
    const words = xaxis?.ticktext;
    if (!words) return;
    const step = Math.ceil(words.length / Math.max(2, Math.floor((width - margin.l - margin.r) / LABEL_PX)));
    if (step > 1) xaxis.ticktext = words.map((word, i) => (i % step ? "" : word));
  }

  const dress = (figure) => resolve({ data: figure.data, layout: merge(base(), figure.layout) });
  function draw(place) {
    waiting.delete(place);
    const figure = drawn.get(place);
    if (!figure || !place.isConnected || !place.clientWidth) return;
    const made = dress(figure);
    thin(made.layout, place.clientWidth);
    const height = place.clientHeight;
    window.Plotly.react(place, made.data, { ...made.layout, height, autosize: true }, { displayModeBar: false, responsive: false });
  }
  // One chart a frame: three charts at once would block typing.
  function soon(place) {
    if (waiting.has(place)) return;
    waiting.add(place);
    load().then(() => requestAnimationFrame(() => setTimeout(draw, 0, place)), () => waiting.delete(place));
  }
  function forget() {
    for (const place of drawn.keys()) if (!place.isConnected) { window.Plotly?.purge(place); drawn.delete(place); resized.unobserve(place); }
  }

  // For those who take a chart elsewhere: what it shows, since when, and its colours in another theme.
  window.andrang.charts = {
    of: (place) => (drawn.has(place) ? { figure: drawn.get(place), at: place.at_ } : null),
    dress: (figure, as) => within(as, () => dress(figure)),
    colour: (name, as) => within(as, () => colour(name)),
    library: () => load().then(() => window.Plotly),
  };

  window.andrang.plot = (place, figure, at) => {
    if (!figure) return;
    place.at_ = at ?? window.andrang.now();
    const mark = JSON.stringify(figure);
    if (place.mark === mark) return;
    place.mark = mark;
    if (!drawn.has(place)) resized.observe(place);
    drawn.set(place, figure);
    soon(place);
  };

  const resized = new ResizeObserver((entries) => entries.forEach(({ target }) => {
    const size = `${target.clientWidth}x${target.clientHeight}`;
    if (target.size_ === size) return;
    target.size_ = size;
    soon(target);
  }));
  const repaint = () => { colours.clear(); for (const place of drawn.keys()) soon(place); };
  window.addEventListener("andrang:theme", repaint);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);

  const onPaper = (as) => { scheme = as; for (const place of drawn.keys()) if (window.Plotly) draw(place); };
  window.addEventListener("beforeprint", () => onPaper("light"));
  window.addEventListener("afterprint", () => onPaper(""));

  // Charts that came with the layout or from a callback carry their figure in data-plot.
  function look() {
    document.querySelectorAll("#main [data-plot]").forEach((place) => {
      if (place.source_ === place.dataset.plot) return;
      place.source_ = place.dataset.plot;
      window.andrang.plot(place, JSON.parse(place.dataset.plot), place.dataset.at && Number(place.dataset.at));
    });
    forget();
  }
  new MutationObserver(look).observe(document.getElementById("main"), { childList: true, subtree: true, attributes: true, attributeFilter: ["data-plot"] });
  look();
})();
