"""One alert, as Alertmanager's API and its webhook both write it, as an outage signal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.errors import RecordError
from connectors.mapping import utc
from connectors.options import Option
from connectors.records import OutageSignal, SignalStatus, web_address

LABEL_OPTIONS: tuple[Option, ...] = (
    Option(
        "service_labels",
        "Labels that name the service; the first that an alert has counts, several services parted by commas",
        kind=list,
        default=["service", "app", "job"],
    ),
    Option("severity_label", "The label that says how grave an alert is", default="severity"),
)


@dataclass(frozen=True, slots=True)
class Labels:
    """Which labels say what."""

    services: Sequence[str]
    severity: str

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Labels:
        """As the block's options say."""
        return cls(tuple(values["service_labels"]), values["severity_label"])


def alert_signal(alert: Mapping[str, Any], labels: Labels, *, firing: bool) -> OutageSignal:
    """An alert as a signal; RecordError and what a strange shape raises where it is none."""
    said: Mapping[str, str] = {str(key): str(value) for key, value in alert["labels"].items()}
    return OutageSignal(
        external_id=_text(alert["fingerprint"], "fingerprint"),
        title=_title(said, alert.get("annotations") or {}),
        started_at=utc(alert["startsAt"], field="startsAt"),
        status=SignalStatus.FIRING if firing else SignalStatus.RESOLVED,
        severity=said.get(labels.severity, ""),
        services=_services(said, labels),
        url=web_address(alert.get("generatorURL")),
        ended_at=None if firing else utc(alert["endsAt"], field="endsAt"),
    )


def _title(labels: Mapping[str, str], annotations: Mapping[str, Any]) -> str:
    """What a person wrote about the alert, else its name and where."""
    for key in ("summary", "title", "message"):
        text = " ".join(str(annotations.get(key) or "").split())
        if text:
            return text
    return " ".join(part for part in (labels.get("alertname", ""), labels.get("instance", "")) if part)


def _services(said: Mapping[str, str], labels: Labels) -> tuple[str, ...]:
    named = next((said[label] for label in labels.services if said.get(label)), "")
    return tuple(dict.fromkeys(part.strip() for part in named.split(",") if part.strip()))


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise RecordError(f"{name} must be text, got {value!r}")
    return value
