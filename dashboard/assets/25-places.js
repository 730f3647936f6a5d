// Places of a live page: texts, states, rows, charts and running times, filled from a snapshot. Board and wall share them.
(() => {
  "use strict";
  const board = window.andrang;

  board.fill = (element, snapshot) => {
    for (const place of element.querySelectorAll("[data-live-text]")) {
      const text = snapshot.texts[place.dataset.liveText];
      if (text !== undefined && place.textContent !== text) place.textContent = text;
    }
    for (const place of element.querySelectorAll("[data-live-link]")) {
      const address = snapshot.texts[place.dataset.liveLink];
      place.hidden = !address;
      if (address) place.setAttribute("href", address);
    }
    for (const place of element.querySelectorAll("[data-live-width]")) place.style.width = snapshot.texts[place.dataset.liveWidth] ?? "0";
    for (const place of element.querySelectorAll("[data-live-state]")) {
      const state = snapshot.states[place.dataset.liveState];
      if (state === undefined) delete place.dataset.state; else if (place.dataset.state !== state) place.dataset.state = state;
    }
    element.querySelectorAll("[data-live-rows]").forEach((place) => board.rows?.(place, snapshot.rows[place.dataset.liveRows]));
    element.querySelectorAll("[data-live-figure]").forEach((place) => board.plot?.(place, snapshot.figures[place.dataset.liveFigure], snapshot.now));
    element.dataset.filled = "";
    board.tickClocks(element, snapshot);
  };

  board.tickClocks = (element, snapshot) => {
    const now = board.now();
    for (const place of element.querySelectorAll("[data-epoch]")) place.textContent = board.age(now - Number(place.dataset.epoch));
    for (const place of element.querySelectorAll("[data-live-clock]")) {
      const clock = snapshot.clocks[place.dataset.liveClock];
      let text = "–";
      if (clock?.epoch != null) {
        const past = now - clock.epoch;
        if (clock.mode === "age") text = board.age(past);
        else if (clock.mode === "since") text = board.length(past);
        else text = past < 0 ? board.clockLength(past) : board.say("overdue", { t: board.clockLength(past) });
        if (clock.mode === "countdown") place.dataset.state = past < 0 ? "ok" : "act";
      } else delete place.dataset.state;
      if (place.textContent !== text) place.textContent = text;
    }
  };
})();
