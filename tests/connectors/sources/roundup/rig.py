"""Fourteen issues of Roundup in pages of five; the account's clock is Berlin's, which no answer says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connectors.source import SourceConfig
from tests.connectors.fake_vendor import SECRET_ENV, Answer, Request

STATUSES = ("unread", "deferred", "chatting", "resolved", "done-cbb", "in-progress")
COUNT, SUPERSEDED = 14, 9
FORM = "%Y-%m-%d.%H:%M:%S"
ZONE = ZoneInfo("Europe/Berlin")


@dataclass
class RoundupRig:
    """Searches by activity and pages by number, as Roundup does."""

    KIND: str = "roundup"
    now: datetime = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def config(self, url: str) -> SourceConfig:
        """Signed in by user and password; the first keyword is the queue."""
        options = {"url": url, "allow_private_network": True, "user": "board", "password_env": SECRET_ENV}
        options |= {"queue_property": "keyword", "page_size": 5}
        return SourceConfig("roundup", self.KIND, options, {"login": "support"})

    def expected(self) -> set[str]:
        """All issues."""
        return {str(number) for number in range(1, COUNT + 1)}

    def created(self, number: int) -> datetime:
        """When an issue was made."""
        return self.now - timedelta(hours=6) + timedelta(minutes=10 * number)

    def issue(self, number: int) -> dict[str, Any]:
        """An issue as a list gives it; the first one was resolved only just now."""
        status = STATUSES[number % len(STATUSES)] if number > 1 else "resolved"
        activity = self.created(number) + timedelta(minutes=7) if number > 1 else self.now - timedelta(minutes=1)
        return {
            "id": str(number),
            "link": f"https://tracker.example.com/rest/data/issue/{number}",
            "creation": self.created(number).strftime(FORM),
            "activity": activity.strftime(FORM),
            "status": {"id": "1", "link": "https://tracker.example.com/rest/data/status/1", "name": status},
            "creator": {"id": str(number % 3)},
            "superseder": [{"id": "2"}] if number == SUPERSEDED else [],
            "keyword": [{"id": "1", "name": "login"}] if number % 2 else [],
        }

    def answer(self, request: Request) -> Answer:
        """A page of issues, or the statuses."""
        if request.path == "/rest/data/status":
            rows = [{"id": str(place), "name": name} for place, name in enumerate(STATUSES)]
            return Answer(body={"data": {"collection": rows, "@total_size": len(rows)}})
        if request.path != "/rest/data/issue" or request.headers.get("x-requested-with") != "rest":
            return Answer(404, {"error": {"status": 404, "msg": "not found"}})
        rows = sorted(map(self.issue, range(1, COUNT + 1)), key=lambda row: row["activity"])
        rows = [row for row in rows if self._within(row["activity"], request.one("activity"))]
        if request.one("@sort").startswith("-"):
            rows.reverse()
        size, page = int(request.one("@page_size")), int(request.one("@page_index", "1"))
        shown = rows[(page - 1) * size : page * size]
        return Answer(body={"data": {"collection": shown, "@total_size": len(rows)}})

    def _within(self, activity: str, span: str) -> bool:
        first, _, last = (span or ";").partition(";")
        moment = datetime.strptime(activity, FORM).replace(tzinfo=UTC)
        return (not first or moment >= _asked(first)) and (not last or moment <= _asked(last))


def _asked(text: str) -> datetime:
    return datetime.strptime(text, FORM).replace(tzinfo=ZONE)
