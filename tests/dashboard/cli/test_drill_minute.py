"""`andrang drill --minute`: the drill begins in that minute of the outage."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dashboard.cli import run, up
from dashboard.services.drill.drill_plan import next_plan

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(("typed", "minute"), [((), 40), (("--minute", "0"), 0), (("--minute", "600"), 600)])
def test_the_minute_typed_reaches_the_drill(
    monkeypatch: pytest.MonkeyPatch, typed: tuple[str, ...], minute: int
) -> None:
    given: list[int] = []

    def play(*_: object, minute: int, **__: Any) -> None:
        given.append(minute)

    monkeypatch.setattr(up, "_play", play)
    assert run(["drill", "--port", "0", *typed]) == 0
    assert given == [minute]


@pytest.mark.parametrize("typed", ["-1", "601", "soon"])
def test_a_minute_no_drill_has_is_wrong_use(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str
) -> None:
    monkeypatch.setattr(up, "_play", lambda *_, **__: pytest.fail("it must not start"))
    assert run(["drill", "--port", "0", "--minute", typed]) == 2
    assert "--minute" in capsys.readouterr().err


@pytest.mark.parametrize("minute", [0, 60, 600])
def test_a_plan_begins_so_long_after_its_onset(minute: int) -> None:
    plan = next_plan(lambda: NOON, minute=minute)
    assert plan.starts_at - plan.onset == timedelta(minutes=minute)
