"""Who may pull a source now, where several workers share the pulling.

The lease stands in the store, not in the message broker: whoever can store records can also see who may, and a broker
that dies or forgets lets no two workers at one source. Times are the database's own, so that workers' clocks need not
agree.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, cast, delete, func, select, update
from sqlalchemy.orm import Session

from connectors.storage import schema
from connectors.storage.ids import source_id as get_source_id
from connectors.storage.staging import is_sqlite
from connectors.storage.times import from_us
from connectors.storage.write.upsert import inserting

_LEASE = schema.source_lease


def take_lease(session: Session, source: str, *, holder: str, ttl_s: float) -> bool:
    """Take the lease of a source for so long, unless somebody else holds it."""
    now = store_clock(session)
    values = {"source_id": get_source_id(session, source), "holder": holder, "until": now + timedelta(seconds=ttl_s)}
    statement = inserting(session, _LEASE).values(values)
    taken = statement.on_conflict_do_update(
        index_elements=["source_id"],
        set_={"holder": statement.excluded.holder, "until": statement.excluded.until},
        where=(_LEASE.c.until <= now) | (_LEASE.c.holder == holder),
    ).returning(_LEASE.c.holder)
    return session.execute(taken).scalar_one_or_none() == holder


def renew_lease(session: Session, source: str, *, holder: str, ttl_s: float) -> bool:
    """Hold it for so long from now on; False where it is somebody else's by now."""
    until = store_clock(session) + timedelta(seconds=ttl_s)
    mine = (_LEASE.c.source_id == get_source_id(session, source)) & (_LEASE.c.holder == holder)
    renewed = session.execute(update(_LEASE).where(mine).values(until=until).returning(_LEASE.c.source_id))
    return renewed.scalar_one_or_none() is not None


def holds_lease(session: Session, source: str, *, holder: str) -> bool:
    """Whether the lease is still this holder's."""
    statement = select(_LEASE.c.until).where(
        _LEASE.c.source_id == get_source_id(session, source), _LEASE.c.holder == holder
    )
    until = session.execute(statement).scalar_one_or_none()
    return until is not None and until > store_clock(session)


def release_lease(session: Session, source: str, *, holder: str) -> None:
    """Give it back."""
    session.execute(
        delete(_LEASE).where(_LEASE.c.source_id == get_source_id(session, source), _LEASE.c.holder == holder)
    )


def store_clock(session: Session) -> datetime:
    """The time of the machine that holds the database."""
    if is_sqlite(session):
        return datetime.now(UTC)  # the database is a file of this machine
    epoch_us = cast(func.extract("epoch", func.clock_timestamp()) * 1_000_000, BigInteger)
    return from_us(int(session.execute(select(epoch_us)).scalar_one()))
