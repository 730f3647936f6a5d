"""All that reads the store: frozen rows and frames, never objects bound to a session. The session comes first."""

from connectors.storage.read.actions import get_actions
from connectors.storage.read.board import get_setting, get_snapshot, get_snapshot_etag
from connectors.storage.read.contacts import get_open_contacts, get_states
from connectors.storage.read.forecasts import get_forecast, get_forecast_history
from connectors.storage.read.incidents import get_incident_history, get_incidents
from connectors.storage.read.people import get_audit, get_replies, get_user, get_users
from connectors.storage.read.signals import get_signals, get_signals_by_id
from connectors.storage.read.source_care import get_backfills, get_lags, get_leases, get_probes
from connectors.storage.read.sources import (
    get_queues,
    get_record_counts,
    get_rejected,
    get_runs,
    get_sources,
    get_watermark,
)
from connectors.storage.read.volumes import get_volumes

__all__ = [
    "get_actions",
    "get_audit",
    "get_backfills",
    "get_forecast",
    "get_forecast_history",
    "get_incident_history",
    "get_incidents",
    "get_lags",
    "get_leases",
    "get_open_contacts",
    "get_probes",
    "get_queues",
    "get_record_counts",
    "get_rejected",
    "get_replies",
    "get_runs",
    "get_setting",
    "get_signals",
    "get_signals_by_id",
    "get_snapshot",
    "get_snapshot_etag",
    "get_sources",
    "get_states",
    "get_user",
    "get_users",
    "get_volumes",
    "get_watermark",
]
