"""KIND "alertmanager": the alerts that fire in a Prometheus Alertmanager, as outage signals.

Vendor: https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml (GET /api/v2/alerts).

An alert is a signal, its fingerprint the id. Alertmanager lists what fires and does not tell what ended: an alert that
is listed no more has ended. One that comes back with another start has ended and begun again in between. A silenced or
inhibited alert is neither reported for the first time nor as ended: somebody knows of it, and it still fires.
Lost: the labels that are not named in the options, and the exact end (it is the time of the poll that missed it).
Evidence: live (Alertmanager 0.25), and held against the current description.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from connectors.errors import RecordError, SourceError
from connectors.http import HTTP_OPTIONS, Auth, BasicAuth, BearerAuth, expect, open_client
from connectors.mapping import map_records
from connectors.options import Option, read_options, url_option, wrong
from connectors.records import OutageSignal, SignalStatus
from connectors.source import Batch, CallerHash, Evidence, Probe, SourceConfig
from connectors.sources.alertmanager.alerts import LABEL_OPTIONS, Labels, alert_signal
from connectors.sources.alertmanager.memory import recall, remember

PATH = "/api/v2/alerts"
MOST = 2000  # alerts at once; more is no list of outages, and would have to be remembered with every poll
# Prometheus' own proof of life, and the helper of its inhibition rules: they fire always and mean nothing.
_EVERYDAY = ['alertname!="Watchdog"', 'alertname!="InfoInhibitor"']


class Alertmanager:
    """Asks which alerts fire, and compares with the last answer."""

    KIND: ClassVar[str] = "alertmanager"
    EVIDENCE: ClassVar[Evidence] = Evidence.LIVE
    ONLY_SIGNALS: ClassVar[bool] = True
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        url_option("Where Alertmanager answers, such as https://alerts.example.org, with its route prefix"),
        Option("filter", 'Matchers an alert must fit, such as severity="critical"', kind=list, default=_EVERYDAY),
        *LABEL_OPTIONS,
        Option("user", "User, where a proxy in front asks for one"),
        Option("password", "The user's password", secret=True),
        Option("token", "A bearer token, where a proxy in front asks for one", secret=True),
        *HTTP_OPTIONS,
    )

    def __init__(self, config: SourceConfig, *, caller_hash: CallerHash) -> None:
        values = read_options(config, self.OPTIONS)
        self._config, self._values = config, values
        self._labels = Labels.of(values)
        self._client = open_client(config.name, values, auth=_auth(config, values))

    @property
    def config(self) -> SourceConfig:
        """The block this source was built from."""
        return self._config

    def fetch(self, watermark: str | None, *, now: datetime) -> Iterator[Batch]:
        """What has begun, changed or ended since the watermark, which remembers the alerts that fired then."""
        before = recall(watermark)
        listed = self._listed()
        said, rejected = map_records(listed, lambda alert: self._signal(alert, before), where=PATH)
        # What was known stays as it was where its alert cannot be read now: it is listed, so it fires.
        firing = {name: before[name] for name in map(_name, listed) if name in before}
        firing |= {signal.external_id: signal for signal in said}
        text = remember(firing)
        if text != watermark or rejected:
            signals = [*_ends(before, firing, now), *said]
            yield Batch(text, rejected=rejected, done=len(listed), total=len(listed), unit="alerts", signals=signals)

    def probe(self, *, now: datetime) -> Probe:
        """What fires now."""
        answer = self._client.get(PATH, params=self._asked())
        listed = expect(answer.body, list, name=self._config.name, what="the alerts")
        said, rejected = map_records(listed, lambda alert: self._signal(alert, {}), where=PATH)
        services = {service for signal in said for service in signal.services}
        nameless = [f"{len(said)} alerts name no service; see service_labels"] if said and not services else []
        unread = [f"{len(rejected)} alerts cannot be read: {rejected[0].reason}"] if rejected else []
        known = f", about {', '.join(sorted(services)[:10])}" if services else ""
        return Probe(f"{len(said)} alerts fire{known}", server_time=answer.server_time, missing=[*nameless, *unread])

    def _signal(self, alert: Mapping[str, Any], before: Mapping[str, OutageSignal]) -> OutageSignal | None:
        state = alert["status"]["state"]
        if state not in ("active", "suppressed", "unprocessed"):
            raise RecordError(f"state must be active, suppressed or unprocessed, got {state!r}")
        known = alert["fingerprint"] in before
        return alert_signal(alert, self._labels, firing=True) if known or state != "suppressed" else None

    def _listed(self) -> list[Any]:
        answer = self._client.get(PATH, params=self._asked())
        listed = expect(answer.body, list, name=self._config.name, what="the alerts")
        if len(listed) > MOST:
            message = f"{len(listed)} alerts fire, more than {MOST}; narrow them with filter"
            raise SourceError(self._config.name, message, permanent=True)
        return list(listed)

    def _asked(self) -> dict[str, Any]:
        return {"active": "true", "silenced": "true", "inhibited": "true", "filter": self._values["filter"]}


def _auth(config: SourceConfig, values: Mapping[str, Any]) -> Auth | None:
    user, password, token = values["user"], values["password"], values["token"]
    if token is not None and user is not None:
        raise wrong(config, "user and token are both given; keep one")
    if (user is None) != (password is None):
        raise wrong(config, "user and password_env (or password_file) go together; give both or neither")
    if user is not None:
        return BasicAuth(user, password)
    return None if token is None else BearerAuth(token)


def _name(alert: Any) -> str:
    """The id of a listed alert; "" where even that is missing."""
    name = alert.get("fingerprint") if isinstance(alert, dict) else None
    return name if isinstance(name, str) else ""


def _ends(before: Mapping[str, OutageSignal], firing: Mapping[str, OutageSignal], now: datetime) -> list[OutageSignal]:
    """The ends of what is listed no more, and of what began anew."""
    ends = []
    for name, known in before.items():
        current = firing.get(name)
        if current is None:
            ends.append(_ended(known, now))
        elif current.started_at > known.started_at:
            ends.append(_ended(known, current.started_at))
    return ends


def _ended(signal: OutageSignal, at: datetime) -> OutageSignal:
    return replace(signal, status=SignalStatus.RESOLVED, ended_at=max(at, signal.started_at))
