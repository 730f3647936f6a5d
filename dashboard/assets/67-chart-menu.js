// The menu at a chart's head. One menu serves all charts; it is moved to the button that opened it.
(() => {
  "use strict";
  const board = window.andrang;
  const menu = document.querySelector("[data-chart-items]");
  const dialog = document.querySelector("[data-chart-table]");
  if (!menu) return;
  const items = [...menu.querySelectorAll("[role=menuitem]")];
  const pages = JSON.parse(document.querySelector("[data-past-bar]")?.dataset.pages ?? "{}");
  let name = null;
  const buttonOf = (key) => document.querySelector(`#main [data-chart-menu="${CSS.escape(key)}"]`);

  // The button may have been drawn anew meanwhile, so the chart is found by its name each time.
  function chartOf(key) {
    const place = document.querySelector(`#main [data-live-figure="${CSS.escape(key)}"], #main [data-chart="${CSS.escape(key)}"]`);
    const drawn = place && board.charts.of(place);
    if (!drawn) return null;
    const [title, unit] = ["title", "unit"].map((part) => buttonOf(key).querySelector(`[data-chart-${part}]`).textContent.trim());
    return { ...drawn, title, unit, summary: place.closest("figure")?.querySelector("figcaption")?.textContent ?? "" };
  }

  function place(button) {
    const at = button.getBoundingClientRect();
    const below = at.bottom + menu.offsetHeight + 6 < window.innerHeight;
    menu.style.left = `${Math.max(8, Math.min(at.right - menu.offsetWidth, window.innerWidth - menu.offsetWidth - 8))}px`;
    menu.style.top = `${below ? at.bottom + 2 : Math.max(8, at.top - menu.offsetHeight - 2)}px`;
  }
  function open(button) {
    name = button.dataset.chartMenu;
    menu.hidden = false;
    place(button);
    button.setAttribute("aria-expanded", "true");
    items[0].focus({ preventScroll: true });
  }
  function close({ back = false } = {}) {
    if (menu.hidden) return;
    menu.hidden = true;
    const button = buttonOf(name);
    button?.removeAttribute("aria-expanded");
    if (back) (button ?? document.getElementById("main")).focus({ preventScroll: true });
  }

  function show(chart) {
    const table = board.chartFigures.table(chart.figure);
    dialog.querySelector("[data-chart-head]").textContent = chart.title;
    dialog.querySelector("[data-chart-about]").textContent = board.chartFiles.about(chart);
    const none = Object.assign(document.createElement("p"), { textContent: dialog.dataset.none });
    dialog.querySelector("[data-chart-room]").replaceChildren(table.rows.length ? board.chartFigures.element(table, chart) : none);
    dialog.showModal();
    dialog.querySelector("[aria-current]")?.scrollIntoView({ block: "center" });
  }
  // A link shows what is seen now to whoever opens it later, wherever the page can look back.
  function address() {
    const asked = new URLSearchParams(location.search);
    const at = asked.has("at") || asked.has("queue") || !pages[location.pathname] ? "" : `at=${new Date(Math.ceil(board.now()) * 1000).toISOString().slice(0, 19)}Z`;
    const search = [location.search.slice(1), at].filter(Boolean).join("&");
    return `${location.origin}${location.pathname}${search ? `?${search}` : ""}`;
  }
  async function link() {
    const made = address();
    const done = await board.copyText(made, document.documentElement.lang);
    board.toast(done ? dialog.dataset.copied : dialog.dataset.notCopied.replace("{address}", made));
  }

  async function act(what) {
    const chart = chartOf(name);
    close({ back: true });
    if (what === "link") { await link(); return; }
    if (!chart) { board.toast(dialog.dataset.none); return; }
    try {
      if (what === "table") show(chart); else await board.chartFiles[what](chart);
    } catch (error) {
      board.toast(board.say("failed"));
      throw error;
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-chart-menu]");
    if (!button) return;
    const again = !menu.hidden && name === button.dataset.chartMenu;
    close({ back: again });
    if (!again) open(button);
  });
  document.addEventListener("pointerdown", (event) => { if (!event.target.closest("[data-chart-items], [data-chart-menu]")) close(); });
  menu.addEventListener("click", (event) => {
    const item = event.target.closest("[data-chart-act]");
    if (item) act(item.dataset.chartAct);
  });
  const step = (by) => items[(items.indexOf(document.activeElement) + by + items.length) % items.length].focus();
  menu.addEventListener("keydown", (event) => {
    event.stopPropagation(); // letters and Escape mean something else to the page behind
    const keys = {
      ArrowDown: () => step(1), ArrowUp: () => step(-1), Home: () => items[0].focus(), End: () => items.at(-1).focus(),
      Escape: () => close({ back: true }), Tab: () => close({ back: true }),
    };
    if (keys[event.key]) { keys[event.key](); if (event.key !== "Tab") event.preventDefault(); }
  });
  dialog.addEventListener("keydown", (event) => event.stopPropagation());
  const follow = () => { const button = !menu.hidden && buttonOf(name); if (button) place(button); };
  ["scroll", "resize"].forEach((one) => window.addEventListener(one, follow, { passive: true }));
  ["popstate", "_dashprivate_pushstate"].forEach((one) => window.addEventListener(one, () => close()));
})();
