from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from dashboard.jobs import ordinary_day
from dashboard.jobs.background import Background
from dashboard.services.ordinary import accuracy, model_choice
from forecasting.volume.registry import FORECASTERS
from tests.dashboard.jobs.scripted_source import quiet_log
from tests.dashboard.seeded_centre import Centre, make_ordinary


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    return make_ordinary(tmp_path)


def _finish(background: Background) -> None:
    assert background._process is not None
    background._process.wait(20)
    assert background.finished()


def test_one_computation_at_a_time_and_a_failure_is_logged() -> None:
    background = Background(quiet_log(), command=("-c", "import sys; sys.exit(int(sys.argv[1]))"))
    assert background.start("3")
    assert not background.start("0")
    with capture_logs() as logs:
        _finish(background)
    assert logs == [{"event": "background.failed", "code": 3, "log_level": "warning"}]
    assert not background.finished()
    assert background.start("0")
    _finish(background)


def test_stopping_ends_it_even_when_it_does_not_listen() -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
    background = Background(quiet_log(), command=("-c", deaf))
    background.start()
    process = background._process
    background.stop()
    assert process is not None
    assert process.poll() is not None
    assert not background.busy


def test_the_steps_choose_forecast_and_judge(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = {"recent_weekdays": FORECASTERS["recent_weekdays"]}
    monkeypatch.setattr(model_choice, "FORECASTERS", quick)
    with capture_logs() as logs:
        ordinary_day.run(
            ["choose", "refresh", "judge", "thin"],
            centre.sessions,
            settings=centre.settings,
            clock=centre.clock,
            log=quiet_log(),
        )
    assert [line["event"] for line in logs] == [
        f"ordinary_day.{step}" for step in ("choose", "refresh", "judge", "thin")
    ]
    with centre.session() as session:
        assert model_choice.get_choices(session).keys() == {"billing", "login", "forms"}
        assert accuracy.get_accuracy(session).judged_at is not None


def test_wrong_use_is_refused() -> None:
    with pytest.raises(SystemExit) as stop:
        ordinary_day.main(["tomorrow"])
    assert stop.value.code == 2
