// A chart's figures in rows: what its table shows and what its CSV file holds.
(() => {
  "use strict";
  const said = document.querySelector("[data-chart-table]");
  if (!said) return;
  const german = document.documentElement.lang === "de";
  const timeZone = document.body.dataset.zone;
  const order = said.dataset.order.split("|");
  const wall = new Intl.DateTimeFormat("sv-SE", { timeZone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" });
  const weekday = new Intl.DateTimeFormat(german ? "de-DE" : "en-GB", { timeZone, weekday: "short" });
  const numbers = [0, 1].map((digits) => new Intl.NumberFormat(german ? "de-DE" : "en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits }));
  const minutes = (clock) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));

  // 2026-11-24T14:00+01:00: the centre's clock with its distance to UTC, so that the hour that comes twice stays two.
  function iso(ms) {
    const local = wall.format(new Date(ms)).replace(" ", "T");
    const away = Math.round((Date.parse(`${local}Z`) - ms) / 60_000);
    const two = (part) => String(part).padStart(2, "0");
    return `${local}${away < 0 ? "-" : "+"}${two(Math.floor(Math.abs(away) / 60))}:${two(Math.abs(away) % 60)}`;
  }
  // Points stand in the middle of their interval; its label says where it begins.
  function beginning(x, label) {
    const late = minutes(wall.format(new Date(x)).slice(11)) - minutes(label);
    return x - ((late + 1440) % 1440) * 60_000;
  }

  // Lines that carry a label at each point; one drawn twice (below its band and over it) counts once.
  function lines(figure) {
    const found = new Map();
    for (const trace of figure.data) if (trace.name && Array.isArray(trace.customdata) && !found.has(trace.name)) found.set(trace.name, trace);
    const rank = (name) => (order.includes(name) ? order.indexOf(name) : order.length);
    return [...found.values()].sort((a, b) => rank(a.name) - rank(b.name));
  }

  function table(figure) {
    const drawn = lines(figure), byTime = new Map();
    drawn.forEach((trace, column) => trace.x.forEach((x, i) => {
      const label = trace.customdata[i];
      if (!label) return; // the end of a step, not an interval
      if (!byTime.has(x)) byTime.set(x, { x, label, values: drawn.map(() => null) });
      byTime.get(x).values[column] ??= trace.y[i];
    }));
    const rows = [...byTime.values()].filter((row) => row.values.some((value) => value !== null)).sort((a, b) => a.x - b.x);
    for (const row of rows) row.begins = beginning(row.x, row.label);
    return { columns: drawn.map((trace) => trace.name), rows };
  }

  const cell = (text) => (/[";,\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  // As the other files of the board: German spreadsheets expect semicolons and decimal commas, and Excel the mark before.
  function csv({ columns, rows }) {
    const plain = (value) => (value === null ? "" : german ? String(value).replace(".", ",") : String(value));
    const lines = [["interval_start", ...columns].map(cell), ...rows.map((row) => [iso(row.begins), ...row.values.map(plain)])];
    return `\ufeff${lines.map((line) => `${line.join(german ? ";" : ",")}\r\n`).join("")}`;
  }

  const made = (name, text, more = {}) => Object.assign(document.createElement(name), { textContent: text, ...more });
  function element({ columns, rows }, { title, at }) {
    const forms = columns.map((_, i) => numbers[Number(rows.some((row) => row.values[i] % 1))]);
    const current = rows.findLast((row) => row.begins <= at * 1000);
    const table = made("table", "", { className: "table" });
    const head = table.createTHead().insertRow();
    head.append(...[said.dataset.time, ...columns].map((name, i) => made("th", name, { scope: "col", className: i ? "number" : "text" })));
    const days = new Set(rows.map((row) => wall.format(new Date(row.begins)).slice(0, 10)));
    const body = table.createTBody();
    for (const row of rows) {
      const line = body.insertRow();
      const day = days.size > 1 ? `${weekday.format(new Date(row.begins))} ` : "";
      if (row === current) line.setAttribute("aria-current", "time");
      line.append(made("th", day + row.label, { scope: "row" }), ...row.values.map((value, i) => made("td", value === null ? "–" : forms[i].format(value), { className: "number" })));
    }
    table.prepend(made("caption", title, { className: "unseen" }));
    return table;
  }
  window.andrang.chartFigures = { table, csv, element, wall: (epoch) => wall.format(new Date(epoch * 1000)) };
})();
