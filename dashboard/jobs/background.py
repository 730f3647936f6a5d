"""One long computation at a time, in a process of its own, so that the live figures never wait for it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

from structlog.stdlib import BoundLogger

STOP_WITHIN_S = 0.3
# Libraries that compute on every core would take them from the live figures.
_ONE_CORE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class Background:
    """Starts the steps of `dashboard.jobs.ordinary_day` and notices when they are done."""

    def __init__(self, log: BoundLogger, *, command: Sequence[str] = ("-m", "dashboard.jobs.ordinary_day")) -> None:
        self._log, self._command = log, (sys.executable, *command)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def busy(self) -> bool:
        """Whether something is being computed."""
        return self._process is not None

    def start(self, *steps: str) -> bool:
        """Begin the steps unless something else is under way; says whether they were begun."""
        if self.busy:
            return False
        self._process = subprocess.Popen((*self._command, *steps), env={**os.environ, **_ONE_CORE})
        return True

    def finished(self) -> bool:
        """Whether a computation has ended since the last call; its own log says how."""
        if self._process is None or self._process.poll() is None:
            return False
        if self._process.returncode:
            self._log.warning("background.failed", code=self._process.returncode)
        self._process = None
        return True

    def stop(self) -> None:
        """End what is under way; its transaction is undone, and it begins anew at the next start."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None
