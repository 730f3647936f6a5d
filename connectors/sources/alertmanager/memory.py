"""The alerts that fired at the last poll, as text: the watermark. What is missing from the next answer has ended."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.records import OutageSignal, SignalStatus


def remember(firing: Mapping[str, OutageSignal]) -> str:
    """The watermark that holds these."""
    kept = [
        [name, one.title, one.started_at.isoformat(), one.severity, list(one.services), one.url]
        for name, one in sorted(firing.items())
    ]
    return json.dumps({"firing": kept}, ensure_ascii=False)


def recall(watermark: str | None) -> dict[str, OutageSignal]:
    """The alerts a watermark holds by their fingerprints; none where another kind wrote it."""
    try:
        kept = json.loads(watermark or "{}").get("firing", [])
        return {name: _signal(name, *said) for name, *said in kept}
    except (ValueError, TypeError, AttributeError):
        return {}


def _signal(name: str, title: str, started: str, severity: str, services: Any, url: str | None) -> OutageSignal:
    at = datetime.fromisoformat(started)
    return OutageSignal(name, title, at, SignalStatus.FIRING, severity=severity, services=tuple(services), url=url)
