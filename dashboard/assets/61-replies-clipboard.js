// Into the clipboard, plain and rich at once: the helpdesk takes what it understands.
(() => {
  "use strict";
  const escape = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
  // Paragraphs and line breaks are all that our texts have; whatever looks like markup in them stays text.
  const rich = (text, lang) => text.split(/\n{2,}/).map((part) => `<p lang="${escape(lang)}">${escape(part).replace(/\n/g, "<br>")}</p>`).join("");

  async function write(text, lang) {
    try {
      const blob = (type, content) => new Blob([content], { type });
      await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob("text/plain", text), "text/html": blob("text/html", rich(text, lang)) })]);
      return true;
    } catch { return writeOldWay(text, lang); }
  }
  // Plain http inside the house gives no clipboard; the old command still works there.
  function writeOldWay(text, lang) {
    const area = Object.assign(document.createElement("textarea"), { value: text, className: "unseen" });
    const before = document.activeElement;
    const fill = (event) => {
      event.clipboardData.setData("text/plain", text);
      event.clipboardData.setData("text/html", rich(text, lang));
      event.preventDefault();
    };
    document.body.append(area);
    area.select();
    document.addEventListener("copy", fill);
    const done = document.execCommand("copy");
    document.removeEventListener("copy", fill);
    area.remove();
    before?.focus();
    return done;
  }
  window.andrang.copyText = write;
})();
