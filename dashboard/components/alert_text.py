"""An alert in words: on the bar, on the page and in messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from dashboard.components.words import Words
from dashboard.domain.alerts import KINDS
from dashboard.services.board.alert_desk import AlertEventRow, AlertRuleRow


def line(event: AlertEventRow, words: Words) -> str:
    """What is wrong, in one line: "Hotline: Service-Level 41 %, Grenze 60 %"."""
    kind = str(event.detail.get("kind", ""))
    return words(
        f"alerts.line_{kind}",
        label=event.detail.get("label", ""),
        value=amount(kind, event.worst, words),
        threshold=amount(kind, float(event.detail.get("threshold", 0.0)), words),
    )


def amount(kind: str, value: float, words: Words) -> str:
    """A value of a kind with its unit."""
    shown: Mapping[str, Callable[[float], str]] = {
        "percent": words.percent,
        "minutes": words.duration,
        "times": lambda one: f"{words.number(one, 1)}\u202f×",
        "contacts": words.number,
    }
    return shown[KINDS[kind].unit](value)


def rule_line(rule: AlertRuleRow, words: Words, *, subjects: Mapping[str, Mapping[str, str]]) -> str:
    """What a rule watches: "Service-Level jeder Warteschlange unter 60 %"."""
    kind = KINDS[rule.kind]
    name = subjects.get(kind.of, {}).get(rule.subject, rule.subject)
    about = words("alerts.about_one", name=name) if rule.subject else words(f"alerts.about_{kind.of}")
    return words(f"alerts.rule_{rule.kind}", about=about, threshold=amount(rule.kind, rule.threshold, words))


def message(event: AlertEventRow, words: Words, *, drill: bool, title: str, board_url: str) -> tuple[str, str]:
    """Subject and body of an e-mail."""
    said = line(event, words)
    mark = f"[{words('drill.word')}] " if drill else ""
    began = words.stamp(event.began_at)
    parts = [said, words("alerts.mail_since", when=began, zone=words.zone(event.began_at))]
    if drill:
        parts.insert(0, words("drill.means"))
    if board_url:
        parts.append(words("alerts.mail_link", url=f"{board_url.rstrip('/')}/alerts"))
    parts.append(words("alerts.mail_foot", title=title))
    return f"{mark}{title}: {said}", "\n\n".join(parts) + "\n"


def payload(event: AlertEventRow, words: Words, *, drill: bool, now: datetime) -> dict[str, Any]:
    """What a webhook gets."""
    return {
        "event": event.id,
        "rule": event.rule_id,
        "kind": event.detail.get("kind"),
        "subject": event.detail.get("subject"),
        "label": event.detail.get("label"),
        "value": event.value,
        "threshold": event.detail.get("threshold"),
        "began_at": event.began_at.isoformat(),
        "sent_at": now.isoformat(),
        "text": line(event, words),
        "drill": drill,
    }


def bar(events: tuple[AlertEventRow, ...], words: Words) -> list[dict[str, Any]]:
    """The lines of the bar that stands on every page."""
    return [
        {
            "id": event.id,
            "text": line(event, words),
            "since": words.time(event.began_at),
            "over": words.time(event.ended_at) if event.ended_at else None,
            "sound": bool(event.detail.get("sound")),
        }
        for event in events
        if event.detail.get("kind") in KINDS
    ]
