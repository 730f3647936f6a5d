"""What is open now: counted from events, and as the sources report it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, exists, func, literal_column, or_, select
from sqlalchemy.orm import Session

from connectors.records import Channel
from connectors.storage import schema
from connectors.storage.rows import OpenContactsRow, QueueStateRow

_EVENT = schema.contact_event
_QUEUE = schema.queue
_VOLUME = schema.interval_volume
_STATE = schema.queue_state
_LIVE_CHANNELS = (Channel.CALL.value, Channel.CHAT.value)
_RECENT = timedelta(days=28)


def get_open_contacts(
    session: Session, *, now: datetime, oldest: timedelta = timedelta(hours=12)
) -> list[OpenContactsRow]:
    """Open contacts of every queue that events came for in the last four weeks, also where none is open.

    A call or chat that arrived longer than `oldest` ago is left out: its end was never reported.
    """
    waiting = _EVENT.c.outcome == 0
    live = _QUEUE.c.channel.in_(_LIVE_CHANNELS)
    statement = (
        select(
            _QUEUE.c.key,
            func.count(case((waiting, 1))),
            func.min(case((waiting, _EVENT.c.arrived_at))),
            func.count(case((_EVENT.c.outcome == 1, 1))),
        )
        .select_from(_QUEUE)
        .outerjoin(
            _EVENT,
            and_(
                _EVENT.c.queue_id == _QUEUE.c.id,
                literal_column("contact_event.outcome < 2"),  # literally, or the partial index is not taken
                _EVENT.c.arrived_at <= now,
                or_(~live, _EVENT.c.arrived_at > now - oldest),
            ),
        )
        .where(or_(_EVENT.c.queue_id.is_not(None), _has_events(now)))
        .group_by(_QUEUE.c.key)
        .order_by(_QUEUE.c.key)
    )
    return [OpenContactsRow(*row) for row in session.execute(statement)]


def get_states(session: Session) -> list[QueueStateRow]:
    """The last state of each queue that has ever had one reported, whichever source told it."""
    columns = [_STATE.c[name] for name in ("at", "waiting", "longest_wait_s", "in_service", "agents")]
    statement = select(_QUEUE.c.key, *columns).join(_STATE, _STATE.c.queue_id == _QUEUE.c.id).order_by(_STATE.c.at)
    latest = {row[0]: QueueStateRow(*row) for row in session.execute(statement)}
    return [latest[key] for key in sorted(latest)]


def _has_events(now: datetime) -> ColumnElement[bool]:
    return exists().where(
        _VOLUME.c.queue_id == _QUEUE.c.id,
        _VOLUME.c.interval_start > now - _RECENT,
        _VOLUME.c.interval_start <= now,
        _VOLUME.c.events > 0,
    )
