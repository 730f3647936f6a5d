"""KIND "amazon_connect": counts per quarter-hour and the live state of the queues of Amazon Connect.

Vendor: https://docs.aws.amazon.com/connect/latest/APIReference/ (GetMetricDataV2, GetCurrentMetricData, ListQueues).

Per queue and quarter-hour CONTACTS_QUEUED is our offered, CONTACTS_HANDLED_BY_CONNECTED_TO_AGENT answered,
CONTACTS_ABANDONED abandoned, AVG_HANDLE_TIME (talk, hold, after-call work; seconds) AHT. Amazon dates answered and
abandoned by when they happened: where together they exceed offered both are left unknown. A quarter-hour is asked for
when it is over, and again for `settle_h` hours. Live: CONTACTS_IN_QUEUE, OLDEST_CONTACT_AGE (in seconds, since it is
asked for by queue), AGENTS_ON_CONTACT, AGENTS_ONLINE. The queue is its name.
Lost: single contacts; a transfer to another queue is offered there once more. Quarter-hours are kept for 90 days.
Rights: connect:ListQueues, connect:GetMetricDataV2, connect:GetCurrentMetricData. Each question is signed by
botocore. Evidence: stub (questions and answers are held against Amazon's service model, as botocore brings it).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from connectors.errors import ConfigError, RecordError
from connectors.http import (
    HTTP_OPTIONS,
    Answer,
    SigV4Auth,
    Since,
    cursor_pages,
    field,
    first_day,
    open_client,
)
from connectors.mapping import identity, map_records, utc
from connectors.options import Option, read_options
from connectors.records import Channel, IntervalVolume, QueueState, RejectedRecord
from connectors.source import Batch, CallerHash, Evidence, Probe, SourceConfig

_ARN = re.compile(r"arn:(aws[a-z-]*):connect:([a-z0-9-]+):\d{12}:instance/([A-Za-z0-9-]{1,100})")
_COUNTS, _STATES = "/metrics/data", "/metrics/current"
_REQUESTS_PER_MINUTE = 120.0
_OFFERED, _ABANDONED, _AHT = "CONTACTS_QUEUED", "CONTACTS_ABANDONED", "AVG_HANDLE_TIME"
_ANSWERED = "CONTACTS_HANDLED_BY_CONNECTED_TO_AGENT"
_WAITING, _OLDEST, _BUSY, _ONLINE = "CONTACTS_IN_QUEUE", "OLDEST_CONTACT_AGE", "AGENTS_ON_CONTACT", "AGENTS_ONLINE"
_DAY, _QUARTER = timedelta(days=1), timedelta(minutes=15)  # three days are the most for quarter-hours
_QUEUES_AT_ONCE = 90  # a hundred values a filter are allowed
_CHANNELS = {"VOICE": Channel.CALL, "CHAT": Channel.CHAT, "EMAIL": Channel.EMAIL, "TASK": Channel.TICKET}


class AmazonConnect:
    """Asks for a day of quarter-hours at a time, and at the end for the queues as they stand."""

    KIND: ClassVar[str] = "amazon_connect"
    EVIDENCE: ClassVar[Evidence] = Evidence.STUB
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        Option("instance", "ARN of the instance, arn:aws:connect:REGION:ACCOUNT:instance/ID", required=True),
        Option("access_key_id", "Id of an access key; where it is left out, what AWS tools find is used"),
        Option("secret_access_key", "Secret of that access key", secret=True),
        Option("channel", "The kind of contact that is counted", default="VOICE", choices=tuple(_CHANNELS)),
        Option("settle_h", "Hours for which counts are asked for again", kind=float, default=2.0, low=0.25, high=48),
        Option("history_days", "Days that the first fetch reads back", kind=float, default=89.0, low=0.01, high=89),
        Option("url", "Address of the interface instead of https://connect.REGION.amazonaws.com"),
        *HTTP_OPTIONS,
    )

    def __init__(self, config: SourceConfig, *, caller_hash: CallerHash) -> None:
        self._config = config
        self._values = values = read_options(config, self.OPTIONS)
        self._arn = values["instance"]
        partition, region, self._instance = _parts(config.name, self._arn)
        auth = SigV4Auth(
            config.name,
            "connect",
            region=region,
            key_id=values["access_key_id"],
            secret=values["secret_access_key"],
        )
        self._client = open_client(
            config.name,
            values,
            auth=auth,
            requests_per_minute=_REQUESTS_PER_MINUTE,
            base_url=values["url"] or f"https://connect.{region}.amazonaws.com{'.cn' * (partition == 'aws-cn')}",
        )
        self._channel = _CHANNELS[self._values["channel"]]

    @property
    def config(self) -> SourceConfig:
        """The block this source was built from."""
        return self._config

    def watermark_at(self, since: datetime) -> str:
        """The watermark from which every quarter-hour since then is counted."""
        return Since(since).text()

    def probe(self, *, now: datetime) -> Probe:
        """The queues of the instance."""
        queues, _, clock = self._queues()
        missing = () if queues else ("queues: the instance has none, or connect:ListQueues is not allowed",)
        return Probe(f"{len(queues)} queues", sorted(queues.values()), clock, missing)

    def fetch(self, watermark: str | None, *, now: datetime) -> Iterator[Batch]:
        """A batch a day of counts; the last comes with the state of the queues."""
        queues, rejected, _ = self._queues()
        since = Since.parse(watermark, default=first_day(now, days=self._values["history_days"]))
        start, end = _floor(since.start(self._lookback_s)), _floor(now)
        start = max(start, _floor(now - timedelta(days=89, hours=23)))
        total, done = int((end - start) / _DAY) + 1, 0
        while start < end or done == 0:
            stop = min(start + _DAY, end)
            volumes, refused = self._counts(queues, start, stop, now=now) if start < stop else ([], [])
            states, unread = self._states(queues, now) if stop >= end else ([], [])
            since, done = since.advance(stop, now=now), done + 1
            yield Batch(
                since.text(),
                volumes=volumes,
                states=states,
                rejected=[*rejected, *refused, *unread],
                done=done,
                total=total,
                unit="days",
            )
            rejected, start = [], stop

    @property
    def _lookback_s(self) -> float:
        return float(max(self._values["overlap_s"], self._values["settle_h"] * 3600))

    def _queues(self) -> tuple[dict[str, str], list[RejectedRecord], datetime | None]:
        rows: list[Any] = []
        clock: datetime | None = None
        path, question = f"/queues-summary/{self._instance}", {"queueTypes": "STANDARD", "maxResults": 100}
        for answer in self._pages(lambda token: self._client.get(path, params={**question, "nextToken": token})):
            rows, clock = rows + self._rows(answer, "QueueSummaryList"), answer.server_time
        pairs, rejected = map_records(rows, _queue_of, where="queues")
        return dict(pairs), rejected, clock

    def _pages(self, fetch: Callable[[str | None], Answer]) -> Iterator[Answer]:
        return cursor_pages(
            fetch, next_cursor=_next_token, max_pages=self._client.limits.max_pages, name=self._config.name
        )

    def _asked(self, path: str, question: Mapping[str, Any]) -> Iterator[Answer]:
        def fetch(token: str | None) -> Answer:
            return self._client.post(
                path, json={**question, "MaxResults": 100, **({"NextToken": token} if token else {})}
            )

        return self._pages(fetch)

    def _rows(self, answer: Answer, key: str) -> list[Any]:
        return field(answer.body, key, list, name=self._config.name)

    def _counts(
        self, queues: Mapping[str, str], start: datetime, stop: datetime, *, now: datetime
    ) -> tuple[list[IntervalVolume], list[RejectedRecord]]:
        rows: list[Any] = []
        for ids in _chunks(list(queues)):
            pages = self._asked(
                _COUNTS,
                {
                    "ResourceArn": self._arn,
                    "StartTime": int(start.timestamp()),
                    "EndTime": int(stop.timestamp()),
                    "Interval": {"TimeZone": "UTC", "IntervalPeriod": "FIFTEEN_MIN"},
                    "Filters": [
                        {"FilterKey": "QUEUE", "FilterValues": ids},
                        {"FilterKey": "CHANNEL", "FilterValues": [self._values["channel"]]},
                    ],
                    "Groupings": ["QUEUE"],
                    "Metrics": [{"Name": name} for name in (_OFFERED, _ANSWERED, _ABANDONED, _AHT)],
                },
            )
            rows += [row for page in pages for row in self._rows(page, "MetricResults")]
        return map_records(rows, lambda row: self._volume(row, queues), where=f"counts {start:%Y-%m-%d}", now=now)

    def _volume(self, row: Mapping[str, Any], queues: Mapping[str, str]) -> IntervalVolume | None:
        said, interval = _values(row), row["MetricInterval"]
        if said.get(_OFFERED) is None:
            return None  # nothing arrived
        begin, end = (utc(interval[key], field=key) for key in ("StartTime", "EndTime"))
        if end - begin != _QUARTER:
            raise RecordError(f"the interval must be a quarter-hour, got {begin} to {end}")
        offered, answered, abandoned = (_whole(said.get(name) or 0, name) for name in (_OFFERED, _ANSWERED, _ABANDONED))
        told = answered + abandoned <= offered
        return IntervalVolume(
            self._config.queue(_word(row["Dimensions"]["QUEUE"], queues)),
            self._channel,
            begin,
            900,
            offered=offered,
            answered=answered if told else None,
            abandoned=abandoned if told else None,
            aht_s=_aht_s(said.get(_AHT)),
        )

    def _states(self, queues: Mapping[str, str], now: datetime) -> tuple[list[QueueState], list[RejectedRecord]]:
        states: list[QueueState] = []
        rejected: list[RejectedRecord] = []
        for ids in _chunks(list(queues)):
            pages = self._asked(
                f"{_STATES}/{self._instance}",
                {
                    "Filters": {"Queues": ids, "Channels": [self._values["channel"]]},
                    "Groupings": ["QUEUE"],
                    "CurrentMetrics": [
                        {"Name": name, "Unit": "SECONDS" if name == _OLDEST else "COUNT"}
                        for name in (_WAITING, _OLDEST, _BUSY, _ONLINE)
                    ],
                },
            )
            for page in pages:
                found, refused = self._page_of_states(page, queues, now)
                states, rejected = states + found, rejected + refused
        return states, rejected

    def _page_of_states(
        self, page: Answer, queues: Mapping[str, str], now: datetime
    ) -> tuple[list[QueueState], list[RejectedRecord]]:
        rows = self._rows(page, "MetricResults")
        at = page.body.get("DataSnapshotTime")
        taken = now if at is None else at
        return map_records(rows, lambda row: self._state(row, queues, taken), where="states", now=now)

    def _state(self, row: Mapping[str, Any], queues: Mapping[str, str], at: Any) -> QueueState:
        said = _values(row)
        oldest = said.get(_OLDEST)
        return QueueState(
            self._config.queue(_word(row["Dimensions"]["Queue"]["Id"], queues)),
            self._channel,
            at if isinstance(at, datetime) else utc(at, field="DataSnapshotTime"),
            waiting=_whole(said[_WAITING], _WAITING),
            longest_wait_s=None if oldest is None else float(oldest),
            in_service=None if said.get(_BUSY) is None else _whole(said[_BUSY], _BUSY),
            agents=None if said.get(_ONLINE) is None else _whole(said[_ONLINE], _ONLINE),
        )


def _queue_of(row: Mapping[str, Any]) -> tuple[str, str]:
    id_ = identity(row["Id"], field="Id")
    return id_, str(row.get("Name") or id_)


def _word(queue: object, queues: Mapping[str, str]) -> str:
    """The name of a queue given by id or ARN."""
    id_ = identity(queue, field="queue").rsplit("/", 1)[-1]
    return queues.get(id_, id_)


def _values(row: Mapping[str, Any]) -> dict[str, Any]:
    return {item["Metric"]["Name"]: item.get("Value") for item in row["Collections"]}


def _whole(value: object, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0 or value != int(value):
        raise RecordError(f"{name} must be a count, got {str(value)[:60]!r}")
    return int(value)


def _aht_s(value: object) -> float | None:
    """The mean as it is given; one of more than a day is no handling time."""
    return float(value) if isinstance(value, int | float) and 0 <= value <= 86_400 else None


def _next_token(body: Any) -> str | None:
    token = body.get("NextToken") if isinstance(body, Mapping) else None
    return token if isinstance(token, str) and token else None


def _parts(name: str, arn: str) -> tuple[str, str, str]:
    """Partition, region and id of the instance."""
    found = _ARN.fullmatch(arn)
    if not found:
        raise ConfigError(
            f"[sources.{name}] instance must be the ARN of the instance,"
            f" arn:aws:connect:REGION:ACCOUNT:instance/ID, got {arn!r}"
        )
    return found[1], found[2], found[3]


def _chunks(ids: list[str]) -> Iterator[list[str]]:
    return (ids[at : at + _QUEUES_AT_ONCE] for at in range(0, len(ids), _QUEUES_AT_ONCE))


def _floor(moment: datetime) -> datetime:
    return moment - timedelta(seconds=moment.timestamp() % 900)
