"""The strip of proposed incidents: what the snapshot says, and who gets buttons."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dashboard.components import proposals
from dashboard.components.live import HIDDEN, Snapshot
from dashboard.components.words import Words
from dashboard.domain.board import ProposalStrip
from dashboard.domain.incidents import Severity

NOW = datetime(2026, 11, 24, 10, 20, tzinfo=UTC)
EN, DE = Words("en"), Words("de")
ASKED = ProposalStrip(
    kind="proposal",
    title="Login fails",
    signals=(4, 7),
    firing=2,
    sources=("monitor", "volumes"),
    services=("Login", "Orders"),
    severity=Severity.CRITICAL,
    since=NOW - timedelta(minutes=14),
    url="https://monitor.example/a",
    incident_id=None,
    incident_title="",
    fits=False,
)


def put(*asked: ProposalStrip, words: Words = EN) -> Snapshot:
    made = Snapshot(NOW)
    proposals.put(made, asked, words=words)
    return made


def test_a_proposal_says_what_since_when_and_from_whom() -> None:
    made = put(ASKED)
    assert made.texts["proposal.0.title"] == "Login fails"
    assert (
        made.texts["proposal.0.line"] == "2 alerts since 10:06 · Login, Orders · from monitor, the contacts themselves"
    )
    assert made.texts["proposal.0.open"] == "/incident/new?signals=4,7"
    assert made.texts["proposal.0.about"] == "4,7|"
    assert made.states["proposal.0"] == "asks"
    assert (made.states["proposal.0.join"], made.states["proposal.0.watch"]) == (HIDDEN, HIDDEN)
    assert made.states["proposal.1"] == made.states["proposal.2"] == HIDDEN


def test_in_german_and_for_one() -> None:
    made = put(replace(ASKED, signals=(4,), sources=("monitor",)), words=DE)
    assert made.texts["proposal.0.line"] == "1 Alarm seit 10:06 · Login, Orders · von monitor"
    assert made.texts["calm.line"].endswith("keiner eröffnet, die Überwachung schlägt einen vor.")


def test_one_that_fits_an_open_incident_offers_to_join_it() -> None:
    title = "Anmeldung und Bestellungen nach Datenbankfehler gestört"
    made = put(replace(ASKED, incident_id=3, incident_title=title, fits=True))
    assert made.states["proposal.0"] == "fits"
    assert made.texts["proposal.0.join"] == "Join “Anmeldung und …”"
    assert made.texts["proposal.0.about"] == "4,7|3"
    assert made.states["proposal.0.join"] == "ok"


def test_an_incident_whose_alerts_have_ended_may_be_watched() -> None:
    clear = replace(ASKED, kind="clear", signals=(), url=None, incident_id=3, incident_title="Login fails", ended=2)
    made = put(clear)
    assert made.texts["proposal.0.line"] == "All 2 alerts have ended, the last at 10:06"
    assert (made.texts["proposal.0.open"], made.texts["proposal.0.url"]) == ("", "")
    assert made.states["proposal.0.watch"] == "ok"
    assert made.states["proposal.0.dismiss"] == made.states["proposal.0.join"] == HIDDEN
    assert "calm.line" not in made.texts


def test_more_than_three_are_counted() -> None:
    made = put(*[ASKED] * 5)
    assert made.texts["proposals.more.line"] == "2 more questions follow once these are answered"
    assert made.states["proposals.more"] == "ok"
    assert put(ASKED).states["proposals.more"] == HIDDEN


@pytest.mark.parametrize("editable", [True, False])
def test_only_who_may_answer_gets_buttons(editable: bool) -> None:
    said = str([place.to_plotly_json() for place in proposals.places(EN, editable=editable)])
    assert ("Dismiss" in said) == editable
    assert ("Open incident" in said) == editable


def test_a_link_to_another_system_opens_beside_the_board() -> None:
    link: Any = proposals._outside("proposal.0.url", "Look").to_plotly_json()["props"]
    assert (link["target"], link["rel"]) == ("_blank", "noopener noreferrer")
    assert "data-nav" not in link
