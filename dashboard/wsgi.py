"""For gunicorn: `gunicorn dashboard.wsgi:app`. Settings come from ANDRANG_CONFIG; safe under --preload."""

from __future__ import annotations

import os

from flask import Flask

from connectors.storage.engine import make_engine, session_factory
from dashboard.app import create_app
from dashboard.components.visit import Services
from dashboard.domain.clock import shifted_clock
from dashboard.services.secret_key import derived_key
from dashboard.settings import load_settings


def build() -> Flask:
    """The server of this installation."""
    settings = load_settings()
    engine = make_engine(settings.database_url)
    # Under --preload the app is made before the fork: a connection must not be shared between processes.
    os.register_at_fork(after_in_child=lambda: engine.dispose(close=False))
    services = Services(settings, shifted_clock(settings.clock_offset_s), session_factory(engine))
    server: Flask = create_app(services, secret=derived_key(settings, "web session")).server
    return server


app = build()
