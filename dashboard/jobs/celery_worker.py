"""`python -m dashboard.jobs.celery_worker`: one of several workers that share the pulling of sources over Redis."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any

from structlog.stdlib import BoundLogger

from connectors.errors import ConnectorError
from connectors.source import Source
from dashboard.domain.clock import shifted_clock
from dashboard.jobs import logs
from dashboard.jobs.dispatcher import RESEND_S, BrokerGone
from dashboard.jobs.leased_pull import LeasedPull
from dashboard.services.broker import broker_url, make_app
from dashboard.services.readings import source_pace
from dashboard.services.sources.source_setup import prepare_sources
from dashboard.services.store import open_store, require_own_kind
from dashboard.settings import Settings, SettingsError, load_settings

TASK = "andrang.pull"


def sender(app: Any) -> Callable[[str], None]:
    """What the dispatcher sends with: a message lives for RESEND_S, and a broker that is gone is told at once."""
    from kombu.exceptions import OperationalError

    def send(name: str) -> None:
        try:
            app.send_task(TASK, args=[name], expires=RESEND_S, retry=False)
        except (OperationalError, OSError) as error:
            raise BrokerGone(str(error) or type(error).__name__) from error

    return send


def pulling(settings: Settings, sources: Mapping[str, Source], *, pull: LeasedPull) -> Callable[[str], bool]:
    """The task's work: pull the source of that name; a name that this worker's config does not hold is left alone."""

    def by_name(name: str) -> bool:
        source = sources.get(name)
        if source is None:
            return False
        return pull(source, poll_s=source_pace.poll_s(settings, name))

    return by_name


def main() -> int:
    """Take sources that are due until SIGTERM; exit 1 with one line where the settings cannot be used."""
    log, stop = logs.configure("puller"), threading.Event()
    try:
        settings = load_settings()
        url = broker_url(settings)
        if url is None:
            raise SettingsError("this worker needs [jobs] broker_url_env, see docs/connectors-setup.md")
        app, sessions = make_app(url), open_store(settings)
        with sessions() as session:
            require_own_kind(session, settings)
        sources = {source.config.name: source for source in prepare_sources(settings, sessions)}
    except (ConnectorError, SettingsError) as error:
        log.error("puller.refused", error=str(error))
        return 1
    clock = shifted_clock(settings.clock_offset_s)
    pull = LeasedPull(sessions, clock=clock, lease_s=settings.jobs.lease_s, stop=stop, log=log)
    app.task(pulling(settings, sources, pull=pull), name=TASK)
    _connect(stop, log)
    log.info("puller.started", sources=len(sources), threads=settings.jobs.threads)
    options = ("--pool=threads", f"--concurrency={settings.jobs.threads}", "--loglevel=ERROR")
    app.worker_main(["--quiet", "worker", *options, "--without-gossip", "--without-mingle", "--without-heartbeat"])
    return 0


def _connect(stop: threading.Event, log: BoundLogger) -> None:
    """Stop behind the batch at hand when Celery stops, and say in our own log what Celery says."""
    from celery.signals import setup_logging, worker_shutting_down

    worker_shutting_down.connect(lambda **_: stop.set(), weak=False)
    setup_logging.connect(lambda **_: _install(_Lines(log)), weak=False)


def _install(handler: logging.Handler) -> None:
    root = logging.getLogger()
    root.handlers, root.level = [handler], logging.ERROR


class _Lines(logging.Handler):
    """One line each, without the traceback: a broker that went away is no fault of the program's."""

    def __init__(self, log: BoundLogger) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        self._log.warning("celery", said=" ".join(record.getMessage().split()))


if __name__ == "__main__":
    sys.exit(main())
