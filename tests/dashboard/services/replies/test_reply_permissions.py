"""Who may do what to a reply: every role, every action, as a table; and every change in the audit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from connectors.storage.read import get_audit
from dashboard.domain.people import Role
from dashboard.domain.replies import Reply, ReplyError, Step
from dashboard.services.accounts import Account, ForbiddenError
from dashboard.services.replies import reply_desk, reply_history, reply_memory, reply_review, starter_replies
from dashboard.services.replies.reply_desk import Wish
from tests.dashboard.services.desk_store import AGENT, BERLIN, MANAGER, NOW, OTHER_MANAGER, store
from tests.dashboard.services.replies.reply_shelf import ENTRY, approved, draft, step, submitted

Deed = Callable[[Session, Account], object]
REASON = "Nachts ist niemand sonst da"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with store(tmp_path) as session:
        yield session


def _step(taken: Step, prepare: Callable[..., Reply], *, own: bool = False) -> Deed:
    """A step with a text of somebody else's, or of one's own."""

    def deed(session: Session, who: Account) -> object:
        return step(session, prepare(session, by=who if own else AGENT), taken, by=who, reason=REASON)

    return deed


def _overridden(session: Session, *, by: Account) -> Reply:
    waiting = submitted(session, by=OTHER_MANAGER)
    return step(session, waiting, Step.OVERRIDE, by=OTHER_MANAGER, reason=REASON)


def _new_version(session: Session, who: Account) -> object:
    return draft(session, by=who, key=approved(session).key)


def _edit_other(session: Session, who: Account) -> object:
    theirs = draft(session)
    return draft(session, by=who, key=theirs.key, seen_at=theirs.changed_at)


def _see(prepare: Callable[..., Reply]) -> Deed:
    def deed(session: Session, who: Account) -> object:
        reply = prepare(session)
        seen = reply_desk.preview(session, reply.id, by=who, facts=None, agent={}, zone=BERLIN, now=NOW)
        if seen is None:
            raise ReplyError("status", "gone")
        return seen

    return deed


ALL = "agent planner manager administrator"
BOSSES = "manager administrator"
# Action, who may, what it does. "other" is somebody else's text.
MATRIX: list[tuple[str, str, Deed]] = [
    ("search", ALL, lambda s, who: reply_desk.find(s, Wish("de"), by=who)),
    ("see an approved text", ALL, _see(approved)),
    ("see another's draft", BOSSES, _see(draft)),
    ("see another's text in review", BOSSES, _see(submitted)),
    ("keep a favourite", ALL, lambda s, who: reply_memory.toggle_favourite(s, "x", by=who)),
    ("write", ALL, lambda s, who: draft(s, by=who)),
    ("write a new version", ALL, _new_version),
    ("change another's draft", BOSSES, _edit_other),
    ("submit one's own", ALL, _step(Step.SUBMIT, draft, own=True)),
    ("submit another's", BOSSES, _step(Step.SUBMIT, draft)),
    ("send back another's", BOSSES, _step(Step.SEND_BACK, submitted)),
    ("approve another's", BOSSES, _step(Step.APPROVE, submitted)),
    ("approve one's own", "", _step(Step.APPROVE, submitted, own=True)),
    ("override with one's own", BOSSES, _step(Step.OVERRIDE, submitted, own=True)),
    ("override with another's", "", _step(Step.OVERRIDE, submitted)),
    ("confirm another's override", BOSSES, _step(Step.CONFIRM, _overridden)),
    ("confirm one's own", "", _step(Step.CONFIRM, approved, own=True)),
    ("withdraw another's", BOSSES, _step(Step.WITHDRAW, approved)),
    ("withdraw one's own", BOSSES, _step(Step.WITHDRAW, approved, own=True)),
    ("list what waits", BOSSES, lambda s, who: reply_history.proposals(s, by=who)),
    ("fetch the starter set", BOSSES, lambda s, who: starter_replies.load_as_drafts(s, by=who, now=NOW)),
]


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize(("action", "allowed", "deed"), MATRIX, ids=[row[0] for row in MATRIX])
def test_who_may_do_what(session: Session, action: str, allowed: str, deed: Deed, role: Role) -> None:
    who = Account(f"a-{role.value}", role)
    if role.value in allowed.split():
        deed(session, who)
        return
    with pytest.raises((ForbiddenError, ReplyError)):
        deed(session, who)


def test_a_refused_action_changes_nothing(session: Session) -> None:
    waiting = submitted(session)
    before = len(get_audit(session, 50))
    with pytest.raises(ReplyError, match="no_right"):
        step(session, waiting, Step.APPROVE, by=AGENT)
    assert reply_review.waiting_for_review(session, by=MANAGER) == [waiting]
    assert len(get_audit(session, 50)) == before


def test_every_change_has_its_entry_in_the_audit(session: Session) -> None:
    first = approved(session)
    alone = step(session, submitted(session, by=MANAGER, key=first.key), Step.OVERRIDE, reason=REASON)
    step(session, alone, Step.CONFIRM, by=OTHER_MANAGER)
    again = submitted(session, key=first.key)
    step(session, again, Step.SEND_BACK)
    step(session, alone, Step.WITHDRAW)
    told = [(row.user, row.action, row.subject.rpartition("/")[2]) for row in reversed(get_audit(session, 50))]
    assert told == [
        ("ada", "reply.draft", "1"),
        ("ada", "reply.submit", "1"),
        ("kim", "reply.approve", "1"),
        ("kim", "reply.draft", "2"),
        ("kim", "reply.submit", "2"),
        ("kim", "reply.superseded", "1"),
        ("kim", "reply.override", "2"),
        ("lou", "reply.confirm", "2"),
        ("ada", "reply.draft", "3"),
        ("ada", "reply.submit", "3"),
        ("kim", "reply.send_back", "3"),
        ("kim", "reply.withdraw", "2"),
    ]
    assert REASON in next(row.detail for row in get_audit(session, 50) if row.action == "reply.override")
    assert ENTRY.title in get_audit(session, 1)[0].detail
