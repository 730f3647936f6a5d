"""A real Request Tracker on a free loopback port, its database and folders in a temporary one."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.connectors.real_server import CannotRunError, absent, await_answer, ended_afterwards, free_port

LIBRARY = Path("/usr/share/request-tracker5")
SETUP = Path("/usr/sbin/rt-setup-database-5")
USER, PASSWORD = "root", "password-of-a-test"
START_S = 60.0
QUEUES = ("Support", "Billing")


@dataclass(frozen=True)
class RealRequestTracker:
    """A running server; what its interface does not allow (history, deletion) is done in Perl on its database."""

    url: str
    environment: Mapping[str, str]

    def create(self, subject: str, *, queue: str = "Support", requestor: str = "mia@example.com") -> int:
        """A new ticket."""
        said = self.ask("/REST/2.0/ticket", {"Queue": queue, "Subject": subject, "Requestor": requestor})
        return int(said["id"])

    def change(self, ticket: int, **fields: str) -> None:
        """Change a ticket as a person does; the time of its last update becomes now."""
        self.ask(f"/REST/2.0/ticket/{ticket}", fields, method="PUT")

    def perl(self, code: str) -> str:
        """Run Perl with RT loaded; `$t` is a ticket object of the system's own user."""
        begin = "RT::LoadConfig(); RT::Init(); my $t = RT::Ticket->new($RT::SystemUser);"
        command = ["perl", f"-I{LIBRARY / 'lib'}", "-MRT", "-e", f"{begin} {code}"]
        return _run(command, self.environment)

    def ask(self, path: str, body: object = None, *, method: str | None = None) -> Any:
        """One call of its REST interface."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method)
        request.add_header("Content-Type", "application/json")
        request.add_header("Authorization", "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode())
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())


@contextmanager
def running_request_tracker(folder: Path) -> Iterator[RealRequestTracker]:
    """Set up a database and serve it; CannotRunError where the machine cannot."""
    program = LIBRARY / "libexec" / "rt-server"
    for needed in (program, SETUP):
        if not needed.exists():
            raise CannotRunError(f"{needed.name} is not installed; tests/install-tools.sh installs it")
    port = free_port()
    server = RealRequestTracker(f"http://127.0.0.1:{port}", _environment(folder, port))
    _run([str(SETUP), "--action", "init", "--dba", "root", "--dba-password", "x"], server.environment)
    server.perl(_PREPARE)
    command = [str(program), "--server", "Starlet", "--host", "127.0.0.1", "--port", str(port), "--max-workers", "2"]
    with (folder / "out").open("wb") as out:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=server.environment, start_new_session=True
        )
    with ended_afterwards(process):
        await_answer(lambda: server.ask("/REST/2.0/rt"), process, out=folder / "out", within_s=START_S)
        yield server


_QUEUES = " ".join(f"RT::Queue->new($RT::SystemUser)->Create(Name => '{name}');" for name in QUEUES)
_PREPARE = (
    f"my $u = RT::User->new($RT::SystemUser); $u->Load('{USER}'); $u->SetPassword('{PASSWORD}'); "
    f"$u->SetTimezone('Europe/Berlin'); {_QUEUES}"
)


def _environment(folder: Path, port: int) -> dict[str, str]:
    """RT's own settings: everything below `folder`, and no folder of settings but an empty one."""
    settings = {
        "DatabaseType": "SQLite",
        "DatabaseName": str(folder / "rtdb"),
        "WebDomain": "127.0.0.1",
        "WebPath": "",
        "WebBaseURL": f"http://127.0.0.1:{port}",
        "Timezone": "UTC",
        "LogToSTDERR": "warning",
        "MailCommand": "testfile",
        "LogDir": str(folder),
        "MasonDataDir": str(folder / "mason"),
        "MasonSessionDir": str(folder / "sessions"),
    }
    lines = [f"Set(${key}, '{value}');" for key, value in settings.items()]
    lines += [f"Set($WebPort, {port});", "Set($LogToSyslog, undef);", "Set($LogToFile, undef);", "1;"]
    for name in ("mason", "sessions", "empty"):
        (folder / name).mkdir()
    (folder / "RT_SiteConfig.pm").write_text("\n".join(lines), encoding="utf-8")
    own = {"RT_SITE_CONFIG": str(folder / "RT_SiteConfig.pm"), "RT_SITE_CONFIG_DIR": str(folder / "empty")}
    return {**os.environ, **own}


def _run(command: list[str], environment: Mapping[str, str]) -> str:
    done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        raise CannotRunError(f"{Path(command[0]).name} failed: {done.stderr[-500:] or done.stdout[-500:]}")
    return done.stdout


@pytest.fixture(scope="session")
def request_tracker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealRequestTracker]:
    """One server for the whole run; each test makes tickets of its own."""
    try:
        with running_request_tracker(tmp_path_factory.mktemp("rt")) as server:
            yield server
    except CannotRunError as error:
        absent(error)
