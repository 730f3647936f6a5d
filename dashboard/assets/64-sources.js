// Asks for a test of a source; what it saw comes with the live figures.
(() => {
  "use strict";
  const { say, toast } = window.andrang;
  const token = () => document.querySelector("input[name=csrf_token]")?.value ?? "";

  async function ask(button, address) {
    button.disabled = true;
    try {
      const form = new URLSearchParams({ source: button.closest("tr").dataset.key });
      const answer = await fetch(address, { method: "POST", body: form, headers: { "X-CSRFToken": token() } });
      toast(answer.status === 202 || answer.status === 404 ? await answer.text() : say("failed"));
    } catch {
      toast(say("failed"));
    } finally {
      setTimeout(() => { button.disabled = false; }, 3000);
    }
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.row-button");
    const place = button?.closest("[data-source-test]");
    if (place) ask(button, place.dataset.sourceTest);
  });
})();
