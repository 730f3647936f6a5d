"""KIND "alertmanager_webhook": the alerts that an Alertmanager sends to us, as outage signals.

Vendor: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config (version 4 of the message).

An alert is a signal, its fingerprint the id, `status` its status; a message repeats all alerts of its group, which
changes nothing. `send_resolved` (on by default) brings the ends. Alertmanager tries again while we answer 5xx and gives
up on 4xx. Lost: the labels that are not named in the options; alerts cut off by `max_alerts` (a rejected row says so).
Evidence: live (Alertmanager 0.25 posts to a running board).
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar

import orjson

from connectors.errors import DeliveryError, DeliveryFault, RecordError
from connectors.mapping import map_records
from connectors.options import Option, read_options, wrong
from connectors.records import OutageSignal, RejectedRecord
from connectors.source import Batch, CallerHash, Evidence, SourceConfig
from connectors.sources.alertmanager.alerts import LABEL_OPTIONS, Labels, alert_signal

MOST = 2000  # alerts in one message


class AlertmanagerWebhook:
    """Takes what Alertmanager's webhook receiver posts."""

    KIND: ClassVar[str] = "alertmanager_webhook"
    EVIDENCE: ClassVar[Evidence] = Evidence.LIVE
    PUSHED: ClassVar[bool] = True
    ONLY_SIGNALS: ClassVar[bool] = True
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        Option("token", "The bearer token that Alertmanager sends (http_config.authorization)", secret=True),
        Option("user", "The user that Alertmanager sends (http_config.basic_auth), in place of a token"),
        Option("password", "The user's password", secret=True),
        *LABEL_OPTIONS,
    )

    def __init__(self, config: SourceConfig, *, caller_hash: CallerHash) -> None:
        values = read_options(config, self.OPTIONS)
        given = (values["token"] is not None, values["user"] is not None, values["password"] is not None)
        if given not in ((True, False, False), (False, True, True)):
            raise wrong(config, "give either token_env (or token_file), or user and password_env (or password_file)")
        self._config, self._values = config, values
        self._labels = Labels.of(values)

    @property
    def config(self) -> SourceConfig:
        """The block this source was built from."""
        return self._config

    def fetch(self, watermark: str | None, *, now: datetime) -> Iterator[Batch]:
        """Nothing: Alertmanager comes to us."""
        return iter(())

    def admit(self, body: bytes, *, headers: Mapping[str, str], now: datetime) -> None:
        """Whether the token, or user and password, are the agreed ones."""
        said = headers.get("authorization", "").encode()
        if not hmac.compare_digest(said, self._wanted()):
            raise DeliveryError(
                DeliveryFault.UNSIGNED, "the Authorization header does not hold the agreed token, or user and password"
            )

    def read(self, body: bytes, watermark: str | None, *, headers: Mapping[str, str], now: datetime) -> Batch:
        """The alerts of one message."""
        message = _message(body)
        place = f"{now:%Y-%m-%dT%H:%M:%SZ} alerts"
        signals, rejected = map_records(message["alerts"], self._signal, where=place)
        if cut := message.get("truncatedAlerts"):
            rejected.append(RejectedRecord(place, f"{cut} more alerts were cut off; raise max_alerts"))
        return Batch(now.isoformat(), signals=signals, rejected=rejected)

    def _signal(self, alert: Mapping[str, Any]) -> OutageSignal:
        status = alert["status"]
        if status not in ("firing", "resolved"):
            raise RecordError(f"status must be firing or resolved, got {status!r}")
        return alert_signal(alert, self._labels, firing=status == "firing")

    def _wanted(self) -> bytes:
        if self._values["token"] is not None:
            return f"Bearer {self._values['token'].reveal()}".encode()
        pair = f"{self._values['user']}:{self._values['password'].reveal()}"
        return b"Basic " + b64encode(pair.encode())


def _message(body: bytes) -> Mapping[str, Any]:
    try:
        message = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise DeliveryError(DeliveryFault.MALFORMED, f"the body is no JSON: {error}") from error
    if not isinstance(message, dict) or not isinstance(message.get("alerts"), list):
        raise DeliveryError(DeliveryFault.MALFORMED, "the body is no message of Alertmanager: it has no list of alerts")
    if len(message["alerts"]) > MOST:
        count = len(message["alerts"])
        raise DeliveryError(DeliveryFault.TOO_LARGE, f"{count} alerts in one message, at most {MOST}; set max_alerts")
    return message
