// The frame: navigation without reloading, theme, keyboard, and a readable word when a request is refused.
(() => {
  "use strict";
  const { say, toast } = window.andrang;
  const root = document.documentElement;
  const one = (selector) => document.querySelector(selector);
  const token = () => one("input[name=csrf_token]")?.value ?? "";

  function markPlace() {
    document.querySelectorAll(".nav a").forEach((link) => {
      const path = link.getAttribute("href");
      const here = location.pathname === path || (path !== "/" && location.pathname.startsWith(`${path}/`));
      if (here) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
    });
    document.querySelectorAll("[data-here]").forEach((field) => { field.value = location.pathname + location.search; });
  }

  // The same two events that dcc.Link sends; without Dash on the page (login, errors) a link is just a link.
  function go(path) {
    if (!one("#react-entry-point")) { location.assign(path); return; }
    history.pushState({}, "", path);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
    markPlace();
    one("#main").focus({ preventScroll: true });
  }

  window.andrang.go = go;
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-nav]");
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(link.getAttribute("href"));
  });
  ["popstate", "_dashprivate_pushstate", "_dashprivate_historychange"].forEach((name) => window.addEventListener(name, markPlace));

  const themes = ["auto", "light", "dark"];
  function switchTheme() {
    const button = one("[data-theme-switch]");
    const theme = themes[(themes.indexOf(root.dataset.theme) + 1) % 3];
    root.dataset.theme = theme;
    button.value = themes[(themes.indexOf(theme) + 1) % 3];
    button.firstElementChild.textContent = button.dataset.names.split("|")[themes.indexOf(theme)];
    window.dispatchEvent(new CustomEvent("andrang:theme"));
    const form = new URLSearchParams({ theme, next: "/" });
    fetch("/preferences", { method: "POST", body: form, headers: { "X-CSRFToken": token() }, redirect: "manual" })
      .catch(() => toast(say("failed")));
  }
  one("[data-theme-switch]")?.addEventListener("click", (event) => { event.preventDefault(); switchTheme(); });

  const help = one("[data-help]");
  one("[data-help-open]")?.addEventListener("click", () => help.showModal());

  const typing = (element) => element.closest?.("input, textarea, select, [contenteditable]");
  let afterG = 0;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || help?.open) return;
    if (performance.now() < afterG) {
      afterG = 0;
      const link = one(`.nav a[data-key="${CSS.escape(event.key)}"]`);
      if (link) { event.preventDefault(); go(link.getAttribute("href")); }
      return;
    }
    const keys = {
      g: () => { afterG = performance.now() + 1200; },
      "?": () => help?.showModal(),
      t: () => one("[data-theme-switch]") && switchTheme(),
      "/": () => one("main input[type=search]")?.focus(),
    };
    if (keys[event.key]) { keys[event.key](); if (event.key !== "g") event.preventDefault(); }
  });

  // Dash says nothing to the person when the server refuses; a refusal must be readable.
  const send = window.fetch;
  window.fetch = async (...request) => {
    const answer = await send(...request);
    const url = String(request[0]?.url ?? request[0]);
    if (url.includes("_dash-update-component") && answer.status >= 400) {
      if (answer.status === 401) window.dispatchEvent(new CustomEvent("andrang:ended"));
      else answer.clone().json().then((words) => toast(words.advice ?? say("failed")), () => toast(say("failed")));
    }
    return answer;
  };
  markPlace();
})();
