from __future__ import annotations

import pytest

from dashboard.services.board import thresholds
from dashboard.services.board.thresholds import ACT, OK, WATCH


@pytest.mark.parametrize(
    ("observed", "normal", "state"),
    [
        (100, 100, OK),
        (149, 100, OK),
        (150, 100, WATCH),
        (299, 100, WATCH),
        (300, 100, ACT),
        (6, 2, OK),  # three times normal, and chance all the same
        (40, 2, ACT),
        (None, 100, OK),
        (100, None, OK),
        (100, 0, OK),
    ],
)
def test_times_normal(observed: float | None, normal: float | None, state: str) -> None:
    assert thresholds.times_normal(observed, normal) == state


@pytest.mark.parametrize(("value", "state"), [(0.81, OK), (0.8, OK), (0.79, WATCH), (0.59, ACT), (None, OK)])
def test_service_level_under_its_target(value: float | None, state: str) -> None:
    assert thresholds.service_level(value, 0.8) == state


@pytest.mark.parametrize(("seconds", "state"), [(100, OK), (140, WATCH), (520, ACT), (None, OK)])
def test_longest_wait_on_a_phone(seconds: float | None, state: str) -> None:
    assert thresholds.longest_wait(seconds, answer_within_s=20) == state


def test_a_ticket_may_wait_as_long_as_was_promised() -> None:
    assert thresholds.longest_wait(3.9 * 3600, answer_within_s=4 * 3600) == OK
    assert thresholds.longest_wait(8.2 * 3600, answer_within_s=4 * 3600) == ACT


def test_waiting_is_judged_by_what_normally_arrives_in_the_promised_time() -> None:
    per_s = 40 / 900
    assert thresholds.waiting(19, per_s, answer_within_s=20) == OK
    assert thresholds.waiting(20, per_s, answer_within_s=20) == WATCH
    assert thresholds.waiting(40, per_s, answer_within_s=20) == ACT
    assert thresholds.waiting(500, per_s, answer_within_s=4 * 3600) == OK
    assert thresholds.waiting(4, 0.0, answer_within_s=20) == OK
    assert thresholds.waiting(None, per_s, answer_within_s=20) == OK


def test_the_gravest_state_wins() -> None:
    assert thresholds.worst(OK, ACT, WATCH) == ACT
    assert thresholds.worst(OK, WATCH) == WATCH
    assert thresholds.worst() == OK
