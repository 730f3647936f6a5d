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

  // Sliders are made here: Dash's own input sets a text cursor, which a range does not have.
  const HAND_MS = 400; // so long after a hand's move its slider is not moved by an answer that is already old
  const last = new WeakMap();
  let sent = 0;
  function describe(range) {
    const { label, unit } = range.closest(".whatif-field").dataset;
    const entry = range.closest(".whatif-field").querySelector("input[type=text]");
    range.setAttribute("aria-label", label);
    range.setAttribute("aria-valuetext", entry?.value || last.has(range) ? `${range.value} ${unit}` : entry?.placeholder ?? range.value);
  }
  function make(place) {
    const { low, high, step, off } = place.dataset;
    const range = Object.assign(document.createElement("input"), { type: "range", min: low, max: high, step, disabled: Boolean(off) });
    range.addEventListener("input", () => {
      last.set(range, performance.now());
      describe(range);
      clearTimeout(sent);
      const data = { name: place.closest(".whatif-field").dataset.field, position: Number(range.value) };
      sent = setTimeout(() => window.dash_clientside.set_props("whatif-hand", { data: { ...data, at: Date.now() } }), 16);
    });
    place.append(range);
    return range;
  }
  const follow = () => document.querySelectorAll(".whatif-slider").forEach((place) => {
    const range = place.firstElementChild ?? make(place);
    if (performance.now() - (last.get(range) ?? -HAND_MS) >= HAND_MS) range.value = place.dataset.position;
    describe(range);
  });
  new MutationObserver(follow).observe(document.getElementById("main"), { childList: true, subtree: true, attributes: true, attributeFilter: ["data-position"] });
})();
