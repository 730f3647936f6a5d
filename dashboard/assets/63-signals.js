// A manager's answer to a proposed incident: the strip goes at once, and comes back where the answer could not be taken.
(() => {
  "use strict";
  const { toast } = window.andrang;
  const token = () => document.querySelector("input[name=csrf_token]")?.value ?? "";

  // The next question moves up under the pointer: a second click so soon was meant for the first.
  const SETTLE_MS = 700;
  let settled = 0;

  async function decide(button) {
    if (performance.now() < settled) return;
    settled = performance.now() + SETTLE_MS;
    const acts = button.closest("[data-decide]"), strip = button.closest(".proposal");
    const [signals, incident] = acts.querySelector("[data-about]").textContent.split("|");
    const form = new URLSearchParams({ act: button.dataset.act, signals, incident });
    const before = strip.dataset.state;
    acts.querySelectorAll("button").forEach((one) => { one.disabled = true; });
    try {
      const answer = await fetch(acts.dataset.decide, { method: "POST", body: form, headers: { "X-CSRFToken": token() } });
      if (answer.ok) {
        strip.dataset.state = "hidden";
        toast(acts.dataset.done.split("|")[["join", "dismiss", "watch"].indexOf(button.dataset.act)]);
      } else toast(answer.status === 409 ? acts.dataset.stale : acts.dataset.failed);
    } catch {
      strip.dataset.state = before;
      toast(acts.dataset.failed);
    } finally {
      acts.querySelectorAll("button").forEach((one) => { one.disabled = false; });
    }
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-decide] button[data-act]");
    if (button) decide(button);
  });
})();
