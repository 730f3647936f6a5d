from __future__ import annotations

import threading

import pytest

from connectors.source import Batch
from dashboard.jobs import first_pass as module
from dashboard.jobs.first_pass import FirstPass


def _batch(done: int, total: int | None = 100) -> Batch:
    return Batch(watermark="w", done=done, total=total)


def _over(first_pass: FirstPass) -> bool:
    """Whether everybody has had a turn, without waiting."""
    first_pass.await_all(within_s=0.0, stop=threading.Event())
    return all(event.is_set() for event in first_pass._ended)


def test_within_the_budget_a_source_reads_on() -> None:
    first_pass = FirstPass(1, budget_s=10, monotonic=lambda: 0.0)
    first_pass.after_batch(0, _batch(1))
    assert not _over(first_pass)


def test_a_long_import_ends_its_turn_and_goes_on_when_released() -> None:
    seconds = iter([0.0, 11.0])
    first_pass = FirstPass(1, budget_s=10, monotonic=lambda: next(seconds))
    reader = threading.Thread(target=first_pass.after_batch, args=(0, _batch(10)))
    reader.start()
    first_pass.await_all(within_s=5, stop=threading.Event())
    assert _over(first_pass)
    assert reader.is_alive()
    first_pass.release()
    reader.join(5)
    assert not reader.is_alive()


def test_a_source_that_is_nearly_through_finishes() -> None:
    seconds = iter([0.0, 11.0, 11.0])
    first_pass = FirstPass(1, budget_s=10, monotonic=lambda: next(seconds))
    first_pass.after_batch(0, _batch(60))
    assert not _over(first_pass)


def test_the_next_source_begins_when_the_one_before_has_had_its_turn() -> None:
    first_pass = FirstPass(2)
    begun = threading.Event()

    def second() -> None:
        first_pass.await_turn(1)
        begun.set()

    thread = threading.Thread(target=second)
    thread.start()
    first_pass.end(0)
    thread.join(5)
    assert begun.is_set()


def test_stopping_waits_for_nobody() -> None:
    stop = threading.Event()
    stop.set()
    FirstPass(3).await_all(within_s=60, stop=stop)


def test_a_source_that_hangs_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TURN_AT_MOST_S", 0.01)
    first_pass = FirstPass(2)
    first_pass.await_turn(1)
    first_pass.end(1)
    assert _over(first_pass)
