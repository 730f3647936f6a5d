"""From a call to the page: a real Asterisk is rung while `andrang up` runs; the page shows it within ten seconds."""

from __future__ import annotations

import gzip
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from connectors.storage.read import get_snapshot, get_volumes
from dashboard.services.store import open_store
from dashboard.settings import load_settings
from tests.connectors.asterisk_server import Asterisk, CannotRunError, running_asterisk

pytestmark = [pytest.mark.live, pytest.mark.shared, pytest.mark.xdist_group("asterisk")]
WITHIN_S = 10.0
START_S = 60.0
# The same queue of the PBX twice: as its log counts it, and as the manager interface tells its present state.
CONFIG = """
[web]
port = 0
workers = 1
secure_cookies = false
[board]
poll_s = 1.0
[queues.counted]
label = "Counted"
channel = "call"
[queues.live]
label = "Live"
channel = "call"
[sources.log]
kind = "asterisk_queue_log"
path = "{log}"
queues = {{ support = "counted" }}
[sources.state]
kind = "asterisk_ami"
host = "127.0.0.1"
port = {port}
user = "surge"
secret_env = "ANDRANG_TEST_AMI"
allow_private_network = true
queues = {{ support = "live" }}
"""


@pytest.fixture(scope="module")
def asterisk(shared: Path) -> Iterator[Asterisk]:
    try:
        with running_asterisk(shared / "rigs" / "asterisk") as server:
            yield server
    except CannotRunError as error:
        if os.environ.get("REQUIRE_SHARED") == "1":
            pytest.fail(f"REQUIRE_SHARED=1, and {error}")
        pytest.skip(str(error))


@contextmanager
def _board(config: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-c", "from dashboard.cli import main; main()", "up", "--config", str(config)]
    environment = {**os.environ, "ANDRANG_TEST_AMI": "surge-ami"}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=START_S)


def _rows(config: Path) -> dict[str, dict[str, Any]]:
    """The rows of the page of queues as it is handed out, by queue."""
    with open_store(load_settings(config))() as session:
        found = get_snapshot(session, "queues.en")
    rows = orjson.loads(gzip.decompress(found.body))["rows"] if found else {}
    return {row["key"]: row["cells"] for table in rows.values() for row in table}


def _waiting(config: Path, queue: str) -> float:
    return float(_rows(config).get(queue, {}).get("waiting", {}).get("sort", -1.0))


def _soon(condition: Callable[[], bool], *, within_s: float, what: str) -> None:
    begun, pause = time.monotonic(), threading.Event()
    while not condition():
        assert time.monotonic() - begun < within_s, f"{what} was not on the page within {within_s:.0f} s"
        pause.wait(0.1)


def test_calls_are_on_the_page_within_ten_seconds(asterisk: Asterisk, tmp_path: Path) -> None:
    config = tmp_path / "andrang.toml"
    config.write_text(CONFIG.format(log=asterisk.queue_log, port=asterisk.ami_port))
    open_store(load_settings(config), migrate=True)
    with _board(config) as board, _ringing_over_sip(asterisk) as ring:
        _soon(lambda: "live" in _rows(config), within_s=START_S, what="the first page")
        for number in range(8):  # one agent, two seconds each: the last waits for fourteen
            asterisk.call("600", f"+4930000{number}")
        ring()
        _soon(lambda: _waiting(config, "live") >= 3, within_s=WITHIN_S, what="the waiting calls by AMI")
        _soon(lambda: _waiting(config, "counted") >= 2, within_s=WITHIN_S, what="the waiting calls by the log")
        _soon(lambda: _waiting(config, "counted") == 0, within_s=START_S, what="the end of the queue by the log")
        _soon(lambda: _waiting(config, "live") == 0, within_s=WITHIN_S, what="the end of the queue by AMI")
        assert board.poll() is None
    # Counts come from the log alone: the manager interface's own counters are not read.
    assert _offered(config) == {"counted": 9}


def _offered(config: Path) -> dict[str, int]:
    now = datetime.now(UTC)
    with open_store(load_settings(config))() as session:
        volumes = get_volumes(session, start=now - timedelta(hours=1), end=now)
    return {str(queue): int(count) for queue, count in volumes.groupby("queue", observed=True)["offered"].sum().items()}


@contextmanager
def _ringing_over_sip(asterisk: Asterisk) -> Iterator[Callable[[], None]]:
    """What places a call by SIP, where sipp is installed; else by the manager interface. It is hung up at the end."""
    with ExitStack() as ended:

        def ring() -> None:
            sipp = shutil.which("sipp")
            if sipp is None:
                return asterisk.call("600", "+49300009")
            options = ["-sn", "uac", "-i", "127.0.0.1", "-s", "600", "-m", "1", "-d", "30000", "-nostdin"]
            command = [sipp, *options, f"127.0.0.1:{asterisk.sip_port}"]
            call = ended.enter_context(
                subprocess.Popen(
                    command,
                    cwd=asterisk.logs,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            )
            ended.callback(call.terminate)
            return None

        yield ring
