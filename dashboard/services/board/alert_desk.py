"""The desk of alerts: rules that a manager sets, what is on, who has seen it, and what became of each message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from connectors.storage.alert_rows import AlertDeliveryRow, AlertEventRow, AlertRuleRow
from connectors.storage.read import (
    get_alert,
    get_alert_history,
    get_alert_rules,
    get_deliveries,
    get_open_alerts,
    get_queues,
    get_sources,
)
from connectors.storage.rows import AuditRow
from connectors.storage.write import acknowledge_alert, add_audit, put_alert_rule
from dashboard.domain.alerts import QUEUE, SOURCE
from dashboard.domain.people import Right
from dashboard.services.accounts import Account
from dashboard.services.board import alert_entries
from dashboard.services.board.alert_entries import Entries, EntriesError
from dashboard.settings import Settings

__all__ = [
    "AlertDeliveryRow",
    "AlertEventRow",
    "AlertRuleRow",
    "Desk",
    "EntriesError",
    "acknowledge",
    "desk",
    "save",
    "switch",
    "waiting",
]


@dataclass(frozen=True, slots=True)
class Desk:
    """All that the page of alerts shows. `subjects` are labels by key, of queues and of sources."""

    rules: tuple[AlertRuleRow, ...]
    history: tuple[AlertEventRow, ...]
    deliveries: tuple[AlertDeliveryRow, ...]
    subjects: Mapping[str, Mapping[str, str]]


def desk(session: Session, *, settings: Settings) -> Desk:
    """The page's content."""
    history = get_alert_history(session)
    subjects = {
        QUEUE: {row.key: row.label for row in get_queues(session)},
        SOURCE: {row.name: row.name for row in get_sources(session) if row.name in settings.sources},
    }
    rows = get_deliveries(session, events=[event.id for event in history])
    return Desk(tuple(get_alert_rules(session)), tuple(history), tuple(rows), subjects)


def waiting(session: Session) -> tuple[AlertEventRow, ...]:
    """Events nobody has acknowledged, newest first, with whether their rule asks for a sound."""
    loud = {row.id for row in get_alert_rules(session, removed=True) if row.sound}
    return tuple(
        replace(event, detail={**event.detail, "sound": event.rule_id in loud}) for event in get_open_alerts(session)
    )


def acknowledge(session: Session, event_id: int, *, by: Account, now: datetime) -> bool:
    """Note that somebody has seen an event; False where another was faster."""
    by.require(Right.RUN_INCIDENT)
    done = acknowledge_alert(session, event_id, by=by.name, now=now)
    if done:
        event = get_alert(session, event_id)
        add_audit(session, AuditRow(now, by.name, "alert.acknowledge", str(event_id), event.cause if event else ""))
    return done


def save(
    session: Session, entries: Entries, *, by: Account, settings: Settings, now: datetime, rule_id: int = 0
) -> int:
    """Store a rule as it was typed, a new one or the one of this id; raises EntriesError."""
    by.require(Right.RUN_INCIDENT)
    known = desk(session, settings=settings)
    rule = alert_entries.read(
        entries,
        subjects=known.subjects,
        webhooks=list(settings.alerts.webhooks),
        may_mail=settings.mail is not None,
    )
    old = next((row for row in known.rules if row.id == rule_id), None)
    same = (rule.kind, rule.subject, rule.threshold)
    if any(row.id != rule_id and (row.kind, row.subject, row.threshold) == same for row in known.rules):
        raise EntriesError({"threshold": "exists"})
    status = old.status if old else "on"
    row = replace(rule, id=old.id if old else 0, status=status, changed_at=now, changed_by=by.name)
    made = put_alert_rule(session, row)
    add_audit(session, AuditRow(now, by.name, "alert.save", str(made), f"{rule.kind} {rule.subject}".strip()))
    return made


def switch(session: Session, rule_id: int, *, status: str, by: Account, now: datetime) -> None:
    """Put a rule on, off or away."""
    by.require(Right.RUN_INCIDENT)
    row = next((one for one in get_alert_rules(session) if one.id == rule_id), None)
    if row is None or status not in ("on", "off", "removed"):
        raise EntriesError({"rule": "gone"})
    put_alert_rule(session, replace(row, status=status, changed_at=now, changed_by=by.name))
    add_audit(session, AuditRow(now, by.name, f"alert.{status}", str(rule_id), row.kind))
