"""The tables. Change them together with a new migration; a test holds both equal on both databases."""

from __future__ import annotations

from connectors.storage.schema.alerts import alert_delivery, alert_event, alert_rule, wall_link
from connectors.storage.schema.base import metadata
from connectors.storage.schema.board import setting, snapshot
from connectors.storage.schema.calendar import calendar_entry
from connectors.storage.schema.contacts import MEASURES, contact_event, interval_count, interval_volume
from connectors.storage.schema.forecasts import forecast, forecast_point
from connectors.storage.schema.incidents import incident, incident_action, incident_revision, signal
from connectors.storage.schema.moments import board_moment, figure_moment
from connectors.storage.schema.people import audit_entry, user_account
from connectors.storage.schema.queues import queue, queue_state
from connectors.storage.schema.replies import reply_history, reply_version
from connectors.storage.schema.reply_work import api_token, published_reply, reply_use, unanswered_search
from connectors.storage.schema.rosters import roster, roster_shift
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
    "alert_delivery",
    "alert_event",
    "alert_rule",
    "api_token",
    "audit_entry",
    "backfill",
    "board_moment",
    "calendar_entry",
    "contact_event",
    "figure_moment",
    "forecast",
    "forecast_point",
    "incident",
    "incident_action",
    "incident_revision",
    "interval_count",
    "interval_volume",
    "metadata",
    "published_reply",
    "queue",
    "queue_state",
    "rejected_record",
    "reply_history",
    "reply_use",
    "reply_version",
    "roster",
    "roster_shift",
    "setting",
    "signal",
    "snapshot",
    "source",
    "source_lag",
    "source_lease",
    "source_probe",
    "sync_run",
    "unanswered_search",
    "user_account",
    "wall_link",
]
