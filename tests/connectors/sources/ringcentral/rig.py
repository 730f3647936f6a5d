"""Fourteen calls of RingCentral, newest first, five a page; one was transferred and left two records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.source import SourceConfig
from tests.connectors.fake_vendor import SECRET_ENV, Answer, Request

PATH, TOKEN = "/restapi/v1.0/account/~/call-log", "/restapi/oauth/token"
RESULTS = ("Accepted", "Missed", "Call connected", "Voicemail", "Blocked", "In Progress", "Abandoned")
PAGE = 5


def iso(moment: datetime) -> str:
    """A time as the log writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


@dataclass
class RingCentralRig:
    """Filters by start; the page's navigation says whether another follows."""

    KIND: str = "ringcentral"
    now: datetime = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def config(self, url: str) -> SourceConfig:
        """The extension 101 is our queue support."""
        options = {
            "url": url,
            "allow_private_network": True,
            "client_id": "board",
            "client_secret_env": SECRET_ENV,
            "jwt_env": SECRET_ENV,
            "page_size": PAGE,
            "history_days": 1.0,
        }
        return SourceConfig("ringcentral", self.KIND, options, {"101": "support"})

    def expected(self) -> set[str]:
        """The sessions of all but the blocked calls."""
        return {f"s-{number}" for number in range(14) if RESULTS[number % 7] != "Blocked"}

    def record(self, number: int, *, session: int | None = None, late: bool = False) -> dict[str, Any]:
        """A call of five minutes, accepted by a leg after twenty seconds if at all."""
        result = "Accepted" if late else RESULTS[number % 7]
        begun = self.now - timedelta(hours=14 - number)
        caller = {"phoneNumber": f"+4930123456{number % 4}", "name": "WIRELESS CALLER"}
        called = {"phoneNumber": "+498001234", "extensionNumber": "101" if number % 2 else "102", "name": "Support"}
        leg = {
            "startTime": iso(begun),
            "duration": 300,
            "type": "Voice",
            "direction": "Inbound",
            "action": "Phone Call",
        }
        legs: list[dict[str, Any]] = [{**leg, "result": result, "master": True, "from": caller, "to": called}]
        if result in ("Accepted", "Call connected"):
            rang = {"startTime": iso(begun + timedelta(seconds=20)), "duration": 280, "action": "FindMe"}
            legs.append({**leg, **rang, "result": "Accepted", "direction": "Outbound"})
        return {
            "id": f"r-{number}" if session is None else f"r-{number}-b",
            "uri": f"https://platform.ringcentral.com{PATH}/r-{number}",
            "sessionId": str(10_000 + number),
            "telephonySessionId": f"s-{number if session is None else session}",
            "startTime": iso(begun),
            "duration": 0 if result == "In Progress" else 300,
            "type": "Voice",
            "direction": "Inbound",
            "action": "Phone Call",
            "result": result,
            "from": caller,
            "to": called,
            "legs": legs,
            "lastModifiedTime": iso(begun + timedelta(seconds=300)),
        }

    def log(self) -> list[dict[str, Any]]:
        """Newest first; the second record of a transferred call, one told twice, one that ended while we read."""
        rows = [self.record(number) for number in reversed(range(14))]
        rows.insert(PAGE, rows[PAGE - 1])
        transferred = self.record(7, session=0)
        transferred["startTime"] = iso(self.now - timedelta(hours=14) + timedelta(minutes=5))
        transferred["legs"] = [{**leg, "startTime": transferred["startTime"]} for leg in transferred["legs"]]
        return [*rows, transferred, self.record(5, late=True)]

    def answer(self, request: Request) -> Answer:
        """A token, or a page."""
        if request.path == TOKEN:
            return Answer(
                body={"access_token": "t0ken", "token_type": "bearer", "expires_in": 3600, "scope": "ReadCallLog"}
            )
        if request.path != PATH:
            return Answer(404, {"errorCode": "CMN-102", "message": "Resource is not found", "errors": []})
        begin, stop = request.one("dateFrom"), request.one("dateTo")
        rows = [row for row in self.log() if begin <= row["startTime"] < stop]
        size, page = min(int(request.one("perPage", "100")), 1000), int(request.one("page", "1"))
        more = page * size < len(rows)
        uri = f"https://platform.ringcentral.com{PATH}?page="
        navigation = {"firstPage": {"uri": f"{uri}1"}, **({"nextPage": {"uri": f"{uri}{page + 1}"}} if more else {})}
        paging = {"page": page, "perPage": size, "totalElements": len(rows), "totalPages": -(-len(rows) // size)}
        found = rows[(page - 1) * size : page * size]
        return Answer(body={"uri": f"{uri}{page}", "records": found, "navigation": navigation, "paging": paging})
