// Looking back: ?at=… shows the page as it was then, and an opened figure how it went. Nothing old ever looks fresh.
(() => {
  "use strict";
  const board = window.andrang;
  const root = document.documentElement;
  const bar = document.querySelector("[data-past-bar]");
  if (!bar) return;
  const pages = JSON.parse(bar.dataset.pages);
  const zone = document.body.dataset.zone;
  const STEP_BACK_S = 900;
  const inBar = (name) => bar.querySelector(`[data-past-${name}]`);
  let asked = 0, shown = null, filled = null;

  const parts = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" });
  const said = new Intl.DateTimeFormat(root.lang === "de" ? "de-DE" : "en-GB", { timeZone: zone, weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  const wall = (epoch) => parts.format(new Date(epoch * 1000)); // 2026-11-24 14:05

  // The moment of a wall-clock time in the board's zone; around a change of the clock the second guess is right.
  function epochOf(date, time) {
    const wanted = Date.parse(`${date}T${time}Z`) / 1000;
    const offset = (epoch) => Date.parse(`${wall(epoch).replace(" ", "T")}Z`) / 1000 - epoch;
    return wanted - offset(wanted - offset(wanted));
  }
  const address = (epoch) => `${pages[location.pathname] ? location.pathname : "/"}?at=${new Date(epoch * 1000).toISOString().slice(0, 16)}Z`;

  function wanted() {
    const asked = new URLSearchParams(location.search), at = asked.get("at");
    // A queue's own day is drawn from what is known now: it cannot be shown as it was.
    if (at === null || asked.has("queue") || !pages[location.pathname]) return null;
    const epoch = Date.parse(at) / 1000;
    return Number.isFinite(epoch) ? epoch : board.now() - STEP_BACK_S;
  }

  async function turn() {
    const at = wanted(), turnNo = ++asked;
    if (at === null) { leave(); return; }
    board.past = board.past ?? true;
    root.dataset.past = "";
    bar.hidden = false;
    if (shown === null) inBar("at").textContent = board.say("past_loading");
    try {
      const answer = await fetch(`/past/${pages[location.pathname]}?at=${at}`, { cache: "no-store" });
      if (turnNo !== asked) return;
      if (answer.status === 401) window.dispatchEvent(new CustomEvent("andrang:ended"));
      show(answer.ok || answer.status === 404 ? await answer.json() : { failed: true });
    } catch {
      if (turnNo === asked) show({ failed: true });
    }
  }

  function show(found) {
    shown = found.kept ? found : null;
    inBar("at").textContent = found.kept ? board.say("past_at", { time: said.format(new Date(found.at * 1000)) })
      : board.say(found.failed ? "failed" : "past_none");
    for (const [name, epoch] of [["before", found.before], ["after", found.after]]) inBar(name).disabled = !epoch;
    if (!shown) return;
    const [date, time] = wall(found.at).split(" ");
    inBar("date").value = date;
    inBar("time").value = time;
    fill();
  }

  function fill() {
    const element = document.querySelector("[data-live-page]");
    filled = element;
    if (shown && element && pages[location.pathname] === element.dataset.livePage) board.during(shown.at, () => board.fill(element, shown.snapshot));
  }

  function leave() {
    if (!board.past) return;
    board.past = null;
    shown = null;
    delete root.dataset.past;
    bar.hidden = true;
    window.dispatchEvent(new CustomEvent("andrang:now"));
  }

  inBar("before").addEventListener("click", () => shown?.before && board.go(address(shown.before)));
  inBar("after").addEventListener("click", () => shown?.after && board.go(address(shown.after)));
  inBar("now").addEventListener("click", () => board.go(location.pathname));
  inBar("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const epoch = epochOf(inBar("date").value, inBar("time").value);
    if (Number.isFinite(epoch)) board.go(address(Math.min(epoch, board.now())));
  });
  document.querySelector("[data-look-back]")?.addEventListener("click", () => board.go(address(board.past && shown ? shown.before ?? shown.at : board.now() - STEP_BACK_S)));
  document.addEventListener("keydown", (event) => {
    if (!board.past || event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, textarea, select, dialog")) return;
    const button = { ArrowLeft: "before", ArrowRight: "after", Escape: "now" }[event.key];
    if (button) { event.preventDefault(); inBar(button).click(); }
  });

  // How a figure went: drawn when it is opened.
  const forms = {
    times_normal: (value) => `${value.toLocaleString(root.lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 })} ×`,
    waiting: (value) => Math.round(value).toLocaleString(root.lang),
    longest_wait: (value) => board.clockLength(value),
    service_level: (value) => `${Math.round(100 * value)} %`,
    abandonment: (value) => `${Math.round(100 * value)} %`,
  };
  const svg = (name, attributes) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };

  function path(points, top) {
    const [first, last] = [points[0][0], points.at(-1)[0]];
    let move = true;
    return points.map(([at, value]) => {
      if (value === null) { move = true; return ""; }
      const x = ((at - first) / Math.max(last - first, 1)) * 100, y = 39 - (value / top) * 38;
      const step = `${move ? "M" : "L"}${x.toFixed(2)} ${y.toFixed(2)}`;
      move = false;
      return step;
    }).join("");
  }

  function draw(place, key, points) {
    const known = points.filter(([, value]) => value !== null);
    if (known.length < 2) { place.textContent = board.say("past_short"); return; }
    const values = known.map(([, value]) => value), top = Math.max(...values) || 1, form = forms[key];
    const highest = known.find(([, value]) => value === Math.max(...values));
    const chart = svg("svg", { viewBox: "0 0 100 40", preserveAspectRatio: "none", "aria-hidden": "true" });
    chart.append(svg("path", { d: path(points, top), "vector-effect": "non-scaling-stroke" }));
    const ends = Object.assign(document.createElement("div"), { className: "course-ends" });
    ends.append(...[points[0], points.at(-1)].map(([at]) => Object.assign(document.createElement("span"), { textContent: board.timeOf(at) })));
    const line = document.createElement("p");
    line.textContent = board.say("past_course", { low: form(Math.min(...values)), high: form(top), time: board.timeOf(highest[0]), last: form(values.at(-1)) });
    place.replaceChildren(chart, ends, line);
  }

  document.addEventListener("toggle", async (event) => {
    const place = event.target.open && event.target.querySelector?.("[data-course]");
    if (!place) return;
    const at = shown ? `?at=${shown.at}` : "";
    try {
      const answer = await fetch(`/past/figure/${place.dataset.course}${at}`, { cache: "no-store" });
      if (answer.ok) draw(place, place.dataset.course, (await answer.json()).points);
      else place.textContent = board.say("failed");
    } catch { place.textContent = board.say("failed"); }
  }, true);

  // Dash draws the page anew when its address changes; then the old figures are put into the new places.
  new MutationObserver(() => { if (board.past && document.querySelector("[data-live-page]") !== filled) fill(); })
    .observe(document.getElementById("main"), { childList: true, subtree: true });
  ["popstate", "_dashprivate_pushstate", "_dashprivate_historychange"].forEach((name) => window.addEventListener(name, () => setTimeout(turn)));
  turn();
})();
