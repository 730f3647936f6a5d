"""Holding a source while it is pulled, where several workers share the pulling."""

from __future__ import annotations

import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from connectors.errors import OvertakenError
from connectors.storage.write import holds_lease, release_lease, renew_lease, take_lease

# Renewed this often within its length, so that two heartbeats may fail before it is lost.
BEATS = 3


class Lease:
    """A source's lease that a thread renews; `check` is the guard of every batch."""

    def __init__(self, sessions: sessionmaker[Session], source: str, *, ttl_s: float) -> None:
        self.source, self.holder = source, f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:12]}"
        self._sessions, self._ttl_s = sessions, ttl_s
        self._ended = threading.Event()
        self._good_until = time.monotonic() + ttl_s

    def check(self, session: Session) -> None:
        """Raise OvertakenError where the lease is another worker's by now, or was not renewed in time."""
        if time.monotonic() > self._good_until or not holds_lease(session, self.source, holder=self.holder):
            raise OvertakenError(self.source)

    def beat(self) -> bool:
        """Renew it once; a store that cannot be reached is tried again with the next beat."""
        began = time.monotonic()
        try:
            with self._sessions.begin() as session:
                kept = renew_lease(session, self.source, holder=self.holder, ttl_s=self._ttl_s)
        except SQLAlchemyError:
            return True
        if kept:
            self._good_until = began + self._ttl_s
        return kept

    def keep(self) -> None:
        """Renew it until it ends or is lost."""
        while not self._ended.wait(self._ttl_s / BEATS):
            if not self.beat():
                return

    def end(self) -> None:
        """Give it back; a store that cannot be reached lets it run out."""
        self._ended.set()
        try:
            with self._sessions.begin() as session:
                release_lease(session, self.source, holder=self.holder)
        except SQLAlchemyError:
            return


@contextmanager
def leased(sessions: sessionmaker[Session], source: str, *, ttl_s: float) -> Iterator[Lease | None]:
    """The source's lease for the length of the block, or None where another worker has it."""
    lease = Lease(sessions, source, ttl_s=ttl_s)
    with sessions.begin() as session:
        taken = take_lease(session, source, holder=lease.holder, ttl_s=ttl_s)
    if not taken:
        yield None
        return
    beating = threading.Thread(target=lease.keep, name=f"lease {source}", daemon=True)
    beating.start()
    try:
        yield lease
    finally:
        lease.end()
        beating.join()
