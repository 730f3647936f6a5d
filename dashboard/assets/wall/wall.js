// The wall: no hands, no login. It fetches by its own key, turns its sheets, shows its age, and finds back by itself.
(() => {
  "use strict";
  const board = window.andrang;
  const root = document.documentElement;
  const main = document.getElementById("main");
  const stage = document.querySelector("[data-stage]");
  const asked = new URLSearchParams(location.search);
  const LOST_MS = 60_000, TIMEOUT_MS = 10_000, SLEPT_MS = 15_000, SLOWEST_MS = 15_000, REFUSED_MS = 30_000, RELOAD_MS = 60_000;
  const pollMs = Number(document.body.dataset.pollS) * 1000;
  const turnS = Math.min(600, Math.max(5, Number(asked.get("every")) || 20));
  const wanted = (asked.get("sheets") ?? "").split(",").filter(Boolean);
  const key = () => location.hash.slice(1);
  let snapshot = null, etag = null, timer = null, turn = 0, failures = 0, refused = false, beat = null, dueAt = 0;
  let contact = Date.now(), contactEpoch = board.now(), lastTick = Date.now(), sheetsShown = null, moved = null;

  async function poll() {
    clearTimeout(timer);
    const mine = ++turn;
    if (document.hidden) return;
    try {
      const headers = { "Andrang-Wall": key() };
      if (etag) headers["If-None-Match"] = etag;
      const language = encodeURIComponent(root.lang);
      const answer = await fetch(`/wall/live?lang=${language}`, { headers, cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (mine !== turn) return;
      await take(answer);
    } catch {
      if (mine !== turn) return;
      failures += 1;
    }
    const pause = refused ? REFUSED_MS : failures ? Math.min(SLOWEST_MS, pollMs * 2 ** Math.min(failures - 1, 6)) : pollMs;
    dueAt = Date.now() + pause * (0.9 + 0.2 * Math.random());
    timer = setTimeout(poll, dueAt - Date.now());
    tick();
  }

  async function take(answer) {
    refused = answer.status === 401;
    if (refused) { failures = 0; snapshot = etag = null; delete main.dataset.filled; return; }
    if (answer.status >= 400) { failures += 1; return; }
    board.setNow(Number(answer.headers.get("Andrang-Now")));
    beat = answer.headers.has("Andrang-Beat") ? Number(answer.headers.get("Andrang-Beat")) : null;
    if (answer.status === 200) {
      snapshot = await answer.json();
      etag = answer.headers.get("ETag");
      board.fill(stage, snapshot);
      // A long number gets smaller letters; cut off it would be another number.
      stage.querySelectorAll(".value").forEach((place) => place.style.setProperty("--letters", String(Math.max(5, place.textContent.trim().length))));
      main.dataset.filled = "";
    }
    failures = 0;
    contact = Date.now();
    contactEpoch = board.now();
    renew(answer.headers.get("Andrang-Build"));
  }

  // After an update of the server the old page would not know the new figures. Reloading is safe only now that the
  // server has just answered: with the server away the browser would show its own error page and stay there.
  function renew(build) {
    if (!build || build === document.body.dataset.build) return;
    const last = Number(sessionStorage.getItem("wall.reloaded") ?? 0);
    if (Date.now() - last < RELOAD_MS) return;
    sessionStorage.setItem("wall.reloaded", String(Date.now()));
    location.reload();
  }

  // Which sheet is shown follows from the clock alone: screens side by side turn together, and sleep changes nothing.
  function turnSheets() {
    const sheets = [...main.querySelectorAll("[data-sheet]")].filter((sheet) => {
      if (wanted.length && !wanted.includes(sheet.dataset.sheet)) return false;
      const parts = [...sheet.querySelectorAll("[data-part]")];
      return !parts.length || parts.some((part) => part.dataset.state !== "hidden");
    });
    if (!sheets.length) return;
    const place = Math.floor(board.now() / turnS) % sheets.length;
    const mark = `${sheets.length} ${main.querySelectorAll("[data-sheet]").length} ${sheets.indexOf(sheets[place])} ${sheets[place].ariaLabel}`;
    if (mark === sheetsShown) return;
    sheetsShown = mark;
    main.querySelectorAll("[data-sheet]").forEach((sheet) => { sheet.hidden = sheet !== sheets[place]; });
    document.querySelector("[data-places]").replaceChildren(...sheets.map((_, i) => {
      const dot = document.createElement("i");
      if (i === place) dot.className = "here";
      return dot;
    }));
  }

  // Against burn-in everything wanders a little, once a minute; no pixel shows the same edge for long.
  function wander() {
    const minute = Math.floor(board.now() / 60);
    if (minute === moved) return;
    moved = minute;
    const reach = Math.min(innerWidth, innerHeight) * 0.006;
    stage.style.translate = `${(reach * Math.sin(minute * 0.7)).toFixed(1)}px ${(reach * Math.sin(minute * 1.1 + 1)).toFixed(1)}px`;
    root.style.setProperty("--stripe-shift", `${(minute * 7) % 32}px`);
  }

  function zoom() {
    const portrait = innerHeight > innerWidth;
    const size = portrait ? Math.min(innerWidth / 540, innerHeight / 960) : Math.min(innerWidth / 960, innerHeight / 540);
    root.style.setProperty("--zoom", Math.max(1, size).toFixed(3));
  }

  function link() {
    if (!key()) return "keyless";
    if (refused) return "refused";
    if (Date.now() - contact > LOST_MS) return "lost";
    const silentS = 120;
    if (beat !== null && board.now() - beat > silentS) return "silent";
    return failures ? "trouble" : "fine";
  }

  const alarms = {
    keyless: () => ["wall_keyless", "wall_keyless_advice", {}],
    refused: () => ["wall_refused", "wall_refused_advice", {}],
    lost: () => ["lost", "wall_lost_advice", { time: board.timeOf(contactEpoch) }],
    silent: () => ["worker_silent", "wall_silent_advice", { time: board.timeOf(beat) }],
  };
  function say() {
    const state = link();
    if (root.dataset.link !== state) root.dataset.link = state;
    const place = document.querySelector("[data-alarm]");
    place.hidden = !alarms[state];
    if (alarms[state]) {
      const [title, advice, values] = alarms[state]();
      const texts = [board.say(title, values), board.say(advice, values)];
      [...place.children].forEach((part, i) => { if (part.textContent !== texts[i]) part.textContent = texts[i]; });
    }
    const age = document.querySelector("[data-data-age]");
    age.textContent = state === "trouble" ? board.say("trouble") : beat === null ? board.say(etag ? "connecting" : "no_figures") : board.say("data_age", { age: board.age(board.now() - beat) });
    age.dataset.state = { fine: "ok", trouble: "watch" }[state] ?? "act";
    const leftS = Math.max(0, Math.ceil((dueAt - Date.now()) / 1000));
    const next = document.querySelector("[data-next]");
    next.textContent = board.say(failures ? "wall_retry" : "wall_next", { n: leftS });
    next.style.setProperty("--left", String(Math.min(1, (dueAt - Date.now()) / pollMs)));
  }

  function tick() {
    const now = Date.now();
    const slept = now - lastTick > SLEPT_MS;
    lastTick = now;
    document.querySelectorAll("[data-wall-clock]").forEach((place) => { place.textContent = board.timeOf(board.now()); });
    if (snapshot) board.tickClocks(stage, snapshot);
    turnSheets();
    wander();
    say();
    if (slept) poll();
  }

  // A screen that may sleep would show nothing; where the browser refuses, the screen's own settings decide.
  async function stayAwake() {
    if (document.hidden || !navigator.wakeLock) return;
    try { await navigator.wakeLock.request("screen"); } catch (refusal) { console.info(`screen lock: ${refusal.name}`); }
  }

  document.addEventListener("visibilitychange", () => { if (!document.hidden) { poll(); stayAwake(); } });
  for (const name of ["online", "pageshow", "resume", "focus"]) window.addEventListener(name, () => { if (Date.now() > dueAt || failures) poll(); });
  window.addEventListener("hashchange", () => { refused = false; etag = null; poll(); });
  window.addEventListener("resize", () => { zoom(); });
  zoom();
  stayAwake();
  setInterval(tick, 1000);
  poll();
})();
