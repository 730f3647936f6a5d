"""Replies on a real store: found, filled, refused, written, approved, withdrawn."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from connectors.storage.read import get_audit
from dashboard.domain.incidents import IncidentFacts, Phase
from dashboard.domain.replies import Reply, ReplyError, Status, Step
from dashboard.services.accounts import Account
from dashboard.services.replies import reply_desk as desk
from dashboard.services.replies import reply_review as review
from dashboard.services.replies.reply_desk import Wish
from dashboard.services.replies.reply_review import Entry
from tests.dashboard.services.desk_store import AGENT, BERLIN, MANAGER, NOW, OTHER_AGENT, OTHER_MANAGER, store

FACTS = IncidentFacts(
    title="Anmeldung gestört",
    started_at=NOW - timedelta(minutes=40),
    affected_low=1,
    affected_high=2,
    eta=NOW + timedelta(hours=4),
)
ENTRY = Entry("de", "call", ("identified",), "Rückruf", "Spätestens {{ incident.eta }}. {{ agent.name }}", ("Login",))


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with store(tmp_path) as session:
        yield session


def step(session: Session, reply: Reply, step: Step, by: Account = MANAGER) -> Reply:
    return review.take_step(session, reply.id, step=step, by=by, now=NOW)


def approved(session: Session, **changes: Any) -> Reply:
    reply = review.save_draft(session, Entry(**({**_fields(ENTRY), **changes})), by=AGENT, now=NOW)
    return step(session, step(session, reply, Step.SUBMIT, AGENT), Step.APPROVE)


def _fields(entry: Entry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in Entry.__slots__}


def show(session: Session, reply: Reply, facts: IncidentFacts | None = FACTS, **agent: str) -> desk.Preview | None:
    entries = {f"agent.{name}": value for name, value in agent.items()}
    return desk.preview(session, reply.id, by=OTHER_AGENT, facts=facts, agent=entries, zone=BERLIN, now=NOW)


def test_a_complete_reply_can_be_copied(session: Session) -> None:
    shown = show(session, approved(session), name="Ada")
    assert shown is not None
    assert shown.text == "Spätestens heute um 14:40 Uhr. Ada"
    assert shown.asked == ("agent.name",)


def test_a_text_for_another_phase_says_so(session: Session) -> None:
    reply = approved(session)  # written for "identified"
    shown, fitting = show(session, reply), show(session, reply, FACTS.changed(phase=Phase.IDENTIFIED))
    assert shown is not None
    assert fitting is not None
    assert (shown.phase, fitting.phase) == ("investigating", None)


def test_a_missing_entry_blocks_the_copy(session: Session) -> None:
    shown = show(session, approved(session))
    assert shown is not None
    assert (shown.text, shown.blocked, shown.filled.missing) == (None, "missing", ("agent.name",))


def test_without_an_incident_its_facts_are_missing(session: Session) -> None:
    shown = show(session, approved(session), None, name="Ada")
    assert shown is not None
    assert (shown.text, shown.filled.missing) == (None, ("incident.eta",))


def test_a_promise_that_has_gone_by_is_not_repeated(session: Session) -> None:
    shown = show(session, approved(session), FACTS.changed(eta=NOW), name="Ada")
    assert shown is not None
    assert (shown.text, shown.past) == (None, frozenset({"incident.eta"}))


def test_the_agent_cannot_type_over_a_fact(session: Session) -> None:
    reply = approved(session)
    shown = desk.preview(
        session,
        reply.id,
        by=AGENT,
        facts=None,
        agent={"incident.eta": "gleich", "agent.name": "Ada"},
        zone=BERLIN,
        now=NOW,
    )
    assert shown is not None
    assert shown.text is None


def test_a_withdrawn_reply_is_not_copied_and_names_its_successor(session: Session) -> None:
    first = approved(session)
    second = approved(session, key=first.key, title="Rückruf, neu")
    shown = show(session, first, name="Ada")
    assert shown is not None
    assert (shown.text, shown.blocked) == (None, "withdrawn")
    assert shown.successor is not None
    assert (shown.successor.id, shown.successor.version) == (second.id, 2)
    step(session, second, Step.WITHDRAW)
    assert desk.find(session, Wish("de"), by=AGENT).replies == ()


def test_drafts_are_seen_by_author_and_managers_only(session: Session) -> None:
    draft = review.save_draft(session, ENTRY, by=AGENT, now=NOW)
    assert show(session, draft) is None
    wish = Wish("de", unfinished=True)
    assert desk.find(session, wish, by=OTHER_AGENT).total == 0
    assert desk.find(session, wish, by=AGENT).total == 1
    assert desk.find(session, wish, by=MANAGER).total == 1
    assert desk.find(session, Wish("de"), by=AGENT).total == 0
    shown = desk.preview(session, draft.id, by=AGENT, facts=FACTS, agent={}, zone=BERLIN, now=NOW)
    assert shown is not None
    assert shown.blocked == "not_approved"


def test_filters(session: Session) -> None:
    approved(session)
    approved(session, language="en", title="Call back")
    approved(session, channel="chat", phases=("resolved",), title="Rückruf im Chat")
    found = desk.find(session, Wish("de", "rückruf", channel="call", phase="identified"), by=AGENT)
    assert ([r.title for r in found.replies], found.total, found.elsewhere) == (["Rückruf"], 1, 1)
    assert desk.find(session, Wish("en"), by=AGENT).total == 1


def test_the_author_does_not_approve(session: Session) -> None:
    draft = review.save_draft(session, ENTRY, by=MANAGER, now=NOW)
    waiting = step(session, draft, Step.SUBMIT, MANAGER)
    with pytest.raises(ReplyError, match="own_reply"):
        step(session, waiting, Step.APPROVE, MANAGER)
    assert review.waiting_for_review(session, by=MANAGER) == []
    assert review.waiting_for_review(session, by=OTHER_MANAGER) == [waiting]
    assert step(session, waiting, Step.APPROVE, OTHER_MANAGER).approver == "lou"


def test_whoever_changes_a_draft_becomes_its_author(session: Session) -> None:
    draft = review.save_draft(session, ENTRY, by=AGENT, now=NOW)
    changed = review.save_draft(
        session,
        Entry(**{**_fields(ENTRY), "key": draft.key, "seen_at": draft.changed_at, "body": "Neu"}),
        by=MANAGER,
        now=NOW + timedelta(minutes=1),
    )
    assert (changed.id, changed.author) == (draft.id, "kim")
    with pytest.raises(ReplyError, match="own_reply"):
        step(session, step(session, changed, Step.SUBMIT), Step.APPROVE)


def test_two_people_at_one_draft(session: Session) -> None:
    draft = review.save_draft(session, ENTRY, by=AGENT, now=NOW)
    entry = Entry(**{**_fields(ENTRY), "key": draft.key, "seen_at": draft.changed_at})
    review.save_draft(session, entry, by=MANAGER, now=NOW + timedelta(minutes=1))
    with pytest.raises(ReplyError, match="changed_meanwhile"):
        review.save_draft(session, entry, by=OTHER_MANAGER, now=NOW + timedelta(minutes=2))
    with pytest.raises(ReplyError, match="unfinished_version"):
        review.save_draft(session, entry, by=OTHER_AGENT, now=NOW + timedelta(minutes=2))


def test_an_old_version_is_not_approved_over_a_newer_one(session: Session) -> None:
    first = review.save_draft(session, ENTRY, by=AGENT, now=NOW)
    waiting = step(session, first, Step.SUBMIT, AGENT)
    step(session, waiting, Step.APPROVE)
    with pytest.raises(ReplyError, match="not_in_review"):
        step(session, first, Step.APPROVE)


def test_unknown_replies(session: Session) -> None:
    assert desk.preview(session, "x/de/1", by=AGENT, facts=None, agent={}, zone=BERLIN, now=NOW) is None
    with pytest.raises(ReplyError, match="gone"):
        review.take_step(session, "x/de/1", step=Step.SUBMIT, by=MANAGER, now=NOW)


def test_every_change_is_audited(session: Session) -> None:
    first = approved(session)
    second = approved(session, key=first.key)
    step(session, second, Step.WITHDRAW)
    actions = [row.action for row in get_audit(session, 20)]
    assert sorted(actions) == sorted(
        ["reply.draft", "reply.submit", "reply.approve"] * 2 + ["reply.superseded", "reply.withdraw"]
    )


def test_html_stays_text(session: Session) -> None:
    reply = approved(session, body="<script>alert(1)</script> {{ agent.name }}")
    shown = show(session, reply, name="<img src=x>")
    assert shown is not None
    assert shown.text == "<script>alert(1)</script> <img src=x>"
    assert reply.status is Status.APPROVED
