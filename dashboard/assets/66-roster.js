// Uploads a roster. The entry for a file is made here: Dash's own is a field to drop on, which no keyboard reaches.
(() => {
  "use strict";
  const token = () => document.querySelector("input[name=csrf_token]")?.value ?? "";
  const main = document.getElementById("main");

  function make(place) {
    const entry = Object.assign(document.createElement("input"), { type: "file", accept: ".csv,.txt,.xlsx,.xlsm,.ics" });
    entry.setAttribute("aria-label", place.dataset.label);
    place.append(entry);
  }
  function say(text) {
    const error = document.getElementById("roster-error");
    if (error) error.textContent = text;
  }
  async function send(button) {
    const place = document.querySelector(".roster-file");
    const entry = place.firstElementChild;
    const file = entry.files[0];
    if (!file || file.size > Number(place.dataset.most)) {
      say(file ? place.dataset.large : place.dataset.none);
      entry.focus();
      return;
    }
    const form = new FormData();
    form.append("zone", document.getElementById("roster-zone").value);
    form.append("file", file);
    const label = button.textContent;
    button.disabled = true;
    button.textContent = place.dataset.reading;
    say("");
    try {
      const answer = await fetch("/staffing/roster", { method: "POST", body: form, headers: { "X-CSRFToken": token() } });
      if (answer.status === 204) {
        arrived = true;
        entry.value = "";
        window.dash_clientside.set_props("roster-tick", { data: String(Date.now()) });
      } else {
        say(answer.status === 413 ? place.dataset.large : (await answer.json()).error);
      }
    } catch {
      say(place.dataset.failed);
    } finally {
      button.disabled = false;
      button.textContent = label;
    }
  }
  let arrived = false; // a preview is on its way, which the cursor then goes to
  const follow = () => {
    const place = document.querySelector(".roster-file");
    if (place && !place.firstElementChild) make(place);
    const head = document.getElementById("roster-preview");
    if (arrived && head) { arrived = false; head.focus(); }
  };
  new MutationObserver(follow).observe(main, { childList: true, subtree: true });
  follow();
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("#roster-send");
    if (button) send(button);
  });
})();
