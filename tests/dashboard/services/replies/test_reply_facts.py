"""Facts as a reply says them, in both languages, across days."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from dashboard.domain.incidents import IncidentFacts
from dashboard.services.replies.reply_facts import fact_words, moment_words
from tests.dashboard.services.desk_store import BERLIN, NOW


def said(local: str, language: str, *, bare: bool = False) -> str:
    moment = datetime.fromisoformat(local).replace(tzinfo=BERLIN)
    return moment_words(moment, language=language, zone=BERLIN, now=NOW, bare=bare)


@pytest.mark.parametrize(
    ("local", "german", "english"),
    [
        ("2026-11-24T14:30", "heute um 14:30 Uhr", "2:30 pm today"),
        ("2026-11-25T09:00", "morgen um 09:00 Uhr", "9:00 am tomorrow"),
        ("2026-11-23T23:05", "gestern um 23:05 Uhr", "11:05 pm yesterday"),
        ("2026-11-26T12:00", "am Donnerstag, 26. November, um 12:00 Uhr", "12:00 pm on Thursday 26 November"),
        ("2026-11-24T00:10", "heute um 00:10 Uhr", "12:10 am today"),
    ],
)
def test_moments(local: str, german: str, english: str) -> None:
    assert said(local, "de") == german
    assert said(local, "en") == english


def test_after_seit_no_preposition_stands() -> None:
    assert said("2026-11-24T10:00", "de", bare=True) == "heute, 10:00 Uhr"
    assert said("2026-11-21T10:00", "de", bare=True) == "Samstag, 21. November, 10:00 Uhr"


def test_facts() -> None:
    facts = IncidentFacts(
        title="Anmeldung",
        started_at=NOW - timedelta(minutes=40),
        affected_low=1,
        affected_high=1,
        services=("App", "Shop", "Hotline"),
        next_update_at=NOW - timedelta(seconds=1),
    )
    words = fact_words(facts, language="de", zone=BERLIN, now=NOW)
    assert words.values["incident.started"] == "heute, 10:00 Uhr"
    assert words.values["incident.services"] == "App, Shop und Hotline"
    assert words.values["incident.eta"] is None
    assert words.values["incident.next_update"] is None
    assert words.past == {"incident.next_update"}
    assert fact_words(None, language="de", zone=BERLIN, now=NOW).values == {}
