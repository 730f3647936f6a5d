"""For gunicorn: `gunicorn dashboard.wsgi:app`. Settings come from ANDRANG_CONFIG; safe under --preload."""

from __future__ import annotations

import gc
import os

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from connectors.storage.engine import make_engine, session_factory
from dashboard.app import create_app
from dashboard.components.visit import Services
from dashboard.domain.clock import shifted_clock
from dashboard.services.replies.reply_library import library
from dashboard.services.secret_key import derived_key
from dashboard.services.staffing import what_if
from dashboard.settings import load_settings

log = structlog.get_logger(__name__)


def build() -> Flask:
    """The server of this installation."""
    settings = load_settings()
    engine = make_engine(settings.database_url)
    # Under --preload the app is made before the fork: a connection must not be shared between processes.
    os.register_at_fork(after_in_child=lambda: engine.dispose(close=False))
    services = Services(settings, shifted_clock(settings.clock_offset_s), session_factory(engine))
    what_if.warm_up()
    server: Flask = create_app(services, secret=derived_key(settings, "web session")).server
    _index_replies(services)
    # What stands now stays: the collector need not walk over it again in each process, in the middle of a search, and
    # the processes go on sharing its memory.
    gc.collect()
    gc.freeze()
    return server


def _index_replies(services: Services) -> None:
    """Before the fork, so that no process indexes ten thousand replies for its first agent."""
    try:
        services.ask(library)
    except SQLAlchemyError as error:  # a store that cannot be read yet: the first search does it then
        log.warning("replies.not_indexed", error=str(error).splitlines()[0])


app = build()
