// The live figures: fetch the page's snapshot by its ETag, fill the places, say how old everything is.
(() => {
  "use strict";
  const board = window.andrang;
  const root = document.documentElement;
  const pollMs = Number(document.body.dataset.pollS) * 1000;
  const names = JSON.parse(document.body.dataset.livePages);
  const LOST_S = 60;
  const TIMEOUT_MS = 10_000;
  let page = null, element = null, etag = null, snapshot = null, timer = null, asked = 0;
  let contact = Date.now(), contactEpoch = board.now(), failing = false, beat = null, ended = false, graceUntil = 0;

  async function poll() {
    clearTimeout(timer);
    const name = page, turn = ++asked;
    if (!name || document.hidden) return;
    try {
      const headers = etag ? { "If-None-Match": etag } : {};
      const answer = await fetch(`/live/${name}`, { headers, cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (turn !== asked) return;
      await take(answer);
    } catch {
      if (turn !== asked) return;
      failing = true;
    }
    timer = setTimeout(poll, pollMs * (0.85 + 0.3 * Math.random()));
    tick();
  }

  async function take(answer) {
    ended = answer.status === 401;
    failing = answer.status >= 400 && !ended;
    if (answer.status >= 400) return;
    board.setNow(Number(answer.headers.get("Andrang-Now")));
    beat = answer.headers.has("Andrang-Beat") ? Number(answer.headers.get("Andrang-Beat")) : null;
    if (answer.status === 204 && element) element.dataset.wait = board.say("no_figures");
    if (answer.status === 200) {
      snapshot = await answer.json();
      etag = answer.headers.get("ETag");
      board.alerts = snapshot.alerts ?? []; // the first figures may come before the bar of alerts listens
      window.dispatchEvent(new CustomEvent("andrang:alerts", { detail: board.alerts }));
      fill();
    }
    contact = Date.now();
    contactEpoch = board.now();
  }

  function fill() {
    if (snapshot && element && !board.past) board.fill(element, snapshot);
  }

  function tick() {
    const now = Date.now();
    document.querySelectorAll("[data-wall-clock]").forEach((place) => { place.textContent = board.timeOf(board.now()); });
    const silentS = Number(element?.dataset.staleAfter ?? 120);
    const lost = page && !ended && !document.hidden && now - contact > LOST_S * 1000 && now > graceUntil;
    const silent = page && !lost && beat !== null && board.now() - beat > silentS;
    root.dataset.link = ended ? "ended" : lost ? "lost" : silent ? "silent" : failing ? "trouble" : "fine";
    showAge();
    showAlarm();
    if (snapshot && element && !board.past) board.tickClocks(element, snapshot);
  }

  function showAge() {
    const place = document.querySelector("[data-data-age]");
    if (!place) return;
    const link = root.dataset.link;
    let text = "";
    if (page) {
      text = link === "trouble" ? board.say("trouble") : board.say("connecting");
      if (beat !== null && link !== "trouble") text = board.say("data_age", { age: board.age(board.now() - beat) });
      else if (beat === null && snapshot === null && etag === null && !failing) text = board.say("connecting");
    }
    if (place.textContent !== text) place.textContent = text;
    place.dataset.state = { trouble: "watch", lost: "act", silent: "act", ended: "act" }[link] ?? "ok";
  }

  const alarms = {
    lost: () => [board.say("lost", { time: board.timeOf(contactEpoch) }), board.say("lost_advice", { time: board.timeOf(contactEpoch) })],
    silent: () => [board.say("worker_silent", { time: board.timeOf(beat) }), board.say("worker_silent_advice")],
    ended: () => [board.say("session_ended"), null],
  };
  function showAlarm() {
    const place = document.querySelector("[data-alarm]");
    const link = root.dataset.link;
    if (place.dataset.shows === link) return;
    place.dataset.shows = link;
    place.hidden = !alarms[link];
    if (!alarms[link]) { place.replaceChildren(); return; }
    const [title, advice] = alarms[link]();
    const strong = Object.assign(document.createElement("strong"), { textContent: title });
    const after = link === "ended"
      ? Object.assign(document.createElement("a"), { textContent: board.say("log_in"), href: "/login?next=/", target: "_blank" })
      : document.createTextNode(advice);
    place.replaceChildren(strong, after);
  }

  function turnTo(name) {
    if (name === page) return;
    page = name;
    etag = null;
    snapshot = null;
    poll();
  }

  // Dash swaps pages in and out under #main: a new root means a new page, or the same one drawn again.
  function look() {
    const found = document.querySelector("[data-live-page]");
    if (found && found === element) return;
    element = found;
    if (found) { turnTo(found.dataset.livePage); fill(); tick(); }
    // A page without live figures still has to say when the server or the worker is gone: it asks for the times alone.
    else if (document.querySelector("#_pages_content")?.childElementCount) turnTo(Object.values(names)[0]);
  }
  new MutationObserver(look).observe(document.getElementById("main"), { childList: true, subtree: true });

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    graceUntil = Date.now() + 5000;
    poll();
  });
  window.addEventListener("online", poll);
  window.addEventListener("andrang:now", fill);
  window.addEventListener("andrang:ended", () => { ended = true; tick(); });
  setInterval(tick, 1000);
  // Ask before Dash has drawn the page: the figures then wait for their places, not the places for the figures.
  if (names[location.pathname] && !location.search) turnTo(names[location.pathname]);
})();
