"""Publishing: what goes out and what stays, each step stored, nothing doubled, withdrawn texts taken back."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
import structlog
from sqlalchemy.orm import Session, sessionmaker

from connectors.errors import ConfigError, SourceError
from connectors.publish import GoneError, Item
from connectors.storage.engine import session_factory
from connectors.storage.read import get_audit, get_published
from dashboard.components.publish_strip import strip
from dashboard.components.words import Words
from dashboard.domain.replies import Step as Take
from dashboard.jobs.publisher import ReplyPublisher
from dashboard.services.incidents.incident_desk import change_incident, incident, open_incident
from dashboard.services.incidents.incident_form import Desk, form_of
from dashboard.services.replies import reply_publish
from dashboard.services.replies.reply_library import library
from dashboard.services.replies.reply_outgoing import outgoing
from dashboard.services.replies.reply_publish import Act, Report
from dashboard.services.replies.reply_review import take_step
from dashboard.services.replies.starter_replies import install_starter_replies
from dashboard.settings import PublishSettings, Settings
from tests.connectors.fake_vendor import FakeVendor, without_waiting
from tests.connectors.publish.macro_rig import MacroRig
from tests.dashboard.services.desk_store import BERLIN, MANAGER, NOW, store

OUTAGE = {"title": "Anmeldung gestört", "started_at": "10:00", "affected": "2 Mio", "next_update_at": "11:00"}
SETTINGS = Settings(publish={"help": PublishSettings(kind="memory", channels=("chat",))})


@dataclass
class Place:
    """A helpdesk in memory; `refuse` names markers it does not take, `down` that it answers nothing."""

    FILLS: ClassVar[dict[str, str]] = {"agent.customer": "{{customer}}", "agent.name": "{{me}}"}
    texts: dict[str, tuple[str, Item, bool]] = field(default_factory=dict)  # remote id → marker, item, shown
    refuse: set[str] = field(default_factory=set)
    down: bool = False
    asked: list[str] = field(default_factory=list)

    def check(self) -> None:
        if self.down:
            raise SourceError("help", "cannot be reached", permanent=False)

    def standing(self) -> dict[str, str]:
        return {marker: number for number, (marker, _, _) in self.texts.items()}

    def create(self, item: Item) -> str:
        self._take("create", item.marker)
        number = str(len(self.asked))
        self.texts[number] = (item.marker, item, True)
        return number

    def update(self, remote_id: str, item: Item) -> None:
        self._take("update", item.marker)
        if remote_id not in self.texts:
            raise GoneError("help", remote_id)
        self.texts[remote_id] = (item.marker, item, True)

    def retract(self, remote_id: str) -> None:
        self._take("retract", remote_id)
        if remote_id in self.texts:
            marker, item, _ = self.texts[remote_id]
            self.texts[remote_id] = (marker, item, False)

    def shown(self) -> dict[str, Item]:
        """What agents see there, by marker."""
        return {marker: item for marker, item, shown in self.texts.values() if shown}

    def _take(self, act: str, what: str) -> None:
        self.asked.append(f"{act} {what}")
        if what in self.refuse:
            raise SourceError("help", "does not take it", permanent=False)


@contextmanager
def centre(folder: Path) -> Iterator[sessionmaker[Session]]:
    """A store with the starter replies in use and an open incident."""
    with store(folder) as session:
        install_starter_replies(session, now=NOW, approver="lou")
        open_incident(session, OUTAGE, by=MANAGER, desk=Desk("de", BERLIN, NOW))
        session.commit()
        engine = session.get_bind()
        session.close()
        yield session_factory(engine)  # type: ignore[arg-type]


@pytest.fixture
def sessions(tmp_path: Path) -> Iterator[sessionmaker[Session]]:
    with centre(tmp_path) as made:
        yield made


def publish(sessions: sessionmaker[Session], place: Place, *, minutes: int = 0, **more: Any) -> Report:
    def clock() -> Any:
        return NOW + timedelta(minutes=minutes)

    settings = more.pop("settings", SETTINGS)
    return reply_publish.publish(sessions, "help", publisher=place, settings=settings, clock=clock, **more)  # type: ignore[arg-type]


def test_once_is_enough(sessions: sessionmaker[Session]) -> None:
    place = Place()
    first = publish(sessions, place)
    assert {step.act for step in first.done} == {Act.CREATE}
    assert set(place.shown()) == {f"{s.key}/{s.language}" for s in first.done}
    asked = len(place.asked)
    assert publish(sessions, place).done == []
    assert len(place.asked) == asked
    with sessions() as session:
        assert {row.remote_id for row in get_published(session)} == set(place.texts)
        assert get_audit(session)[0].action == "reply.publish.create"


def test_what_goes_out_is_whole(sessions: sessionmaker[Session]) -> None:
    place = Place()
    report = publish(sessions, place)
    for item in place.shown().values():
        assert "{{ " not in item.text
        assert "[" not in item.text
    assert {one.code for one in report.left} == {"fact", "field"}
    assert len(place.shown()) > 10
    assert all(item.title.endswith((" · chat · de", " · chat · en")) for item in place.shown().values())


def test_a_withdrawn_text_is_taken_back_and_a_new_version_is_shown_in_its_place(
    sessions: sessionmaker[Session],
) -> None:
    place = Place()
    publish(sessions, place)
    number = next(n for n, (marker, _, _) in place.texts.items() if marker == "login-known-chat/de")
    with sessions.begin() as session:
        reply = library(session).in_use("login-known-chat", "de", now=NOW)
        assert reply is not None
        take_step(session, reply.id, step=Take.WITHDRAW, by=MANAGER, now=NOW)
    assert [(s.act, s.key) for s in publish(sessions, place).done] == [(Act.RETRACT, "login-known-chat")]
    assert "login-known-chat/de" not in place.shown()
    assert publish(sessions, place).done == []
    assert place.texts[number][2] is False


def test_a_changed_fact_changes_the_texts_built_on_it_and_a_past_one_takes_them_back(
    sessions: sessionmaker[Session],
) -> None:
    place = Place()
    publish(sessions, place)
    before = place.shown()
    with sessions.begin() as session:
        base, desk = incident(session, 1), Desk("de", BERLIN, NOW)
        form = {**form_of(base.facts, desk), "next_update_at": "12:00"}
        change_incident(session, 1, form=form, expected_revision=base.revision, by=MANAGER, desk=desk)
    changed = publish(sessions, place)
    assert changed.done
    assert {step.act for step in changed.done} == {Act.UPDATE}
    assert "12:00" in place.shown()["next-update-chat/de"].text
    assert "11:00" in before["next-update-chat/de"].text
    late = publish(sessions, place, minutes=180)  # the promised update is past: nobody shall promise it again
    assert {(step.act, step.key) for step in late.done} >= {(Act.RETRACT, "next-update-chat")}
    assert "next-update-chat/de" not in place.shown()


def test_one_refusal_does_not_keep_the_others_back_and_is_tried_again_later(
    sessions: sessionmaker[Session],
) -> None:
    place = Place(refuse={"login-known-chat/de"})
    report = publish(sessions, place)
    assert [step.key for step, _ in report.failed] == ["login-known-chat"]
    assert len(report.done) > 10
    assert publish(sessions, place).failed == []  # not due yet
    place.refuse.clear()
    assert [s.key for s in publish(sessions, place, minutes=2).done] == ["login-known-chat"]
    with sessions() as session:
        assert all(row.error is None for row in get_published(session))


def test_what_was_made_before_a_crash_is_found_again(sessions: sessionmaker[Session]) -> None:
    place = Place()
    place.create(Item("login-known-chat/de", "old", "old"))  # made there, and never noted here
    publish(sessions, place)
    made = [one for one in place.asked if "login-known-chat/de" in one]
    assert made == ["create login-known-chat/de", "update login-known-chat/de"]


def test_what_somebody_removed_there_is_made_again(sessions: sessionmaker[Session]) -> None:
    place = Place()
    publish(sessions, place)
    place.texts.clear()
    with sessions.begin() as session:
        base, desk = incident(session, 1), Desk("de", BERLIN, NOW)
        form = {**form_of(base.facts, desk), "next_update_at": "12:00"}
        change_incident(session, 1, form=form, expected_revision=base.revision, by=MANAGER, desk=desk)
    report = publish(sessions, place)
    assert report.done
    assert not report.failed
    assert "12:00" in place.shown()["next-update-chat/de"].text


def test_a_place_that_is_down_is_told_and_nothing_is_lost(sessions: sessionmaker[Session]) -> None:
    place = Place(down=True)
    assert publish(sessions, place).error == "cannot be reached"
    with sessions() as session:
        state = reply_publish.states(session, SETTINGS)["help"]
    assert state is not None
    assert (state.error, state.shown) == ("cannot be reached", 0)
    place.down = False
    assert publish(sessions, place).done


def test_stopping_in_the_middle_loses_nothing(sessions: sessionmaker[Session]) -> None:
    place = Place()
    publish(sessions, place, stop=lambda: len(place.asked) >= 3)
    assert len(place.asked) == 3
    publish(sessions, place)
    assert len(place.asked) == len(place.shown())


def test_marks_stand_for_blanks_where_the_house_wants_that(sessions: sessionmaker[Session]) -> None:
    marked = PublishSettings(kind="memory", channels=("email",), languages=("de",), open_fields="mark")
    with sessions() as session:
        plain, kept = outgoing(
            session, marked.model_copy(update={"open_fields": "leave_out"}), fills={}, zone=BERLIN, now=NOW
        )
        going, left = outgoing(session, marked, fills={}, zone=BERLIN, now=NOW)
    assert len(going) > len(plain)
    assert {one.code for one in left} <= {"fact"}
    assert any("[Name des Kunden]" in one.item.text for one in going)
    assert not any("[" in one.item.text for one in plain)
    assert {one.code for one in kept} >= {"field"}


def test_braces_in_a_fact_do_not_become_a_placeholder_there(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        base, desk = incident(session, 1), Desk("de", BERLIN, NOW)
        form = {**form_of(base.facts, desk), "services": "Konto", "region": "Nord {{current_user.email}}"}
        change_incident(session, 1, form=form, expected_revision=base.revision, by=MANAGER, desk=desk)
    place = Place()
    report = publish(sessions, place)
    assert "braces" in {one.code for one in report.left}
    assert not any("email" in item.text for item in place.shown().values())


def test_a_drill_publishes_nothing() -> None:
    with pytest.raises(ConfigError, match="drill publishes nothing"):
        reply_publish.places(SETTINGS.model_copy(update={"drill": True}))


def test_the_worker_looks_when_something_changed(sessions: sessionmaker[Session]) -> None:
    place, now = Place(), NOW

    def clock() -> Any:
        return now

    worker = ReplyPublisher(
        SETTINGS,
        sessions,
        places={"help": place},  # type: ignore[dict-item]
        clock=clock,
        stop=threading.Event(),
        log=structlog.get_logger(),
    )
    assert worker.look()
    assert not worker.look()
    with sessions.begin() as session:
        reply = library(session).in_use("login-known-chat", "en", now=NOW)
        assert reply is not None
        take_step(session, reply.id, step=Take.WITHDRAW, by=MANAGER, now=NOW)
    assert worker.look()
    assert "login-known-chat/en" not in place.shown()
    now = NOW + timedelta(minutes=1)
    assert worker.look()


def test_zendesk_end_to_end(sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch) -> None:
    with without_waiting(), FakeVendor(MacroRig()) as vendor:
        rig: MacroRig = vendor.rig  # type: ignore[assignment]
        options = dict(vendor.config().options)
        block = PublishSettings(kind="zendesk_macros", channels=("chat",), languages=("de",), **options)
        settings = Settings(publish={"help": block})
        place = reply_publish.places(settings)["help"]
        report = publish(sessions, place, settings=settings)  # type: ignore[arg-type]
        assert not report.failed
        assert len(rig.ours()) == len(report.done) > 5
        assert publish(sessions, place, settings=settings).done == []  # type: ignore[arg-type]


def test_the_strip_says_how_places_fare(sessions: sessionmaker[Session]) -> None:
    place = Place(refuse={"login-known-chat/de"})
    publish(sessions, place)
    with sessions() as session:
        states = reply_publish.states(session, SETTINGS)
        failed = reply_publish.failures(session, SETTINGS)
    shown = json.dumps(strip(states, failed, Words("en")).to_plotly_json(), default=lambda c: c.to_plotly_json())
    assert "1 not taken" in shown
    assert "login-known-chat/de: does not take it" in shown
    assert strip({}, [], Words("de")).children is None
    never = json.dumps(strip({"a": None}, [], Words("de")).to_plotly_json(), default=lambda c: c.to_plotly_json())
    assert "noch nicht gelaufen" in never
