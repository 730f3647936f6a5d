"""What a monitoring system may read of this installation, in Prometheus' text format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields

from sqlalchemy.orm import Session

from dashboard.domain.clock import Clock
from dashboard.services.board import live_snapshot
from dashboard.services.ordinary import accuracy, onset_watch
from dashboard.services.ordinary.accuracy import LeadScore

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_HELP = {
    "wape": "Weighted absolute percentage error of the forecasts shown, last 7 days, share",
    "bias": "Forecast less actual over actual, last 7 days, share",
    "coverage_80": "Share of intervals inside the 80 % band, last 7 days",
    "pinball": "Mean pinball loss over P10, P50 and P90, last 7 days, contacts per interval",
    "n_intervals": "Intervals judged, last 7 days",
}

Sample = tuple[Mapping[str, str], float]


def text(session: Session, *, clock: Clock) -> str:
    """All metrics, as of now."""
    return "\n".join([*_accuracy(session), *_watch(session), *_worker(session, clock=clock), ""])


def _accuracy(session: Session) -> Iterator[str]:
    judged = accuracy.get_accuracy(session).leads
    for name in (field.name for field in fields(LeadScore)):
        samples: list[Sample] = [
            ({"queue": queue, "lead": lead}, float(getattr(score, name)))
            for queue, found in sorted(judged.items())
            for lead, score in sorted(found.items())
        ]
        label = "intervals" if name == "n_intervals" else name
        yield from _gauge(f"andrang_forecast_{label}", _HELP[name], samples)


def _watch(session: Session) -> Iterator[str]:
    said = onset_watch.current(session)
    if said is None:
        return
    raised: list[Sample] = [({"queue": one.queue}, one.times_normal) for one in said.raised]
    yield from _gauge("andrang_watch_queues", "Queues whose contacts are watched", [({}, float(said.watched))])
    yield from _gauge("andrang_watch_raised", "Times normal of the queues that raised the watch", raised)
    rate: list[Sample] = [({}, said.rate_per_week)]
    yield from _gauge("andrang_watch_false_alarms_per_week", "False alarms a week the watch is set to", rate)


def _worker(session: Session, *, clock: Clock) -> Iterator[str]:
    beat = live_snapshot.last_beat(session)
    if beat is not None:
        age: list[Sample] = [({}, max((clock() - beat).total_seconds(), 0.0))]
        yield from _gauge("andrang_worker_heartbeat_age_seconds", "Seconds since the worker said that it lives", age)


def _gauge(name: str, means: str, samples: Iterable[Sample]) -> Iterator[str]:
    yield f"# HELP {name} {means}"
    yield f"# TYPE {name} gauge"
    for labels, value in samples:
        yield f"{name}{_labels(labels)} {value!r}"


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{key}="{_escaped(value)}"' for key, value in labels.items()) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
