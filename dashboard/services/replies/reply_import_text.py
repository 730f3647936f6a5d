"""The text of a reply that another system kept as HTML, and what may be wrong with its letters."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

_TAG: Final = re.compile(r"<(?:/?[a-zA-Z][a-zA-Z0-9]*)(?:\s[^<>]*)?/?>")
_DROPPED: Final = frozenset({"script", "style", "head", "title", "template", "noscript"})
_BREAKS: Final = frozenset({"br", "tr", "li", "dt", "dd"})
_BLOCKS: Final = frozenset(
    {"p", "div", "ul", "ol", "table", "blockquote", "pre", "section", "article", "h1", "h2", "h3", "h4", "h5", "h6"}
)
# UTF-8 that somebody read as Latin-1 or Windows-1252, and the sign of letters already lost.
_DAMAGED: Final = re.compile("Ã[\u0080-\u00bf¤¶¼Ÿ„–œ]|â€[\u0080-\u00bf™œ\u009d“”žš¦]|\ufffd")


def plain_text(body: str) -> str:
    """A body as plain text; one without tags is left as it is."""
    if not _TAG.search(body):
        return body
    reader = _Reader()
    reader.feed(body)
    reader.close()
    return reader.text()


def damaged(text: str) -> str:
    """The first letters that a wrong encoding spoiled; empty where there are none."""
    found = _DAMAGED.search(text)
    return found.group() if found else ""


class _Reader(HTMLParser):
    """Collects what a person would read, links with their address."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._hidden = 0
        self._link: tuple[str, int] | None = None  # address, and where its words begin

    def text(self) -> str:
        """Lines without blanks at their ends, at most one empty line between two."""
        joined = "".join(self._parts).replace("\xa0", " ")
        lines = [line.strip() for line in joined.split("\n")]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _DROPPED:
            self._hidden += 1
        elif tag in _BLOCKS:
            self._parts.append("\n\n" if tag in ("p", "ul", "ol") else "\n")
        elif tag in _BREAKS:
            self._parts.append("\n– " if tag == "li" else "\n")
        elif tag == "a":
            self._link = (dict(attrs).get("href") or "", len(self._parts))

    def handle_endtag(self, tag: str) -> None:
        if tag in _DROPPED:
            self._hidden = max(0, self._hidden - 1)
        elif tag in _BLOCKS:
            self._parts.append("\n\n" if tag in ("p", "ul", "ol") else "\n")
        elif tag == "a" and self._link:
            self._close_link(*self._link)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._parts.append(re.sub(r"[ \t\r\n]+", " ", data))

    def _close_link(self, address: str, begin: int) -> None:
        said = "".join(self._parts[begin:]).strip()
        bare = address.removeprefix("mailto:").removeprefix("tel:")
        if bare and bare.rstrip("/") != said.rstrip("/") and not bare.startswith(("#", "javascript:")):
            self._parts.append(f" ({bare})")
        self._link = None
