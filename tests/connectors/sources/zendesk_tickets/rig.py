"""Eleven tickets of Zendesk: one deleted, one merged, one changed late, one told twice at a border of pages."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.source import SourceConfig
from tests.connectors.fake_vendor import SECRET_ENV, Answer, Request

PATH = "/api/v2/incremental/tickets/cursor"
_STATUS = ("new", "open", "pending", "hold", "solved", "closed", "deleted", "new", "closed", "solved", "open")
_PAGE = 4


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class ZendeskRig:
    """Answers the incremental export statelessly: a cursor says how many changes were told."""

    KIND: str = "zendesk_tickets"
    now: datetime = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def config(self, url: str) -> SourceConfig:
        """Signed in by e-mail and API token."""
        options = {
            "url": url,
            "allow_private_network": True,
            "email": "board@example.com",
            "api_token_env": SECRET_ENV,
        }
        return SourceConfig("zendesk", self.KIND, options, {"7": "support"})

    def expected(self) -> set[str]:
        """All tickets."""
        return {str(100 + number) for number in range(len(_STATUS))}

    def ticket(self, number: int, *, changed_after: timedelta = timedelta(minutes=20)) -> dict[str, Any]:
        """A ticket as the export tells it, shortened to what matters and some of what does not."""
        created = self.now - timedelta(hours=3) + timedelta(minutes=10 * number)
        changed = created if _STATUS[number] == "new" else created + changed_after
        return {
            "id": 100 + number,
            "url": f"https://example.zendesk.com/api/v2/tickets/{100 + number}.json",
            "via": {"channel": "voice" if number == 3 else "web"},
            "created_at": _iso(created),
            "updated_at": _iso(changed),
            "status": _STATUS[number],
            "subject": "help",
            "requester_id": 6_130_907_000_000 + number % 3,
            "group_id": None if number == 4 else 7,
            "tags": ["closed_by_merge"] if number == 8 else [],
            "generated_timestamp": int(changed.timestamp()),
        }

    def changes(self) -> list[dict[str, Any]]:
        """Everything the export tells, in its order; the first ticket changes again at the end."""
        told = [self.ticket(number) for number in range(len(_STATUS))]
        told.insert(_PAGE, told[_PAGE - 1])
        late = {**self.ticket(0), "status": "solved", "updated_at": _iso(self.now - timedelta(minutes=2))}
        return [*told, late]

    def answer(self, request: Request) -> Answer:
        """One page."""
        if request.path != PATH:
            return Answer(404, {"error": "RecordNotFound", "description": "Not found"})
        told, begin = self.changes(), _decoded(request.one("cursor"))
        if begin is None:
            since = int(request.one("start_time", "0"))
            begin = next((i for i, row in enumerate(told) if row["generated_timestamp"] >= since), len(told))
        end = min(begin + _PAGE, len(told))
        cursor = base64.b64encode(f"{end}|".encode()).decode()
        return Answer(
            body={
                "tickets": told[begin:end],
                "after_url": f"https://example.zendesk.com{PATH}?cursor={cursor}",
                "after_cursor": cursor,
                "before_url": None,
                "before_cursor": None,
                "end_of_stream": end == len(told),
            }
        )


def _decoded(cursor: str) -> int | None:
    return int(base64.b64decode(cursor).decode().rstrip("|")) if cursor else None
