"""A board on a loopback port that shows one given view of the centre, for pictures and browser tests."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from werkzeug.serving import make_server

from connectors.storage.rows import SnapshotRow
from dashboard.app import live_pages
from dashboard.components.words import Words
from dashboard.domain.board import SituationView
from dashboard.services.board import live_snapshot
from dashboard.settings import Settings
from tests.dashboard.board_client import server_of
from tests.dashboard.board_fakes import NOW, FakeServices

LIVE = Settings.model_validate({"drill": True, "web": {"secure_cookies": False}, "board": {"poll_s": 0.5}})


@contextmanager
def board_of(view: SituationView | None) -> Iterator[str]:
    """The address of a board whose worker has drawn this; None: it has drawn nothing yet."""
    services = FakeServices(settings=LIVE)
    drawn: dict[tuple[str, str], SnapshotRow] = {}

    def current(page: str, language: str) -> SnapshotRow | None:
        if view is None:
            return None
        if (page, language) not in drawn:
            content = live_pages()[page].snapshot(view, Words(language, timezone="Europe/Berlin"))
            drawn[page, language] = live_snapshot.encode(f"{page}.{language}", content, now=NOW)
        return drawn[page, language]

    services.answers |= {live_snapshot.current: current, live_snapshot.last_beat: NOW}
    server = make_server("127.0.0.1", 0, server_of(services), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
