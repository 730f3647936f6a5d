// The agent's keyboard: arrows choose, Enter copies. What is copied is always what the page shows for what was typed,
// and only after the server has said within this very second that nothing was withdrawn or changed.
(() => {
  "use strict";
  const { toast, away, copyText, clockLength } = window.andrang;
  const POLL_MS = 3000, POLL_AWAY_MS = 1500, SETTLE_MS = 3000, ROWS = 6;
  const one = (selector) => document.querySelector(selector);
  const page = () => one("[data-replies]");
  const watch = () => one("[data-stamp-to]");
  const say = (key, values = {}) =>
    Object.entries(values).reduce((text, [name, value]) => text.replace(`{${name}}`, value), page()?.dataset[key] ?? "");
  const set = (id, props) => window.dash_clientside.set_props(id, props);
  const list = () => (away.active ? "#offline-results" : "#reply-results");
  const hits = () => [...document.querySelectorAll(`${list()} [data-reply]`)];
  const chosen = () => hits().find((hit) => hit.getAttribute("aria-selected") === "true");
  const shown = () => one("#reply-body [data-id]");
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  let stamp = null, contact = Date.now(), collected = [], wanted = null, copiedAway = [];

  // ---- choosing
  function mark(id) {
    hits().forEach((hit) => hit.setAttribute("aria-selected", String(hit.dataset.reply === id)));
    const hit = chosen();
    if (hit) one("#reply-query")?.setAttribute("aria-activedescendant", hit.id);
    else one("#reply-query")?.removeAttribute("aria-activedescendant");
    hit?.scrollIntoView({ block: "nearest" });
  }
  function choose(id) {
    if (!id) return;
    if (away.active) { away.choose(id); return; }
    wanted = id;
    mark(id);
    set("reply-selected", { data: id });
  }
  function walk(step) {
    const all = hits(), at = all.indexOf(chosen());
    choose(all[Math.max(0, Math.min(all.length - 1, at + step))]?.dataset.reply);
  }

  // ---- the server's word
  async function ask() {
    const place = watch();
    const answer = await fetch(place.dataset.replies ?? place.dataset.replyWatch, { cache: "no-store", signal: AbortSignal.timeout(2500) });
    if (answer.status === 401) window.dispatchEvent(new CustomEvent("andrang:ended"));
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const text = await answer.text(), back = away.active;
    contact = Date.now();
    if (back) comeBack();
    const same = text === stamp && !back;
    // Not the stamp itself after an absence: searches that failed meanwhile are made up for.
    if (!same) set(place.dataset.stampTo, { data: back ? `${text} ${contact}` : text });
    stamp = text;
    if (page()) await away.load(page(), text).catch(() => {});
    return same;
  }
  async function keepAsking() {
    if (watch() && !document.hidden) await ask().catch(missed);
    setTimeout(keepAsking, (away.active ? POLL_AWAY_MS : POLL_MS) * (0.85 + 0.3 * Math.random()));
  }
  function missed() {
    if (page() && !away.active && away.ready) away.begin();
    tellAge();
  }
  function tellAge() {
    const place = one("#reply-away");
    if (!place) return;
    const gone = (Date.now() - contact) / 1000, left = away.KEPT_FOR_MS / 1000 - gone;
    const at = new Date(contact).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
    place.hidden = !away.active;
    place.textContent = away.active ? say(left > 0 ? "sayAway" : "sayTooLongAway", { away: clockLength(gone), at, left: clockLength(Math.max(0, left)) }) : "";
  }
  async function comeBack() {
    away.end();
    tellAge();
    const checked = copiedAway;
    copiedAway = [];
    if (!checked.length) return;
    const language = one("input[name=reply-language]:checked")?.value ?? "";
    const answer = await fetch(`${page().dataset.kept}?${new URLSearchParams({ language })}`, { cache: "no-store" }).catch(() => null);
    const valid = new Set(answer?.ok ? (await answer.json()).map((text) => text.id) : checked.map((text) => text.id));
    const gone = checked.find((text) => !valid.has(text.id));
    if (gone) toast(say("sayWithdrawnMeanwhile", { title: gone.title }));
  }

  // ---- what stands there is what was asked for
  const entries = () => Object.fromEntries([...document.querySelectorAll("#reply-fields [data-field]")]
    .map((field) => [field.dataset.field, field.querySelector("input").value]));
  function settled() {
    const body = shown();
    if (!body || one("#reply-results")?.dataset.query !== (one("#reply-query")?.value ?? "")) return false;
    const right = chosen()?.dataset.reply ?? wanted;
    if (right && right !== body.dataset.id) return false;
    const incident = one("input[name=reply-incident]:checked");
    if (incident && incident.value !== body.dataset.incident) return false;
    const used = JSON.parse(body.dataset.used), typed = entries();
    const parts = JSON.parse(body.dataset.parts), before = collected.map((id) => id.split("/")[0]).filter((key) => key !== body.dataset.id.split("/")[0]);
    if (body.dataset.copy !== undefined && parts.some((key) => !before.includes(key))) return false;
    return Object.keys(used).every((name) => used[name] === (typed[name] ?? ""));
  }
  async function waitUntilSettled() {
    for (const end = Date.now() + SETTLE_MS; !settled() && Date.now() < end;) await pause(25);
    return settled();
  }

  // ---- copying
  async function copy() {
    if (!away.active) {
      // A change seen only now redraws the page first; the promise below then sees the new state.
      try { if (!(await ask())) await pause(400); } catch { missed(); }
    }
    if (away.active) { await copyAway(); return; }
    if (!shown()) { toast(say(Date.now() - contact > away.KEPT_FOR_MS ? "sayNoContact" : "sayNothingChosen")); return; }
    if (Date.now() - contact > away.KEPT_FOR_MS) { toast(say("sayNoContact")); return; }
    await waitUntilSettled();
    const body = shown();
    if (body?.dataset.copy === undefined || !settled()) { refuse(body); return; }
    const done = await copyText(body.dataset.copy, body.dataset.lang);
    toast(say(done ? "sayCopied" : "sayNotCopied", { title: body.dataset.title }));
    if (done) document.dispatchEvent(new CustomEvent("andrang:copied", { detail: { reply: body.dataset.id, parts: collected, incident: body.dataset.incident } }));
  }
  async function copyAway() {
    const made = away.filled();
    if (Date.now() - contact > away.KEPT_FOR_MS) { toast(say("sayNoContact")); return; }
    if (!made) { toast(say("sayNothingChosen")); return; }
    if (made.lost.length) {
      toast(say("sayMissing", { what: made.lost.map((name) => name.split(".")[1]).join(", ") }));
      [...document.querySelectorAll("#offline-text input")].find((input) => !input.value.trim())?.focus();
      return;
    }
    copiedAway.push(made.text);
    toast(say((await copyText(made.body, one("input[name=reply-language]:checked")?.value ?? "")) ? "sayCopied" : "sayNotCopied", { title: made.text.title }));
  }
  function refuse(body) {
    // Where another text stands ready, Enter goes there first; copying it takes Enter once more.
    if (body?.dataset.successor) { toast(body.dataset.refusal); choose(body.dataset.successor); return; }
    toast(body?.dataset.refusal ?? say("sayNothingChosen"));
    const fields = [...document.querySelectorAll("#reply-fields input")];
    const wrong = body?.dataset.wrong && one(`#reply-fields [data-field='${CSS.escape(body.dataset.wrong)}'] input`);
    (wrong || fields.find((input) => input.required && !input.value.trim()))?.focus();
  }
  async function copyFavourite(place) {
    const button = one(`[data-favourite="${place}"]`);
    if (!button) return;
    choose(button.dataset.replyOf);
    await copy();
  }

  // ---- several texts as one, the next contact, filters
  function collect() {
    const body = shown();
    if (!body || away.active) return;
    if (body.dataset.successor) { refuse(body); return; }
    if (!collected.includes(body.dataset.id)) collected = [...collected, body.dataset.id];
    set("reply-collected", { data: collected });
    toast(say("sayCollected", { title: body.dataset.title }));
    one("#reply-query")?.focus();
    one("#reply-query")?.select();
  }
  function clear() {
    document.querySelectorAll("#reply-fields [data-field]").forEach((field) => {
      if (field.dataset.field !== "agent.name") set({ type: "agent-entry", name: field.dataset.field }, { value: "" });
    });
    collected = [];
    set("reply-collected", { data: [] });
    set("reply-entries", { data: { "agent.name": entries()["agent.name"] ?? keptName() } });
    set("reply-query", { value: "" });
    one("#reply-query")?.focus();
  }
  const keptName = () => JSON.parse(shown()?.dataset.used ?? "{}")["agent.name"] ?? "";
  function pick(group, at) {
    const all = [...document.querySelectorAll(`input[name=${group}]`)];
    const input = all[typeof at === "number" ? at : (all.findIndex((one_) => one_.checked) + 1) % all.length];
    if (!input) return;
    input.click();
    toast(say(group === "reply-language" ? "sayLanguage" : "sayChannel", { what: input.closest("label")?.textContent ?? "" }));
  }

  document.addEventListener("keydown", (event) => {
    if (!page() || event.isComposing || event.metaKey) return;
    const digit = /^Digit(\d)$/.exec(event.code)?.[1];
    if (event.ctrlKey && !event.altKey && digit > 0) { event.preventDefault(); copyFavourite(digit); return; }
    if (event.altKey && !event.ctrlKey) {
      if (digit !== undefined && digit <= 6) { event.preventDefault(); pick("reply-channel", Number(digit)); }
      if (event.code === "KeyL") { event.preventDefault(); pick("reply-language"); }
      return;
    }
    if (event.ctrlKey) return;
    const field = event.target.closest?.("#reply-fields input, #offline-text input");
    const query = event.target.closest?.("#reply-query, #reply-results, #offline-results");
    // Who presses "/" to search is often there already; no text begins with it.
    if (event.key === "/" && event.target.id === "reply-query" && !event.target.value) { event.preventDefault(); return; }
    if (event.key === "Escape" && event.target.closest?.(".replies")) { one("#reply-query")?.focus(); one("#reply-query")?.select(); return; }
    if (!field && !query && event.target !== document.body && event.target.id !== "main") return;
    const keys = {
      ArrowDown: () => walk(1), ArrowUp: () => walk(-1), PageDown: () => walk(ROWS), PageUp: () => walk(-ROWS),
      Enter: () => (event.shiftKey ? collect() : copy()),
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest) return;
    const hit = event.target.closest(`${list()} [data-reply]`);
    if (hit) choose(hit.dataset.reply);
    if (event.target.closest("#reply-copy")) copy();
    if (event.target.closest("#reply-collect")) collect();
    if (event.target.closest("#reply-clear")) clear();
    const instead = event.target.closest("button[data-successor]");
    if (instead) { choose(instead.dataset.successor); one("#reply-query")?.focus(); }
    const favourite = event.target.closest("[data-favourite]");
    if (favourite) copyFavourite(favourite.dataset.favourite);
    const blank = event.target.closest("[data-blank]");
    if (blank) insert(blank.dataset.blank);
  });

  // React listens to the native setter, so a value put in by a script has to go through it.
  function insert(text) {
    const area = one("#draft-form textarea");
    const [start, end] = [area.selectionStart, area.selectionEnd];
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(area, area.value.slice(0, start) + text + area.value.slice(end));
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.focus();
    area.setSelectionRange(start + text.length, start + text.length);
  }

  // A page just drawn: a change between the drawing and the first question counts as well.
  new MutationObserver(() => {
    const here = watch();
    if (!here || here.known_) return;
    here.known_ = true;
    stamp = here.dataset.stamp;
    contact = Date.now();
    collected = [];
    wanted = null;
    away.end();
    if (page()) setTimeout(() => ask().catch(missed), 400); // also loads what is needed to go on without a server
  }).observe(one("#main"), { childList: true, subtree: true });
  setInterval(tellAge, 1000);
  setTimeout(keepAsking, POLL_MS);
})();
