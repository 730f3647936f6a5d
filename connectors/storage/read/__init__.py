"""All that reads the store: frozen rows and frames, never objects bound to a session. The session comes first."""

from connectors.storage.read.actions import get_actions
from connectors.storage.read.alerts import (
    get_alert,
    get_alert_history,
    get_alert_rules,
    get_deliveries,
    get_due_deliveries,
    get_open_alerts,
    get_running_alerts,
)
from connectors.storage.read.board import get_setting, get_snapshot, get_snapshot_etag
from connectors.storage.read.calendar import get_calendar
from connectors.storage.read.contacts import get_open_contacts, get_states
from connectors.storage.read.forecasts import get_forecast, get_forecast_history
from connectors.storage.read.incidents import get_incident_history, get_incidents
from connectors.storage.read.moments import get_figures, get_moment, get_moment_after, get_moment_span
from connectors.storage.read.people import get_audit, get_user, get_users
from connectors.storage.read.replies import get_replies, get_reply_history, get_reply_marks
from connectors.storage.read.reply_work import (
    get_calls,
    get_first_uses,
    get_published,
    get_token,
    get_tokens,
    get_unanswered,
    get_use_counts,
)
from connectors.storage.read.rosters import get_roster, get_rosters, get_shifts
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
from connectors.storage.read.wall import get_wall_link, get_wall_links

__all__ = [
    "get_actions",
    "get_alert",
    "get_alert_history",
    "get_alert_rules",
    "get_audit",
    "get_backfills",
    "get_calendar",
    "get_calls",
    "get_deliveries",
    "get_due_deliveries",
    "get_figures",
    "get_first_uses",
    "get_forecast",
    "get_forecast_history",
    "get_incident_history",
    "get_incidents",
    "get_lags",
    "get_leases",
    "get_moment",
    "get_moment_after",
    "get_moment_span",
    "get_open_alerts",
    "get_open_contacts",
    "get_probes",
    "get_published",
    "get_queues",
    "get_record_counts",
    "get_rejected",
    "get_replies",
    "get_reply_history",
    "get_reply_marks",
    "get_roster",
    "get_rosters",
    "get_running_alerts",
    "get_runs",
    "get_setting",
    "get_shifts",
    "get_signals",
    "get_signals_by_id",
    "get_snapshot",
    "get_snapshot_etag",
    "get_sources",
    "get_states",
    "get_token",
    "get_tokens",
    "get_unanswered",
    "get_use_counts",
    "get_user",
    "get_users",
    "get_volumes",
    "get_wall_link",
    "get_wall_links",
    "get_watermark",
]
