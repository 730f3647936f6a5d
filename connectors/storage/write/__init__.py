"""All that changes the store. The session comes first; the caller owns the transaction, nothing here commits."""

from connectors.storage.write.actions import add_action, end_action
from connectors.storage.write.alerts import (
    acknowledge_alert,
    add_delivery,
    begin_alert,
    claim_delivery,
    drop_alert,
    move_alert,
    put_alert_rule,
    settle_delivery,
)
from connectors.storage.write.batch import apply_batch, apply_past
from connectors.storage.write.board import put_setting, put_snapshot
from connectors.storage.write.calendar import add_calendar, restore_calendar, withdraw_calendar
from connectors.storage.write.forecasts import add_forecasts, thin_forecasts
from connectors.storage.write.incidents import add_incident, revise_incident
from connectors.storage.write.leases import holds_lease, release_lease, renew_lease, store_clock, take_lease
from connectors.storage.write.locks import lock_source, short_wait
from connectors.storage.write.moments import forget_moments, put_figures, put_moment
from connectors.storage.write.people import add_audit, upsert_user
from connectors.storage.write.queues import upsert_queues, upsert_sources
from connectors.storage.write.recount import recount
from connectors.storage.write.replies import add_reply_history, lock_replies, set_reply_status, upsert_replies
from connectors.storage.write.reply_work import (
    add_use,
    count_unanswered,
    note_token_use,
    remove_published,
    remove_unanswered,
    thin_uses,
    upsert_published,
    upsert_token,
)
from connectors.storage.write.rosters import add_roster, confirm_roster, drop_roster, thin_rosters, withdraw_roster
from connectors.storage.write.runs import finish_run, note_delivery, note_refusal, start_run
from connectors.storage.write.signals import decide_signals, upsert_signals
from connectors.storage.write.source_care import (
    answer_probe,
    ask_probe,
    begin_backfill,
    end_backfill,
    plan_retry,
    plan_turn,
    step_backfill,
)
from connectors.storage.write.wall import add_wall_link, note_wall_seen, revoke_wall_link

__all__ = [
    "acknowledge_alert",
    "add_action",
    "add_audit",
    "add_calendar",
    "add_delivery",
    "add_forecasts",
    "add_incident",
    "add_reply_history",
    "add_roster",
    "add_use",
    "add_wall_link",
    "answer_probe",
    "apply_batch",
    "apply_past",
    "ask_probe",
    "begin_alert",
    "begin_backfill",
    "claim_delivery",
    "confirm_roster",
    "count_unanswered",
    "decide_signals",
    "drop_alert",
    "drop_roster",
    "end_action",
    "end_backfill",
    "finish_run",
    "forget_moments",
    "holds_lease",
    "lock_replies",
    "lock_source",
    "move_alert",
    "note_delivery",
    "note_refusal",
    "note_token_use",
    "note_wall_seen",
    "plan_retry",
    "plan_turn",
    "put_alert_rule",
    "put_figures",
    "put_moment",
    "put_setting",
    "put_snapshot",
    "recount",
    "release_lease",
    "remove_published",
    "remove_unanswered",
    "renew_lease",
    "restore_calendar",
    "revise_incident",
    "revoke_wall_link",
    "set_reply_status",
    "settle_delivery",
    "short_wait",
    "start_run",
    "step_backfill",
    "store_clock",
    "take_lease",
    "thin_forecasts",
    "thin_rosters",
    "thin_uses",
    "upsert_published",
    "upsert_queues",
    "upsert_replies",
    "upsert_signals",
    "upsert_sources",
    "upsert_token",
    "upsert_user",
    "withdraw_calendar",
    "withdraw_roster",
]
