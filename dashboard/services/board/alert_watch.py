"""Holds the rules of alerts against what is measured, opens and ends events, and plans who is told.

An event is opened once for each rule and cause; while it lasts nobody is told again, acknowledged or not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from connectors.storage.alert_rows import AlertDeliveryRow, AlertEventRow, AlertRuleRow
from connectors.storage.read import get_alert_rules, get_running_alerts
from connectors.storage.write import add_delivery, begin_alert, drop_alert, move_alert
from dashboard.domain import alerts
from dashboard.domain.alerts import KINDS, Course, Limits
from dashboard.domain.clock import Clock
from dashboard.services.board import alert_readings
from dashboard.services.board.alert_readings import Reading
from dashboard.settings import Settings

EMAIL, WEBHOOK = "email", "webhook"


def look(session: Session, *, settings: Settings, clock: Clock) -> int:
    """One look at everything that is watched; returns how many events were opened."""
    rules = {row.id: row for row in get_alert_rules(session) if row.status == "on" and row.kind in KINDS}
    running = get_running_alerts(session)
    if not rules and not running:
        return 0
    readings = alert_readings.read(session, {row.kind for row in rules.values()}, settings=settings, clock=clock)
    now = clock()
    held = {(event.rule_id, event.cause): event for event in running}
    opened: set[tuple[int, str]] = set()
    for rule in rules.values():
        for reading in _of(rule, readings):
            key = (rule.id, reading.cause)
            if _step(session, rule, reading, event=held.pop(key, None), now=now):
                opened.add(key)
    _end_rest(session, held.values(), now=now)
    for event in get_running_alerts(session) if opened else ():
        if (event.rule_id, event.cause) in opened:
            _plan(session, rules[event.rule_id], event, settings=settings, now=now)
    return len(opened)


def limits(rule: AlertRuleRow) -> Limits:
    """When a rule's condition holds."""
    return Limits(KINDS[rule.kind].above, rule.threshold, rule.clear, timedelta(seconds=rule.hold_s))


def _of(rule: AlertRuleRow, readings: Iterable[Reading]) -> list[Reading]:
    return [one for one in readings if one.kind == rule.kind and rule.subject in ("", one.subject)]


def _step(
    session: Session, rule: AlertRuleRow, reading: Reading, *, event: AlertEventRow | None, now: datetime
) -> bool:
    """Carry one cause on; says whether somebody is to be told of it now."""
    before = _course(event) if event else None
    after = alerts.step(before, reading.value, limits=limits(rule), now=now)
    if after == before:
        return False
    if after is None:
        drop_alert(session, event.id if event else 0)
        return False
    detail = {"kind": rule.kind, "label": reading.label, "subject": reading.subject, "threshold": rule.threshold}
    row = event or AlertEventRow(rule.id, reading.cause, detail, after.value, after.worst, now)
    row = replace(row, **{name: getattr(after, name) for name in Course.__dataclass_fields__})
    began = begin_alert(session, row) if event is None else True
    if event is not None:
        move_alert(session, row)
    return began and after.opened_at == now


def _course(event: AlertEventRow) -> Course:
    return Course(**{name: getattr(event, name) for name in Course.__dataclass_fields__})


def _end_rest(session: Session, rest: Iterable[AlertEventRow], *, now: datetime) -> None:
    """Causes that are there no more: the queue has closed, the update is out, the rule is off."""
    for event in rest:
        if event.opened_at is None:
            drop_alert(session, event.id)
        else:
            move_alert(session, replace(event, ended_at=now))


def _plan(session: Session, rule: AlertRuleRow, event: AlertEventRow, *, settings: Settings, now: datetime) -> None:
    """Who is to be told of an event that has just been opened; in quiet hours when they are over."""
    quiet = alerts.quiet_until(now, start=rule.quiet_from, end=rule.quiet_to, zone=settings.zone)
    targets = [(EMAIL, one) for one in rule.emails] + [(WEBHOOK, one) for one in rule.webhooks]
    for way, target in targets:
        add_delivery(session, AlertDeliveryRow(event.id, way, target, "waiting", quiet or now, 0, now))
