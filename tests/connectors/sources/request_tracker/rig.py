"""Fourteen tickets of Request Tracker in pages of five; the account's clock is Berlin's, which no answer says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connectors.source import SourceConfig
from tests.connectors.fake_vendor import SECRET_ENV, Answer, Request

STATES = ("new", "open", "stalled", "resolved", "rejected", "new", "open", *("resolved",) * 7)
DELETED, MERGED, INTO = 101, 102, 5
NEVER = "1970-01-01T00:00:00Z"
ZONE = ZoneInfo("Europe/Berlin")
_COMPARED = re.compile(r"(LastUpdated|Created|id) (>=|<|>) '?([\d :-]+)'?")


def rt_time(moment: datetime) -> str:
    """A time as RT writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class RequestTrackerRig:
    """Reads times in a search as Berlin's; leaves out what was deleted or merged, as RT does."""

    KIND: str = "request_tracker"
    now: datetime = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def config(self, url: str) -> SourceConfig:
        """Signed in by user and password; RT's Support is our support."""
        options = {
            "url": url,
            "allow_private_network": True,
            "user": "board",
            "password_env": SECRET_ENV,
            "page_size": 5,
        }
        return SourceConfig("request_tracker", self.KIND, options, {"Support": "support"})

    def expected(self) -> set[str]:
        """All tickets, the vanished ones among them."""
        return {*(str(number) for number in range(1, len(STATES) + 1)), str(DELETED), str(MERGED)}

    def created(self, number: int) -> datetime:
        """When a ticket was made."""
        return self.now - timedelta(hours=6) + timedelta(minutes=10 * min(number, len(STATES)))

    def ticket(self, number: int) -> dict[str, Any]:
        """A ticket as a search gives it."""
        created, status = self.created(number), STATES[number - 1]
        started = rt_time(created + timedelta(minutes=5)) if status not in ("new", "rejected") else NEVER
        ended = rt_time(created + timedelta(minutes=9)) if status in ("resolved", "rejected") else NEVER
        return {
            "id": str(number),
            "type": "ticket",
            "Status": status,
            "Created": rt_time(created),
            "LastUpdated": rt_time(created + timedelta(minutes=9)),
            "Started": started,
            "Resolved": ended,
            "Queue": {"id": "3", "Name": "Support" if number % 2 else "Billing", "type": "queue"},
            "Requestor": [{"id": f"u{number % 3}@example.com", "type": "user"}],
        }

    def tickets(self) -> list[dict[str, Any]]:
        """In the order of their last change; the first one was taken up and resolved only just now."""
        late = {"Status": "resolved", "LastUpdated": rt_time(self.now - timedelta(minutes=1))}
        late |= {key: rt_time(self.now - timedelta(minutes=2)) for key in ("Started", "Resolved")}
        return [*(self.ticket(number) for number in range(2, len(STATES) + 1)), self.ticket(1) | late]

    def transactions(self) -> list[dict[str, Any]]:
        """What vanished: a deletion, and a merge that RT tells of both tickets."""
        at = rt_time(self.now - timedelta(hours=3))
        merge = {"Type": "AddLink", "Field": "MergedInto", "NewValue": f"fsck.com-rt://example.com/ticket/{INTO}"}
        said = [{"ObjectId": str(DELETED), "Type": "Status", "NewValue": "deleted"}]
        said += [{"ObjectId": str(MERGED), **merge}, {"ObjectId": str(INTO), **merge}]
        return [
            {"id": str(900 + place), "type": "transaction", "Created": at, **each} for place, each in enumerate(said)
        ]

    def answer(self, request: Request) -> Answer:
        """A search for tickets or transactions, or a single object."""
        if request.path == "/REST/2.0/queues/all":
            return self._page(request, [{"id": "3", "Name": "Support"}, {"id": "4", "Name": "Billing"}])
        if request.path == "/REST/2.0/tickets":
            return self._page(request, [row for row in self.tickets() if self._asked(row, request)])
        if request.path == "/REST/2.0/transactions":
            return self._page(request, self._transactions(request))
        if request.path == f"/REST/2.0/ticket/{DELETED}":
            gone = {"id": DELETED, "Status": "deleted", "Created": rt_time(self.created(3)), "Queue": {"id": "3"}}
            return Answer(body=gone)
        if request.path == f"/REST/2.0/ticket/{MERGED}":  # RT shows the ticket that remains
            return Answer(body=self.ticket(INTO) | {"id": INTO, "Queue": {"id": "3"}})
        if request.path == "/REST/2.0/queue/3":
            return Answer(body={"id": 3, "Name": "Support"})
        return Answer(404, {"message": "Not Found"})

    def _transactions(self, request: Request) -> list[dict[str, Any]]:
        question = request.one("query")
        if "'Create'" in question:
            return [{"id": "850", "Created": rt_time(self.created(2))}]
        if question == "id > 0":
            return [{"id": "950", "Type": "Create"}]
        return [row for row in self.transactions() if self._asked(row, request)]

    def _asked(self, row: dict[str, Any], request: Request) -> bool:
        for key, sign, value in _COMPARED.findall(request.one("query")):
            own: Any = int(row["id"])
            other: Any = value
            if key == "id":
                other = int(value)
            else:
                own = datetime.fromisoformat(row[key])
                other = datetime.fromisoformat(value).replace(tzinfo=ZONE)
            if not {">=": own >= other, "<": own < other, ">": own > other}[sign]:
                return False
        return True

    def _page(self, request: Request, rows: list[dict[str, Any]]) -> Answer:
        size, number = int(request.one("per_page")), int(request.one("page", "1"))
        rows = rows[::-1] if request.one("order") == "DESC" else rows
        shown = rows[(number - 1) * size : number * size]
        return Answer(body={"items": shown, "count": len(shown), "page": number, "per_page": size, "total": len(rows)})
