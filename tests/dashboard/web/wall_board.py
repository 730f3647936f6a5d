"""A board whose web server can be stopped and started again at the same address, and a wall that looks at it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from werkzeug.serving import BaseWSGIServer, make_server

from connectors.storage.rows import SnapshotRow
from dashboard.app import live_pages
from dashboard.components.words import Words
from dashboard.domain.board import SituationView
from dashboard.services.board import live_snapshot, wall_links
from dashboard.settings import Settings
from tests.dashboard import board_samples as samples
from tests.dashboard.board_client import server_of
from tests.dashboard.board_fakes import NOW, FakeServices

TOKEN = "t" * wall_links.TOKEN_LENGTH
CALM = {"web": {"secure_cookies": False}, "board": {"poll_s": 0.5}}


def drawn(view: SituationView, page: str, language: str) -> SnapshotRow:
    """What the worker stores for a page."""
    content = live_pages()[page].snapshot(view, Words(language, timezone="Europe/Berlin"))
    return live_snapshot.encode(f"{page}.{language}", content, now=NOW)


@dataclass
class WallBoard:
    """The board behind the wall; `tokens` are those that open it, `view` is what its worker drew last."""

    drill: bool = False
    tokens: set[str] = field(default_factory=lambda: {TOKEN})
    view: SituationView = field(default_factory=samples.situation)
    port: int = 0
    answers: dict[Any, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.services = FakeServices(settings=Settings.model_validate(CALM | {"drill": self.drill}))
        self.services.answers |= {
            live_snapshot.current: lambda page, language: drawn(self.view, page, language),
            live_snapshot.last_beat: lambda: self.services.now - timedelta(seconds=2),
            wall_links.opens: lambda token, *, now: token in self.tokens,
            **self.answers,
        }
        self._app = server_of(self.services)
        self._server: BaseWSGIServer | None = None
        self.start()

    @property
    def address(self) -> str:
        """Where the board answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Answer, at the address of before if there was one."""
        self._server = make_server("127.0.0.1", self.port, self._app, threaded=True)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Be gone, as between the two halves of a restart."""
        if self._server is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
            self._server = None

    def waiting(self, count: int) -> None:
        """Another number of waiting contacts."""
        self.view = replace(self.view, waiting=replace(self.view.waiting, value=float(count)))
