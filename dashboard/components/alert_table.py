"""Rules of alerts and what became of them, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dash import html
from dash.development.base_component import Component

from dashboard.components import alert_text
from dashboard.components.attributes import aria, data
from dashboard.components.links import link
from dashboard.components.words import Words
from dashboard.domain.alerts import KINDS
from dashboard.services.board.alert_desk import AlertDeliveryRow, AlertEventRow, AlertRuleRow, Desk


def rules(desk: Desk, words: Words) -> Component:
    """All rules, each with what can be done about it."""
    shown = [row for row in desk.rules if row.kind in KINDS]
    body: Component = html.P(words("alerts.no_rules"), className="soft")
    if shown:
        heads = [html.Th(words(f"alerts.column_{key}"), scope="col") for key in ("rule", "ways", "state")]
        lines = [_rule(row, words, desk=desk) for row in shown]
        acts = html.Th(html.Span(words("alerts.column_acts"), className="unseen"), scope="col")
        body = _table([*heads, acts], lines, caption=words("alerts.rules"))
    return html.Section([html.H2(words("alerts.rules")), body])


def history(desk: Desk, words: Words, *, now: datetime) -> Component:
    """What fired, newest first: when, who has seen it, whom it reached."""
    shown = [event for event in desk.history if event.detail.get("kind") in KINDS]
    body: Component = html.P(words("alerts.no_history"), className="soft")
    if shown:
        keys = ("what", "began", "ended", "seen", "sent")
        heads = [html.Th(words(f"alerts.column_{key}"), scope="col") for key in keys]
        lines = [_event(event, words, desk=desk, now=now) for event in shown]
        body = _table(heads, lines, caption=words("alerts.history"))
    return html.Section([html.H2(words("alerts.history")), body])


def _table(heads: Sequence[Component], lines: Sequence[Component], *, caption: str) -> Component:
    table = html.Table(
        [html.Caption(caption, className="unseen"), html.Thead(html.Tr(list(heads))), html.Tbody(list(lines))],
        className="table",
    )
    return html.Div(table, className="table-room", tabIndex="0", role="region", **aria(label=caption))


def _rule(row: AlertRuleRow, words: Words, *, desk: Desk) -> Component:
    said = alert_text.rule_line(row, words, subjects=desk.subjects)
    other = "on" if row.status == "off" else "off"
    acts = [
        link(words("alerts.edit_link"), f"/alerts?rule={row.id}"),
        _act(row, other, words("alerts.turn_on" if other == "on" else "alerts.turn_off"), said, words),
        _act(row, "removed", words("alerts.remove"), said, words),
    ]
    return html.Tr(
        [
            html.Th(said, scope="row"),
            _cell("ways", ", ".join(_ways(row, words)), words),
            _cell("state", words(f"alerts.state_{row.status}"), words),
            html.Td(html.Div(acts, className="rule-acts")),
        ],
        **data(status=row.status),
    )


def _cell(column: str, content: str | list[Component], words: Words) -> Component:
    """A cell that on a narrow screen, where the heads are gone, says itself what it is."""
    return html.Td(content, **data(label=words(f"alerts.column_{column}")))


def _ways(row: AlertRuleRow, words: Words) -> list[str]:
    ways = [words("alerts.way_page")]
    if row.sound:
        ways.append(words("alerts.way_sound"))
    ways += [*row.emails, *row.webhooks]
    if row.quiet_from:
        ways.append(words("alerts.quiet_line", start=row.quiet_from, end=row.quiet_to))
    return ways


def _act(row: AlertRuleRow, act: str, label: str, about: str, words: Words) -> Component:
    return html.Button(
        label,
        id={"type": "alert-act", "rule": row.id, "act": act},
        className="quiet",
        n_clicks=0,
        **aria(label=words("alerts.act_about", act=label, rule=about)),
    )


def _event(event: AlertEventRow, words: Words, *, desk: Desk, now: datetime) -> Component:
    ended = words.day_time(event.ended_at, now=now) if event.ended_at else words("alerts.lasting")
    seen = words("alerts.not_seen")
    if event.acknowledged_at:
        seen = words("alerts.seen_by", by=event.acknowledged_by, when=words.day_time(event.acknowledged_at, now=now))
    sent = [_delivery(one, words, now=now) for one in desk.deliveries if one.event_id == event.id]
    return html.Tr(
        [
            html.Th(alert_text.line(event, words), scope="row"),
            _cell("began", words.day_time(event.began_at, now=now), words),
            _cell("ended", ended, words),
            _cell("seen", seen, words),
            _cell("sent", sent, words) if sent else html.Td(),
        ]
    )


def _delivery(one: AlertDeliveryRow, words: Words, *, now: datetime) -> Component:
    key = "sent_waiting_until" if one.status == "waiting" and one.due_at > now else f"sent_{one.status}"
    at = one.due_at if one.status == "waiting" else one.changed_at
    said = words(f"alerts.{key}", when=words.day_time(at, now=now))
    failed = one.status == "failed"
    lines = [html.Span(f"{one.target}: {said}", className="failed" if failed else "")]
    if one.error and one.status in ("failed", "waiting"):
        lines.append(html.Span(one.error, className="sub"))
    return html.Div(lines)
