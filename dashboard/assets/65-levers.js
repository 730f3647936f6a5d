// Pulling a lever: asked once, recorded at once, taken back for five minutes.
(() => {
  "use strict";
  const { toast } = window.andrang;
  const token = () => document.querySelector("input[name=csrf_token]")?.value ?? "";
  const ACTS = ["do", "undo", "end"];
  // Until the board shows the outcome, a second click would ask for the same once more.
  const SETTLE_MS = 6000;

  async function send(acts, act, about) {
    const [incident, lever, action] = about;
    const form = new URLSearchParams({ act, incident, lever, action });
    const buttons = acts.querySelectorAll("button");
    buttons.forEach((one) => { one.disabled = true; });
    const free = () => buttons.forEach((one) => { one.disabled = false; });
    try {
      const answer = await fetch(acts.dataset.leverAct, { method: "POST", body: form, headers: { "X-CSRFToken": token() } });
      toast(answer.ok ? acts.dataset.done.split("|")[ACTS.indexOf(act)] : answer.status === 409 ? acts.dataset.stale : acts.dataset.failed);
      setTimeout(free, answer.ok ? SETTLE_MS : 0);
      const place = acts.querySelector("[data-about]"), before = place.textContent;
      if (answer.ok) new MutationObserver((_, watch) => { if (place.textContent !== before) { watch.disconnect(); free(); } }).observe(place, { childList: true, characterData: true, subtree: true });
    } catch {
      toast(acts.dataset.failed);
      free();
    }
  }

  function ask(acts, about) {
    const line = acts.closest(".lever"), dialog = document.querySelector(".lever-confirm");
    const said = (column) => [...line.querySelectorAll(`.lever-${column} span:not(.lever-label)`)].map((one) => one.textContent).filter(Boolean).join(" · ");
    dialog.querySelector("h2").textContent = line.querySelector("summary").textContent;
    dialog.querySelector(".lever-asked-figures").textContent = ["brings", "cost", "delay"].map(said).filter(Boolean).join(" – ");
    dialog.asked_ = { acts, about };
    dialog.showModal();
    dialog.querySelector("[data-lever-yes]").focus();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-lever-act] button[data-act]");
    if (button) {
      const acts = button.closest("[data-lever-act]");
      const about = acts.querySelector("[data-about]").textContent.split("|");
      if (button.dataset.act === "do") ask(acts, about); else send(acts, button.dataset.act, about);
      return;
    }
    const dialog = event.target.closest(".lever-confirm");
    if (!dialog) return;
    const yes = event.target.closest("[data-lever-yes]");
    if (yes || event.target.closest("[data-lever-no]") || event.target === dialog) dialog.close();
    if (yes && dialog.asked_) { const { acts, about } = dialog.asked_; dialog.asked_ = null; send(acts, "do", about); }
  });
})();
