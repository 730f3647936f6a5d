"""The form of an incident: three fields that are asked for, and the rest with its defaults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.components.attributes import data
from dashboard.components.entries import Option, choice, field, several, text_entry
from dashboard.components.words import Words
from dashboard.domain.incidents import Phase, Severity

PREFIX = "incident"
ASKED = ("title", "affected", "started_at")
PROMISED = ("next_update_at", "eta")
TOLD = ("cause", "services", "region", "compensation")


def incident_form(words: Words, form: Mapping[str, str], *, queues: Sequence[Option], is_new: bool) -> Component:
    """All fields, holding the texts of `form`."""
    ended = [] if is_new else [_line("ended_at", form, words)]
    groups = [
        html.Div([_line(name, form, words, focus=is_new and name == "title") for name in ASKED], className="asked"),
        html.Div([_phases(words, form), _severities(words, form)], className="choices-line"),
        _group(words("desk.group.promised"), [*(_line(name, form, words) for name in PROMISED), *ended]),
        _group(
            words("desk.group.told"), [_line(name, form, words) for name in TOLD], note=words("desk.group.told_means")
        ),
        _group(words("desk.group.forecast"), [_line("contact_share", form, words), *_queues(words, form, queues)]),
    ]
    save = html.Button(
        words("desk.open" if is_new else "desk.save"),
        id="incident-save",
        type="submit",
        className="primary",
        n_clicks=0,
    )
    foot = html.Div([save, html.Span(id="incident-notice", role="status", className="notice")], className="form-foot")
    return html.Form([*groups, foot], noValidate="noValidate", **data(form="incident-save"))


def _line(name: str, form: Mapping[str, str], words: Words, *, focus: bool = False) -> Component:
    entry = text_entry(PREFIX, name, form[name], maxLength=500, autoFocus=focus)
    asked = name in ASKED
    return field(
        name,
        entry,
        label=words(f"desk.field.{name}"),
        hint=words(f"desk.hint.{name}"),
        prefix=PREFIX,
        class_name="wide" if name == "title" else "needed" if asked else "",
    )


def _phases(words: Words, form: Mapping[str, str]) -> Component:
    options = [(phase.value, words(f"phase.{phase.value}")) for phase in Phase]
    return choice(
        {"type": f"{PREFIX}-entry", "name": "phase"}, options, value=form["phase"], label=words("desk.field.phase")
    )


def _severities(words: Words, form: Mapping[str, str]) -> Component:
    options = [(severity.value, words(f"desk.severity.{severity.value}")) for severity in Severity]
    identity = {"type": f"{PREFIX}-entry", "name": "severity"}
    return choice(identity, options, value=form["severity"], label=words("desk.field.severity"))


def _queues(words: Words, form: Mapping[str, str], queues: Sequence[Option]) -> list[Component]:
    if not queues:
        return []
    chosen = [key.strip() for key in form["queues"].split(",") if key.strip()]
    identity = {"type": f"{PREFIX}-entry", "name": "queues"}
    hint = html.Span(words("desk.hint.queues"), className="hint")
    picked = several(identity, queues, values=chosen, label=words("desk.field.queues"))
    return [html.Div([picked, hint], className="field wide loose")]


def _group(title: str, fields: Sequence[Component], *, note: str = "") -> Component:
    head = [html.Legend(title), *([html.P(note, className="note")] if note else [])]
    return html.Fieldset([*head, html.Div(list(fields), className="fields")], className="group")
