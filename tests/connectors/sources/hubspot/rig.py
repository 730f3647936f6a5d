"""Tickets and calls of HubSpot, three a page; of each, one changes while it is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.source import SourceConfig
from tests.connectors.fake_vendor import SECRET_ENV, Answer, Request

PAGE = 3
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
STATUSES = ("COMPLETED", "NO_ANSWER", "IN_PROGRESS", "RINGING", "COMPLETED", "BUSY", "COMPLETED", "MISSED", "COMPLETED")


def iso(moment: datetime) -> str:
    """A time as HubSpot writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def _config(kind: str, url: str, **queues: str) -> SourceConfig:
    options = {"url": url, "allow_private_network": True, "token_env": SECRET_ENV, "page_size": PAGE}
    return SourceConfig("hubspot", kind, options, queues)


def _object(number: int, properties: dict[str, Any], *, created: datetime, changed: datetime) -> dict[str, Any]:
    said = {key: value for key, value in properties.items() if value is not None}
    return {
        "id": str(number),
        "properties": {**said, "hs_lastmodifieddate": iso(changed), "hs_object_id": str(number)},
        "createdAt": iso(created),
        "updatedAt": iso(changed + timedelta(milliseconds=300)),
        "archived": False,
    }


def _found(rows: list[dict[str, Any]], request: Request) -> Answer:
    """A page of a search by change, which refuses what HubSpot refuses."""
    asked = request.json()
    after, limit = int(asked["after"]), asked["limit"]
    if limit > 200 or after + limit > 10_000 or asked["sorts"] != ["hs_lastmodifieddate"]:
        return Answer(400, {"category": "VALIDATION_ERROR", "correlationId": "aeb5f871", "message": "Invalid input"})
    since = iso(datetime.fromtimestamp(int(asked["filterGroups"][0]["filters"][0]["value"]) / 1000, UTC))
    rows = [row for row in rows if row["properties"]["hs_lastmodifieddate"] >= since]
    page = rows[after : after + limit]
    more = {"paging": {"next": {"after": str(after + limit)}}} if after + limit < len(rows) else {}
    return Answer(body={"total": len(rows), "results": page, **more})


_NOT_FOUND = Answer(404, {"category": "OBJECT_NOT_FOUND", "correlationId": "aeb5f871", "message": "Not found"})


@dataclass
class HubSpotTicketsRig:
    """Ten tickets in the stages of HubSpot's own pipeline."""

    KIND: str = "hubspot_tickets"
    now: datetime = NOW

    def config(self, url: str) -> SourceConfig:
        """The pipeline 0 is our queue support."""
        return _config(self.KIND, url, **{"0": "support"})

    def expected(self) -> set[str]:
        """All tickets."""
        return {str(700 + number) for number in range(10)}

    def ticket(self, number: int) -> dict[str, Any]:
        """Stages 1 to 4 by turns; every fifth has been answered by mail."""
        created, stage = self.now - timedelta(hours=20 - number), str(1 + number % 4)
        changed = created + timedelta(minutes=30)
        properties = {
            "createdate": iso(created),
            "hs_pipeline": "0" if number % 2 else "75",
            "hs_pipeline_stage": stage,
            "closed_date": iso(changed) if stage == "4" else None,
            "first_agent_reply_date": iso(created + timedelta(minutes=7)) if number % 5 == 0 else None,
        }
        # Three tickets were changed by one bulk action, in the same millisecond, and fill a page.
        changed = self.now - timedelta(hours=10) if number in (4, 5, 6) else changed
        return _object(700 + number, properties, created=created, changed=changed)

    def told(self) -> list[dict[str, Any]]:
        """In the order of change; the first ticket is closed while the others are read."""
        late = self.ticket(0)
        closed = {"hs_pipeline_stage": "4", "closed_date": iso(self.now - timedelta(minutes=3))}
        late["properties"] |= {**closed, "hs_lastmodifieddate": iso(self.now - timedelta(minutes=2))}
        rows = sorted(
            (self.ticket(number) for number in range(10)), key=lambda r: r["properties"]["hs_lastmodifieddate"]
        )
        return [*rows, late]

    def answer(self, request: Request) -> Answer:
        """A page."""
        return _found(self.told(), request) if request.path == "/crm/v3/objects/tickets/search" else _NOT_FOUND


@dataclass
class HubSpotCallsRig:
    """Nine inbound calls and one of our own."""

    KIND: str = "hubspot_calls"
    now: datetime = NOW

    def config(self, url: str) -> SourceConfig:
        """The team 11 is our queue phones."""
        return _config(self.KIND, url, **{"11": "phones"})

    def expected(self) -> set[str]:
        """The inbound ones."""
        return {str(800 + number) for number in range(len(STATUSES))}

    def call(self, number: int, status: str | None = None, *, changed: datetime | None = None) -> dict[str, Any]:
        """A call as it is logged."""
        begun = self.now - timedelta(hours=10 - number)
        properties = {
            "hs_timestamp": iso(begun),
            "hs_call_direction": "OUTBOUND" if number == len(STATUSES) else "INBOUND",
            "hs_call_status": status or (*STATUSES, "COMPLETED")[number],
            "hs_call_duration": "185000",
            "hs_call_from_number": f"+4930123456{number % 4}",
            "hubspot_team_id": "11" if number % 3 else None,
        }
        changed = changed or begun + timedelta(minutes=5)
        return _object(800 + number, properties, created=begun + timedelta(seconds=2), changed=changed)

    def answer(self, request: Request) -> Answer:
        """A page."""
        if request.path != "/crm/v3/objects/calls/search":
            return _NOT_FOUND
        rows = [self.call(number) for number in range(len(STATUSES) + 1)]
        rows.insert(PAGE, rows[PAGE - 1])
        late = self.call(2, "COMPLETED", changed=self.now - timedelta(minutes=2))
        return _found([*rows, late], request)
