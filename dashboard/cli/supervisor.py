"""Starts the processes of one installation, restarts those that die, and stops all of them together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

STOP_WITHIN_S = 5.0
BACKOFF_FIRST_S, BACKOFF_MAX_S = 0.5, 30.0
# A child that lived this long died of something new: its backoff begins anew.
STEADY_AFTER_S = 60.0
_TICK_S = 0.1


@dataclass
class Child:
    """One process to keep alive: its command, and how often it died lately."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    keep_open: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    deaths: int = 0
    due_at: float = 0.0

    def start(self) -> None:
        """Start the process in a group of its own, so that Ctrl+C reaches it through the supervisor only."""
        self.process = subprocess.Popen(
            self.command,
            env={**os.environ, **self.environment},
            pass_fds=self.keep_open,
            start_new_session=True,
        )
        self.started_at = time.monotonic()

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process is not None and self.process.poll() is None

    def backoff_s(self) -> float:
        """How long to wait after the latest death; doubles with each."""
        if time.monotonic() - self.started_at > STEADY_AFTER_S:
            self.deaths = 0
        self.deaths += 1
        wait = BACKOFF_FIRST_S * 2.0 ** (self.deaths - 1)
        return min(wait, BACKOFF_MAX_S)


@dataclass
class Supervisor:
    """Keeps children alive until SIGTERM or SIGINT; `say` tells a person what happens."""

    say: Callable[[str], None]
    children: list[Child] = field(default_factory=list)
    stopping: bool = False

    def start(self, child: Child) -> None:
        """Start a child and keep it from now on."""
        child.start()
        self.children.append(child)

    def install_signals(self) -> None:
        """From now on SIGTERM and SIGINT end `run` instead of the process."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def run(self) -> None:
        """Watch the children until told to stop; they are left running."""
        while not self.stopping:
            self.look_after_all()

    def look_after_all(self) -> None:
        """Start again what died and is due, then wait a moment."""
        for child in self.children:
            self._look_after(child)
        time.sleep(_TICK_S)

    def stop(self) -> None:
        """End every child: SIGTERM to all at once, SIGKILL to those that are still there after 5 s."""
        self.stopping = True
        running = [c.process for c in self.children if c.process is not None and c.process.poll() is None]
        for process in running:
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_WITHIN_S
        for process in running:
            try:
                process.wait(max(0.05, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _kill_group(process)

    def _look_after(self, child: Child) -> None:
        if child.alive:
            return
        now = time.monotonic()
        if child.process is not None:
            wait = child.backoff_s()
            self.say(f"{child.name} ended with code {child.process.returncode}; it is started again in {wait:g} s.")
            child.process, child.due_at = None, now + wait
        elif now >= child.due_at:
            child.start()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    # The child leads a session of its own, so its workers go with it.
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()


def python(*arguments: str) -> list[str]:
    """A command for our own interpreter."""
    return [sys.executable, *arguments]
