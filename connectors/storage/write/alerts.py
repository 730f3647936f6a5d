"""Alerts: rules are replaced, events and deliveries move on step by step."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from connectors.storage import schema
from connectors.storage.alert_rows import AlertDeliveryRow, AlertEventRow, AlertRuleRow
from connectors.storage.write.upsert import inserting

_RULE, _EVENT, _DELIVERY = schema.alert_rule, schema.alert_event, schema.alert_delivery


def put_alert_rule(session: Session, row: AlertRuleRow) -> int:
    """Store a new rule (id 0), or replace one; returns its id."""
    values = asdict(row) | {"emails": list(row.emails), "webhooks": list(row.webhooks)}
    values.pop("id")
    if row.id:
        session.execute(update(_RULE).where(_RULE.c.id == row.id).values(values))
        return row.id
    made: int = session.execute(insert(_RULE).values(values).returning(_RULE.c.id)).scalar_one()
    return made


def begin_alert(session: Session, row: AlertEventRow) -> bool:
    """Note that a rule's condition began to hold; False where that is noted already for the same cause."""
    values = _values(row) | {"open_key": f"{row.rule_id} {row.cause}"}
    statement = inserting(session, _EVENT).on_conflict_do_nothing(index_elements=["open_key"])
    return session.execute(statement.returning(_EVENT.c.id), values).first() is not None


def move_alert(session: Session, row: AlertEventRow) -> None:
    """Store how an event goes on; one that ended gives its cause free."""
    values = {key: value for key, value in _values(row).items() if not key.startswith("acknowledged")}
    if row.ended_at is not None:
        values["open_key"] = None
    session.execute(update(_EVENT).where(_EVENT.c.id == row.id).values(values))


def drop_alert(session: Session, event_id: int) -> None:
    """Forget an event that was never told of."""
    session.execute(delete(_EVENT).where(_EVENT.c.id == event_id, _EVENT.c.opened_at.is_(None)))


def acknowledge_alert(session: Session, event_id: int, *, by: str, now: datetime) -> bool:
    """Note who has seen an event; False where somebody has already."""
    statement = update(_EVENT).where(
        _EVENT.c.id == event_id, _EVENT.c.opened_at.is_not(None), _EVENT.c.acknowledged_at.is_(None)
    )
    found = session.execute(statement.values(acknowledged_at=now, acknowledged_by=by).returning(_EVENT.c.id))
    return found.first() is not None


def add_delivery(session: Session, row: AlertDeliveryRow) -> bool:
    """Plan a message; False where the same target is planned for that event already."""
    values = asdict(row)
    values.pop("id")
    statement = inserting(session, _DELIVERY).on_conflict_do_nothing(index_elements=["event_id", "way", "target"])
    return session.execute(statement.returning(_DELIVERY.c.id), values).first() is not None


def claim_delivery(session: Session, delivery_id: int, *, now: datetime) -> bool:
    """Take a waiting message for sending; False where another worker has it."""
    statement = (
        update(_DELIVERY)
        .where(_DELIVERY.c.id == delivery_id, _DELIVERY.c.status == "waiting")
        .values(status="sending", tries=_DELIVERY.c.tries + 1, changed_at=now)
    )
    return session.execute(statement.returning(_DELIVERY.c.id)).first() is not None


def settle_delivery(
    session: Session,
    delivery_id: int,
    *,
    status: str,
    now: datetime,
    error: str | None = None,
    due_at: datetime | None = None,
) -> None:
    """Note how sending went; `due_at` is when a failed one is tried again."""
    values: dict[str, Any] = {"status": status, "changed_at": now, "error": error}
    if due_at is not None:
        values["due_at"] = due_at
    session.execute(update(_DELIVERY).where(_DELIVERY.c.id == delivery_id).values(values))


def _values(row: AlertEventRow) -> dict[str, Any]:
    values = asdict(row) | {"detail": dict(row.detail)}
    values.pop("id")
    return values
