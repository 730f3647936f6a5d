// The board in the browser: its words, its clock (the server's, never the viewer's), and how a time is said.
(() => {
  "use strict";
  const body = document.body;
  const words = JSON.parse(body.dataset.words);
  // Until the first live answer the page's own time is the best guess.
  let offset = Number(body.dataset.now) - Date.now() / 1000;
  let frozen = null; // the moment of a page that is shown as it was
  const wallClock = new Intl.DateTimeFormat(document.documentElement.lang === "de" ? "de-DE" : "en-GB", {
    hour: "2-digit", minute: "2-digit", timeZone: body.dataset.zone,
  });

  const say = (key, values = {}) =>
    Object.entries(values).reduce((text, [name, value]) => text.replace(`{${name}}`, value), words[key] ?? key);
  const two = (number) => String(Math.floor(number)).padStart(2, "0");

  function clockLength(seconds) {
    const s = Math.abs(Math.trunc(seconds));
    return s >= 3600 ? `${Math.floor(s / 3600)}:${two((s % 3600) / 60)}:${two(s % 60)}` : `${two(s / 60)}:${two(s % 60)}`;
  }
  function length(seconds) {
    const s = Math.max(0, Math.trunc(seconds));
    if (s < 60) return `${s} s`;
    if (s < 3600) return `${Math.floor(s / 60)} min`;
    if (s < 172800) return `${Math.floor(s / 3600)} h ${two((s % 3600) / 60)}`;
    return `${Math.floor(s / 86400)} d`;
  }
  function age(seconds) {
    const s = Math.max(0, Math.round(seconds));
    if (s < 100) return say("age_s", { n: s });
    if (s < 6000) return say("age_min", { n: Math.round(s / 60) });
    if (s < 172800) return say("age_h", { n: Math.round(s / 3600) });
    return say("age_d", { n: Math.round(s / 86400) });
  }

  window.andrang = {
    say, age, length, clockLength,
    now: () => frozen ?? Date.now() / 1000 + offset,
    during: (epoch, work) => { frozen = epoch; try { work(); } finally { frozen = null; } },
    setNow: (epoch) => { offset = epoch - Date.now() / 1000; },
    timeOf: (epoch) => wallClock.format(new Date(epoch * 1000)),
    toast(text) {
      const place = document.querySelector("[data-toast]");
      place.textContent = text;
      clearTimeout(place.timer);
      place.timer = setTimeout(() => { place.textContent = ""; }, 6000);
    },
  };
})();
