from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.cli import supervisor as module
from dashboard.cli.supervisor import Child, Supervisor


def _child(code: str, name: str = "part") -> Child:
    return Child(name, [sys.executable, "-c", code], {})


def _until(condition: Callable[[], bool], supervisor: Supervisor) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "nothing happened within ten seconds"
        supervisor.look_after_all()


def test_a_child_that_dies_is_started_again_and_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BACKOFF_FIRST_S", 0.01)
    marks = tmp_path / "marks"
    said: list[str] = []
    supervisor = Supervisor(said.append)
    supervisor.start(_child(f"open({str(marks)!r}, 'a').write('x'); raise SystemExit(7)"))
    try:
        _until(lambda: marks.exists() and len(marks.read_text()) >= 3, supervisor)
    finally:
        supervisor.stop()
    assert said[0] == "part ended with code 7; it is started again in 0.01 s."
    assert said[1] == "part ended with code 7; it is started again in 0.02 s."


def test_the_wait_doubles_up_to_half_a_minute_and_begins_anew_after_a_steady_time() -> None:
    child = _child("")
    child.started_at = time.monotonic()
    assert [child.backoff_s() for _ in range(8)] == [0.5, 1, 2, 4, 8, 16, 30, 30]
    child.started_at = time.monotonic() - module.STEADY_AFTER_S - 1
    assert child.backoff_s() == 0.5


def test_stopping_ends_all_children_also_one_that_does_not_listen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STOP_WITHIN_S", 0.3)
    ready = tmp_path / "ready"
    deaf = f"import signal, time; signal.signal(15, signal.SIG_IGN); open({str(ready)!r}, 'w'); time.sleep(60)"
    supervisor = Supervisor(lambda line: None)
    supervisor.start(_child(deaf))
    supervisor.start(_child("import time; time.sleep(60)"))
    _until(ready.exists, supervisor)
    supervisor.stop()
    assert [child.process.returncode for child in supervisor.children if child.process] == [-9, -15]


def test_a_signal_ends_the_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    supervisor = Supervisor(lambda line: None)
    try:
        supervisor.install_signals()
        os.kill(os.getpid(), signal.SIGTERM)
        supervisor.run()
        assert supervisor.stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_a_child_gets_its_environment(tmp_path: Path) -> None:
    out = tmp_path / "out"
    code = f"import os; open({str(out)!r}, 'w').write(os.environ['ANDRANG_CONFIG'])"
    child = Child("part", [sys.executable, "-c", code], {"ANDRANG_CONFIG": "here.toml"})
    child.start()
    assert child.process is not None
    child.process.wait(10)
    assert out.read_text() == "here.toml"
