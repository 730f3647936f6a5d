"""The real board as `andrang up` starts it, for sources of one's own, on a free port and a fresh folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.drill_server import START_WITHIN_S, _address, _collect

PASSWORD = "correct horse battery staple"
COMMAND = [sys.executable, "-c", "from dashboard.cli import main; main()"]
CONFIG = """
[web]
secure_cookies = false
workers = 1

[board]
poll_s = 0.5

[queues.hotline]
label = "Hotline"
channel = "call"

"""


@dataclass(frozen=True)
class Board:
    """A board under way; its people are called after their roles and share one password."""

    url: str
    folder: Path


@contextmanager
def running_board(folder: Path, *, sources: str, secrets: Mapping[str, str]) -> Iterator[Board]:
    """A board with these blocks of sources and two people, until the block ends."""
    config = folder / "andrang.toml"
    config.write_text(CONFIG + sources, encoding="utf-8")
    (folder / "password").write_text(PASSWORD, encoding="utf-8")
    for role in ("manager", "agent"):
        adding = ["user", "add", role, "--role", role, "--password-file", str(folder / "password")]
        subprocess.run([*COMMAND, *adding, "--config", str(config)], check=True, capture_output=True)
    with started_board(config, secrets=secrets) as board:
        yield board


@contextmanager
def started_board(config: Path, *, secrets: Mapping[str, str] | None = None) -> Iterator[Board]:
    """`andrang up` with a config that is there already."""
    environment = {**os.environ, **(secrets or {}), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [*COMMAND, "up", "--port", "0", "--config", str(config)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
    )
    lines: list[str] = []
    found = threading.Event()
    thread = threading.Thread(target=_collect, args=(process, lines, found), daemon=True)
    thread.start()
    try:
        if not found.wait(START_WITHIN_S) or not (url := _address(lines)):
            raise AssertionError("the board printed no address:\n" + "".join(lines))
        yield Board(url.rstrip("/"), config.parent)
    finally:  # it must end by itself
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
        thread.join(timeout=5)
        if process.stdout is not None:
            process.stdout.close()
