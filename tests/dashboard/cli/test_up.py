"""The real thing: web and worker under their supervisor, on a free port, for a few seconds."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from connectors.storage.read import get_snapshot
from dashboard.cli import serving
from dashboard.services.board.live_snapshot import last_beat
from dashboard.services.store import mark_drill, open_store
from dashboard.settings import WebSettings, load_settings

CONFIG = """
[web]
port = 0
workers = 1
secure_cookies = false

[board]
poll_s = 0.5

[queues.hotline]
label = "Hotline"
channel = "call"

[sources.pbx]
kind = "asterisk_queue_log"
path = "queue_log"
"""
WITHIN_S = 40.0


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "andrang.toml"
    path.write_text(CONFIG)
    (tmp_path / "queue_log").touch()
    return path


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from dashboard.cli import main; main()", *arguments]


@contextmanager
def _started(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running installation and its address; ended by SIGTERM, which must end all of it."""
    process = subprocess.Popen(_command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    too_late = threading.Timer(WITHIN_S, process.kill)
    too_late.start()
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found, line + (process.stderr.read() if process.stderr else "")
        yield process, found[0]
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=WITHIN_S)
        too_late.cancel()


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split()]


@pytest.mark.live
def test_up_answers_survives_a_dead_worker_and_leaves_nothing_behind(config: Path) -> None:
    settings = load_settings(config)
    with _started("up", "--config", str(config)) as (process, address):
        with urlopen(f"{address}login") as page:
            assert page.status == 200
        _await(lambda: _beat(config))
        children = _children(process.pid)
        assert len(children) == 2
        os.kill(children[1], signal.SIGKILL)
        _await(lambda: len(_children(process.pid)) == 2 and children[1] not in _children(process.pid))
        everybody = [*_children(process.pid), *(g for c in _children(process.pid) for g in _children(c))]
    assert process.returncode == 0
    assert not [pid for pid in everybody if Path(f"/proc/{pid}").exists()]
    with open_store(settings)() as session:
        assert get_snapshot(session, "situation.de") is not None


def _beat(config: Path) -> bool:
    with open_store(load_settings(config))() as session:
        return last_beat(session) is not None


def _await(condition: object) -> None:
    deadline = time.monotonic() + WITHIN_S
    pause = threading.Event()
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "nothing happened in time"
        pause.wait(0.05)


def _refused(*arguments: str) -> str:
    done = subprocess.run(_command(*arguments), capture_output=True, text=True, timeout=WITHIN_S)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_taken_port_is_refused_before_anything_starts(config: Path) -> None:
    with serving.listen(WebSettings(port=0)) as listener:
        port = listener.getsockname()[1]
        assert f"port {port}" in _refused("up", "--config", str(config), "--port", str(port))
    assert not (config.parent / "data").exists()


def test_a_drills_data_are_refused_as_the_real_board(config: Path) -> None:
    settings = load_settings(config)
    with open_store(settings, migrate=True).begin() as session:
        mark_drill(session)
    assert "made by a drill" in _refused("up", "--config", str(config))


def test_a_drills_config_is_refused(config: Path) -> None:
    config.write_text("drill = true\n" + CONFIG)
    assert "andrang drill" in _refused("up", "--config", str(config))


def test_a_wrong_source_is_refused_with_its_name(config: Path) -> None:
    config.write_text(CONFIG.replace("asterisk_queue_log", "telegraph"))
    assert "[sources.pbx]" in _refused("up", "--config", str(config))


def test_a_folder_with_something_else_in_it_is_no_place_for_a_drill(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("mine")
    assert "--data-dir" in _refused("drill", "--port", "0", "--data-dir", str(tmp_path))
    assert (tmp_path / "letters.txt").read_text() == "mine"


def test_a_broker_that_the_environment_does_not_hold_is_refused(config: Path) -> None:
    config.write_text(CONFIG + '[jobs]\nbroker_url_env = "ANDRANG_TEST_NO_BROKER"\n')
    assert "ANDRANG_TEST_NO_BROKER, which is not set" in _refused("up", "--config", str(config))
