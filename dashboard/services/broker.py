"""The message broker of an installation whose workers share the pulling of sources."""

from __future__ import annotations

import os
from typing import Any

from dashboard.settings import Settings, SettingsError

QUEUE = "andrang"
_CONNECT_WITHIN_S = 2.0


def broker_url(settings: Settings) -> str | None:
    """The broker's address from the environment; None where the installation has none. Raises SettingsError."""
    name = settings.jobs.broker_url_env
    if name is None:
        return None
    url = os.environ.get(name, "")
    if not url:
        raise SettingsError(
            f"[jobs] broker_url_env names {name}, which is not set in the environment; set it to redis://HOST:6379/0, "
            "or take the line away to pull in the worker's own threads"
        )
    if not url.startswith(("redis://", "rediss://", "redis+socket://")):
        raise SettingsError(
            f"the environment variable {name} must hold a redis://, rediss:// or redis+socket:// address"
        )
    return url


def make_app(url: str) -> Any:
    """The Celery app; SettingsError where Celery is not installed."""
    try:
        from celery import Celery
    except ImportError as error:
        raise SettingsError(
            "[jobs] broker_url_env asks for Celery, which is not installed; run pip install 'andrang[scale]'"
        ) from error
    app = Celery("andrang", broker=url)
    app.conf.update(
        task_default_queue=QUEUE,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_enable_remote_control=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "socket_timeout": 30.0,
            "socket_connect_timeout": _CONNECT_WITHIN_S,
            "socket_keepalive": True,
        },
    )
    return app
