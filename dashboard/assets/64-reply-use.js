// Tells the board that a reply was copied, and what was looked for in vain. No customer, no agent's name goes with it.
(() => {
  "use strict";
  const STANDS_STILL_MS = 2500, ASKED_AGAIN_MS = 3000, MOST = 60;
  const one = (selector) => document.querySelector(selector);
  const token = () => one("input[name=csrf_token]")?.value ?? "";
  let waiting = null, pasted = null;
  const told = new Set();

  // A copy is done whether or not this arrives: nothing here may get in the agent's way.
  function tell(address, values) {
    const body = new URLSearchParams(values);
    fetch(address, { method: "POST", body, keepalive: true, headers: { "X-CSRFToken": token() } })
      .catch(() => {});
  }

  // What a pasted message asks for, with the fact that answers it, stands above the list.
  async function tellAsked(field) {
    const place = one("#reply-asked");
    if (!place) return;
    const message = field.value;
    if (message.trim().split(/\s+/).length < 5) { place.replaceChildren(); return; }
    const chosen = (name) => one(`input[name=${name}]:checked`)?.value ?? "";
    const body = new URLSearchParams({ q: message, language: chosen("reply-language"), incident: chosen("reply-incident"), limit: "0" });
    const answer = await fetch("/replies/find", { method: "POST", body, headers: { "X-CSRFToken": token() } }).catch(() => null);
    if (!answer?.ok || field.value !== message) return;
    const { asked } = await answer.json();
    place.replaceChildren(...asked.map(({ label, value, known }) => {
      const row = document.createElement("div"), term = document.createElement("dt"), fact = document.createElement("dd");
      term.textContent = label;
      fact.textContent = value;
      if (!known) fact.className = "unknown";
      row.append(term, fact);
      return row;
    }));
  }

  // Facts change while a message stands there; an emptied field has no questions.
  setInterval(() => {
    const field = one("#reply-query");
    if (field && !document.hidden && one("#reply-asked")?.childElementCount) tellAsked(field);
  }, ASKED_AGAIN_MS);

  document.addEventListener("andrang:copied", ({ detail }) => {
    const replies = [...new Set([...(detail.parts ?? []), detail.reply])];
    tell("/replies/used", [...replies.map((id) => ["reply", id]), ["incident", detail.incident ?? ""]]);
  });

  // Only what stands still and has found nothing: half a word is no search, and a pasted message is no query.
  document.addEventListener("input", (event) => {
    if (event.target.id !== "reply-query") return;
    clearTimeout(pasted);
    pasted = setTimeout(() => tellAsked(event.target), 300);
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const query = event.target.value.trim(), results = one("#reply-results");
      const language = one("input[name=reply-language]:checked")?.value ?? "";
      const nothing = results?.dataset.query === event.target.value && !results.querySelector("[data-reply]");
      if (!nothing || query.length < 3 || query.length > MOST || told.has(query)) return;
      told.add(query);
      tell("/replies/unanswered", [["query", query], ["language", language]]);
    }, STANDS_STILL_MS);
  });
})();
