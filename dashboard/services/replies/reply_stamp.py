"""One short text that changes whenever an open reply page has to look again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from connectors.storage.read import get_setting
from dashboard.services.incidents.incident_desk import open_incidents
from dashboard.services.replies.reply_library import STAMP, library


def reply_stamp(session: Session, *, now: datetime) -> str:
    """The state of the library and of the open incidents; which replies hold, and which promised times have gone by."""
    parts = [f"{get_setting(session, STAMP) or '-'} {library(session).turns_before(now)}"]
    for incident in open_incidents(session):
        promised = (incident.facts.eta, incident.facts.next_update_at)
        gone = "".join("x" if at is not None and at <= now else "o" for at in promised)
        parts.append(f"{incident.incident_id}.{incident.revision}.{gone}")
    return " ".join(parts)
