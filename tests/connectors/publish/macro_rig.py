"""Zendesk's macros as its documentation describes them: cursor pages, one macro a request, what is off stays listed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connectors.source import SourceConfig
from tests.connectors.fake_vendor import SECRET_ENV, Answer, Request

PATH = "/api/v2/macros"


@dataclass
class MacroRig:
    """Somebody's own macros beside ours; a listing shows two at a time whatever is asked for."""

    KIND: str = "zendesk_macros"
    now: datetime = datetime(2026, 11, 23, 12, tzinfo=UTC)
    page: int = 2
    macros: dict[int, dict[str, Any]] = field(
        default_factory=lambda: {
            1: {"id": 1, "title": "Close", "description": None, "active": True, "actions": []},
            2: {"id": 2, "title": "Own", "description": "by hand", "active": False, "actions": []},
        }
    )

    def config(self, url: str, **more: Any) -> SourceConfig:
        """Signed in by e-mail and API token."""
        options = {
            "url": url,
            "allow_private_network": True,
            "email": "board@example.com",
            "api_token_env": SECRET_ENV,
            **more,
        }
        return SourceConfig("zendesk", self.KIND, options, block="publish")

    def expected(self) -> set[str]:
        """Nothing is fetched from here."""
        return set()

    def answer(self, request: Request) -> Answer:
        """List, make, change."""
        if request.path == PATH and request.method == "GET":
            return self._list(request.one("page[after]"))
        if request.path == PATH and request.method == "POST":
            return self._make(request.json()["macro"])
        number = request.path.removeprefix(f"{PATH}/")
        if request.method == "PUT" and number.isdecimal() and int(number) in self.macros:
            self.macros[int(number)] |= request.json()["macro"]
            return Answer(body={"macro": self.macros[int(number)]})
        return Answer(404, {"error": "RecordNotFound", "description": "Not found"})

    def ours(self) -> dict[str, dict[str, Any]]:
        """Macros with our marker, by it."""
        return {
            str(one["description"]).removeprefix("andrang:"): one
            for one in self.macros.values()
            if str(one["description"]).startswith("andrang:")
        }

    def _list(self, after: str) -> Answer:
        begin = int(after or 0)
        rows = sorted(self.macros.values(), key=lambda one: one["id"])
        more = begin + self.page < len(rows)
        meta = {"has_more": more, "after_cursor": str(begin + self.page) if more else None}
        return Answer(body={"macros": rows[begin : begin + self.page], "meta": meta})

    def _make(self, macro: dict[str, Any]) -> Answer:
        if not macro.get("title") or not macro.get("actions"):
            return Answer(422, {"error": "RecordInvalid", "description": "Record validation errors"})
        number = max(self.macros) + 1
        self.macros[number] = {"id": number, **macro}
        return Answer(201, {"macro": self.macros[number]})
