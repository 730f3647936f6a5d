"""Two queues of Genesys over two days, with a token that must be fetched first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.source import SourceConfig
from tests.connectors.fake_vendor import SECRET_ENV, Answer, Request

COUNTS = "/api/v2/analytics/conversations/aggregates/query"
STATES = "/api/v2/analytics/queues/observations/query"
TOKEN = "/oauth/token"
SUPPORT, BILLING = "8f0ad2e2-0000-4000-8000-000000000001", "8f0ad2e2-0000-4000-8000-000000000002"
_QUARTER = timedelta(minutes=15)


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _error(status: int, code: str) -> Answer:
    return Answer(status, {"message": "refused", "code": code, "status": status, "contextId": "c", "errors": []})


@dataclass
class GenesysRig:
    """Counts every third quarter-hour, as Genesys leaves out those without contacts."""

    KIND: str = "genesys"
    now: datetime = datetime(2026, 11, 23, 12, 5, tzinfo=UTC)

    def config(self, url: str) -> SourceConfig:
        """Both addresses are this server; the queue's id has a name."""
        options = {
            "url": url,
            "login_url": url + TOKEN,
            "allow_private_network": True,
            "client_id": "board",
            "client_secret_env": SECRET_ENV,
            "history_days": 3.5,
        }
        return SourceConfig("genesys", self.KIND, options, {SUPPORT: "support"})

    def expected(self) -> set[str]:
        """Each queue and quarter-hour that had contacts."""
        first = datetime(2026, 11, 21, tzinfo=UTC)
        count = int((self.now - first) / _QUARTER) + 1
        starts = [first + index * _QUARTER for index in range(count)]
        names = {SUPPORT: "support", BILLING: BILLING}
        return {f"{names[q]}|{s.isoformat()}" for q in names for s in starts if self.offered(q, s)}

    def offered(self, queue: str, start: datetime) -> int:
        """Contacts of a quarter-hour; the centre opened on the 21st."""
        if start < datetime(2026, 11, 21, tzinfo=UTC):
            return 0
        number = int(start.timestamp() // 900)
        return 0 if number % 3 else 5 + number % 11 + (4 if queue == SUPPORT else 0)

    def _cell(self, queue: str, start: datetime) -> dict[str, Any]:
        offered = self.offered(queue, start)
        abandoned, answered = offered // 5, offered - offered // 5
        counts = {"nOffered": offered, "tAnswered": answered, "tAbandon": abandoned, "tHandle": answered}
        metrics = [
            {"metric": name, "stats": {"count": count, **({"sum": count * 240_000.0} if name[0] == "t" else {})}}
            for name, count in counts.items()
        ]
        return {"interval": f"{_iso(start)}/{_iso(start + _QUARTER)}", "metrics": metrics}

    def _counted(self, request: Request) -> Answer:
        asked = request.json()
        begin, end = (datetime.fromisoformat(text) for text in asked["interval"].split("/"))
        if end - begin > timedelta(days=31) or asked["granularity"] != "PT15M":
            return _error(400, "bad.request")
        starts = [begin + index * _QUARTER for index in range(int((end - begin) / _QUARTER))]
        found = {
            q: [self._cell(q, s) for s in starts if s <= self.now and self.offered(q, s)] for q in (SUPPORT, BILLING)
        }
        groups = [
            {"group": {"queueId": queue, "mediaType": "voice"}, "data": cells}
            for queue, cells in found.items()
            if cells
        ]
        return Answer(body={"results": groups} if groups else {})

    def _observed(self, request: Request) -> Answer:
        groups: list[dict[str, Any]] = []
        for asked in request.json()["filter"]["predicates"]:
            queue = asked["value"]
            users = [
                {"metric": "oOnQueueUsers", "qualifier": qualifier, "stats": {"count": count}}
                for qualifier, count in (("IDLE", 3), ("INTERACTING", 6))
            ]
            waits = [
                {"observationDate": _iso(self.now - timedelta(seconds=s)), "conversationId": str(s)} for s in (95, 20)
            ]
            voice: list[dict[str, Any]] = [
                {"metric": "oWaiting", "stats": {"count": 2}},
                {"metric": "oInteracting", "stats": {"count": 6}},
                {"metric": "oLongestWaiting", "stats": {"count": 2}, "observations": waits},
            ]
            groups.append({"group": {"queueId": queue}, "data": users})
            groups.append({"group": {"queueId": queue, "mediaType": "voice"}, "data": voice})
            groups.append({"group": {"queueId": queue, "mediaType": "email"}, "data": [voice[0]]})
        return Answer(body={"results": groups})

    def answer(self, request: Request) -> Answer:
        """A token, counts, or states."""
        if request.path == TOKEN:
            return Answer(body={"access_token": "t0ken", "token_type": "bearer", "expires_in": 86_399})
        if request.headers.get("authorization") != "Bearer t0ken":
            return _error(401, "authentication.required")
        if request.path == COUNTS:
            return self._counted(request)
        return self._observed(request) if request.path == STATES else _error(404, "not.found")
