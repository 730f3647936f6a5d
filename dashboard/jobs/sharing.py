"""Puts the dispatcher together where an installation shares its pulling between several workers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session, sessionmaker
from structlog.stdlib import BoundLogger

from connectors.source import Source
from dashboard.domain.clock import shifted_clock
from dashboard.jobs import celery_worker
from dashboard.jobs.dispatcher import Dispatcher
from dashboard.jobs.leased_pull import LeasedPull
from dashboard.jobs.worker import Sharing
from dashboard.services import broker
from dashboard.settings import Settings


def sharing(
    settings: Settings, sessions: sessionmaker[Session], *, sources: Sequence[Source], log: BoundLogger
) -> Sharing | None:
    """How the worker gets its dispatcher; None where no broker is configured. Raises SettingsError."""
    url = broker.broker_url(settings)
    if url is None:
        return None
    app = broker.make_app(url)
    clock = shifted_clock(settings.clock_offset_s)
    named = {source.config.name: source for source in sources}

    def make(news: Callable[[], None], stop: threading.Event) -> Dispatcher:
        pull = LeasedPull(sessions, clock=clock, lease_s=settings.jobs.lease_s, stop=stop, log=log)
        return Dispatcher(
            named,
            sessions,
            clock=clock,
            send=celery_worker.sender(app),
            pull=celery_worker.pulling(settings, named, pull=pull),
            news=news,
            stop=stop,
            log=log,
        )

    return make
