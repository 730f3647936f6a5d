"""A real Roundup tracker on a free loopback port, its database in a temporary folder."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.connectors.real_server import CannotRunError, absent, await_answer, ended_afterwards, free_port

USER, PASSWORD = "admin", "password-of-a-test"
START_S = 30.0
# Its own server refuses to run as root; its WSGI handler does not ask.
_SERVE = """
import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server
from roundup.cgi.wsgi_handler import RequestDispatcher

class Quiet(WSGIRequestHandler):
    def log_message(self, *said):
        return

make_server("127.0.0.1", int(sys.argv[2]), RequestDispatcher(sys.argv[1]), handler_class=Quiet).serve_forever()
"""


@dataclass(frozen=True)
class RealRoundup:
    """A running tracker."""

    url: str
    home: Path

    def create(self, title: str, **fields: str) -> int:
        """A new issue."""
        said = self.ask("/rest/data/issue", {"title": title, **fields})
        return int(said["data"]["id"])

    def change(self, issue: int, **fields: str) -> None:
        """Change an issue as a person does."""
        tag = self.ask(f"/rest/data/issue/{issue}")["data"]["@etag"]
        self.ask(f"/rest/data/issue/{issue}", {**fields, "@etag": tag}, method="PATCH")

    def retire(self, issue: int) -> None:
        """Remove an issue from all lists."""
        tag = self.ask(f"/rest/data/issue/{issue}")["data"]["@etag"]
        self.ask(f"/rest/data/issue/{issue}?@etag={tag}", {}, method="DELETE", tag=tag)

    def ask(self, path: str, body: object = None, *, method: str | None = None, tag: str = "") -> Any:
        """One call of its REST interface."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method)
        signed = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        headers = {"Content-Type": "application/json", "Authorization": f"Basic {signed}", "Origin": self.url}
        headers |= {"X-Requested-With": "rest", "Referer": f"{self.url}/", **({"If-Match": tag} if tag else {})}
        for key, value in headers.items():
            request.add_header(key, value)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())


@contextmanager
def running_roundup(folder: Path) -> Iterator[RealRoundup]:
    """Set up a tracker and serve it; CannotRunError where the machine cannot."""
    if find_spec("roundup") is None:
        raise CannotRunError("roundup is not installed; pip install -r requirements-dev.txt")
    port, home = free_port(), folder / "tracker"
    server = RealRoundup(f"http://127.0.0.1:{port}", home)
    _admin(home, "install", "classic", "sqlite")
    _configure(home, server.url)
    _admin(home, "initialise", PASSWORD)
    with (folder / "out").open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", _SERVE, str(home), str(port)], stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )
    with ended_afterwards(process):
        await_answer(lambda: server.ask("/rest/data"), process, out=folder / "out", within_s=START_S)
        yield server


def _admin(home: Path, *said: str) -> None:
    command = [sys.executable, "-m", "roundup.scripts.roundup_admin", "-i", str(home), *said]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env={**os.environ})
    if done.returncode:
        raise CannotRunError(f"roundup-admin {said[0]} failed: {(done.stderr or done.stdout)[-500:]}")


def _configure(home: Path, url: str) -> None:
    path = home / "config.ini"
    text = path.read_text(encoding="utf-8")
    for key, value in (
        ("web", f"{url}/"),
        ("domain", "example.com"),
        ("host", "127.0.0.1"),
        ("api_calls_per_interval", "0"),
    ):
        text = re.sub(rf"(?m)^#?\s*{key}\s*=.*$", f"{key} = {value}", text, count=1)
    path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="session")
def roundup(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealRoundup]:
    """One tracker for the whole run; each test makes issues of its own."""
    try:
        with running_roundup(tmp_path_factory.mktemp("roundup")) as server:
            yield server
    except CannotRunError as error:
        absent(error)
