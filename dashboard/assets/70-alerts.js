// Alerts nobody has acknowledged, on every page: what, since when, and a button for those who may say that they have seen it.
(() => {
  "use strict";
  const bar = document.querySelector("[data-alerts]");
  if (!bar) return;
  const board = window.andrang;
  const list = bar.querySelector("ul");
  const MOST = 2, KEPT = "andrang.alert-sound", HEARD = "andrang.alert-heard";
  const token = () => document.querySelector("input[name=csrf_token]")?.value ?? "";
  const said = (name, values) => Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), bar.dataset[name]);
  const make = (tag, values) => Object.assign(document.createElement(tag), values);
  const done = new Set(); // acknowledged here; the worker's next figures leave them out
  let shown = [];

  function line(alert) {
    const item = make("li");
    item.dataset.alert = alert.id;
    const text = make("span", { className: "alert-text", textContent: alert.text });
    const when = alert.over ? said("over", { time: alert.over }) : said("since", { time: alert.since });
    item.append(text, make("span", { className: "alert-when", textContent: when }));
    if (alert.over) item.dataset.over = "";
    if (bar.hasAttribute("data-may")) {
      const button = make("button", { type: "button", textContent: bar.dataset.seen });
      button.setAttribute("aria-label", said("seenAbout", { what: alert.text }));
      button.addEventListener("click", () => acknowledge([alert], button));
      item.append(button);
    }
    return item;
  }

  async function acknowledge(alerts, button) {
    button.disabled = true;
    try {
      const answer = await fetch("/alerts/acknowledge", { method: "POST", body: new URLSearchParams({ alerts: alerts.map((alert) => alert.id).join(",") }), headers: { "X-CSRFToken": token() } });
      if (!answer.ok) throw new Error(String(answer.status));
      alerts.forEach((alert) => done.add(alert.id));
      render(shown);
    } catch {
      button.disabled = false;
      board.toast(board.say("failed"));
    }
  }

  // The rest in few words at the end of the last line: the bar must not push the figures off the screen.
  function rest(open) {
    const text = said("more", { n: open.length - MOST });
    if (!bar.hasAttribute("data-may")) return [make("span", { className: "alert-when", textContent: text })];
    const link = make("a", { href: "/alerts", textContent: text });
    link.dataset.nav = "";
    const all = make("button", { type: "button", textContent: bar.dataset.seenAll });
    all.addEventListener("click", () => acknowledge(open, all));
    return [link, all];
  }

  function render(alerts) {
    shown = alerts;
    const open = alerts.filter((alert) => !done.has(alert.id));
    const mark = JSON.stringify(open);
    if (bar.mark === mark) return;
    bar.mark = mark;
    const items = open.slice(0, MOST).map(line);
    if (open.length > MOST) items.at(-1).append(...rest(open));
    list.replaceChildren(...items);
    bar.hidden = !open.length;
    sounds.hidden = !open.some((alert) => alert.sound);
    if (open.length) ring(open);
  }

  // The sound is each browser's own choice; a browser plays none before the first click on the page.
  const isOn = () => localStorage.getItem(KEPT) === "on";
  const sounds = make("button", { type: "button", className: "quiet alert-sound", hidden: true });
  const nameSound = () => { sounds.textContent = bar.dataset[isOn() ? "soundOff" : "soundOn"]; sounds.setAttribute("aria-pressed", String(isOn())); };
  sounds.addEventListener("click", () => { localStorage.setItem(KEPT, isOn() ? "off" : "on"); nameSound(); if (isOn()) tone(); });
  nameSound();
  bar.append(sounds);

  function ring(open) {
    const newest = Math.max(...open.filter((alert) => alert.sound).map((alert) => alert.id), 0);
    if (newest <= Number(localStorage.getItem(HEARD) ?? 0)) return;
    localStorage.setItem(HEARD, String(newest)); // of several windows one rings
    if (isOn()) tone();
  }
  let audio = null;
  function tone() {
    audio ??= new AudioContext();
    [0, 0.22].forEach((at, i) => {
      const [voice, volume] = [audio.createOscillator(), audio.createGain()];
      voice.frequency.value = i ? 660 : 880;
      volume.gain.setValueAtTime(0.12, audio.currentTime + at);
      volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + at + 0.2);
      voice.connect(volume).connect(audio.destination);
      voice.start(audio.currentTime + at);
      voice.stop(audio.currentTime + at + 0.2);
    });
    bar.dataset.rang = String(Number(bar.dataset.rang ?? 0) + 1);
  }

  window.addEventListener("andrang:alerts", (event) => render(event.detail));
  if (board.alerts) render(board.alerts);
})();
