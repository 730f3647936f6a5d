"""Which signals propose an incident, together or alone, and which stay silent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from dashboard.domain.incidents import IncidentFacts, Phase, Severity
from dashboard.domain.proposals import VOLUMES, Signal, all_clear, proposals, severity_of

NOW = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
_ids = count(1)


def signal(
    title: str = "Checkout is down", *services: str, ago: float = 10, ended: float | None = None, **more: Any
) -> Signal:
    """A signal that began so many minutes ago."""
    at = NOW - timedelta(minutes=ago)
    end = None if ended is None else NOW - timedelta(minutes=ended)
    values = {"source": "monitor", "services": services} | more
    return Signal(id=next(_ids), title=title, started_at=at, ended_at=end, **values)


def incident(*services: str, ago: float = 30, phase: Phase = Phase.INVESTIGATING) -> IncidentFacts:
    return IncidentFacts(
        title="Login fails",
        started_at=NOW - timedelta(minutes=ago),
        affected_low=1,
        affected_high=2,
        services=services,
        phase=phase,
    )


def titles(*signals: Signal, incidents: dict[int, IncidentFacts] | None = None) -> list[list[str]]:
    found = proposals(signals, incidents or {}, now=NOW)
    return [[one.title for one in proposal.signals] for proposal in found]


def test_one_firing_signal_proposes() -> None:
    (found,) = proposals([signal("Login fails", "login", ago=7, severity="critical")], {}, now=NOW)
    assert (found.title, found.services, found.severity) == ("Login fails", ("login",), Severity.CRITICAL)
    assert (found.started_at, found.fits) == (NOW - timedelta(minutes=7), None)


def test_what_has_ended_or_was_decided_proposes_nothing() -> None:
    assert titles(signal(ended=2), signal("B", decided=True)) == []


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (signal("A", "shop"), signal("B", "Shop"), True),
        (signal("A", "shop", "login"), signal("B", "login"), True),
        (signal("A", "shop"), signal("B", "login"), False),
        (signal("A", "shop"), signal("A"), False),
        (signal("A"), signal("a "), True),
        (signal("A"), signal("B"), False),
        (signal("A", "shop", ago=119), signal("B", "shop", ago=0), True),
        (signal("A", "shop", ago=121), signal("B", "shop", ago=0), False),
        (signal("A", "shop", ago=30, ended=20), signal("B", "shop", ago=19), False),
        (signal("A", "shop", ago=30, ended=20), signal("B", "shop", ago=20), True),
    ],
)
def test_same_service_within_two_hours_and_overlapping_join(one: Signal, other: Signal, together: bool) -> None:
    groups = titles(one, other)
    assert (len(groups) == 1 and len(groups[0]) == 2) == together
    assert titles(other, one) == groups


def test_a_third_joins_two_that_had_nothing_in_common() -> None:
    assert titles(signal("A", "shop", ago=9), signal("B", "login", ago=8), signal("C", "shop", "login", ago=7)) == [
        ["A", "B", "C"]
    ]


def test_a_jump_in_the_contacts_joins_the_trouble_that_is_there_and_never_ties_two() -> None:
    jump = signal("4 × normal", "Hotline", ago=2, source=VOLUMES)
    assert titles(signal("A", "shop", ago=20), signal("B", "mail", ago=5), jump) == [["A"], ["B", "4 × normal"]]


def test_a_jump_alone_proposes_and_two_are_one_question() -> None:
    first, second = (signal(f"Jump {n}", f"Queue {n}", ago=n, source=VOLUMES) for n in (3, 2))
    assert titles(first, second) == [["Jump 3", "Jump 2"]]


def test_the_title_is_the_gravest_causes_and_fits_an_incident() -> None:
    slight, grave = signal("Slow", "shop", ago=9, severity="warning"), signal("Down " * 60, "shop", severity="critical")
    jump = signal("Jump", ago=5, source=VOLUMES, severity="critical")
    (found,) = proposals([slight, grave, jump], {}, now=NOW)
    assert found.title.startswith("Down Down")
    assert len(found.title) == 200
    assert found.services == ("shop",)


def test_what_another_system_says_again_of_something_decided_is_no_news() -> None:
    decided = signal("Checkout is down", "shop", decided=True)
    assert titles(decided, signal("checkout  is down", "Shop", ago=9, source="pager")) == []
    assert titles(decided, signal("checkout is down", "Shop", ago=9)) == [["checkout is down"]]
    assert titles(decided, signal("Checkout is slow", "shop", source="pager")) == [["Checkout is slow"]]


def test_one_that_fires_anew_belongs_to_its_incident_while_that_is_open() -> None:
    again = signal("Login fails", "login", incident_id=7)
    assert titles(again, incidents={7: incident("login")}) == []
    assert titles(again, incidents={8: incident("mail")}) == [["Login fails"]]


def test_an_open_incident_of_the_same_service_is_offered() -> None:
    open_ = {1: incident("shop", ago=50), 2: incident("Shop", "login", ago=40), 3: incident("mail")}
    found = proposals([signal("A", "SHOP")], open_, now=NOW)
    assert [one.fits for one in found] == [2]
    assert [one.fits for one in proposals([signal("A", "backup")], open_, now=NOW)] == [None]
    jump = signal("Jump", source=VOLUMES)
    assert [one.fits for one in proposals([jump], open_, now=NOW)] == [3]


def test_what_began_long_before_an_incident_does_not_fit_it() -> None:
    found = proposals([signal("A", "shop", ago=600)], {1: incident("shop")}, now=NOW)
    assert [one.fits for one in found] == [None]


def test_all_ended_suggests_to_watch_the_incident() -> None:
    over = [signal(ended=9, incident_id=1, decided=True), signal(ended=4, incident_id=1, decided=True)]
    (clear,) = all_clear(over, {1: incident("shop")})
    assert (clear.incident_id, clear.count, clear.since) == (1, 2, NOW - timedelta(minutes=4))
    assert all_clear([*over, signal(incident_id=1, decided=True)], {1: incident("shop")}) == ()
    assert all_clear(over, {1: incident("shop", phase=Phase.MONITORING)}) == ()
    assert all_clear([], {1: incident("shop")}) == ()
    # Contacts that are normal again do not say that the cause is mended.
    assert all_clear([signal(ended=1, incident_id=1, source=VOLUMES)], {1: incident("shop")}) == ()


@pytest.mark.parametrize(
    ("word", "means"),
    [
        ("CRITICAL", "critical"),
        ("P1", "critical"),
        ("page", "critical"),
        ("warning", "minor"),
        ("low", "minor"),
        ("high", "major"),
        ("error", "major"),
        ("", "major"),
        ("unheard of", "major"),
    ],
)
def test_the_words_of_monitoring(word: str, means: str) -> None:
    assert severity_of(word) == Severity(means)


def test_a_storm_of_signals_is_sorted_out_in_time() -> None:
    storm = [signal(f"S{n}", f"service-{n % 400}", ago=n / 100) for n in range(2000)]
    found = proposals(storm, {}, now=NOW)
    assert (len(found), sum(len(one.signals) for one in found)) == (400, 2000)
