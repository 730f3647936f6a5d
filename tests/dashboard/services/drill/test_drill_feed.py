"""The feeder: whole lines, never twice, the same after every restart, and a surge as large outages have it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dashboard.jobs import drill as feeder
from dashboard.services.drill.drill_feed import Feed, live_files
from dashboard.services.drill.drill_plan import DrillError, DrillPlan, next_plan
from dashboard.settings import Settings, StoreSettings

PLAN = next_plan(lambda: datetime(2026, 11, 24, 7, 0, tzinfo=UTC))
EARLY = PLAN.midnight + timedelta(hours=8, minutes=5)  # little has happened yet, so these tests stay quick


def contents(folder: Path) -> dict[str, bytes]:
    return {channel: file.read_bytes() for channel, file in live_files(folder).items()}


def fed(folder: Path, *times: datetime) -> dict[str, bytes]:
    feed = Feed(folder, PLAN)
    for time in times:
        feed.write_until(time)
    return contents(folder)


def test_steps_and_restarts_make_the_same_files(tmp_path: Path) -> None:
    once, steps, restarts = (tmp_path / name for name in ("once", "steps", "restarts"))
    whole = fed(once, EARLY)
    assert fed(steps, *(EARLY - timedelta(seconds=s) for s in range(300, -1, -7)), EARLY) == whole
    for minute in (30, 3, 0):
        fed(restarts, EARLY - timedelta(minutes=minute))
    assert contents(restarts) == whole
    assert Feed(restarts, PLAN).write_until(EARLY) == 0


@pytest.mark.parametrize("cut", [1, 7, 40, 5000])
def test_a_line_cut_off_by_a_kill_is_completed(tmp_path: Path, cut: int) -> None:
    whole = fed(tmp_path, EARLY)
    for file in live_files(tmp_path).values():
        file.write_bytes(file.read_bytes()[:-cut])
    assert fed(tmp_path, EARLY) == whole


def test_lines_are_whole_and_not_from_the_future(tmp_path: Path) -> None:
    for channel, text in fed(tmp_path, EARLY).items():
        assert text.endswith(b"\n"), channel
    last = live_files(tmp_path)["call"].read_text().splitlines()[-1]
    assert int(last.split("|")[0]) <= EARLY.timestamp()


def test_another_drills_file_is_left_alone(tmp_path: Path) -> None:
    whole = fed(tmp_path, EARLY)
    other = DrillPlan(PLAN.starts_at, PLAN.onset, PLAN.affected, PLAN.seed + 1)
    with pytest.raises(DrillError, match="lines of another drill"):
        Feed(tmp_path, other)
    assert contents(tmp_path) == whole


def test_the_surge_is_as_published(tmp_path: Path) -> None:
    """Peak near 1.2 % of the affected per 15 min over all channels, ordinary before it, far more than 40 % give up."""
    onset = int(PLAN.onset.timestamp())
    fed(tmp_path, PLAN.onset + timedelta(hours=2, minutes=30))
    offered, ended = _offered(tmp_path, onset)
    normal = sum(offered[step] for step in range(-4, 0)) / 4
    assert 600 < normal < 1100
    assert 0.009 < max(offered.values()) / PLAN.affected < 0.015
    assert 3 <= max(offered, key=offered.__getitem__) <= 8
    assert offered[2] < 0.8 * max(offered.values())
    assert _abandonment(ended, -8, 0) < 0.08
    assert _abandonment(ended, 2, 10) > 0.4


def _abandonment(ended: dict[str, Counter[int]], first: int, last: int) -> float:
    gone, answered = (sum(ended[kind][step] for step in range(first, last)) for kind in ("ABANDON", "CONNECT"))
    return gone / (gone + answered)


def _offered(folder: Path, onset: int) -> tuple[Counter[int], dict[str, Counter[int]]]:
    """Contacts of all channels, and ends of calls' waits, by interval since the onset."""
    offered: Counter[int] = Counter()
    ended: dict[str, Counter[int]] = {"ABANDON": Counter(), "CONNECT": Counter()}
    files = live_files(folder)
    for line in files.pop("call").read_text().splitlines()[1:]:
        at, _, _, _, kind, *_ = line.split("|")
        step = (int(at) - onset) // 900
        if kind == "ENTERQUEUE":
            offered[step] += 1
        elif kind in ended:
            ended[kind][step] += 1
    for file in files.values():
        for line in file.read_text().splitlines()[1:]:
            cells = line.split(",")
            if cells[5] == "waiting":
                offered[int(datetime.fromisoformat(cells[2]).timestamp() - onset) // 900] += 1
    return offered, ended


def test_an_agent_has_one_call_at_a_time_and_a_caller_no_number(tmp_path: Path) -> None:
    text = fed(tmp_path, EARLY + timedelta(minutes=20))["call"].decode()
    busy: set[str] = set()
    for line in text.splitlines()[1:]:
        _, _, queue, agent, kind, *data = line.split("|")
        if kind == "ENTERQUEUE":
            assert data[1].startswith(f"drill-{queue}-")
        elif kind == "CONNECT":
            assert agent not in busy
            busy.add(agent)
        elif kind == "COMPLETECALLER":
            busy.remove(agent)


def drill_settings(folder: Path, *, drill: bool = True) -> Settings:
    return Settings(store=StoreSettings(data_dir=folder), drill=drill)


def test_the_process_catches_up_follows_the_clock_and_stops(tmp_path: Path) -> None:
    PLAN.write(tmp_path)
    now = [EARLY]
    said: list[str] = []

    def wait(seconds: float) -> bool:
        now[0] += timedelta(seconds=seconds)
        return now[0] >= EARLY + timedelta(seconds=90)

    feeder.run(drill_settings(tmp_path), clock=lambda: now[0], wait=wait, say=said.append)
    assert said[0].endswith("lines written to catch up")
    assert said[-1] == "stopped"
    # The last step was not written before the stop: one second is missing, and nothing else.
    assert contents(tmp_path) == fed(tmp_path / "other", EARLY + timedelta(seconds=89))


def test_real_installations_are_not_fed(tmp_path: Path) -> None:
    with pytest.raises(DrillError, match="no drill's"):
        feeder.run(drill_settings(tmp_path, drill=False), clock=lambda: EARLY, wait=lambda _: True, say=print)
    assert list(tmp_path.iterdir()) == []


def test_the_process_says_in_one_line_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "andrang.toml"
    config.write_text("drill = true\n")
    monkeypatch.setenv("ANDRANG_CONFIG", str(config))
    monkeypatch.setattr("signal.signal", lambda *_: None)
    assert feeder.main() == 1
    said = capsys.readouterr().err
    assert "no drill's plan" in said
    assert "Traceback" not in said
