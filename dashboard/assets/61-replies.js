// The agent's keyboard: arrows choose, Enter copies. What is copied is always what the page shows for what was typed,
// and only after the server has said within this very second that nothing was withdrawn or changed.
(() => {
  "use strict";
  const { toast } = window.andrang;
  const POLL_MS = 3000, SETTLE_MS = 3000, TRUSTED_MS = 60_000;
  const one = (selector) => document.querySelector(selector);
  const page = () => one("[data-replies]");
  const say = (key, values = {}) =>
    Object.entries(values).reduce((text, [name, value]) => text.replace(`{${name}}`, value), page()?.dataset[key] ?? "");
  const set = (id, props) => window.dash_clientside.set_props(id, props);
  const hits = () => [...document.querySelectorAll("#reply-results [data-reply]")];
  const chosen = () => hits().find((hit) => hit.getAttribute("aria-selected") === "true");
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  let stamp = null, contact = Date.now();

  function choose(hit) {
    if (!hit) return;
    hits().forEach((other) => other.setAttribute("aria-selected", String(other === hit)));
    hit.scrollIntoView({ block: "nearest" });
    one("#reply-query")?.setAttribute("aria-activedescendant", hit.id);
    set("reply-selected", { data: hit.dataset.reply });
  }
  function walk(step) {
    const all = hits();
    const at = all.indexOf(chosen());
    choose(all[Math.max(0, Math.min(all.length - 1, at + step))]);
  }

  async function ask() {
    const answer = await fetch(page().dataset.replies, { cache: "no-store", signal: AbortSignal.timeout(4000) });
    if (answer.status === 401) window.dispatchEvent(new CustomEvent("andrang:ended"));
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const text = await answer.text();
    contact = Date.now();
    const same = text === stamp;
    if (!same) set("reply-stamp", { data: text });
    stamp = text;
    return same;
  }
  async function keepAsking() {
    if (page() && !document.hidden) await ask().catch(() => {});
    setTimeout(keepAsking, POLL_MS * (0.85 + 0.3 * Math.random()));
  }

  const entries = () => Object.fromEntries([...document.querySelectorAll("#reply-fields [data-field]")]
    .map((field) => [field.dataset.field, field.querySelector("input").value]));
  function settled() {
    const body = one("#reply-body [data-id]");
    if (!body || one("#reply-results")?.dataset.query !== (one("#reply-query")?.value ?? "")) return false;
    if (chosen() && chosen().dataset.reply !== body.dataset.id) return false;
    const incident = one("input[name=reply-incident]:checked");
    if (incident && incident.value !== body.dataset.incident) return false;
    const used = JSON.parse(body.dataset.used), typed = entries();
    return Object.keys(used).every((name) => used[name] === (typed[name] ?? ""));
  }
  async function waitUntilSettled() {
    for (const end = Date.now() + SETTLE_MS; !settled() && Date.now() < end;) await pause(25);
    return settled();
  }

  async function copy() {
    try {
      // A change seen only now redraws the page first; the promise below then sees the new state.
      if (!(await ask())) await pause(400);
    } catch {
      if (Date.now() - contact > TRUSTED_MS) { toast(say("sayNoContact")); return; }
    }
    if (!one("#reply-body [data-id]")) { toast(say("sayNothingChosen")); return; }
    await waitUntilSettled();
    const body = one("#reply-body [data-id]");
    if (body?.dataset.copy === undefined || !settled()) { refuse(body); return; }
    toast(say((await write(body.dataset.copy)) ? "sayCopied" : "sayNotCopied", { title: body.dataset.title }));
  }
  function refuse(body) {
    toast(body?.dataset.refusal ?? say("sayNothingChosen"));
    const empty = [...document.querySelectorAll("#reply-fields input")].find((input) => !input.value.trim());
    empty?.focus();
  }
  async function write(text) {
    try { await navigator.clipboard.writeText(text); return true; } catch { return writeOldWay(text); }
  }
  // Plain http inside the house gives no clipboard; the old command still works there.
  function writeOldWay(text) {
    const area = Object.assign(document.createElement("textarea"), { value: text, className: "unseen" });
    const before = document.activeElement;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    before?.focus();
    return done;
  }

  function clear() {
    document.querySelectorAll("#reply-fields [data-field]").forEach((field) => {
      if (field.dataset.field !== "agent.name") set({ type: "agent-entry", name: field.dataset.field }, { value: "" });
    });
    set("reply-entries", { data: { "agent.name": localStorage.getItem("agent.name") ?? "" } });
    set("reply-query", { value: "" });
    one("#reply-query")?.focus();
  }

  document.addEventListener("keydown", (event) => {
    if (!page() || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const field = event.target.closest?.("#reply-fields input");
    const query = event.target.closest?.("#reply-query, #reply-results");
    // Who presses "/" to search is often there already; no text begins with it.
    if (event.key === "/" && event.target.id === "reply-query" && !event.target.value) { event.preventDefault(); return; }
    if (event.key === "Escape" && event.target.closest?.(".replies")) { one("#reply-query")?.focus(); one("#reply-query")?.select(); return; }
    if (!field && !query && event.target !== document.body && event.target.id !== "main") return;
    const keys = { ArrowDown: () => walk(1), ArrowUp: () => walk(-1), PageDown: () => walk(8), PageUp: () => walk(-8), Enter: copy };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  document.addEventListener("click", (event) => {
    const hit = event.target.closest("#reply-results [data-reply]");
    if (hit) choose(hit);
    if (event.target.closest("#reply-copy")) copy();
    if (event.target.closest("#reply-clear")) clear();
    const blank = event.target.closest("[data-blank]");
    if (blank) insert(blank.dataset.blank);
  });
  document.addEventListener("change", (event) => {
    const field = event.target.closest?.("#reply-fields [data-field='agent.name']");
    if (field) localStorage.setItem("agent.name", event.target.value);
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

  // A page just drawn: the agent's own name comes from this computer.
  new MutationObserver(() => {
    const here = page();
    if (!here || here.known_) return;
    here.known_ = true;
    stamp = here.dataset.stamp; // what this page was drawn with: a change before the first question counts as well
    contact = Date.now();
    const name = localStorage.getItem("agent.name");
    if (name) set("reply-entries", { data: { "agent.name": name } });
  }).observe(one("#main"), { childList: true, subtree: true });
  setTimeout(keepAsking, POLL_MS);
})();
