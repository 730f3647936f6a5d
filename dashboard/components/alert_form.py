"""The form for one rule of alerts."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.attributes import data
from dashboard.components.entries import choice, several
from dashboard.components.links import link
from dashboard.components.words import Words
from dashboard.domain.alerts import INCIDENT, KINDS, Kind
from dashboard.services.board.alert_desk import AlertRuleRow, Desk
from dashboard.settings import Settings

PREFIX = "alert"
KIND = {"type": "alert-entry", "name": "kind"}
FIELDS = "alert-limits"


def form(rule: AlertRuleRow | None, kind: str, words: Words, *, desk: Desk, settings: Settings) -> Component:
    """A new rule, or a rule to change."""
    key = kind if kind in KINDS else next(iter(KINDS))
    kinds = [(one, words(f"alerts.kind_{one}")) for one in KINDS]
    back = [link(words("alerts.cancel"), "/alerts")] if rule else []
    save = html.Button(words("alerts.save"), id="alert-save", type="submit", className="primary", n_clicks=0)
    notice = html.Span(id="alert-notice", role="status", className="notice")
    return html.Section(
        [
            html.H2(words("alerts.edit" if rule else "alerts.new")),
            html.Form(
                [
                    choice(KIND, kinds, value=key, label=words("alerts.kind")),
                    html.Div(limits(rule, key, words, desk=desk), id=FIELDS, className="rule-row"),
                    html.Div(_when(rule, words), className="rule-row"),
                    html.Div(_ways(rule, words, settings=settings), className="rule-row"),
                    html.Div([save, *back, notice], className="form-foot"),
                ],
                noValidate="noValidate",
                className="rule-form",
                **data(form="alert-save"),
            ),
            dcc.Store(id="alert-rule", data=rule.id if rule else 0),
        ]
    )


def limits(rule: AlertRuleRow | None, key: str, words: Words, *, desk: Desk) -> list[Component]:
    """What depends on the kind: of what, from where on, until when, for how long; the usual values stand there."""
    kind = KINDS.get(key) or next(iter(KINDS.values()))
    unit = words(f"alerts.unit_{kind.unit}")
    subjects = desk.subjects.get(kind.of, {})
    names = html.Datalist([html.Option(value=label) for label in subjects.values()], id="alert-subjects")
    hold = rule.hold_s if rule else kind.hold_s
    subject = subjects.get(rule.subject, rule.subject) if rule else ""
    about = [] if kind.of == INCIDENT else [_field("subject", subject, words, hint="subject_hint", listed=True), names]
    return [
        *about,
        _field("threshold", _shown(rule.threshold if rule else kind.threshold, kind, words), words, unit=unit),
        _field("clear", _shown(rule.clear if rule else kind.clear, kind, words), words, unit=unit),
        _field("hold", _plain(hold / 60, words), words, unit=words("alerts.unit_minutes")),
    ]


def _when(rule: AlertRuleRow | None, words: Words) -> list[Component]:
    return [
        _field("quiet_from", rule.quiet_from if rule else "", words, hint="quiet_hint"),
        _field("quiet_to", rule.quiet_to if rule else "", words, hint=""),
    ]


def _ways(rule: AlertRuleRow | None, words: Words, *, settings: Settings) -> list[Component]:
    sound = several(
        {"type": "alert-entry", "name": "ways"},
        [("sound", words("alerts.sound"))],
        values=["sound"] if rule and rule.sound else [],
        label=words("alerts.ways"),
    )
    hooks = several(
        {"type": "alert-entry", "name": "webhooks"},
        [(name, name) for name in settings.alerts.webhooks],
        values=list(rule.webhooks) if rule else [],
        label=words("alerts.webhooks"),
    )
    mails = _field(
        "emails",
        ", ".join(rule.emails) if rule else "",
        words,
        hint="emails_hint" if settings.mail else "no_mail",
        longest=1000,
    )
    return [sound, mails, *([hooks] if settings.alerts.webhooks else [])]


def _field(
    name: str,
    value: str,
    words: Words,
    *,
    hint: str | None = None,
    unit: str = "",
    listed: bool = False,
    longest: int = 200,
) -> Component:
    said = hint if hint is not None else f"{name}_hint"
    entry = dcc.Input(
        id={"type": "alert-entry", "name": name},
        value=value,
        type="text",
        autoComplete="off",
        className="line",
        maxLength=longest,
        list="alert-subjects" if listed else None,
    )
    label = words(f"alerts.{name}") + (f" ({unit})" if unit else "")
    return html.Div(
        [
            html.Label([html.Span(label), entry]),
            html.Span(words(f"alerts.{said}") if said else "", className="hint"),
            html.Span(id={"type": "alert-error", "name": name}, className="error", role="alert"),
        ],
        className="field",
        **data(field=name),
    )


def _shown(value: float, kind: Kind, words: Words) -> str:
    return _plain(value / kind.per, words)


def _plain(value: float, words: Words) -> str:
    text = f"{value:.4g}" if value < 10_000 else f"{value:.0f}"
    return text.replace(".", ",") if words.language == "de" else text
