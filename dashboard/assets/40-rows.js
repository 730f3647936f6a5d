// Live tables: rows by key, changed in place, so that focus, hover and scroll stay where they are.
(() => {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";
  const order = new WeakMap();

  function spark(values) {
    const known = values.filter((value) => value !== null);
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 100 24");
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("aria-hidden", "true");
    if (known.length < 2) return svg;
    const top = Math.max(...known, 1);
    let move = true;
    const path = values.map((value, i) => {
      if (value === null) { move = true; return ""; }
      const step = `${move ? "M" : "L"}${((i / (values.length - 1)) * 100).toFixed(1)} ${(22.5 - (value / top) * 21).toFixed(1)}`;
      move = false;
      return step;
    }).join("");
    const line = document.createElementNS(SVG, "path");
    line.setAttribute("d", path);
    line.setAttribute("vector-effect", "non-scaling-stroke");
    svg.append(line);
    return svg;
  }

  function fillCell(cell, value, href) {
    const made = typeof value === "string" ? { text: value } : value ?? { text: "–" };
    const mark = JSON.stringify([made, href]);
    if (cell.mark === mark) return;
    cell.mark = mark;
    if (made.state) cell.dataset.state = made.state; else delete cell.dataset.state;
    const parts = [];
    if (made.spark) parts.push(spark(made.spark));
    if (made.epoch) { const age = document.createElement("span"); age.dataset.epoch = made.epoch; parts.push(age); }
    const text = made.text ?? "";
    if (text) parts.push(href ? Object.assign(document.createElement("a"), { href, textContent: text, title: text.length > 32 ? text : "", className: "row-link" }) : document.createTextNode(text));
    if (made.spark && text) { parts[1] = Object.assign(document.createElement("span"), { textContent: text, className: "unseen" }); }
    if (made.button) parts.push(Object.assign(document.createElement("button"), { type: "button", textContent: made.button, className: "row-button", ariaLabel: made.about }));
    if (made.sub) parts.push(Object.assign(document.createElement("span"), { textContent: made.sub, className: "sub" }));
    const link = cell.querySelector("a.row-link");
    if (link && href && document.activeElement === link && parts[0].tagName === "A") { link.textContent = text; link.href = href; parts[0] = link; if (parts.length === 1) return; }
    cell.replaceChildren(...parts);
  }

  function sorted(place, rows) {
    const by = order.get(place);
    if (!by) return rows;
    const worth = (row) => {
      const cell = row.cells[by.column];
      return cell?.sort ?? cell?.text ?? cell ?? "";
    };
    return [...rows].sort((a, b) => {
      const [x, y] = [worth(a), worth(b)];
      const less = typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y), document.documentElement.lang);
      return by.down ? -less : less;
    });
  }

  window.andrang.rows = (place, rows) => {
    if (!rows) return;
    if (place.dataset.only) rows = rows.filter((row) => row.key === place.dataset.only);
    place.rows_ = rows;
    const columns = place.dataset.columns.split(" ").map((column) => column.split(":"));
    const heads = place.closest("table").tHead?.rows[0].cells ?? [];
    const old = new Map([...place.children].map((row) => [row.dataset.key, row]));
    if (!rows.length) {
      const cell = Object.assign(document.createElement("td"), { colSpan: columns.length, textContent: window.andrang.say("empty_rows"), className: "note" });
      const row = document.createElement("tr");
      row.append(cell);
      place.replaceChildren(row);
      return;
    }
    const fresh = sorted(place, rows).map((row) => {
      let line = old.get(row.key);
      if (!line) {
        line = document.createElement("tr");
        line.dataset.key = row.key;
        columns.forEach(([, kind], i) => {
          const cell = document.createElement(i ? "td" : "th");
          if (!i) cell.scope = "row";
          cell.className = kind;
          cell.dataset.label = heads[i]?.textContent ?? "";
          line.append(cell);
        });
      }
      if (row.state) line.dataset.state = row.state; else delete line.dataset.state;
      columns.forEach(([name], i) => fillCell(line.children[i], row.cells[name], i ? null : row.href));
      return line;
    });
    const same = fresh.length === place.children.length && fresh.every((line, i) => place.children[i] === line);
    if (!same) place.replaceChildren(...fresh);
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.row-link");
    if (link && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.button) {
      event.preventDefault();
      window.andrang.go(link.getAttribute("href"));
      return;
    }
    const button = event.target.closest("button.sort");
    if (!button) return;
    const table = button.closest("table");
    const place = table.querySelector("[data-live-rows]");
    const head = button.closest("th");
    const down = head.getAttribute("aria-sort") !== "descending";
    table.querySelectorAll("th[aria-sort]").forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    order.set(place, { column: button.dataset.sort, down });
    if (place.rows_) window.andrang.rows(place, place.rows_);
  });
})();
