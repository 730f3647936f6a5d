"""The real product as `make run` starts it, on a free port and a fresh folder."""

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
from dataclasses import dataclass, field
from pathlib import Path

ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
START_WITHIN_S = 90


@dataclass
class Running:
    """A drill under way: where it answers, where its data lie and what it printed."""

    url: str
    data_dir: Path
    started_after_s: float
    lines: list[str] = field(default_factory=list)


@contextmanager
def running_drill(folder: Path) -> Iterator[Running]:
    """`andrang drill` until the block ends; then SIGTERM, and it must end by itself."""
    command = [sys.executable, "-c", "from dashboard.cli import main; main()"]
    arguments = ["drill", "--port", "0", "--data-dir", str(folder)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    begun = time.monotonic()
    process = subprocess.Popen(
        [*command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    )
    lines: list[str] = []
    found = threading.Event()
    thread = threading.Thread(target=_collect, args=(process, lines, found), daemon=True)
    thread.start()
    try:
        if not found.wait(START_WITHIN_S) or not _address(lines):
            raise AssertionError("the drill printed no address:\n" + "".join(lines))
        yield Running(_address(lines) or "", folder, time.monotonic() - begun, lines)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
        thread.join(timeout=5)
        if process.stdout is not None:
            process.stdout.close()


def _collect(process: subprocess.Popen[str], lines: list[str], found: threading.Event) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line)
        if ADDRESS.search(line):
            found.set()
    found.set()


def _address(lines: list[str]) -> str | None:
    return next((match.group() for line in lines if (match := ADDRESS.search(line))), None)
