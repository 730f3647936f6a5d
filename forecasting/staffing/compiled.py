"""Compilation by numba of the inner loops, kept on disk where that is possible."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])
# What reading or writing a damaged file on a full disk can raise; the compiled functions themselves raise nothing.
_DAMAGED = (OSError, EOFError, ValueError, ImportError, AttributeError, IndexError, pickle.UnpicklingError)


def compiled(function: F) -> F:
    """Compile on the first call, to run without the interpreter's lock; without files where they cannot be kept."""
    plain = numba.njit(nogil=True, error_model="numpy")
    try:
        own = [numba.njit(cache=True, nogil=True, error_model="numpy")(function)]
    except RuntimeError:  # no place for numba's files: a read-only container, a user without a home
        own = [plain(function)]

    def call(*arguments: object) -> object:
        try:
            return own[0](*arguments)
        except _DAMAGED:
            own[0] = plain(function)
            return own[0](*arguments)

    return cast(F, call)


def part(function: F) -> F:
    """Compile as a part of its callers in the same file, whose files on disk hold it too."""
    return cast(F, numba.njit(nogil=True, error_model="numpy", inline="always")(function))
