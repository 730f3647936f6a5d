"""What tests with a real server have in common: a free port, the wait until it answers, its end, and its absence."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.error
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

import pytest


class CannotRunError(Exception):
    """Something that a real server needs is not here; the message names it."""


def free_port() -> int:
    """A TCP port of loopback that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@contextmanager
def ended_afterwards(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """End a process at last, by force if it does not go."""
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def await_answer(ask: Callable[[], object], process: subprocess.Popen[bytes], *, out: Path, within_s: float) -> None:
    """Ask until it answers; CannotRunError where it ends or stays silent, with the last it wrote."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        with suppress(urllib.error.URLError, OSError):
            ask()
            return
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.1)
            break
    raise CannotRunError(f"{out.parent.name} did not start: {out.read_text(errors='replace')[-500:]}")


def absent(error: CannotRunError) -> NoReturn:
    """Skip, saying so; fail where every test must run."""
    if os.environ.get("REQUIRE_SHARED") == "1":
        pytest.fail(str(error))
    pytest.skip(str(error))
