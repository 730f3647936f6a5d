"""Compilation by numba of inner loops, kept on disk where that is possible."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])
_PLAIN: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
# What is compiled here allocates nothing, so references need not be counted; counting them took two thirds of the time.
_BARE = {**_PLAIN, "_nrt": False}
# What reading or writing a damaged file on a full disk can raise; the compiled functions themselves raise nothing.
_DAMAGED = (OSError, EOFError, ValueError, ImportError, AttributeError, IndexError, pickle.UnpicklingError)


def compiled(function: F) -> F:
    """Compile on the first call, to run without the interpreter's lock; without files where they cannot be kept."""
    try:
        own = [_jit(function, cache=True)]
    except RuntimeError:  # numba finds no place for its files: a read-only container, a user without a home
        own = [_jit(function)]

    def call(*arguments: object) -> object:
        try:
            return own[0](*arguments)
        except _DAMAGED:  # files on disk are damaged, or the disk is full: go on without them
            own[0] = _jit(function)
            return own[0](*arguments)

    return cast(F, call)


def part(function: F) -> F:
    """Compile as a part of its callers in the same file, whose files on disk hold it too."""
    return _jit(function, forceinline=True)


def _jit(function: F, **more: Any) -> F:
    try:
        return cast(F, numba.njit(**_BARE, **more)(function))
    except KeyError:  # the option is numba's own affair and may go; without it all works, more slowly
        return cast(F, numba.njit(**_PLAIN, **more)(function))
