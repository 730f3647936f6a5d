// A minute without the server: the approved texts as last loaded, searched and filled here, and never older than told.
(() => {
  "use strict";
  const one = (selector) => document.querySelector(selector);
  const KEPT_FOR_MS = 60_000;
  let texts = [], loadedFor = null, active = false, selected = null, typed = {};

  const fold = (text) => text.toLowerCase().replace(/ä/g, "ae").replace(/ö/g, "oe").replace(/ü/g, "ue").replace(/ß/g, "ss")
    .normalize("NFD").replace(/\p{M}/gu, "");
  const checked = (name) => one(`input[name=${name}]:checked`)?.value ?? "";

  // Loaded anew whenever the server's stamp or the language changes; a failed try is made up for with the next answer.
  async function load(page, stamp) {
    const language = checked("reply-language"), incident = checked("reply-incident");
    const wanted = `${stamp} ${language} ${incident}`;
    if (wanted === loadedFor || !language) return;
    const answer = await fetch(`${page.dataset.kept}?${new URLSearchParams({ language, incident })}`, { cache: "no-store" });
    if (!answer.ok) return;
    texts = await answer.json();
    texts.forEach((text) => { text.words = fold(`${text.title} ${text.tags.join(" ")} ${text.segments.map((s) => s[1]).join(" ")}`); text.name = fold(text.title); });
    loadedFor = wanted;
  }

  function found(query) {
    const asked = fold(query).split(/[^a-z0-9]+/).filter(Boolean), channel = checked("reply-channel"), now = Date.now() / 1000;
    return texts
      .filter((text) => (!channel || text.channel === channel) && (!text.ends || text.ends > now) && asked.every((word) => text.words.includes(word)))
      .map((text) => ({ text, hits: asked.filter((word) => text.name.includes(word)).length }))
      .sort((a, b) => b.hits - a.hits)
      .slice(0, 40)
      .map((hit) => hit.text);
  }

  function element(tag, text, props = {}) {
    return Object.assign(document.createElement(tag), { textContent: text, ...props });
  }
  function hit(text) {
    const row = element("div", "", { className: "hit", lang: one("#reply-body [lang]")?.lang ?? "" });
    row.dataset.reply = text.id;
    row.setAttribute("role", "option");
    row.setAttribute("aria-selected", String(text.id === selected));
    row.append(element("div", text.title, { className: "hit-title" }), element("div", text.segments.map((s) => s[1] || "…").join("").slice(0, 110), { className: "hit-text" }));
    return row;
  }
  function list() {
    const place = one("#offline-results"), all = found(one("#reply-query")?.value ?? "");
    if (!all.some((text) => text.id === selected)) selected = all[0]?.id ?? null;
    place.setAttribute("role", all.length ? "listbox" : "group");
    place.replaceChildren(...(all.length ? all.map(hit) : [element("p", one("[data-replies]").dataset.sayNoneAway, { className: "empty" })]));
  }
  const chosen = () => texts.find((text) => text.id === selected);
  const label = (name) => name.split(".")[1];
  const values = () => ({ ...typed, ...Object.fromEntries([...document.querySelectorAll("#offline-text input")].map((input) => [input.name, input.value.trim()])) });

  // The fields are drawn once for each text, so that the cursor stays where one types.
  function show() {
    const place = one("#offline-text"), text = chosen();
    if (place.dataset.of === selected) { fillIn(text); return; }
    place.dataset.of = selected ?? "";
    const names = [...new Set((text?.segments ?? []).filter((s) => s[0] === "agent").map((s) => s[2]))];
    const known = values();
    const fields = names.map((name) => {
      const field = element("label", "", { className: "field" });
      const said = one(`#reply-fields [data-field='${CSS.escape(name)}'] .label`)?.textContent ?? label(name);
      field.append(element("span", said, { className: "label" }), Object.assign(document.createElement("input"), { name, value: known[name] ?? "", autocomplete: "off" }));
      return field;
    });
    const form = element("div", "", { className: "reply-fields" });
    form.append(...fields);
    place.replaceChildren(element("h2", text?.title ?? ""), form, element("div", "", { className: "reply-text" }));
    fillIn(text);
  }
  function fillIn(text) {
    const given = values();
    const pieces = (text?.segments ?? []).map(([kind, said, name]) => {
      const value = kind === "agent" ? given[name] || said : said;
      if (kind === "text") return document.createTextNode(said);
      return element("span", value || label(name), { className: value ? "value" : "missing" });
    });
    one("#offline-text .reply-text")?.replaceChildren(...pieces);
  }
  function filled() {
    const given = values(), text = chosen();
    if (!text) return null;
    const lost = text.segments.filter(([kind, said, name]) => kind === "missing" || (kind === "agent" && !(given[name] || said))).map((s) => s[2]);
    const body = text.segments.map(([kind, said, name]) => (kind === "agent" ? given[name] || said : said)).join("");
    return { text, lost: [...new Set(lost)], body };
  }

  function begin() {
    active = true;
    selected = one("#reply-body [data-id]")?.dataset.id ?? null;
    typed = Object.fromEntries([...document.querySelectorAll("#reply-fields [data-field]")].map((field) => [field.dataset.field, field.querySelector("input").value.trim()]));
    one("[data-replies]").toggleAttribute("data-away", true);
    ["#offline-results", "#offline-text"].forEach((id) => { one(id).hidden = false; });
    draw();
  }
  function end() {
    active = false;
    one("[data-replies]")?.toggleAttribute("data-away", false);
    ["#offline-results", "#offline-text"].forEach((id) => { const place = one(id); if (place) { place.hidden = true; place.replaceChildren(); delete place.dataset.of; } });
  }
  function draw() { list(); show(); }
  function choose(id) { selected = id; draw(); one(`#offline-results [data-reply='${CSS.escape(id)}']`)?.scrollIntoView({ block: "nearest" }); }

  document.addEventListener("input", (event) => {
    if (!active) return;
    if (event.target.id === "reply-query") draw();
    if (event.target.closest("#offline-text")) fillIn(chosen());
  });
  document.addEventListener("change", (event) => { if (active && event.target.name === "reply-channel") draw(); });

  window.andrang.away = {
    KEPT_FOR_MS, load, begin, end, choose, filled,
    get active() { return active; },
    get ready() { return texts.length > 0; },
  };
})();
