// The what-if's address follows its inputs, so that a view can be linked.
(() => {
  "use strict";
  new MutationObserver(() => {
    const place = document.querySelector("[data-address]");
    if (!place || place.address_ === place.dataset.address) return;
    const first = place.address_ === undefined;
    place.address_ = place.dataset.address;
    if (!first) history.replaceState(history.state, "", place.dataset.address);
  }).observe(document.getElementById("main"), { childList: true, subtree: true, attributes: true, attributeFilter: ["data-address"] });

  // Sliders are made here: Dash's own input sets a text cursor, which a range does not have. A move is written into the
  // field beside it, so that whatever is asked next carries all moves, also those that no answer has come to yet.
  const SEND_MS = 16;
  const written = new WeakMap(); // what a hand has written by a slider, until an answer to just that comes
  const field = (element) => element.closest(".whatif-field");
  const entryOf = (element) => field(element).querySelector("input[type=text]");
  function describe(range) {
    const { label, unit } = field(range).dataset;
    const entry = entryOf(range);
    const moved = written.get(range) ?? entry?.value;
    range.setAttribute("aria-label", label);
    range.setAttribute("aria-valuetext", moved ? `${range.value} ${unit}` : entry?.placeholder ?? range.value);
  }
  function said(range) {
    const number = Number(Number(range.value).toFixed(2));
    const { rest, step } = range.parentElement.dataset;
    if (rest !== "" && Math.abs(number - Number(rest)) < Number(step) / 2) return "";
    return document.documentElement.lang === "de" ? String(number).replace(".", ",") : String(number);
  }
  function make(place) {
    const { low, high, step, off } = place.dataset;
    const range = Object.assign(document.createElement("input"), { type: "range", min: low, max: high, step, disabled: Boolean(off) });
    range.addEventListener("input", () => {
      written.set(range, said(range));
      describe(range);
      clearTimeout(range.sent_);
      const id = { type: "whatif-entry", name: field(place).dataset.field };
      range.sent_ = setTimeout(() => window.dash_clientside.set_props(id, { value: written.get(range) ?? said(range) }), SEND_MS);
    });
    place.append(range);
    return range;
  }
  function forget(range) {
    if (!range) return;
    clearTimeout(range.sent_);
    written.delete(range);
  }
  // An answer says which text it answers. One to an older text never moves the slider back.
  const follow = () => document.querySelectorAll(".whatif-slider").forEach((place) => {
    const range = place.firstElementChild ?? make(place);
    const [position, ...answers] = place.dataset.position.split("|");
    if (written.get(range) === answers.join("|")) written.delete(range);
    if (!written.has(range)) range.value = position;
    describe(range);
  });
  document.addEventListener("input", (event) => {
    if (event.target.matches?.(".whatif-field input[type=text]")) forget(field(event.target).querySelector("input[type=range]"));
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("#whatif-reset")) document.querySelectorAll(".whatif-slider input").forEach(forget);
  }, true);
  new MutationObserver(follow).observe(document.getElementById("main"), { childList: true, subtree: true, attributes: true, attributeFilter: ["data-position"] });
})();
