"""KIND "genesys": counts per quarter-hour and the live state of the queues of Genesys Cloud CX.

Vendor: https://developer.genesys.cloud/analyticsdatamanagement/analytics/ (POST …/conversations/aggregates/query and
…/queues/observations/query); sign-in by OAuth client credentials.

Per queue and quarter-hour nOffered is our offered, the count of tAnswered answered, the count of tAbandon abandoned,
tHandle (talk, hold, after-call work) in milliseconds divided by its count is AHT. Genesys dates each of them by when
it happened, not by the arrival: where answered and abandoned together exceed offered both are left unknown. What
flowed out (tFlowOut: call-back, voicemail, another queue) is offered, and neither answered nor abandoned. Live:
oWaiting, oInteracting, oOnQueueUsers, and the longest wait from the oldest observation of oLongestWaiting. A queue is
its id (GUID); the block's table `queues` gives it a name. Genesys leaves out what did not happen: a quarter-hour
without contacts is simply absent. Counts are asked for again for `settle_h` hours, as handling ends late.
Lost: single contacts. A transfer to another queue is offered there once more, and counts cannot tell. One block
counts one `media`, since a queue with two would mix them.
Evidence: contract (the token's address stands in no description).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from connectors.errors import RecordError
from connectors.http import HTTP_OPTIONS, Answer, OAuthClientCredentials, Since, field, first_day, open_client
from connectors.mapping import identity, map_records, utc
from connectors.options import Option, read_options
from connectors.records import Channel, IntervalVolume, QueueState, RejectedRecord
from connectors.source import Batch, CallerHash, Evidence, Probe, SourceConfig

_COUNTS = "/api/v2/analytics/conversations/aggregates/query"
_STATES = "/api/v2/analytics/queues/observations/query"
_METRICS = ("nOffered", "tAnswered", "tAbandon", "tHandle")
_LIVE = ("oWaiting", "oInteracting", "oOnQueueUsers", "oLongestWaiting")
_DAY, _QUARTER = timedelta(days=1), timedelta(minutes=15)
_REQUESTS_PER_MINUTE = 300.0
_LONGEST_AHT_S = 86_400.0
_CHANNELS = {
    "voice": Channel.CALL,
    "callback": Channel.CALL,
    "chat": Channel.CHAT,
    "message": Channel.CHAT,
    "email": Channel.EMAIL,
}


class Genesys:
    """Asks for a day of quarter-hours at a time, and at the end for the queues as they stand."""

    KIND: ClassVar[str] = "genesys"
    EVIDENCE: ClassVar[Evidence] = Evidence.CONTRACT
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        Option("region", "Domain of the region, such as mypurecloud.de", default="mypurecloud.com"),
        Option("client_id", "Id of an OAuth client with the grant client credentials", required=True),
        Option("client_secret", "Secret of that client", required=True, secret=True),
        Option("media", "The kind of contact that is counted", default="voice", choices=tuple(_CHANNELS)),
        Option("settle_h", "Hours for which counts are asked for again", kind=float, default=2.0, low=0.25, high=48),
        Option("url", "Address of the interface instead of https://api.REGION"),
        Option("login_url", "Address of the token instead of https://login.REGION/oauth/token"),
        Option("history_days", "Days that the first fetch reads back", kind=float, default=90.0, low=0.01, high=550),
        *HTTP_OPTIONS,
    )

    def __init__(self, config: SourceConfig, *, caller_hash: CallerHash) -> None:
        self._config = config
        self._values = values = read_options(config, self.OPTIONS)
        login = values["login_url"] or f"https://login.{values['region']}/oauth/token"
        self._client = open_client(
            config.name,
            values,
            auth=OAuthClientCredentials(login, values["client_id"], values["client_secret"]),
            requests_per_minute=_REQUESTS_PER_MINUTE,
            base_url=values["url"] or f"https://api.{values['region']}",
        )
        self._channel = _CHANNELS[values["media"]]

    @property
    def config(self) -> SourceConfig:
        """The block this source was built from."""
        return self._config

    def watermark_at(self, since: datetime) -> str:
        """The watermark from which every quarter-hour since then is counted."""
        return Since(since).text()

    def probe(self, *, now: datetime) -> Probe:
        """The queues that had contacts in the last day."""
        answer = self._client.post(_COUNTS, json=self._question(now - _DAY, now))
        queues, _ = map_records(self._results(answer), _queue_of, where="results")
        known = sorted({*queues, *self._config.queues})
        return Probe(f"{len(set(queues))} queues with contacts in the last day", known, answer.server_time)

    def fetch(self, watermark: str | None, *, now: datetime) -> Iterator[Batch]:
        """A batch a day of counts; the last comes with the state of the queues."""
        since = Since.parse(watermark, default=first_day(now, days=self._values["history_days"]))
        start = _floor(since.start(max(self._values["overlap_s"], self._values["settle_h"] * 3600)))
        queues, total, done = set(self._config.queues), int((now - start) / _DAY) + 1, 0
        while start < now:
            stop = min(start + _DAY, _floor(now) + _QUARTER)
            volumes, rejected, seen = self._counts(start, stop, now=now)
            queues |= seen
            states, unread = self._states(sorted(queues), now=now) if stop > now and queues else ([], [])
            since, done = since.advance(stop, now=now), done + 1
            yield Batch(
                since.text(),
                volumes=volumes,
                states=states,
                rejected=[*rejected, *unread],
                done=done,
                total=total,
                unit="days",
            )
            start = stop

    def _question(self, start: datetime, stop: datetime) -> dict[str, Any]:
        return {
            "interval": f"{_iso(start)}/{_iso(stop)}",
            "granularity": "PT15M",
            "timeZone": "UTC",
            "groupBy": ["queueId"],
            "metrics": list(_METRICS),
            "filter": {
                "type": "and",
                "predicates": [
                    {"dimension": "mediaType", "value": self._values["media"]},
                    {"dimension": "queueId", "operator": "exists"},
                ],
            },
        }

    def _counts(
        self, start: datetime, stop: datetime, *, now: datetime
    ) -> tuple[list[IntervalVolume], list[RejectedRecord], set[str]]:
        groups = self._results(self._client.post(_COUNTS, json=self._question(start, stop)))
        found, rejected = map_records(
            groups, lambda group: (_queue_of(group), _list(group.get("data"))), where="results"
        )
        cells = [
            {"id": f"{queue} {cell.get('interval') if isinstance(cell, Mapping) else ''}", "queue": queue, "cell": cell}
            for queue, data in found
            for cell in data
        ]
        volumes, refused = map_records(cells, self._volume, where="counts", now=now)
        return volumes, [*rejected, *refused], {queue for queue, _ in found}

    def _volume(self, row: dict[str, Any]) -> IntervalVolume | None:
        begin, end = (utc(text, field="interval") for text in row["cell"]["interval"].split("/"))
        if end - begin != _QUARTER:
            raise RecordError(f"the interval must be a quarter-hour, got {row['cell']['interval']}")
        stats = {item["metric"]: item["stats"] for item in row["cell"]["metrics"]}
        if "nOffered" not in stats:
            return None  # handled here, offered in an earlier quarter-hour: nothing arrived
        offered = _count(stats, "nOffered")
        answered, abandoned = _count(stats, "tAnswered"), _count(stats, "tAbandon")
        told = answered + abandoned <= offered
        return IntervalVolume(
            self._config.queue(row["queue"]),
            self._channel,
            begin,
            900,
            offered=offered,
            answered=answered if told else None,
            abandoned=abandoned if told else None,
            aht_s=_mean_s(stats.get("tHandle")),
        )

    def _states(self, queues: Sequence[str], *, now: datetime) -> tuple[list[QueueState], list[RejectedRecord]]:
        predicates = [{"dimension": "queueId", "value": queue} for queue in queues]
        question = {"filter": {"type": "or", "predicates": predicates}, "metrics": list(_LIVE)}
        groups = self._results(self._client.post(_STATES, json=question))
        agents, unread = map_records(groups, _agents, where="states")
        known = dict(agents)
        states, rejected = map_records(groups, lambda group: self._state(group, known, now), where="states")
        return states, list(dict.fromkeys([*unread, *rejected]))

    def _results(self, answer: Answer) -> list[Any]:
        # Where nothing happened at all, Genesys answers with an empty object.
        return [] if answer.body == {} else field(answer.body, "results", list, name=self._config.name)

    def _state(self, group: dict[str, Any], agents: Mapping[str, int], now: datetime) -> QueueState | None:
        if group["group"].get("mediaType") != self._values["media"]:
            return None
        said = {item["metric"]: item for item in _list(group.get("data"))}
        since = _oldest(said.get("oLongestWaiting"))
        queue = _queue_of(group)
        return QueueState(
            self._config.queue(queue),
            self._channel,
            now,
            waiting=_whole(said["oWaiting"]["stats"]["count"], "oWaiting"),
            longest_wait_s=None if since is None else max(0.0, (now - since).total_seconds()),
            in_service=_whole(said["oInteracting"]["stats"]["count"], "oInteracting")
            if "oInteracting" in said
            else None,
            agents=agents.get(queue),
        )


def _agents(group: dict[str, Any]) -> tuple[str, int] | None:
    """Queue and users on queue; they stand in the group without a medium, once for each of their routing states."""
    counts = [item["stats"]["count"] for item in _list(group.get("data")) if item["metric"] == "oOnQueueUsers"]
    if "mediaType" in group["group"] or not counts:
        return None
    return _queue_of(group), sum(_whole(count, "oOnQueueUsers") for count in counts)


def _queue_of(group: dict[str, Any]) -> str:
    return identity(group["group"]["queueId"], field="queueId")


def _list(value: object) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise RecordError(f"data must be a list, got {str(value)[:60]!r}")
    return value


def _count(stats: Mapping[str, Any], metric: str) -> int:
    """A count; a metric that is absent did not happen, as Genesys leaves out what is zero."""
    return _whole(stats[metric]["count"], metric) if metric in stats else 0


def _whole(value: object, metric: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise RecordError(f"{metric} must have a count, got {str(value)[:60]!r}")
    return value


def _mean_s(stats: Mapping[str, Any] | None) -> float | None:
    if not stats or not stats["count"]:
        return None
    mean_s = float(stats["sum"]) / float(stats["count"]) / 1000.0
    return mean_s if 0 <= mean_s <= _LONGEST_AHT_S else None  # a mail may lie open for days: that is no handling time


def _oldest(said: Mapping[str, Any] | None) -> datetime | None:
    observations = (said or {}).get("observations") or []
    return min((utc(one["observationDate"], field="observationDate") for one in observations), default=None)


def _floor(moment: datetime) -> datetime:
    return moment - timedelta(seconds=moment.timestamp() % 900)


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
