"""One thread for small matrices and small trees."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

# A hard requirement of scikit-learn; it ships no types.
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep linear algebra and trees on one thread: at 100 × 100 threads cost a factor of ten on a busy machine."""
    with threadpool_limits(limits=1):
        yield
