// A hidden live text that changes tells Dash to draw a part of the page anew: data-tick names the store to write to.
(() => {
  "use strict";
  new MutationObserver((changes) => {
    for (const change of changes) {
      const tick = change.target.parentElement?.closest?.("[data-tick]") ?? change.target.closest?.("[data-tick]");
      if (!tick) continue;
      const text = tick.textContent;
      if (text === tick.seen_) continue;
      // The first text is the one the page was just drawn with.
      if (tick.seen_ !== undefined && tick.seen_ !== "") window.dash_clientside.set_props(tick.dataset.tick, { data: text });
      tick.seen_ = text;
    }
  }).observe(document.getElementById("main"), { childList: true, characterData: true, subtree: true });
})();
