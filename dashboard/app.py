"""The board: a Flask server with the door, the live figures and the Dash pages in one frame."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import dash
from dash import Dash
from flask import Flask, render_template
from werkzeug.middleware.proxy_fix import ProxyFix

from dashboard.components.current import current_visit, current_words
from dashboard.components.visit import ServicesLike
from dashboard.domain.people import Right
from dashboard.pages import alerts as alerts_page
from dashboard.pages import (
    calendar_days,
    incident,
    queues,
    replies,
    reply_approval,
    reply_history,
    situation,
    sources,
    staffing,
    surge_assumptions,
)
from dashboard.pages import wall as wall_page
from dashboard.web import (
    alerts,
    api,
    compression,
    csrf,
    errors,
    frame,
    guard,
    headers,
    health,
    inbound,
    levers,
    live,
    login,
    metrics,
    notes,
    past,
    preferences,
    reply_find,
    reply_use,
    sessions,
    signals,
    wall,
)

HERE = Path(__file__).parent
PAGES: tuple[ModuleType, ...] = (
    situation,
    queues,
    staffing,
    replies,
    reply_approval,
    reply_history,
    sources,
    incident,
    surge_assumptions,
    calendar_days,
    alerts_page,
    wall_page,
)


class Board(Dash):
    """Dash inside our own HTML: header, banner and navigation stand before any script has run."""

    def interpolate_index(self, **parts: str) -> str:  # type: ignore[override]
        """The page around Dash's entry."""
        return render_template("board.html", **parts)


def create_app(services: ServicesLike, *, secret: bytes | str, testing: bool = False) -> Board:
    """Build the board on the given use cases; it is warm, so the first visitor waits for nothing."""
    server = Flask("dashboard", root_path=str(HERE), template_folder="web/templates", static_folder=None)
    server.config.update(SECRET_KEY=secret, TESTING=testing, MAX_CONTENT_LENGTH=2_000_000)
    _install(server, services)
    if proxies := services.settings.web.trusted_proxies:
        server.wsgi_app = ProxyFix(server.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    app = Board(
        "dashboard",
        server=server,  # type: ignore[arg-type]  # Dash takes a Flask app and says bool or callable
        title=services.settings.board.title,
        update_title="",
        assets_folder=str(HERE / "assets"),
        assets_path_ignore=["vendor", "wall"],
        use_pages=True,
        pages_folder="",
        include_pages_meta=False,
        suppress_callback_exceptions=True,
    )
    app.layout = dash.page_container
    _add_pages(app, services)
    _warm(app)
    return app


def live_pages() -> dict[str, ModuleType]:
    """The pages with a snapshot, by the name that the worker and /live use."""
    return {_name(page): page for page in PAGES if hasattr(page, "snapshot")}


def _install(server: Flask, services: ServicesLike) -> None:
    sessions.install(server, services)
    errors.install(server, services)
    guard.install(server, services, [guard.Door(page.PATH, page.RIGHT) for page in PAGES])
    csrf.install(server, services)
    # after_request runs in reverse: compression first sees what the headers then complete.
    headers.install(server, services)
    compression.install(server)
    nav = [entry for page in PAGES if (entry := _nav(page))]
    frame.install(server, services, nav, live={page.PATH: name for name, page in live_pages().items()})
    login.install(server, services)
    preferences.install(server, services)
    health.install(server, services)
    metrics.install(server, services)
    inbound.install(server, services)
    signals.install(server, services)
    api.install(server, services)
    reply_find.install(server, services)
    reply_use.install(server, services)
    levers.install(server, services)
    wall.install(server, services)
    alerts.install(server, services)
    notes.install(server, services)
    rights: dict[str, Right] = {name: page.RIGHT for name, page in live_pages().items()}
    live.install(server, services, rights)
    past.install(server, services, rights)


def _nav(page: ModuleType) -> frame.NavEntry | None:
    return frame.NavEntry(page.PATH, page.TITLE, page.NAV, page.RIGHT) if hasattr(page, "NAV") else None


def _add_pages(app: Board, services: ServicesLike) -> None:
    dash.page_registry.clear()  # Dash keeps its pages per process; a second app in one process starts anew
    for page in PAGES:
        variables = "<" in page.PATH
        dash.register_page(  # type: ignore[no-untyped-call]
            page.__name__,
            path=None if variables else page.PATH,
            path_template=page.PATH if variables else None,
            title=_title(page, services),
            layout=_layout(page, services),
        )
        page.register(app, services)


def _layout(page: ModuleType, services: ServicesLike) -> Any:
    def layout(**parameters: Any) -> Any:
        single = {key: value[-1] if isinstance(value, list) else str(value) for key, value in parameters.items()}
        visit = current_visit(services, single)
        visit.person.require(page.RIGHT)
        return page.layout(visit)

    return layout


def _title(page: ModuleType, services: ServicesLike) -> Any:
    def title(**_variables: Any) -> str:
        words = current_words(services)
        mark = f"[{words('drill.word')}] " if services.settings.drill else ""
        return f"{mark}{words(page.TITLE)} · {services.settings.board.title}"

    return title


def _name(page: ModuleType) -> str:
    return page.__name__.rpartition(".")[2]


def _warm(app: Board) -> None:
    """Do what Dash puts off to the first request, so that forked workers are ready and the script hashes complete."""
    with app.server.test_client() as client:
        client.get("/healthz")
    app.server.config["SCRIPT_HASHES"] = tuple(dict.fromkeys(app.csp_hashes()))
