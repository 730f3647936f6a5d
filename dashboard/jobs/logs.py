"""Structured logs of the background processes: one line an event on stderr, never a secret."""

from __future__ import annotations

import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_HIDDEN = "***"
_SECRET_KEY = re.compile(r"pass(word|wd)?|secret|token|api_?key|authorization|cookie", re.IGNORECASE)
# user:password@ inside an address
_CREDENTIALS = re.compile(r"(?<=://)([^/\s:@]+):([^@\s/]+)@")


def configure(process: str) -> structlog.stdlib.BoundLogger:
    """Set structlog up for this process and hand its logger out."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            hide_secrets,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "process", "event"]),
        ],
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # whatever stderr is by then
        cache_logger_on_first_use=False,
    )
    logger: structlog.stdlib.BoundLogger = structlog.get_logger().bind(process=process)
    return logger


def hide_secrets(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank out values whose name says that they are secret, and passwords inside addresses."""
    for key, value in event.items():
        if _SECRET_KEY.search(key):
            event[key] = _HIDDEN
        elif isinstance(value, str):
            event[key] = _CREDENTIALS.sub(rf"\1:{_HIDDEN}@", value)
    return event
