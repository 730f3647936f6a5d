"""`python -m dashboard.jobs`: the worker of the installation that ANDRANG_CONFIG names."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

from connectors.errors import ConnectorError
from dashboard.app import live_pages
from dashboard.domain.clock import shifted_clock
from dashboard.jobs import logs
from dashboard.jobs.background import Background
from dashboard.jobs.sharing import sharing
from dashboard.jobs.snapshots import Snapshots
from dashboard.jobs.worker import Worker
from dashboard.services.replies.reply_publish import places
from dashboard.services.sources.source_setup import prepare_sources
from dashboard.services.store import open_store, require_own_kind
from dashboard.settings import SettingsError, load_settings

# A pull or forecast under way may be cut off at any point: what is stored is stored in whole transactions.
EXIT_WITHIN_S = 0.9
# While this file is missing the worker has imported everything and waits; the start of a drill writes it.
START_AFTER = "ANDRANG_START_AFTER"


def main() -> int:
    """Work until SIGTERM or SIGINT; exit 1 with one line where the settings cannot be used."""
    log = logs.configure("worker")
    try:
        _wait_for_start()
        settings = load_settings()
        sessions = open_store(settings)
        with sessions() as session:
            require_own_kind(session, settings)
        clock = shifted_clock(settings.clock_offset_s)
        sources = prepare_sources(settings, sessions)
        worker = Worker(
            settings,
            sessions,
            sources=sources,
            snapshots=Snapshots(live_pages(), settings, clock=clock, log=log),
            background=Background(log),
            clock=clock,
            log=log,
            shared=sharing(settings, sessions, sources=sources, log=log),
            places=places(settings),
        )
    except (ConnectorError, SettingsError) as error:
        log.error("worker.refused", error=str(error))
        return 1
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: _end(worker))
    log.info("worker.started", sources=len(settings.sources), drill=settings.drill)
    worker.run()
    log.info("worker.stopped")
    return 0


def _end(worker: Worker) -> None:
    worker.stop()
    deadline = threading.Timer(EXIT_WITHIN_S, os._exit, args=(0,))
    deadline.daemon = True
    deadline.start()


def _wait_for_start() -> None:
    name = os.environ.get(START_AFTER)
    while name and not Path(name).exists():
        time.sleep(0.02)


if __name__ == "__main__":
    sys.exit(main())
