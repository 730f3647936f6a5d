"""Alerts: the rules, what happened, what was sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from connectors.storage import schema
from connectors.storage.alert_rows import AlertDeliveryRow, AlertEventRow, AlertRuleRow

_RULE, _EVENT, _DELIVERY = schema.alert_rule, schema.alert_event, schema.alert_delivery
_EVENT_COLUMNS = [column for column in _EVENT.c if column.name != "open_key"]


def get_alert_rules(session: Session, *, removed: bool = False) -> list[AlertRuleRow]:
    """The rules, oldest first."""
    statement = select(_RULE).order_by(_RULE.c.id)
    if not removed:
        statement = statement.where(_RULE.c.status != "removed")
    return [
        AlertRuleRow(**{**row._mapping, "emails": tuple(row.emails), "webhooks": tuple(row.webhooks)})
        for row in session.execute(statement)
    ]


def get_running_alerts(session: Session) -> list[AlertEventRow]:
    """Events whose condition still holds, or has not been calm for long enough."""
    return _events(session, select(*_EVENT_COLUMNS).where(_EVENT.c.open_key.is_not(None)).order_by(_EVENT.c.id))


def get_open_alerts(session: Session) -> list[AlertEventRow]:
    """Events that nobody has acknowledged, newest first."""
    wanted = select(*_EVENT_COLUMNS).where(_EVENT.c.opened_at.is_not(None), _EVENT.c.acknowledged_at.is_(None))
    return _events(session, wanted.order_by(_EVENT.c.opened_at.desc(), _EVENT.c.id.desc()))


def get_alert_history(session: Session, *, limit: int = 100) -> list[AlertEventRow]:
    """The last events that were told of, newest first."""
    wanted = select(*_EVENT_COLUMNS).where(_EVENT.c.opened_at.is_not(None))
    return _events(session, wanted.order_by(_EVENT.c.opened_at.desc(), _EVENT.c.id.desc()).limit(limit))


def get_alert(session: Session, event_id: int) -> AlertEventRow | None:
    """One event."""
    return next(iter(_events(session, select(*_EVENT_COLUMNS).where(_EVENT.c.id == event_id))), None)


def get_deliveries(session: Session, *, events: Sequence[int]) -> list[AlertDeliveryRow]:
    """What was sent, or is to be sent, about these events."""
    wanted = select(_DELIVERY).where(_DELIVERY.c.event_id.in_(events)).order_by(_DELIVERY.c.id)
    return [AlertDeliveryRow(**row._mapping) for row in session.execute(wanted)]


def get_due_deliveries(session: Session, *, now: datetime, abandoned_before: datetime) -> list[AlertDeliveryRow]:
    """What is to be sent now, and what a worker began to send before `abandoned_before` and never reported on."""
    waiting = (_DELIVERY.c.status == "waiting") & (_DELIVERY.c.due_at <= now)
    abandoned = (_DELIVERY.c.status == "sending") & (_DELIVERY.c.changed_at < abandoned_before)
    wanted = select(_DELIVERY).where(or_(waiting, abandoned)).order_by(_DELIVERY.c.due_at, _DELIVERY.c.id)
    return [AlertDeliveryRow(**row._mapping) for row in session.execute(wanted)]


def _events(session: Session, statement: object) -> list[AlertEventRow]:
    return [AlertEventRow(**row._mapping) for row in session.execute(statement)]  # type: ignore[call-overload]
