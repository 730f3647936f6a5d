"""How long and where a reply holds, what a changed fact does to it, who approved it alone, and its history."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from connectors.storage.read import get_audit
from dashboard.domain.replies import ReplyConflictError, ReplyError, Status, Step
from dashboard.domain.reply_terms import Terms
from dashboard.services.incidents import incident_desk
from dashboard.services.incidents.incident_desk import change_incident, open_incident
from dashboard.services.incidents.incident_form import Desk
from dashboard.services.replies import reply_desk, reply_history, reply_offline, reply_stamp, reply_watch
from dashboard.services.replies.reply_desk import Wish
from dashboard.services.replies.reply_watch import Why
from tests.dashboard.services.desk_store import AGENT, BERLIN, DESK, MANAGER, NOW, OTHER_AGENT, OTHER_MANAGER, store
from tests.dashboard.services.replies.reply_shelf import FACTS, approved, draft, shown, step, submitted

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
REASON = "Nachts ist niemand sonst da"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with store(tmp_path) as session:
        yield session


def found(session: Session, now: datetime = NOW) -> list[str]:
    return [one.id for one in reply_desk.find(session, Wish("de"), by=AGENT, now=now).replies]


def test_a_reply_holds_from_and_until(session: Session) -> None:
    reply = approved(session, terms=Terms(valid_from=NOW + HOUR, valid_until=NOW + 2 * HOUR))
    for at, blocked in ((NOW, "not_yet"), (NOW + HOUR, None), (NOW + 2 * HOUR, "ended")):
        assert shown(session, reply, now=at).blocked == blocked
        assert (reply.id in found(session, at)) is (blocked is None)


def test_open_pages_learn_of_an_end_without_anybody_doing_anything(session: Session) -> None:
    approved(session, terms=Terms(valid_until=NOW + HOUR))
    before = reply_stamp.reply_stamp(session, now=NOW + HOUR - timedelta(seconds=1))
    assert before == reply_stamp.reply_stamp(session, now=NOW)
    assert before != reply_stamp.reply_stamp(session, now=NOW + HOUR)


def test_an_ended_text_names_the_nearest_one(session: Session) -> None:
    reply = approved(session, terms=Terms(valid_until=NOW + HOUR))
    other = approved(session, title="Rückruf am Abend")
    seen = shown(session, reply, now=NOW + HOUR)
    assert (seen.text, seen.successor, seen.related) == (None, other, True)


def test_a_new_version_may_wait_for_its_time(session: Session) -> None:
    first = approved(session)
    second = approved(session, key=first.key, body="Neu", terms=Terms(valid_from=NOW + HOUR))
    assert found(session) == [first.id]
    assert found(session, NOW + HOUR) == [second.id]
    ended = shown(session, first, now=NOW + HOUR)
    assert (ended.blocked, ended.successor) == ("ended", second)


@pytest.mark.parametrize(
    ("terms", "facts", "incident", "blocked"),
    [
        (Terms(services=("Bestellung",)), {"services": ("Anmeldung",)}, 1, "elsewhere"),
        (Terms(services=("anmeldung",)), {"services": ("Anmeldung", "App")}, 1, None),
        (Terms(services=("Bestellung",)), {}, 1, None),  # not known yet rules nothing out
        (Terms(regions=("Nord",)), {"region": "Region Nord"}, 1, None),
        (Terms(regions=("Nord",)), {"region": "Süd"}, 1, "elsewhere"),
        (Terms(incident_id=2), {}, 1, "elsewhere"),
        (Terms(incident_id=2), {}, 2, None),
    ],
)
def test_where_a_reply_holds(
    session: Session, terms: Terms, facts: dict[str, object], incident: int, blocked: str | None
) -> None:
    for number in (1, 2):
        assert open_incident(session, _form(), by=MANAGER, desk=DESK) == number
    reply = approved(session, terms=terms)
    assert shown(session, reply, facts=FACTS.changed(**facts), incident_id=incident).blocked == blocked


def test_ends_are_told_beforehand_once_and_to_the_owner(session: Session) -> None:
    reply = approved(session, terms=Terms(valid_until=NOW + 3 * DAY))
    assert reply_watch.warn_of_ends(session, now=NOW) == 0
    soon = NOW + 2 * DAY + HOUR
    assert [reply_watch.warn_of_ends(session, now=soon) for _ in range(2)] == [1, 0]
    assert get_audit(session, 1)[0].action == "reply.ends_soon"
    assert "owner ada" in get_audit(session, 1)[0].detail
    for who in (AGENT, MANAGER):
        assert [(w.reply, w.why) for w in reply_watch.watched(session, by=who, now=soon)] == [(reply, Why.ENDS)]
        assert reply_watch.attention(session, by=who, now=soon) == 1
    assert reply_watch.watched(session, by=OTHER_AGENT, now=soon) == []
    assert reply_watch.warn_of_ends(session, now=NOW + 3 * DAY) == 1
    assert reply_watch.watched(session, by=AGENT, now=NOW + 3 * DAY)[0].why is Why.OVER


def _form(**facts: str) -> dict[str, str]:
    return {"title": "Anmeldung gestört", "started_at": "10:00", "affected": "2 Mio", **facts}


def _change(session: Session, now: datetime, **facts: str) -> None:
    base = incident_desk.incident(session, 1)
    desk = Desk("de", BERLIN, now)
    change_incident(session, 1, form=facts, expected_revision=base.revision, by=MANAGER, desk=desk)


def test_a_changed_fact_puts_a_text_up_where_it_says_so(session: Session) -> None:
    open_incident(session, _form(compensation="10 €"), by=MANAGER, desk=DESK)
    asks = approved(session, body="Sie erhalten 10 €.", now=NOW + HOUR, terms=Terms(reapprove_on=("compensation",)))
    follows = approved(session, body="Sie erhalten {{ incident.compensation }}.", title="Gutschrift", now=NOW + HOUR)
    later = NOW + 2 * HOUR
    facts = FACTS.changed(compensation="10 €")
    assert shown(session, asks, now=later, incident_id=1, facts=facts).blocked is None
    _change(session, later, eta="18:00")
    assert shown(session, asks, now=later, incident_id=1, facts=facts).blocked is None
    _change(session, later, compensation="20 €")
    facts = FACTS.changed(compensation="20 €")
    assert shown(session, asks, now=later, incident_id=1, facts=facts).blocked == "facts_changed"
    assert shown(session, follows, now=later, incident_id=1, facts=facts).text == "Sie erhalten 20 €."
    seen = reply_watch.watched(session, by=MANAGER, now=later)
    assert [(one.reply, one.why, one.facts) for one in seen] == [(asks, Why.FACTS, ("compensation",))]
    confirmed = step(session, asks, Step.CONFIRM, now=later + HOUR)
    assert shown(session, confirmed, now=later + HOUR, incident_id=1, facts=facts).blocked is None
    assert reply_watch.watched(session, by=MANAGER, now=later + HOUR) == []


def test_the_pages_kept_without_a_server_hold_only_what_may_go_out(session: Session) -> None:
    open_incident(session, _form(compensation="10 €"), by=MANAGER, desk=DESK)
    approved(session, terms=Terms(valid_until=NOW))
    approved(session, terms=Terms(incident_id=9))
    step(session, approved(session, title="Weg"), Step.WITHDRAW)
    good = approved(session, body="Guten Tag {{ agent.customer }}, {{ incident.compensation }}.")
    incident = incident_desk.incident(session, 1)
    kept = reply_offline.kept_replies(session, by=AGENT, language="de", incident=incident, zone=BERLIN, now=NOW)
    assert [one.id for one in kept] == [good.id]
    assert kept[0].segments[1] == ("agent", "", "agent.customer")
    assert kept[0].segments[3] == ("value", "10 €", "incident.compensation")


def test_one_manager_alone_only_with_a_reason_and_a_mark(session: Session) -> None:
    waiting = submitted(session, by=MANAGER)
    with pytest.raises(ReplyError, match="no_reason"):
        step(session, waiting, Step.OVERRIDE, reason="eilt \u202e")
    alone = step(session, waiting, Step.OVERRIDE, reason=REASON)
    assert (alone.status, alone.approver, alone.override) == (Status.APPROVED, "kim", REASON)
    assert shown(session, alone).text == "Wir rufen zurück."
    assert [w.why for w in reply_watch.watched(session, by=OTHER_MANAGER, now=NOW)] == [Why.OVERRIDE]
    assert reply_watch.attention(session, by=MANAGER, now=NOW) == 0  # it is not theirs to confirm
    with pytest.raises(ReplyError, match="own_reply"):
        step(session, alone, Step.CONFIRM)
    checked = step(session, alone, Step.CONFIRM, by=OTHER_MANAGER)
    assert (checked.approver, checked.override) == ("lou", None)


def test_the_store_itself_refuses_one_pair_of_eyes_without_the_mark(session: Session) -> None:
    reply = submitted(session, by=MANAGER)
    alone = "UPDATE reply_version SET status = 'approved', approver = author, override_reason = {} WHERE key = :key"
    with pytest.raises(IntegrityError):
        session.execute(text(alone.format("NULL")), {"key": reply.key})
    session.rollback()


def test_an_old_version_is_not_approved(session: Session) -> None:
    waiting = submitted(session)
    step(session, waiting, Step.SEND_BACK, now=NOW + HOUR)
    changed = draft(session, key=waiting.key, seen_at=NOW + HOUR, body="Anders", now=NOW + 2 * HOUR)
    step(session, changed, Step.SUBMIT, by=AGENT, now=NOW + 2 * HOUR)
    with pytest.raises(ReplyError, match="not_as_seen"):  # a page that still shows the first text
        step(session, waiting, Step.APPROVE, seen_at=waiting.changed_at)
    assert shown(session, waiting, by=MANAGER).blocked == "not_approved"


def test_a_second_saver_sees_the_first_ones_text_and_loses_nothing(session: Session) -> None:
    first = approved(session)
    theirs = draft(session, by=MANAGER, key=first.key, version=1, body="Ihrer")
    with pytest.raises(ReplyConflictError, match="changed_meanwhile") as caught:
        draft(session, by=OTHER_MANAGER, key=first.key, version=1, body="Meiner")
    assert caught.value.theirs == theirs
    mine = draft(session, by=OTHER_MANAGER, key=first.key, seen_at=theirs.changed_at, body="Meiner", now=NOW + HOUR)
    assert (mine.body, mine.author, mine.version) == ("Meiner", "lou", 2)
    texts = [one.text for one in reply_history.entries_of(session, mine, by=MANAGER)]
    assert "Ihrer" in texts


def test_a_draft_decided_on_meanwhile_is_told(session: Session) -> None:
    reply = approved(session)
    with pytest.raises(ReplyConflictError, match="approved_meanwhile"):
        draft(session, key=reply.key, seen_at=NOW, version=1, body="Zu spät")
    third = draft(session, key=reply.key, version=1, body="Als neue Version")
    assert third.version == 2


def test_history_and_difference_between_any_two(session: Session) -> None:
    first = approved(session, body="Wir rufen Sie heute zurück.")
    second = approved(session, key=first.key, body="Wir rufen Sie morgen zurück.", now=NOW + HOUR)
    made = reply_history.compare(session, second.id, by=MANAGER)
    assert made is not None
    assert [(one.action, one.who, one.version) for one in made.entries] == [
        ("approve", "kim", 2),
        ("superseded", "kim", 1),
        ("submit", "ada", 2),
        ("draft", "ada", 2),
        ("approve", "kim", 1),
        ("submit", "ada", 1),
        ("draft", "ada", 1),
    ]
    assert [(p.side.value, p.text) for p in made.body if p.side.value != "both"] == [
        ("before", "heute"),
        ("after", "morgen"),
    ]
    last = len(made.entries) - 1
    same = reply_history.compare(session, second.id, by=MANAGER, before=last, after=last)
    assert same is not None
    assert {p.side.value for p in same.body} == {"both"}
    hidden = reply_history.compare(session, second.id, by=OTHER_AGENT)
    assert hidden is not None
    assert {one.version for one in hidden.entries} == {2}  # a withdrawn version is the managers' and its author's
    assert reply_history.compare(session, "x/de/1", by=MANAGER) is None


def test_proposals_are_shown_against_what_they_replace(session: Session) -> None:
    first = approved(session)
    submitted(session, key=first.key, body="Wir rufen bald zurück.")
    submitted(session, title="Neu", body="Ganz neu.")
    changed, new = reply_history.proposals(session, by=MANAGER)
    if changed.replaces is None:
        changed, new = new, changed
    assert changed.replaces is not None
    assert [p.text.strip() for p in changed.body if p.side.value == "after"] == ["bald"]
    assert (new.replaces, [p.side.value for p in new.body]) == (None, ["both"])


def test_several_replies_make_one_text(session: Session) -> None:
    hello, bye = "Guten Tag {{ agent.customer }},", "Freundliche Grüße\n{{ agent.name }}"
    one = approved(session, title="Eins", body=f"{hello}\n\nErstens.\n\n{bye}")
    two = approved(session, title="Zwei", body=f"{hello}\n\nZweitens.\n\n{bye}")
    typed = {"agent.customer": "Frau Yılmaz", "agent.name": "Ada"}
    seen = shown(session, two, collected=[one.id], agent=typed)
    assert seen.text == "Guten Tag Frau Yılmaz,\n\nErstens.\n\nZweitens.\n\nFreundliche Grüße\nAda"
    step(session, one, Step.WITHDRAW)
    assert shown(session, two, collected=[one.id], agent=typed).parts == ()


def test_address_defaults_and_forms_of_times(session: Session) -> None:
    body = '{{ "Sie hören"|du("du hörst") }} um {{ incident.eta|time }} von {{ agent.name|default("uns") }}.'
    reply = approved(session, body=body)
    facts = FACTS.changed(eta=NOW + HOUR)
    assert shown(session, reply, facts=facts).text == "Sie hören um 11:40 Uhr von uns."
    assert (
        shown(session, reply, facts=facts, du=True, agent={"agent.name": "Kim"}).text
        == "du hörst um 11:40 Uhr von Kim."
    )
    assert shown(session, reply, facts=facts).filled.optional == {"agent.name"}


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("agent.amount", "49.9 EUR", "49,90 €"),
        ("agent.amount", "viel", None),
        ("agent.phone", "0221 / 12 34", "0221 / 12 34"),
        ("agent.phone", "später", None),
        ("agent.ticket", "#4711", "#4711"),
        ("agent.ticket", "Frau Meier", None),
        ("agent.customer", "Frau\u202e Meier\u200b", "Frau Meier"),
    ],
)
def test_entries_are_read_by_their_kind(session: Session, name: str, typed: str, said: str | None) -> None:
    reply = approved(session, body=f"{{{{ {name} }}}}")
    assert shown(session, reply, agent={name: typed}).text == said
