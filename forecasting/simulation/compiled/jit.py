"""Compilation by numba, kept on disk where that is possible."""

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
    """Compile on the first call, to run without the interpreter's lock; keep it on disk where that is possible."""
    try:
        return _jit(function, cache=True)
    except RuntimeError:  # numba finds no place for its files: a read-only container, a user without a home
        return _jit(function)


def part(function: F) -> F:
    """Compile as a part of its callers in the same file, whose files on disk hold it too."""
    return _jit(function, forceinline=True)


def robust(function: F) -> F:
    """Call a compiled function; where its files on disk are damaged or the disk is full, go on without them."""

    def call(*arguments: object) -> object:
        try:
            return function(*arguments)
        except _DAMAGED:
            if isinstance(function._cache, numba.core.caching.NullCache):  # type: ignore[attr-defined]
                raise
            function._cache = numba.core.caching.NullCache()  # type: ignore[attr-defined]
            return function(*arguments)

    return cast(F, call)


def _jit(function: F, **more: Any) -> F:
    try:
        return cast(F, numba.njit(**_BARE, **more)(function))
    except KeyError:  # the option is numba's own affair and may go; without it all works, more slowly
        return cast(F, numba.njit(**_PLAIN, **more)(function))
