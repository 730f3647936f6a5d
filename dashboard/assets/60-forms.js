// Forms of the desks: what is wrong is tied to its field for those who do not see it, and gets the cursor.
(() => {
  "use strict";
  function tie(field) {
    const error = field.querySelector(":scope > .error");
    const entry = field.querySelector("input, textarea");
    if (!error || !entry) return;
    const bad = error.textContent !== "";
    if (field.hasAttribute("data-bad") === bad) return;
    field.toggleAttribute("data-bad", bad);
    error.id ||= `error-${field.dataset.field}`;
    if (bad) { entry.setAttribute("aria-invalid", "true"); entry.setAttribute("aria-describedby", error.id); } else { entry.removeAttribute("aria-invalid"); entry.removeAttribute("aria-describedby"); }
  }
  let focusing = null;
  new MutationObserver((changes) => {
    const fields = new Set(changes.map((change) => change.target.nodeType === 3 ? change.target.parentElement : change.target)
      .map((target) => target?.closest?.("[data-field]")).filter(Boolean));
    fields.forEach(tie);
    if ([...fields].some((field) => field.hasAttribute("data-bad")) && !focusing) {
      focusing = requestAnimationFrame(() => { focusing = null; document.querySelector("[data-submitted] [data-bad] :is(input, textarea)")?.focus(); document.querySelector("[data-submitted]")?.removeAttribute("data-submitted"); });
    }
  }).observe(document.getElementById("main"), { childList: true, characterData: true, subtree: true });

  // Dash calls radio buttons a listbox of options, which hides the real buttons from assistive technology.
  function name(group) {
    if (group.getAttribute("role") === "listbox") group.setAttribute("role", group.classList.contains("dash-radioitems") ? "radiogroup" : "group");
    group.querySelectorAll("[role=option], [aria-selected]").forEach((label) => { label.removeAttribute("role"); label.removeAttribute("aria-selected"); });
    const legend = group.closest("fieldset")?.querySelector("legend");
    if (legend && !group.hasAttribute("aria-label")) group.setAttribute("aria-label", legend.textContent);
  }
  new MutationObserver(() => document.querySelectorAll(".choices[role=listbox], .choices:has([aria-selected])").forEach(name))
    .observe(document.getElementById("main"), { childList: true, subtree: true, attributes: true, attributeFilter: ["aria-selected", "role"] });

  // Dash has no form submission of its own: Enter in a field presses the button that saves.
  document.addEventListener("submit", (event) => {
    if (event.target.matches("form[data-form]")) { event.preventDefault(); event.target.toggleAttribute("data-submitted", true); }
  });
})();
