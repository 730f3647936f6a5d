"""Three queues of Amazon Connect over two days and a half, listed and counted over several pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.source import SourceConfig
from tests.connectors.fake_vendor import SECRET_ENV, Answer, Request

INSTANCE = "12345678-aaaa-bbbb-cccc-123456789012"
ARN = f"arn:aws:connect:eu-central-1:123456789012:instance/{INSTANCE}"
QUEUES = {
    "11111111-aaaa-bbbb-cccc-123456789012": "Support",
    "22222222-aaaa-bbbb-cccc-123456789012": "Billing",
    "33333333-aaaa-bbbb-cccc-123456789012": "Complaints",
}
_FIRST = datetime(2026, 11, 21, tzinfo=UTC)
_QUARTER = timedelta(minutes=15)
_PAGE = {"queues": 1, "counts": 40, "states": 2}


def refused(status: int, code: str, message: str = "refused") -> Answer:
    """As Amazon words a refusal."""
    return Answer(status, {"Message": message}, {"x-amzn-errortype": code})


@dataclass
class AmazonConnectRig:
    """Counts every third quarter-hour from the 21st on; one row stands on two pages."""

    KIND: str = "amazon_connect"
    now: datetime = datetime(2026, 11, 23, 12, 7, tzinfo=UTC)

    def config(self, url: str) -> SourceConfig:
        """The first queue has a name of ours."""
        options = {
            "url": url,
            "allow_private_network": True,
            "instance": ARN,
            "access_key_id": "AKIA",
            "secret_access_key_env": SECRET_ENV,
            "history_days": 3.5,
        }
        return SourceConfig("connect", self.KIND, options, {"Support": "support"})

    def expected(self) -> set[str]:
        """Each queue and finished quarter-hour that had contacts."""
        names = {id_: "support" if name == "Support" else name for id_, name in QUEUES.items()}
        end = self.now - timedelta(seconds=self.now.timestamp() % 900)
        return {f"{names[q]}|{s.isoformat()}" for q in QUEUES for s in _starts(_FIRST, end) if self.offered(q, s)}

    def offered(self, queue: str, start: datetime) -> int:
        """Contacts of a quarter-hour; the centre opened on the 21st."""
        number = int(start.timestamp() // 900)
        return 0 if start < _FIRST or number % 3 else 5 + number % 11 + list(QUEUES).index(queue)

    def count(self, queue: str, start: datetime) -> dict[str, Any]:
        """One group of one quarter-hour, times in seconds since 1970 as Amazon writes them."""
        offered = self.offered(queue, start)
        said = {
            "CONTACTS_QUEUED": offered,
            "CONTACTS_HANDLED_BY_CONNECTED_TO_AGENT": offered - offered // 5,
            "CONTACTS_ABANDONED": offered // 5,
            "AVG_HANDLE_TIME": 240.5,
        }
        return {
            "Dimensions": {"QUEUE": queue, "QUEUE_ARN": f"{ARN}/queue/{queue}"},
            "MetricInterval": {
                "Interval": "FIFTEEN_MIN",
                "StartTime": start.timestamp(),
                "EndTime": (start + _QUARTER).timestamp(),
            },
            "Collections": [{"Metric": {"Name": name}, "Value": float(value)} for name, value in said.items()],
        }

    def answer(self, request: Request) -> Answer:
        """Queues, counts or states; nothing to whoever does not sign."""
        if not request.headers.get("authorization", "").startswith("AWS4-HMAC-SHA256 Credential=AKIA/"):
            return refused(403, "MissingAuthenticationTokenException")
        if request.path == f"/queues-summary/{INSTANCE}":
            rows = [
                {"Id": id_, "Arn": f"{ARN}/queue/{id_}", "Name": name, "QueueType": "STANDARD"}
                for id_, name in QUEUES.items()
            ]
            return _page(rows, request.one("nextToken"), kind="queues", key="QueueSummaryList")
        if request.path == "/metrics/data":
            return self._counted(request.json())
        if request.path == f"/metrics/current/{INSTANCE}":
            return self._observed(request.json())
        return refused(404, "ResourceNotFoundException")

    def _counted(self, asked: dict[str, Any]) -> Answer:
        begin, end = (datetime.fromtimestamp(asked[key], UTC) for key in ("StartTime", "EndTime"))
        if end - begin > timedelta(days=3) or end > self.now or asked["Interval"]["IntervalPeriod"] != "FIFTEEN_MIN":
            return refused(400, "InvalidParameterException")
        queues = [queue for queue in asked["Filters"][0]["FilterValues"] if queue in QUEUES]
        rows = [self.count(q, s) for s in _starts(begin, end) for q in queues if self.offered(q, s)]
        if len(rows) > _PAGE["counts"]:
            rows.insert(_PAGE["counts"], rows[_PAGE["counts"] - 1])
        return _page(rows, asked.get("NextToken", ""), kind="counts", key="MetricResults")

    def _observed(self, asked: dict[str, Any]) -> Answer:
        said = {"CONTACTS_IN_QUEUE": 7.0, "OLDEST_CONTACT_AGE": 95.0, "AGENTS_ON_CONTACT": 12.0, "AGENTS_ONLINE": 15.0}
        rows = [
            {
                "Dimensions": {"Queue": {"Id": id_, "Arn": f"{ARN}/queue/{id_}"}, "Channel": "VOICE"},
                "Collections": [
                    {"Metric": {"Name": m["Name"], "Unit": m["Unit"]}, "Value": said[m["Name"]]}
                    for m in asked["CurrentMetrics"]
                ],
            }
            for id_ in asked["Filters"]["Queues"]
            if id_ in QUEUES
        ]
        answer = _page(rows, asked.get("NextToken", ""), kind="states", key="MetricResults")
        answer.body["DataSnapshotTime"] = (self.now - timedelta(seconds=5)).timestamp()
        return answer


def _starts(begin: datetime, end: datetime) -> list[datetime]:
    return [begin + index * _QUARTER for index in range(int((end - begin) / _QUARTER))]


def _page(rows: list[dict[str, Any]], token: str, *, kind: str, key: str) -> Answer:
    begin = int(token.removeprefix("t") or 0)
    stop = begin + _PAGE[kind]
    return Answer(body={key: rows[begin:stop], **({"NextToken": f"t{stop}"} if stop < len(rows) else {})})
