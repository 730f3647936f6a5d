"""KIND "pagerduty": incidents of PagerDuty as outage signals (GET /incidents).

Vendor: https://developer.pagerduty.com/api-reference/ (List incidents, Get an incident).

An incident is one signal: triggered and acknowledged ones are firing, resolved ones are resolved. It began when it
was created and ended at `resolved_at`, or where that is not told at its last change of status. The severity is the
priority's name where the account uses priorities, else the urgency. An incident that was merged into another is shown
by PagerDuty as resolved. The list can be filtered by creation only; so each fetch begins at the oldest incident that
is still open, and those open for longer than 30 days are asked for one by one.
Lost: who was paged, notes, alerts within an incident, and what an incident struck beside its service.
Limits: 960 requests a minute; 100 incidents a page, and never more than 10,000 in one question, so a fetch asks for
30 days at a time. Evidence: contract.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote

from connectors.errors import RecordError, SourceError
from connectors.http import HTTP_OPTIONS, Answer, BearerAuth, Since, expect, field, first_day, offset_pages, open_client
from connectors.mapping import AHEAD, identity, map_records, utc, utc_or_none
from connectors.options import Option, read_options, url_option
from connectors.records import OutageSignal, SignalStatus, web_address
from connectors.source import Batch, CallerHash, Evidence, Probe, SourceConfig

_HEADERS = {"Accept": "application/vnd.pagerduty+json;version=2", "Content-Type": "application/json"}
_STATUS = {
    "triggered": SignalStatus.FIRING,
    "acknowledged": SignalStatus.FIRING,
    "resolved": SignalStatus.RESOLVED,
}
_STEP = timedelta(days=30)
_REMEMBERED = 200
_REQUESTS_PER_MINUTE = 900.0


class PagerDuty:
    """Lists the incidents created since, and looks after those that stay open."""

    KIND: ClassVar[str] = "pagerduty"
    EVIDENCE: ClassVar[Evidence] = Evidence.CONTRACT
    ONLY_SIGNALS: ClassVar[bool] = True
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        url_option(
            "Address of the region: api.pagerduty.com or api.eu.pagerduty.com", default="https://api.pagerduty.com"
        ),
        Option("token", "A read-only API key", required=True, secret=True),
        Option("services", "Ids of the services whose incidents count; all where it is left out", kind=list),
        Option("urgencies", "Urgencies that count; both where it is left out", kind=list, choices=("high", "low")),
        Option("page_size", "Incidents a page; at most 100", kind=int, default=100, low=1, high=100),
        Option("history_days", "Days that the first fetch reads back", kind=float, default=90.0, low=0.01, high=730),
        *HTTP_OPTIONS,
    )

    def __init__(self, config: SourceConfig, *, caller_hash: CallerHash) -> None:
        self._config = config
        self._values = values = read_options(config, self.OPTIONS)
        auth = BearerAuth(values["token"], prefix="Token token=")
        self._client = open_client(
            config.name, values, auth=auth, headers=_HEADERS, requests_per_minute=_REQUESTS_PER_MINUTE
        )

    @property
    def config(self) -> SourceConfig:
        """The block this source was built from."""
        return self._config

    def watermark_at(self, since: datetime) -> str:
        """The watermark from which every incident created since then is read."""
        return Since(since).text()

    def probe(self, *, now: datetime) -> Probe:
        """One look at the services, whose ids `services` may name."""
        answer = self._client.get("/services", params={"limit": 100})
        rows = field(answer.body, "services", list, name=self._config.name)
        named = {
            str(row.get("id")): str(row.get("name") or row.get("summary")) for row in rows if isinstance(row, dict)
        }
        listed = ", ".join(f"{name} is {id_}" for id_, name in list(named.items())[:20])
        absent = [id_ for id_ in self._values["services"] or () if id_ not in named and len(rows) < 100]
        return Probe(
            f"{len(named)} services ({listed})" if named else "no services",
            server_time=answer.server_time,
            missing=[f"the service {id_}, or the right to see it" for id_ in absent],
        )

    def fetch(self, watermark: str | None, *, now: datetime) -> Iterator[Batch]:
        """The incidents created since, thirty days at a time, and the old ones that were open when last seen."""
        since = Since.parse(watermark, default=first_day(now, days=self._values["history_days"]))
        reading = _Reading(unseen=list(since.seen))
        begin: datetime | None = since.start(self._values["overlap_s"])
        done = 0
        while begin is not None:
            stop = begin + _STEP if begin + _STEP < now else None
            for answer in self._pages(begin, stop):
                rows = field(answer.body, "incidents", list, name=self._config.name)
                signals, rejected = map_records(rows, lambda row: reading.take(self._signal(row, now)), where=self.KIND)
                done += len(rows)
                if signals or rejected:
                    yield Batch(since.text(), signals=signals, rejected=rejected, done=done, unit="incidents")
            begin = stop
        signals, rejected = map_records(
            self._remembered(reading.unseen), lambda row: reading.take(self._signal(row, now)), where=self.KIND
        )
        after = replace(since.advance(reading.resume(now), now=now), seen=reading.old(now))
        if signals or rejected or after != since:
            yield Batch(after.text(), signals=signals, rejected=rejected, done=done + len(signals), unit="incidents")

    def _pages(self, begin: datetime, stop: datetime | None) -> Iterator[Answer]:
        params = {
            "since": _iso(begin),
            "until": None if stop is None else _iso(stop),
            "time_zone": "UTC",
            "sort_by": "created_at:asc",
            "limit": self._values["page_size"],
            "service_ids[]": self._values["services"],
            "urgencies[]": self._values["urgencies"],
        }
        return offset_pages(
            lambda offset: self._client.get("/incidents", params={**params, "offset": offset}),
            count=lambda body: len(body["incidents"]),
            more=lambda body: expect(body.get("more"), bool, name=self._config.name, what="more"),
            max_pages=self._client.limits.max_pages,
            name=self._config.name,
        )

    def _remembered(self, ids: list[str]) -> Iterator[Any]:
        for id_ in ids:
            try:
                answer = self._client.get(f"/incidents/{quote(id_, safe='')}")
            except SourceError as error:
                if not error.permanent:
                    raise
                # The list was readable, so this one incident is not: it must not stand in the way of all others.
                yield {"id": id_, "refused": error.message}
            else:
                yield field(answer.body, "incident", dict, name=self._config.name)

    def _signal(self, said: dict[str, Any], now: datetime) -> OutageSignal:
        if "refused" in said:
            raise RecordError(f"was open when last seen, and can be read no more: {said['refused']}")
        status = _STATUS.get(said["status"])
        if status is None:
            raise RecordError(f"the status must be one of {', '.join(_STATUS)}, got {said['status']!r}")
        began = utc(said["created_at"], field="created_at")
        if began > now + AHEAD:
            raise RecordError(f"its time {began:%Y-%m-%d %H:%M:%S} UTC lies in the future; check the clocks")
        ended = said.get("resolved_at") or said.get("last_status_change_at")
        service = (said.get("service") or {}).get("summary")
        return OutageSignal(
            identity(said["id"], field="id"),
            str(said.get("title") or said.get("summary") or f"incident {said.get('incident_number')}"),
            began,
            status,
            severity=str((said.get("priority") or {}).get("summary") or said.get("urgency") or ""),
            services=(self._config.queue(str(service)),) if service else (),
            url=web_address(said["html_url"]) if isinstance(said.get("html_url"), str) else None,
            ended_at=_not_before(began, utc_or_none(ended, field="resolved_at"), status),
        )


class _Reading:
    """Which incidents one fetch has seen, and which of them are still open."""

    def __init__(self, *, unseen: list[str]) -> None:
        self.unseen = unseen
        self.open: dict[str, datetime] = {}
        self.newest: datetime | None = None

    def take(self, signal: OutageSignal) -> OutageSignal:
        """Note a signal and hand it on; of two reports the later counts."""
        self.unseen = [id_ for id_ in self.unseen if id_ != signal.external_id]
        self.open.pop(signal.external_id, None)
        if signal.status is SignalStatus.FIRING:
            self.open[signal.external_id] = signal.started_at
        self.newest = max(self.newest or signal.started_at, signal.started_at)
        return signal

    def resume(self, now: datetime) -> datetime | None:
        """From where the next fetch must list."""
        return min((at for at in self.open.values() if at > now - _STEP), default=self.newest)

    def old(self, now: datetime) -> tuple[str, ...]:
        """Open ones that the next fetch's list will not show."""
        return tuple(id_ for id_, at in self.open.items() if at <= now - _STEP)[-_REMEMBERED:]


def _not_before(began: datetime, ended: datetime | None, status: SignalStatus) -> datetime | None:
    return None if ended is None or status is SignalStatus.FIRING else max(began, ended)


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
