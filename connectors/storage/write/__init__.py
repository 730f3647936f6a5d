"""All that changes the store. The session comes first; the caller owns the transaction, nothing here commits."""

from connectors.storage.write.actions import add_action, end_action
from connectors.storage.write.batch import apply_batch, apply_past
from connectors.storage.write.board import put_setting, put_snapshot
from connectors.storage.write.forecasts import add_forecasts, thin_forecasts
from connectors.storage.write.incidents import add_incident, revise_incident
from connectors.storage.write.leases import holds_lease, release_lease, renew_lease, store_clock, take_lease
from connectors.storage.write.locks import lock_source, short_wait
from connectors.storage.write.people import add_audit, upsert_user
from connectors.storage.write.queues import upsert_queues, upsert_sources
from connectors.storage.write.recount import recount
from connectors.storage.write.replies import set_reply_status, upsert_replies
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

__all__ = [
    "add_action",
    "add_audit",
    "add_forecasts",
    "add_incident",
    "answer_probe",
    "apply_batch",
    "apply_past",
    "ask_probe",
    "begin_backfill",
    "decide_signals",
    "end_action",
    "end_backfill",
    "finish_run",
    "holds_lease",
    "lock_source",
    "note_delivery",
    "note_refusal",
    "plan_retry",
    "plan_turn",
    "put_setting",
    "put_snapshot",
    "recount",
    "release_lease",
    "renew_lease",
    "revise_incident",
    "set_reply_status",
    "short_wait",
    "start_run",
    "step_backfill",
    "store_clock",
    "take_lease",
    "thin_forecasts",
    "upsert_queues",
    "upsert_replies",
    "upsert_signals",
    "upsert_sources",
    "upsert_user",
]
