"""All that changes the store. The session comes first; the caller owns the transaction, nothing here commits."""

from connectors.storage.write.batch import apply_batch
from connectors.storage.write.board import put_setting, put_snapshot
from connectors.storage.write.forecasts import add_forecasts, thin_forecasts
from connectors.storage.write.incidents import add_incident, revise_incident
from connectors.storage.write.locks import lock_source
from connectors.storage.write.people import add_audit, upsert_user
from connectors.storage.write.queues import upsert_queues, upsert_sources
from connectors.storage.write.recount import recount
from connectors.storage.write.replies import set_reply_status, upsert_replies
from connectors.storage.write.runs import finish_run, start_run

__all__ = [
    "add_audit",
    "add_forecasts",
    "add_incident",
    "apply_batch",
    "finish_run",
    "lock_source",
    "put_setting",
    "put_snapshot",
    "recount",
    "revise_incident",
    "set_reply_status",
    "start_run",
    "thin_forecasts",
    "upsert_queues",
    "upsert_replies",
    "upsert_sources",
    "upsert_user",
]
