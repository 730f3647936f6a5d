"""Replies for the tests of their life: written, handed in, approved, in one line."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from dashboard.domain.incidents import IncidentFacts
from dashboard.domain.replies import Reply, Step
from dashboard.services.accounts import Account
from dashboard.services.replies import reply_desk, reply_review
from dashboard.services.replies.reply_review import Entry
from tests.dashboard.services.desk_store import AGENT, BERLIN, MANAGER, NOW, OTHER_AGENT

FACTS = IncidentFacts(
    title="Anmeldung gestört", started_at=NOW - timedelta(minutes=40), affected_low=1, affected_high=2
)
ENTRY = Entry("de", "call", ("investigating", "identified"), "Rückruf", "Wir rufen zurück.")


def draft(session: Session, *, by: Account = AGENT, now: datetime = NOW, **changes: Any) -> Reply:
    """A draft of the sample with some fields replaced."""
    return reply_review.save_draft(session, replace(ENTRY, **changes), by=by, now=now)


def step(
    session: Session, reply: Reply, taken: Step, *, by: Account = MANAGER, now: datetime = NOW, **more: Any
) -> Reply:
    """One step with a reply."""
    return reply_review.take_step(session, reply.id, step=taken, by=by, now=now, **more)


def submitted(session: Session, *, by: Account = AGENT, now: datetime = NOW, **changes: Any) -> Reply:
    """A text in review."""
    return step(session, draft(session, by=by, now=now, **changes), Step.SUBMIT, by=by, now=now)


def approved(session: Session, *, by: Account = AGENT, now: datetime = NOW, **changes: Any) -> Reply:
    """A text in use."""
    return step(session, submitted(session, by=by, now=now, **changes), Step.APPROVE, now=now)


def shown(session: Session, reply: Reply, *, now: datetime = NOW, **more: Any) -> reply_desk.Preview:
    """What an agent sees of it."""
    asked: dict[str, Any] = {"by": OTHER_AGENT, "facts": FACTS, "agent": {}, "zone": BERLIN} | more
    preview = reply_desk.preview(session, reply.id, now=now, **asked)
    assert preview is not None
    return preview
