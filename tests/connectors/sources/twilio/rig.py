"""Calls with their legs, and task queues with their counts, as two rigs of Twilio."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from connectors.source import SourceConfig
from tests.connectors.fake_vendor import SECRET_ENV, Answer, Request

ACCOUNT, WORKSPACE = "AC" + "0" * 32, "WS" + "0" * 32
CALLS = f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
QUEUES = f"/v1/Workspaces/{WORKSPACE}/TaskQueues"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NOT_FOUND = Answer(404, {"code": 20404, "message": "Not found", "status": 404})
_PAGE = 8


def sid(kind: str, number: int) -> str:
    """An id as Twilio writes it."""
    return f"{kind}{number:032x}"


def rfc(moment: datetime | None) -> str | None:
    """A time as the call log writes it."""
    return None if moment is None else format_datetime(moment)


@dataclass
class TwilioCallsRig:
    """Twelve inbound calls over two UTC days, each with legs; and one of our own."""

    KIND: str = "twilio_calls"
    now: datetime = NOW

    def config(self, url: str) -> SourceConfig:
        """Small pages; the number's queue is called support."""
        options = {
            "url": url,
            "allow_private_network": True,
            "account": ACCOUNT,
            "token_env": SECRET_ENV,
            "page_size": _PAGE,
            "history_days": 2.0,
        }
        return SourceConfig("twilio", self.KIND, options, {"+498001234": "support"})

    def expected(self) -> set[str]:
        """The inbound calls."""
        return {sid("CA", number) for number in range(12)}

    def row(self, number: int, begun: datetime, **said: Any) -> dict[str, Any]:
        """A row of the log; `ends` after so many seconds, `talked` of them."""
        ends, talked = said.pop("ends", None), said.pop("talked", None)
        ended = None if ends is None else begun + timedelta(seconds=ends)
        return {
            "sid": sid("CA", number),
            "account_sid": ACCOUNT,
            "parent_call_sid": None,
            "date_created": rfc(begun),
            "date_updated": rfc(ended or begun),
            "start_time": rfc(begun),
            "end_time": rfc(ended),
            "duration": None if talked is None else str(talked),
            "status": "completed" if ended else "in-progress",
            "direction": "inbound",
            "from": f"+4930123456{number % 5}",
            "to": "+498001234" if number % 2 else "+498005678",
            "phone_number_sid": sid("PN", 1),
            "queue_time": "0",
            "uri": f"/2010-04-01/Accounts/{ACCOUNT}/Calls/{sid('CA', number)}.json",
            **said,
        }

    def log(self) -> list[dict[str, Any]]:
        """Newest first; every third call is abandoned, one is served by a second agent, the last two are on."""
        rows = [self.row(900, self.now - timedelta(hours=1), direction="outbound-api", ends=60, talked=40)]
        for number in range(12):
            begun = self.now - timedelta(hours=2 * (12 - number)) + timedelta(minutes=80)
            on = number >= 10
            rows.append(self.row(number, begun, **({} if on else {"ends": 300, "talked": 300})))
            leg = {"parent_call_sid": sid("CA", number), "direction": "outbound-dial"}
            rang = begun + timedelta(seconds=20)
            rows.append(self.row(100 + number, rang, **leg, ends=15, status="no-answer"))
            if number % 3:
                more = {} if on else {"ends": 270, "talked": 255}
                rows.append(self.row(200 + number, rang + timedelta(seconds=10), **leg, **more))
            if number == 4:  # handed to a second agent: still one contact
                rows.append(self.row(304, begun + timedelta(seconds=200), **leg, ends=90, talked=85))
        return sorted(rows, key=lambda row: _begun(row), reverse=True)

    def answer(self, request: Request) -> Answer:
        """One page of what the bounds leave."""
        if request.path != CALLS:
            return NOT_FOUND
        after, before = (
            request.one("StartTime>", "1990-01-01T00:00:00Z"),
            request.one("StartTime<", "2100-01-01T00:00:00Z"),
        )
        rows = [row for row in self.log() if after <= _begun(row) < before]
        if len(rows) > _PAGE:
            rows.insert(_PAGE, rows[_PAGE - 1])
        size, page = int(request.one("PageSize", "50")), int(request.one("Page", "0"))
        bounds = f"StartTime%3E={after}&StartTime%3C={before}&PageSize={size}"
        more = (page + 1) * size < len(rows)
        following = f"{CALLS}?{bounds}&Page={page + 1}&PageToken=PACA{page}" if more else None
        return Answer(
            body={
                "calls": rows[page * size : (page + 1) * size],
                "first_page_uri": f"{CALLS}?{bounds}&Page=0",
                "next_page_uri": following,
                "previous_page_uri": None,
                "page": page,
                "page_size": size,
                "start": page * size,
                "end": min(len(rows), (page + 1) * size) - 1,
                "uri": f"{CALLS}?{bounds}",
            }
        )


def _begun(row: dict[str, Any]) -> str:
    return datetime.strptime(row["start_time"], "%a, %d %b %Y %H:%M:%S %z").strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class TwilioTaskRouterRig:
    """Two task queues, on a page each; counts follow from the quarter-hour."""

    KIND: str = "twilio_taskrouter"
    now: datetime = NOW

    def config(self, url: str) -> SourceConfig:
        """More history than the queues have."""
        options = {
            "url": url,
            "allow_private_network": True,
            "account": ACCOUNT,
            "token_env": SECRET_ENV,
            "workspace": WORKSPACE,
            "history_days": 0.2,
        }
        return SourceConfig("taskrouter", self.KIND, options, {"Support": "support"})

    def expected(self) -> set[str]:
        """Each queue and quarter-hour."""
        starts = [self.now - timedelta(minutes=15 * back) for back in range(1, 8)]
        return {f"{queue}|{start.isoformat()}" for queue in ("support", "Billing") for start in starts}

    def _queues(self, request: Request) -> Answer:
        page = int(request.one("Page", "0"))
        name = ("Support", "Billing")[page]
        queue = {"sid": sid("WQ", page), "friendly_name": name, "workspace_sid": WORKSPACE, "task_order": "FIFO"}
        queue["date_created"] = (self.now - timedelta(minutes=105)).isoformat()
        here = f"{request.headers.get('x-forwarded-proto', 'http')}://{request.headers['host']}{QUEUES}?PageSize=1"
        meta = {
            "key": "task_queues",
            "page": page,
            "page_size": 1,
            "url": here,
            "first_page_url": here,
            "previous_page_url": None,
            "next_page_url": f"{here}&Page=1&PageToken=PT1" if page == 0 else None,
        }
        return Answer(body={"task_queues": [queue], "meta": meta})

    def _counted(self, queue: str, request: Request) -> Answer:
        start = datetime.fromisoformat(request.one("StartDate"))
        entered = int(start.timestamp() // 900) % 7 + (3 if queue == sid("WQ", 0) else 0)
        said = {
            "account_sid": ACCOUNT,
            "workspace_sid": WORKSPACE,
            "task_queue_sid": queue,
            "start_time": request.one("StartDate"),
            "end_time": request.one("EndDate"),
            "tasks_entered": entered,
            "tasks_canceled": entered + 2,
            "reservations_accepted": entered + 5,
            "avg_task_acceptance_time": 12,
        }
        return Answer(body=said)

    def _live(self, queue: str) -> Answer:
        said = {
            "account_sid": ACCOUNT,
            "workspace_sid": WORKSPACE,
            "task_queue_sid": queue,
            "longest_relative_task_age_in_queue": 75,
            "longest_task_waiting_age": 900,
            "tasks_by_status": {"pending": 4, "reserved": 1, "assigned": 6, "wrapping": 2, "completed": 40},
            "total_available_workers": 9,
            "total_eligible_workers": 12,
            "total_tasks": 13,
        }
        return Answer(body=said)

    def answer(self, request: Request) -> Answer:
        """The queues, the counts of one, or the state of one."""
        *before, queue, what = request.path.split("/")
        if request.path == QUEUES:
            return self._queues(request)
        if "/".join(before) != QUEUES or request.one("TaskChannel") != "voice":
            return NOT_FOUND
        return self._counted(queue, request) if what == "CumulativeStatistics" else self._live(queue)
