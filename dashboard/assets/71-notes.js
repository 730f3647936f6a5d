// A note on the charts: n opens the dialog; what was typed stays until the server has taken it.
(() => {
  "use strict";
  const dialog = document.querySelector("[data-note]");
  if (!dialog) return;
  const board = window.andrang;
  const form = dialog.querySelector("[data-note-form]");
  const error = dialog.querySelector("[data-note-error]");
  const typing = (element) => element.closest?.("input, textarea, select, [contenteditable], dialog");

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    error.textContent = "";
    const button = form.querySelector("button.primary");
    button.disabled = true;
    try {
      const token = document.querySelector("input[name=csrf_token]")?.value ?? "";
      const answer = await fetch("/notes", { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { "X-CSRFToken": token } });
      if (answer.ok) {
        form.reset();
        dialog.close();
        board.toast(dialog.dataset.saved);
      } else error.textContent = (await answer.json()).advice ?? board.say("failed");
    } catch {
      error.textContent = board.say("failed");
    } finally { button.disabled = false; }
  });
  dialog.querySelector("[data-note-cancel]").addEventListener("click", () => dialog.close());
  document.addEventListener("keydown", (event) => {
    if (event.key !== "n" || event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    dialog.showModal();
  });
})();
