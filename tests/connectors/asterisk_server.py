"""A real Asterisk in a chroot of its own, on free loopback ports, with the rig's configuration; needs root."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

SUITE = "forky"  # the first Debian suite after 12 that carries Asterisk 22
_INCLUDE = "asterisk,asterisk-modules,asterisk-config,asterisk-core-sounds-en-gsm,procps"
_APT = ('Acquire::Check-Valid-Until "false"', 'APT::Install-Recommends "false"')
_START_S = 60.0
_PORTS = (("manager.conf", "5038"), ("http.conf", "8088"), ("pjsip.conf", "5070"))


class CannotRunError(Exception):
    """Something that a real Asterisk needs is not here; the message names it."""


@dataclass(frozen=True)
class Asterisk:
    """A running server: its log folder as seen from outside, and its manager interface."""

    logs: Path
    ami_port: int
    sip_port: int
    process: subprocess.Popen[bytes]

    @property
    def queue_log(self) -> Path:
        """The file that app_queue writes."""
        return self.logs / "queue_log"

    def action(self, name: str, **fields: str) -> str:
        """Log in to the manager interface, perform one action, and return its answer."""
        with socket.create_connection(("127.0.0.1", self.ami_port), timeout=10) as connection:
            stream = connection.makefile("rb")
            stream.readline()  # the greeting
            _send(connection, "Login", Username="surge", Secret="surge-ami", Events="off")
            if "Success" not in _answer(stream):
                raise ConnectionError("the manager interface refused the login")
            _send(connection, name, **fields)
            return _answer(stream)

    def let_run(self, seconds: float) -> None:
        """Give the server time; a ConnectionError where it has ended."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=seconds)
            raise ConnectionError("Asterisk has ended")

    def call(self, number: str, caller: str, *, script: str = "caller") -> None:
        """Let a caller ring a queue's number; `script`: wait for an agent, or abandon."""
        said = self.action(
            "Originate",
            Channel=f"Local/{number}@inbound",
            Context="callers",
            Exten=script,
            Priority="1",
            CallerID=f"Test <{caller}>",
            Async="true",
        )
        assert "Success" in said, said


@contextmanager
def running_asterisk(rig: Path, *, over: Path | None = None) -> Iterator[Asterisk]:
    """Start a server under the rig's files, those in `over` instead; CannotRunError where the machine cannot."""
    root = _chroot()
    home = Path(tempfile.mkdtemp(prefix="run-", dir=root / "srv"))
    ami, _, sip = ports = [_free_port() for _ in _PORTS]
    inside = f"/srv/{home.name}"
    _configure((rig, *([over] if over else [])), home, inside, ports=ports)
    command = ["chroot", str(root), "/usr/sbin/asterisk", "-C", f"{inside}/etc/asterisk.conf", "-f", "-g"]
    with (home / "out").open("wb") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    try:
        server = Asterisk(home / "log", ami, sip, process)
        _wait_until_up(server, home / "out")
        yield server
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(home, ignore_errors=True)


def _chroot() -> Path:
    """The chroot, made once a machine and kept in the cache folder."""
    if os.geteuid() != 0:
        raise CannotRunError("a real Asterisk needs root (for chroot)")
    if not shutil.which("mmdebstrap"):
        raise CannotRunError("a real Asterisk needs mmdebstrap; tests/install-tools.sh installs it")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "andrang-tests"
    root = cache / f"asterisk-{SUITE}"
    if not root.exists():
        cache.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(prefix="making-", dir=cache))
        options = [f"--aptopt={option}" for option in _APT]
        command = ["mmdebstrap", "--variant=minbase", *options, f"--include={_INCLUDE}", SUITE, str(making), _mirror()]
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode:
            shutil.rmtree(making, ignore_errors=True)
            raise CannotRunError(f"mmdebstrap failed: {made.stderr[-500:]}")
        (making / "srv").mkdir(exist_ok=True)
        making.chmod(0o755)
        with suppress(OSError):  # another run was faster
            making.rename(root)
    return root


def _mirror() -> str:
    """Where this machine itself gets Debian's packages from."""
    command = ["apt-get", "indextargets", "--format", "$(REPO_URI) $(SUITE)", "Created-By: Packages"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout.split("\n")
    plain = [line.split()[0] for line in listed if line and "security" not in line and "debian" in line]
    if not plain:
        raise CannotRunError("a real Asterisk needs a Debian mirror in the machine's apt configuration")
    return plain[0]


def _configure(rigs: Sequence[Path], home: Path, inside: str, *, ports: list[int]) -> None:
    for name in ("etc", "log", "log/cdr-csv", "spool", "run", "db"):
        (home / name).mkdir()
    for file in (file for rig in rigs for file in rig.glob("*.conf")):
        shutil.copyfile(file, home / "etc" / file.name)
    for (name, usual), port in zip(_PORTS, ports, strict=True):
        _replace(home / "etc" / name, usual, str(port))
    folders = {"astetcdir": "etc", "astlogdir": "log", "astspooldir": "spool", "astrundir": "run", "astdbdir": "db"}
    for key, name in folders.items():
        _replace(home / "etc" / "asterisk.conf", rf"(?m)^{key} => .*$", f"{key} => {inside}/{name}")


def _replace(file: Path, pattern: str, text: str) -> None:
    said, count = re.subn(pattern, text, file.read_text())
    assert count, f"{file.name} has no {pattern}"
    file.write_text(said)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def _wait_until_up(server: Asterisk, out: Path) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        with suppress(OSError):
            if "fully booted" in server.action("Command", Command="core waitfullybooted").lower():
                return
        with suppress(subprocess.TimeoutExpired):
            server.process.wait(timeout=0.2)
            break
    raise CannotRunError(f"Asterisk did not start: {out.read_text(errors='replace')[-500:]}")


def _send(connection: socket.socket, name: str, **fields: str) -> None:
    lines = [f"Action: {name}", *(f"{key}: {value}" for key, value in fields.items())]
    connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())


def _answer(stream: object) -> str:
    lines = []
    for line in stream:  # type: ignore[attr-defined]
        if not line.strip():
            break
        lines.append(line.decode("utf-8", "replace"))
    return "".join(lines)
