"""A real Alertmanager on a free loopback port, its data in a temporary folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.connectors.real_server import CannotRunError, await_answer, ended_afterwards, free_port

PROGRAM = "prometheus-alertmanager"
START_S = 30.0


@dataclass(frozen=True)
class RealAlertmanager:
    """A running server."""

    url: str
    process: subprocess.Popen[bytes]

    def fire(self, *alerts: Mapping[str, Any]) -> None:
        """Send alerts as Prometheus does."""
        self._ask("/api/v2/alerts", list(alerts))

    def silence(self, *, alertname: str, start: datetime, end: datetime) -> None:
        """Silence an alert by its name."""
        matcher = {"name": "alertname", "value": alertname, "isRegex": False, "isEqual": True}
        times = {"startsAt": start.isoformat(), "endsAt": end.isoformat()}
        self._ask("/api/v2/silences", {"matchers": [matcher], **times, "createdBy": "test", "comment": "known"})

    def listed(self) -> list[dict[str, Any]]:
        """What it lists, silenced alerts included."""
        answer: list[dict[str, Any]] = self._ask("/api/v2/alerts")
        return answer

    def _ask(self, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            said = answer.read()
        return json.loads(said) if said else None


def alert(name: str, start: datetime, end: datetime | None = None, **labels: str) -> dict[str, Any]:
    """An alert as Prometheus posts it."""
    said = {"labels": {"alertname": name, **labels}, "startsAt": start.isoformat()}
    said["annotations"] = {"summary": f"{name} of {labels.get('service', 'something')}"}
    said["generatorURL"] = f"http://prometheus.example/graph?g0.expr={name}"
    return said | ({"endsAt": end.isoformat()} if end else {})


@contextmanager
def running_alertmanager(folder: Path, *, receivers: Sequence[str] = ()) -> Iterator[RealAlertmanager]:
    """Start a server whose one receiver has these `webhook_configs`; CannotRunError where the machine cannot."""
    program = shutil.which(PROGRAM)
    if program is None:
        raise CannotRunError(f"{PROGRAM} is not installed; tests/install-tools.sh installs it")
    config = folder / "alertmanager.yml"
    config.write_text(_config(receivers), encoding="utf-8")
    port = free_port()
    command = [program, f"--config.file={config}", f"--storage.path={folder / 'data'}"]
    command += [f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="]
    with (folder / "out").open("wb") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=folder)
    server = RealAlertmanager(f"http://127.0.0.1:{port}", process)
    with ended_afterwards(process):
        await_answer(lambda: server._ask("/api/v2/status"), process, out=folder / "out", within_s=START_S)
        yield server


def _config(receivers: Sequence[str]) -> str:
    lines = ["route:", "  receiver: board", "  group_by: ['...']", "  group_wait: 0s", "  group_interval: 1s"]
    lines += ["  repeat_interval: 1h", "receivers:", "  - name: board"]
    if receivers:
        lines += ["    webhook_configs:", *(f"      - {one}" for one in receivers)]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="session")
def alertmanager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealAlertmanager]:
    """One server for the whole run, without receivers; each test names its alerts for itself."""
    try:
        with running_alertmanager(tmp_path_factory.mktemp("alertmanager")) as server:
            yield server
    except CannotRunError as error:
        if os.environ.get("REQUIRE_SHARED") == "1":
            pytest.fail(f"REQUIRE_SHARED=1, and {error}")
        pytest.skip(str(error))
