"""Events of two inboxes of Front, over several pages each, with links to a host of the company's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from connectors.source import SourceConfig
from tests.connectors.fake_vendor import SECRET_ENV, Answer, Request

INBOXES = ("inb_1ix6", "inb_2ab7")
COMPANY = "https://example.api.frontapp.com"
_CONVERSATIONS = 30


@dataclass
class FrontRig:
    """Every conversation comes in; by turns it is replied to, archived, put into the trash, or moved."""

    KIND: str = "front"
    now: datetime = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def config(self, url: str) -> SourceConfig:
        """The first inbox is our queue support."""
        options = {"url": url, "allow_private_network": True, "token_env": SECRET_ENV, "history_days": 1.5}
        return SourceConfig("front", self.KIND, options, {INBOXES[0]: "support"})

    def arrived(self, number: int) -> datetime:
        """When a conversation came in."""
        return self.now - timedelta(hours=30) + timedelta(minutes=55 * number)

    def expected(self) -> set[str]:
        """A contact a conversation, and the second round of the first."""
        ids = {f"cnv_{number}/{int(self.arrived(number).timestamp())}" for number in range(_CONVERSATIONS)}
        return ids | {f"cnv_0/{int((self.now - timedelta(minutes=9)).timestamp())}"}

    def event(self, kind: str, number: int, at: datetime) -> dict[str, Any]:
        """An event with the conversation as it stands now."""
        return {
            "_links": {"self": f"{COMPANY}/events/evt_{number}{kind}"},
            "id": f"evt_{number}{kind}{int(at.timestamp())}",
            "type": kind,
            "emitted_at": at.timestamp(),
            "conversation": {
                "_links": {"self": f"{COMPANY}/conversations/cnv_{number}", "related": {}},
                "id": f"cnv_{number}",
                "type": "conversation",
                "subject": "locked out",
                "status": "archived",
                "ticket_ids": [],
                "assignee": _teammate(),
                "recipient": {"_links": {"related": {}}, "name": "Mia", "handle": "a@example.com", "role": "from"},
                "tags": [],
                "links": [],
                "custom_fields": {},
                "created_at": self.arrived(number).timestamp(),
                "is_private": False,
                "scheduled_reminders": [],
                "metadata": {},
            },
        }

    def told(self, inbox: str) -> list[dict[str, Any]]:
        """The events of an inbox, oldest first, one of them twice at the border of two pages."""
        rows: list[dict[str, Any]] = []
        for number in range(INBOXES.index(inbox), _CONVERSATIONS, 2):
            at = self.arrived(number)
            rows.append(self.event("inbound", number, at))
            if number % 3:
                rows.append(self.event("out_reply", number, at + timedelta(minutes=8)))
            if number % 4 == 0:
                rows.append(self.event("archive", number, at + timedelta(minutes=20)))
            if number % 10 == 7:
                rows.append(self.event("trash", number, at + timedelta(minutes=30)))
        if inbox == INBOXES[1]:
            rows.append(self.event("move", 2, self.now - timedelta(minutes=30)))
        else:
            rows.append(self.event("inbound", 0, self.now - timedelta(minutes=9)))
        rows.sort(key=lambda row: row["emitted_at"])
        rows.insert(15, rows[14])
        return rows

    def answer(self, request: Request) -> Answer:
        """The inboxes, or a page of events."""
        if request.path == "/inboxes":
            rows = [{"_links": {"self": COMPANY}, "id": id_, "name": id_, "is_private": False} for id_ in INBOXES]
            private = {"_links": {"self": COMPANY}, "id": "inb_9", "name": "me", "is_private": True}
            return Answer(body={"_links": {"self": COMPANY}, "_results": [*rows, private]})
        if request.path != "/events":
            return Answer(404, {"_error": {"status": 404, "title": "Not found", "message": "Not found"}})
        after, before = float(request.one("q[after]")), float(request.one("q[before]", "9e12"))
        rows = [row for row in self.told(request.one("q[inboxes][]")) if after < row["emitted_at"] < before]
        limit, begin = min(int(request.one("limit", "15")), 15), int(request.one("page_token", "0"))
        token = str(begin + limit) if begin + limit < len(rows) else None
        following = f"{COMPANY}/events?limit={limit}&page_token={quote(token)}" if token else None
        return Answer(
            body={
                "_pagination": {"next": following},
                "_links": {"self": f"{COMPANY}/events"},
                "_results": rows[begin : begin + limit],
            }
        )


def _teammate() -> dict[str, Any]:
    return {
        "_links": {"self": COMPANY, "related": {}},
        "id": "tea_1",
        "email": "agent@example.com",
        "username": "agent",
        "first_name": "A",
        "last_name": "B",
        "license_type": "full",
        "is_admin": False,
        "is_available": True,
        "is_blocked": False,
        "type": "user",
        "custom_fields": {},
    }
