"""KIND "twilio_taskrouter": counts and the live state of the task queues of Twilio TaskRouter (Flex centres).

Vendor: https://www.twilio.com/docs/taskrouter/api/taskqueue-statistics (CumulativeStatistics, RealTimeStatistics).

Per queue and quarter-hour `tasks_entered` is our offered. Accepted reservations and cancelled tasks are counted by
Twilio when they happen and not when the task arrived, so they can exceed what was offered: answered and abandoned are
left unknown rather than wrong. A task moved between queues is counted by each that it entered. Live: pending and
reserved tasks are our waiting (reserved is ringing), assigned and wrapping ones in service; agents are the available
workers; the longest wait is counted from entering the queue.
Lost: AHT, waits, answered and abandoned per interval. Statistics exist for 30 days. Each queue and quarter-hour costs
a request: a back-fill of 30 days for 10 queues takes about 50 minutes. One block counts one `channel`.
Evidence: contract.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote

from connectors.errors import RecordError
from connectors.http import HTTP_OPTIONS, BasicAuth, Since, expect, field, first_day, link_pages, open_client
from connectors.mapping import identity, map_records, utc, utc_or_none
from connectors.options import Option, read_options, url_option
from connectors.records import Channel, IntervalVolume, QueueState, RejectedRecord
from connectors.source import Batch, CallerHash, Evidence, Probe, SourceConfig

_QUARTER = timedelta(minutes=15)
_KEPT = timedelta(days=30)
_PAGE = 1000
_REQUESTS_PER_MINUTE = 600.0
_CHANNELS = {"voice": Channel.CALL, "chat": Channel.CHAT, "sms": Channel.CHAT, "email": Channel.EMAIL}


class TwilioTaskRouter:
    """Asks each queue for each quarter-hour since, and for its state now."""

    KIND: ClassVar[str] = "twilio_taskrouter"
    EVIDENCE: ClassVar[Evidence] = Evidence.CONTRACT
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        url_option("Address of TaskRouter", default="https://taskrouter.twilio.com"),
        Option("account", "SID of the account, AC…", required=True),
        Option("key", "SID of an API key, SK…; the account's own SID where it is left out"),
        Option("token", "Secret of that key, or the account's auth token", required=True, secret=True),
        Option("workspace", "SID of the workspace, WS…", required=True),
        Option("channel", "The task channel that is counted", default="voice", choices=tuple(_CHANNELS)),
        Option("history_days", "Days that the first fetch reads back", kind=float, default=30.0, low=0.01, high=30),
        *HTTP_OPTIONS,
    )

    def __init__(self, config: SourceConfig, *, caller_hash: CallerHash) -> None:
        self._config = config
        self._values = values = read_options(config, self.OPTIONS)
        self._client = open_client(
            config.name,
            values,
            auth=BasicAuth(values["key"] or values["account"], values["token"]),
            requests_per_minute=_REQUESTS_PER_MINUTE,
        )
        self._path = f"/v1/Workspaces/{values['workspace']}/TaskQueues"
        self._channel = _CHANNELS[values["channel"]]

    @property
    def config(self) -> SourceConfig:
        """The block this source was built from."""
        return self._config

    def watermark_at(self, since: datetime) -> str:
        """The watermark from which every quarter-hour since then is counted."""
        return Since(since).text()

    def probe(self, *, now: datetime) -> Probe:
        """The task queues of the workspace."""
        answer = self._client.get(self._path, params={"PageSize": _PAGE})
        rows = field(answer.body, "task_queues", list, name=self._config.name)
        queues, _ = map_records(rows, _queue_of, where="queues")
        missing = () if queues else ("task queues: the workspace has none, or the key may not read them",)
        return Probe(f"{len(queues)} task queues", [queue.word for queue in queues], answer.server_time, missing)

    def fetch(self, watermark: str | None, *, now: datetime) -> Iterator[Batch]:
        """A batch a quarter-hour; the last, which is not over, comes with the state of the queues."""
        queues, rejected = self._queues()
        since = Since.parse(watermark, default=first_day(now, days=self._values["history_days"]))
        start = _floor(max(since.start(self._values["overlap_s"]), now - _KEPT))
        total, done = int((now - start) / _QUARTER) + 1, 0
        while start < now:
            volumes, refused = self._counts(queues, start, now=now)
            last = start + _QUARTER >= now
            states, unread = self._states(queues, now=now) if last else ([], [])
            since, done = since.advance(start, now=now), done + 1
            yield Batch(
                since.text(),
                volumes=volumes,
                states=states,
                rejected=[*rejected, *refused, *unread],
                done=done,
                total=total,
                unit="quarter-hours",
            )
            rejected, start = [], start + _QUARTER

    def _queues(self) -> tuple[list[_Queue], list[RejectedRecord]]:
        first = self._client.get(self._path, params={"PageSize": _PAGE})
        pages = link_pages(self._client, first, next_link=self._next, max_pages=self._client.limits.max_pages)
        rows = [row for page in pages for row in field(page.body, "task_queues", list, name=self._config.name)]
        found, rejected = map_records(rows, _queue_of, where="queues")
        return list({queue.sid: queue for queue in found}.values()), rejected

    def _next(self, body: Any) -> str | None:
        link = field(body, "meta", dict, name=self._config.name).get("next_page_url")
        return None if link is None else expect(link, str, name=self._config.name, what="next_page_url")

    def _counts(
        self, queues: list[_Queue], start: datetime, *, now: datetime
    ) -> tuple[list[IntervalVolume], list[RejectedRecord]]:
        period = {"StartDate": _iso(start), "EndDate": _iso(min(start + _QUARTER, now))}
        there = [queue for queue in queues if queue.made is None or queue.made < start + _QUARTER]
        rows = [self._ask(queue, "CumulativeStatistics", period) for queue in there]
        return map_records(rows, lambda row: self._volume(row, start), where=f"counts {_iso(start)}")

    def _states(self, queues: list[_Queue], *, now: datetime) -> tuple[list[QueueState], list[RejectedRecord]]:
        rows = [self._ask(queue, "RealTimeStatistics", {}) for queue in queues]
        return map_records(rows, lambda row: self._state(row, now), where="states")

    def _ask(self, queue: _Queue, what: str, period: Mapping[str, str]) -> dict[str, Any]:
        params = {**period, "TaskChannel": self._values["channel"]}
        answer = self._client.get(f"{self._path}/{quote(queue.sid, safe='')}/{what}", params=params)
        said: dict[str, Any] = expect(answer.body, dict, name=self._config.name, what=what)
        return {**said, "id": queue.sid, "queue": queue.word}

    def _volume(self, said: dict[str, Any], start: datetime) -> IntervalVolume:
        _same_start(said, start)
        entered = _count(said, "tasks_entered")
        return IntervalVolume(self._config.queue(said["queue"]), self._channel, start, 900, offered=entered)

    def _state(self, said: dict[str, Any], now: datetime) -> QueueState:
        by_status = said["tasks_by_status"]
        age = said.get("longest_relative_task_age_in_queue")
        return QueueState(
            self._config.queue(said["queue"]),
            self._channel,
            now,
            waiting=_count(by_status, "pending") + _count({"reserved": 0, **by_status}, "reserved"),
            longest_wait_s=None if age is None else float(_count(said, "longest_relative_task_age_in_queue")),
            in_service=_count(by_status, "assigned") + _count({"wrapping": 0, **by_status}, "wrapping"),
            agents=_count(said, "total_available_workers") if "total_available_workers" in said else None,
        )


@dataclass(frozen=True, slots=True)
class _Queue:
    """A task queue, and since when there has been anything to count."""

    sid: str
    word: str
    made: datetime | None


def _queue_of(row: dict[str, Any]) -> _Queue:
    sid = identity(row["sid"], field="sid")
    made = utc_or_none(row.get("date_created"), field="date_created")
    return _Queue(sid, str(row.get("friendly_name") or sid), made)


def _same_start(said: dict[str, Any], start: datetime) -> None:
    """Twilio says which period it counted; another one than was asked for must not be taken for it."""
    if said.get("start_time") is not None and abs(utc(said["start_time"], field="start_time") - start) >= _QUARTER:
        raise RecordError(f"counted from {said['start_time']} where {_iso(start)} was asked for")


def _count(said: Mapping[str, Any], key: str) -> int:
    value = said[key]
    number = int(value) if isinstance(value, str) and value.isdecimal() else value
    if isinstance(number, bool) or not isinstance(number, int) or number < 0:
        raise RecordError(f"{key} must be a count, got {str(value)[:60]!r}")
    return number


def _floor(moment: datetime) -> datetime:
    return moment - timedelta(seconds=moment.timestamp() % 900)


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
