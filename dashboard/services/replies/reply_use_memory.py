"""What counting the use of replies came to a moment ago, kept per store: a search at every keystroke asks for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

from dashboard.services.replies import reply_use, reply_use_repeat
from dashboard.services.replies.reply_use import Key
from dashboard.services.replies.reply_use_repeat import Repeat

T = TypeVar("T")
SHARES_FOR: Final = timedelta(minutes=1)
REPEATS_FOR: Final = timedelta(minutes=10)  # counting a busy week takes a second


class _Held(Generic[T]):
    """One answer per store; one thread counts, the others wait for it."""

    def __init__(self, count: Callable[..., T], keep: timedelta) -> None:
        self._count, self._keep = count, keep
        self._lock = threading.Lock()
        self._known: WeakKeyDictionary[Any, tuple[datetime, T]] = WeakKeyDictionary()

    def recall(self, session: Session, now: datetime) -> T:
        """The answer, at most so old."""
        store = session.get_bind()
        with self._lock:
            known = self._known.get(store)
            if known is None or not timedelta(0) <= now - known[0] < self._keep:
                known = self._known[store] = (now, self._count(session, now=now))
            return known[1]


_shares: Final = _Held(reply_use.shares, SHARES_FOR)
_repeats: Final = _Held(reply_use_repeat.repeats, REPEATS_FOR)


def use_shares(session: Session, *, now: datetime) -> Mapping[Key, float]:
    """As `reply_use.shares`, at most a minute old."""
    return _shares.recall(session, now)


def recent_repeats(session: Session, *, now: datetime) -> list[Repeat]:
    """As `reply_use_repeat.repeats`, at most ten minutes old."""
    return _repeats.recall(session, now)
