"""A queue as a row."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboard.components.queue_rows import gravity, queue_row, queue_state
from dashboard.components.words import Words
from dashboard.domain.board import Figure, QueueNow
from tests.dashboard import board_samples as samples

DE = Words("de", timezone="Europe/Berlin")


@pytest.fixture
def queue() -> QueueNow:
    return samples.queue("service", "Kundenservice", "call", 1.0, incident=True)


def test_a_row_opens_its_queue(queue: QueueNow) -> None:
    row = queue_row(queue, DE)
    assert (row["key"], row["href"], row["state"]) == ("service", "/queues?queue=service", "act")


def test_a_key_with_signs_of_its_own_stays_one_parameter(queue: QueueNow) -> None:
    row = queue_row(replace(queue, key="a&b=c #1"), DE)
    assert row["href"] == "/queues?queue=a%26b%3Dc%20%231"


def test_cells_are_words_with_a_number_to_sort_by(queue: QueueNow) -> None:
    cells = queue_row(queue, DE, full=True)["cells"]
    assert cells["longest"] == {"text": "41:24", "sort": 2484.0, "state": "act"}
    assert cells["change"] == {"text": "+2.400", "sort": 2400.0, "sub": "wächst"}
    assert cells["level"] == {"text": "6\u202f%", "sort": 0.06, "state": "act", "sub": "Ziel 80\u202f%"}


def test_an_unknown_figure_sorts_below_zero_and_shows_a_dash(queue: QueueNow) -> None:
    cells = queue_row(replace(queue, waiting=Figure(None, None)), DE)["cells"]
    assert cells["waiting"] == {"text": "–", "sort": -1.0, "state": "unknown"}


def test_a_silent_source_greys_the_row(queue: QueueNow) -> None:
    names = ("waiting", "longest_wait_s", "times_normal", "service_level", "abandonment")
    old = replace(queue, **{name: replace(getattr(queue, name), stale=True) for name in names})
    assert queue_state(old) == "stale"


def test_a_closed_queue_asks_for_nothing_unless_somebody_waits(queue: QueueNow) -> None:
    shut = replace(queue, is_open=False)
    assert queue_state(shut) == "act"
    assert queue_state(replace(shut, waiting=Figure(0.0, samples.NOW))) == "closed"


def test_what_needs_a_hand_comes_first(queue: QueueNow) -> None:
    calm = samples.queue("calm", "Ruhig", "call", 1.0, incident=False)
    assert sorted([calm, queue], key=gravity) == [queue, calm]
