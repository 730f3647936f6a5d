// A chart as it leaves the page: PNG, SVG and paper, each with its title, the time of its data and, in a drill, that word.
(() => {
  "use strict";
  const board = window.andrang;
  const said = document.querySelector("[data-chart-table]");
  if (!said) return;
  const SIZE = { width: 1200, height: 675 };
  const SHARP = 2; // pixels of a PNG for each of the drawing
  const MOST = 84; // letters of a title that fit on one line
  const german = document.documentElement.lang === "de";
  const stamp = new Intl.DateTimeFormat(german ? "de-DE" : "en-GB", { timeZone: document.body.dataset.zone, dateStyle: "medium", timeStyle: "short" });

  // Plotly reads texts as a little HTML; a queue's name is never meant so.
  const plain = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const short = (text) => ([...text].length > MOST ? `${[...text].slice(0, MOST - 1).join("")}…` : text);
  const asOf = (chart) => said.dataset.asOf.replace("{time}", `${stamp.format(new Date(chart.at * 1000))} (${document.body.dataset.zone})`);
  const about = (chart) => [chart.unit, asOf(chart)].filter(Boolean).join(" · ");

  function headed(chart, { data, layout }, colour) {
    const line = { xref: "paper", yref: "paper", x: 0, y: 1, xanchor: "left", yanchor: "bottom", showarrow: false };
    const heads = [
      { ...line, yshift: 40, text: `<b>${plain(short(chart.title))}</b>`, font: { size: 20, color: colour("ink") } },
      { ...line, yshift: 16, text: plain(about(chart)), font: { size: 13, color: colour("soft") } },
    ];
    if (said.dataset.drill) {
      const drill = { font: { size: 18, color: colour("drill-ink") }, bgcolor: colour("drill-ground"), borderpad: 6 };
      heads.push({ ...line, ...drill, x: 1, xanchor: "right", yshift: 40, text: `<b>${plain(said.dataset.drill)}</b>` });
    }
    // Lines that bear no name beside them get a legend; on the page another chart or the head names them.
    const named = (layout.annotations ?? []).length > 1;
    const shown = data.map((trace) => ({ ...trace, showlegend: Boolean(trace.name && trace.customdata && (trace.line?.width !== 0 || trace.fill)), ...(trace.fill && trace.name === "P90" ? { name: "P10–P90" } : {}) }));
    const right = Math.max(24, layout.margin?.r ?? 0);
    return {
      data: shown,
      layout: {
        ...layout, ...SIZE, autosize: false, paper_bgcolor: colour("ground"), plot_bgcolor: colour("ground"),
        margin: { l: 64, r: right, t: 92, b: named ? 44 : 76 }, annotations: [...(layout.annotations ?? []), ...heads],
        showlegend: !named, legend: { orientation: "h", x: 0, y: -0.08, yanchor: "top" },
      },
    };
  }

  async function image(chart, format, scheme = "") {
    const plotly = await board.charts.library();
    const figure = headed(chart, board.charts.dress(chart.figure, scheme), (name) => board.charts.colour(name, scheme));
    return plotly.toImage(figure, { format, ...SIZE, scale: format === "png" ? SHARP : 1 });
  }
  // An image's address holds it whole; the page's policy lets nothing ask for such an address, so it is read here.
  function blobOf(address) {
    const [head, body] = [address.slice(5, address.indexOf(",")), address.slice(address.indexOf(",") + 1)];
    if (!head.endsWith(";base64")) return new Blob([decodeURIComponent(body)], { type: head });
    return new Blob([Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0))], { type: head.replace(";base64", "") });
  }

  const slug = (text) => text.toLowerCase().replaceAll("ä", "ae").replaceAll("ö", "oe").replaceAll("ü", "ue").replaceAll("ß", "ss")
    .normalize("NFKD").replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 60);
  function nameOf(chart, ending) {
    const time = board.chartFigures.wall(chart.at).replace(" ", "-").replace(":", "");
    return `${["andrang", slug(said.dataset.drill), slug(chart.title), time].filter(Boolean).join("-")}.${ending}`;
  }
  function save(blob, name) {
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  async function print(chart) {
    document.querySelector(".print-sheet")?.remove();
    const sheet = Object.assign(document.createElement("section"), { className: "print-sheet" });
    const line = (name, text, className = "") => Object.assign(document.createElement(name), { textContent: text, className });
    const picture = Object.assign(document.createElement("img"), { alt: chart.summary, src: await image(chart, "svg", "light") });
    sheet.append(line("h1", chart.title), line("p", about(chart)));
    if (said.dataset.drill) sheet.prepend(line("p", said.dataset.drill, "print-drill"));
    sheet.append(picture, board.chartFigures.element(board.chartFigures.table(chart.figure), chart));
    await picture.decode();
    document.body.append(sheet);
    document.documentElement.dataset.printChart = "";
    window.addEventListener("afterprint", () => { sheet.remove(); delete document.documentElement.dataset.printChart; }, { once: true });
    window.print();
  }

  board.chartFiles = {
    about, print,
    png: async (chart) => save(blobOf(await image(chart, "png")), nameOf(chart, "png")),
    svg: async (chart) => save(blobOf(await image(chart, "svg")), nameOf(chart, "svg")),
    csv: (chart) => save(new Blob([board.chartFigures.csv(board.chartFigures.table(chart.figure))], { type: "text/csv;charset=utf-8" }), nameOf(chart, "csv")),
  };
})();
