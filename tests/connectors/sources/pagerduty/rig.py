"""Twelve incidents of PagerDuty over four pages; one is resolved while it is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.source import SourceConfig
from tests.connectors.fake_vendor import SECRET_ENV, Answer, Request

COUNT = 12


def iso(moment: datetime) -> str:
    """A time as PagerDuty writes it in UTC."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _reference(kind: str, id_: str, name: str) -> dict[str, Any]:
    self_ = f"https://api.pagerduty.com/{kind}s/{id_}"
    return {"id": id_, "type": f"{kind}_reference", "summary": name, "self": self_, "html_url": None}


@dataclass
class PagerDutyRig:
    """Filters by creation, counts by offset, and answers 400 to more than 100 a page."""

    KIND: str = "pagerduty"
    now: datetime = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def config(self, url: str) -> SourceConfig:
        """Three incidents a page."""
        options = {"url": url, "allow_private_network": True, "token_env": SECRET_ENV, "page_size": 3}
        return SourceConfig("pagerduty", self.KIND, options, {"Login": "login"})

    def expected(self) -> set[str]:
        """All incidents, by id."""
        return {f"PT4KHL{number}" for number in range(COUNT)}

    def incident(self, number: int, *, resolved: bool | None = None) -> dict[str, Any]:
        """An incident; every second is resolved, the first one only while it is read."""
        created = self.now - timedelta(days=40) if number == 1 else self.now - timedelta(hours=COUNT - number)
        resolved = (number % 2 == 1 and number != 1) if resolved is None else resolved
        changed = created + timedelta(minutes=30) if resolved else created
        return {
            "id": f"PT4KHL{number}",
            "type": "incident",
            "summary": f"[#{number}] Login fails",
            "self": f"https://api.pagerduty.com/incidents/PT4KHL{number}",
            "html_url": f"https://example.pagerduty.com/incidents/PT4KHL{number}",
            "incident_number": number,
            "title": "Login fails",
            "created_at": iso(created),
            "updated_at": iso(changed),
            "status": "resolved" if resolved else ("triggered", "acknowledged")[number % 4 // 2],
            "service": _reference("service", "PIJ90N7", "Login" if number % 3 else "Shop"),
            "last_status_change_at": iso(changed),
            "urgency": "high",
            **({"resolved_at": iso(changed)} if resolved else {}),
            **({"priority": {**_reference("priority", "P53ZZH5", "P1"), "type": "priority"}} if number == 2 else {}),
        }

    def told(self) -> list[dict[str, Any]]:
        """The list by creation; a row told twice at a border of pages, the first one again as resolved."""
        rows = sorted((self.incident(number) for number in range(COUNT)), key=lambda row: row["created_at"])
        rows.insert(3, rows[2])
        return [*rows, self.incident(0, resolved=True)]

    def answer(self, request: Request) -> Answer:
        """A page of incidents, one incident, or the services."""
        if request.path == "/services":
            service: dict[str, Any] = {
                "id": "PIJ90N7",
                "type": "service",
                "name": "Login",
                "summary": "Login",
                "status": "active",
            }
            service["escalation_policy"] = _reference("escalation_policy", "PT20YPA", "Default")
            return Answer(body={"services": [service], "limit": 100, "offset": 0, "more": False, "total": None})
        if request.path.startswith("/incidents/"):
            return Answer(body={"incident": self.incident(int(request.path.removeprefix("/incidents/PT4KHL")))})
        limit, offset = int(request.one("limit", "25")), int(request.one("offset", "0"))
        if request.path != "/incidents" or limit > 100:
            return Answer(400, {"error": {"code": 2001, "message": "Invalid Input Provided", "errors": []}})
        since, until = request.one("since"), request.one("until", "9999")
        rows = [row for row in self.told() if since <= row["created_at"] < until]
        page = rows[offset : offset + limit]
        more = offset + limit < len(rows)
        return Answer(body={"incidents": page, "limit": limit, "offset": offset, "more": more, "total": None})
