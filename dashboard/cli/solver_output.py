"""Keeps what the solver's library prints by itself out of the command's answer."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def solver_silenced() -> Iterator[None]:
    """Send the process's standard output to nowhere while the block runs.

    HiGHS writes a line of its own to it on some problems, past Python and whatever its options say; JSON on stdout
    would be broken. Only for commands: the redirection is the whole process's.
    """
    sys.stdout.flush()
    kept, sink = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, 1)
    try:
        yield
    finally:
        ctypes.CDLL(None).fflush(None)
        os.dup2(kept, 1)
        os.close(kept)
        os.close(sink)
