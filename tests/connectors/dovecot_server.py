"""A real Dovecot on free loopback ports, its mails in a temporary folder; needs root, as its processes change users."""

from __future__ import annotations

import imaplib
import os
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

PASSWORD = "geheim-4711-brief"
TOKEN = "ya29.geheim-4712-token"
START_S = 30.0
_CONFIG = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{home}/cert.pem
ssl_key = <{home}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain xoauth2
mail_location = maildir:~/Maildir
first_valid_uid = 1
mail_max_userip_connections = 50
namespace inbox {{
  inbox = yes
  separator = /
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {home}/oauth2.conf
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={home}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service auth-worker {{
  user = root
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
"""
_OAUTH = """
introspection_mode = get
introspection_url = http://127.0.0.1:{port}/?token=
username_attribute = username
active_attribute = active
active_value = true
"""


class CannotRunError(Exception):
    """Something that a real Dovecot needs is not here; the message names it."""


@dataclass(frozen=True)
class Dovecot:
    """A running server; every user name exists, with the same password."""

    home: Path
    port: int
    tls_port: int
    oauth_port: int

    @property
    def ca_file(self) -> Path:
        """The certificate it shows."""
        return self.home / "cert.pem"

    @contextmanager
    def opened(self, user: str) -> Iterator[imaplib.IMAP4_SSL]:
        """A connection for the test itself."""
        context = ssl.create_default_context(cafile=str(self.ca_file))
        with imaplib.IMAP4_SSL("127.0.0.1", self.tls_port, ssl_context=context, timeout=20) as connection:
            connection.login(user, PASSWORD)
            yield connection

    def logins(self, user: str) -> int:
        """How often a user has signed in."""
        return (self.home / "log").read_text(errors="replace").count(f"Login: user=<{user}>")

    def cut(self, user: str) -> None:
        """Cut all connections of a user."""
        subprocess.run(
            ["doveadm", "-c", str(self.home / "dovecot.conf"), "kick", user], check=True, capture_output=True
        )

    def renumber(self, user: str) -> None:
        """Let the server give the mails of the INBOX new numbers, as after a restored backup."""
        folder = self.home / "mail" / user / "Maildir"
        for index in folder.glob("dovecot.index*"):
            index.unlink()
        head, *lines = (folder / "dovecot-uidlist").read_text().splitlines()
        head = re.sub(r" V(\d+)", lambda found: f" V{int(found[1]) + 7}", head)
        head = re.sub(r" N(\d+)", lambda found: f" N{int(found[1]) + 100}", head)
        moved = [re.sub(r"^\d+", lambda found: str(int(found[0]) + 100), line) for line in lines]
        (folder / "dovecot-uidlist").write_text("\n".join([head, *moved, ""]))


def mail(
    number: int | str, sender: str, *, answers: str = "", to: str = "support@example.com", more: str = ""
) -> bytes:
    """A message; `answers` holds the Message-IDs it refers to, the latest last."""
    lines = [f"Message-ID: <m{number}@example.net>", f"From: Eine Kundin <{sender}>", f"To: {to}"]
    if answers:
        lines += [f"In-Reply-To: {answers.split()[-1]}", f"References: {answers}"]
    lines += [more] if more else []
    return ("\r\n".join([*lines, f"Subject: Geheimer Betreff {number}", "", "Geheimer Text", ""])).encode()


def put(connection: imaplib.IMAP4, folder: str, at: datetime, message: bytes, *, flags: str = "") -> None:
    """Lay a message into a folder as if it had come at that time."""
    status, said = connection.append(folder, f"({flags})", at.timestamp(), message)
    assert status == "OK", said


@contextmanager
def running_dovecot() -> Iterator[Dovecot]:
    """Start a server; CannotRunError where the machine cannot."""
    for program in ("dovecot", "openssl"):
        if not shutil.which(program):
            raise CannotRunError(f"{program} is not installed; tests/install-tools.sh installs it")
    if os.geteuid() != 0:
        raise CannotRunError("a real Dovecot needs root (its processes change users)")
    home = Path(tempfile.mkdtemp(prefix="andrang-dovecot-"))
    try:
        server = _configured(home)
        with (home / "out").open("wb") as out:
            command = ["dovecot", "-F", "-c", str(home / "dovecot.conf")]
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        try:
            _wait_until_up(server, process)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _configured(home: Path) -> Dovecot:
    home.chmod(0o755)
    (home / "mail").mkdir()
    shutil.chown(home / "mail", "mail", "mail")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-subj", "/CN=127.0.0.1"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(home / "key.pem")]
    subprocess.run([*command, "-out", str(home / "cert.pem")], check=True, capture_output=True)
    port, tls_port, oauth_port = (_free_port() for _ in range(3))
    config = _CONFIG.format(home=home, password=PASSWORD, port=port, tls_port=tls_port)
    (home / "dovecot.conf").write_text(config)
    (home / "oauth2.conf").write_text(_OAUTH.format(port=oauth_port))
    return Dovecot(home, port, tls_port, oauth_port)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def _wait_until_up(server: Dovecot, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        with suppress(OSError, imaplib.IMAP4.error), server.opened("nobody"):
            return
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.1)
            break
    said = "".join(file.read_text(errors="replace") for name in ("out", "log") if (file := server.home / name).exists())
    raise CannotRunError(f"Dovecot did not start: {said[-500:]}")


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """One server for the whole run; each test has a user of its own."""
    try:
        with running_dovecot() as server:
            yield server
    except CannotRunError as error:
        if os.environ.get("REQUIRE_SHARED") == "1":
            pytest.fail(f"REQUIRE_SHARED=1, and {error}")
        pytest.skip(str(error))
