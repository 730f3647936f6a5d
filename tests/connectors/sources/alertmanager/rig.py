"""Twelve alerts of an Alertmanager, some silenced; the whole list is one answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.source import SourceConfig
from tests.connectors.fake_vendor import SECRET_ENV, Answer, Request

COUNT = 12
SILENCED = (3, 7)
BEGAN = datetime(2026, 11, 24, 11, tzinfo=UTC)


def iso(moment: datetime) -> str:
    """A time as Alertmanager writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


@dataclass
class AlertmanagerRig:
    """`over` are the numbers of alerts that are listed no more; `restarted` those that began anew."""

    KIND: str = "alertmanager"
    now: datetime = datetime(2026, 11, 24, 12, tzinfo=UTC)
    over: set[int] = field(default_factory=set)
    silenced: set[int] = field(default_factory=lambda: set(SILENCED))
    restarted: set[int] = field(default_factory=set)

    def config(self, url: str) -> SourceConfig:
        """A bearer token, as a proxy in front would ask for."""
        return SourceConfig("monitor", self.KIND, {"url": url, "allow_private_network": True, "token_env": SECRET_ENV})

    def expected(self) -> set[str]:
        """The fingerprints of what is not silenced."""
        return {name(n) for n in range(COUNT) if n not in self.silenced}

    def alert(self, number: int) -> dict[str, Any]:
        """An alert as the API lists it."""
        began = BEGAN - timedelta(hours=number)
        if number in self.restarted:
            began = BEGAN + timedelta(minutes=59)
        state = "suppressed" if number in self.silenced else "active"
        return {
            "annotations": {"summary": f"Checkout {number} is down"},
            "endsAt": iso(self.now + timedelta(minutes=4)),
            "fingerprint": name(number),
            "receivers": [{"name": "board"}],
            "startsAt": iso(began),
            "status": {
                "inhibitedBy": [],
                "mutedBy": [],
                "silencedBy": ["s"] if state != "active" else [],
                "state": state,
            },
            "updatedAt": iso(self.now),
            "generatorURL": f"http://prometheus.example/graph?g={number}",
            "labels": {"alertname": "CheckoutDown", "service": f"shop-{number % 3}", "severity": "critical"},
        }

    def answer(self, request: Request) -> Answer:
        """The list, or 404."""
        if request.path != "/api/v2/alerts":
            return Answer(404, "no such path")
        return Answer(body=[self.alert(number) for number in range(COUNT) if number not in self.over])


def name(number: int) -> str:
    """An alert's fingerprint."""
    return f"{number:016x}"
