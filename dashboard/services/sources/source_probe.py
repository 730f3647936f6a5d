"""Testing a source with one cheap call: what it saw, which queues, how far its clock is off, what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from connectors.errors import SourceError
from connectors.registry import build, is_pushed
from connectors.source import Batch, Probe, Probing, Source
from connectors.storage.read import get_probes
from connectors.storage.rows import ProbeRow
from connectors.storage.write import ask_probe
from dashboard.services.sources.source_setup import caller_hash_of, source_configs
from dashboard.settings import Settings

SKEW_TOLD_S = 30.0
# A test that nobody has answered by then never will be: no worker runs.
UNANSWERED_AFTER = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """What a test saw; `error` None: it succeeded. `unknown`: queues that no `[queues.KEY]` block configures."""

    saw: str = ""
    queues: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    skew_s: float | None = None  # their clock less ours
    error: str | None = None
    permanent: bool = False

    @property
    def ok(self) -> bool:
        """Whether the source answered and nothing is missing."""
        return self.error is None and not self.missing

    @property
    def clock_is_off(self) -> bool:
        """Whether their clock differs from ours by more than half a minute."""
        return self.skew_s is not None and abs(self.skew_s) > SKEW_TOLD_S

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return asdict(self)

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> ProbeReport:
        """As it was stored."""
        queues, unknown, missing = (tuple(said.get(name, ())) for name in ("queues", "unknown", "missing"))
        return cls(
            saw=str(said.get("saw", "")),
            queues=queues,
            unknown=unknown,
            missing=missing,
            skew_s=said.get("skew_s"),
            error=said.get("error"),
            permanent=bool(said.get("permanent")),
        )


def probe(source: Source, *, settings: Settings, now: datetime) -> ProbeReport:
    """Ask the source once; whatever goes wrong becomes part of the report."""
    try:
        seen = _ask(source, now)
    except SourceError as error:
        return ProbeReport(error=error.message, permanent=error.permanent)
    except Exception as error:  # noqa: BLE001 - a fault of a connector's own must not end the test without a word
        said = f"{type(error).__name__}: {error}"[:200]
        return ProbeReport(error=f"its connector has a fault of its own; please report it ({said})")
    queues = tuple(dict.fromkeys(source.config.queue(queue) for queue in seen.queues))
    return ProbeReport(
        saw=seen.saw,
        queues=queues,
        unknown=tuple(queue for queue in queues if queue not in settings.queues),
        missing=tuple(seen.missing),
        skew_s=(seen.server_time - now).total_seconds() if seen.server_time else None,
    )


def source_named(session: Session, name: str, *, settings: Settings) -> Source:
    """A fresh source for a test, apart from the one that is being pulled; LookupError where it is not configured."""
    config = next((config for config in source_configs(settings) if config.name == name), None)
    if config is None:
        raise LookupError(f"no source is called {name}; there are {', '.join(settings.sources) or 'none'}")
    return build(config, caller_hash=caller_hash_of(session))


def ask(session: Session, name: str, *, settings: Settings, by: str, now: datetime) -> bool:
    """Have the worker test a source; False where it is not configured. A test under way is not asked for twice."""
    if name not in settings.sources:
        return False
    last = get_probes(session).get(name)
    if last is None or not under_way(last, now):
        ask_probe(session, name, by=by, now=now)
    return True


def open_tests(session: Session, now: datetime) -> list[str]:
    """The sources whose test is asked for and not answered."""
    return [name for name, row in get_probes(session).items() if under_way(row, now)]


def under_way(row: ProbeRow, now: datetime) -> bool:
    """Whether an answer may still come."""
    return row.answered_at is None and now - row.asked_at < UNANSWERED_AFTER


def _ask(source: Source, now: datetime) -> Probe:
    if isinstance(source, Probing):
        return source.probe(now=now)
    if is_pushed(source.config.kind):
        return Probe("it is sent to us, so there is nothing to ask; the next delivery shows whether it works")
    batch = next(iter(source.fetch(None, now=now)), None)
    return Probe("nothing to read so far") if batch is None else _from_batch(batch)


def _from_batch(batch: Batch) -> Probe:
    counts = (
        (len(batch.events), "contacts"),
        (len(batch.volumes), "intervals"),
        (len(batch.states), "states of queues"),
        (len(batch.signals), "outage signals"),
        (len(batch.rejected), "records that could not be taken"),
    )
    told = ", ".join(f"{n} {what}" for n, what in counts if n)
    return Probe(f"its first batch: {told or 'nothing'}", queues=_queues(batch.events, batch.volumes, batch.states))


def _queues(*records: Iterable[Any]) -> Sequence[str]:
    return list(dict.fromkeys(record.queue for group in records for record in group))
