"""The tables. Change them together with a new migration; a test holds both equal on both databases."""

from __future__ import annotations

from connectors.storage.schema.base import metadata
from connectors.storage.schema.board import setting, snapshot
from connectors.storage.schema.contacts import MEASURES, contact_event, interval_count, interval_volume
from connectors.storage.schema.forecasts import forecast, forecast_point
from connectors.storage.schema.incidents import incident, incident_action, incident_revision, signal
from connectors.storage.schema.people import audit_entry, user_account
from connectors.storage.schema.queues import queue, queue_state
from connectors.storage.schema.replies import reply_version
from connectors.storage.schema.sources import (
    backfill,
    rejected_record,
    source,
    source_lag,
    source_lease,
    source_probe,
    sync_run,
)

__all__ = [
    "MEASURES",
    "audit_entry",
    "backfill",
    "contact_event",
    "forecast",
    "forecast_point",
    "incident",
    "incident_action",
    "incident_revision",
    "interval_count",
    "interval_volume",
    "metadata",
    "queue",
    "queue_state",
    "rejected_record",
    "reply_version",
    "setting",
    "signal",
    "snapshot",
    "source",
    "source_lag",
    "source_lease",
    "source_probe",
    "sync_run",
    "user_account",
]
