"""The form of the calendar: one entry, or a file pasted."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.entries import choice, field, text_entry
from dashboard.components.words import Words
from dashboard.services.ordinary.calendar_days import KINDS, CalendarError

_PREFIX = "calendar"
EXAMPLE = "kind;name;first_day;last_day;queue;percent"


def form(queues: Sequence[tuple[str, str]], words: Words) -> list[Component]:
    """The fields of an entry, and below them the place for a file."""
    kinds = [(kind, words(f"calendar.kind_{kind}")) for kind in KINDS]
    options = [{"value": "", "label": words("calendar.all_queues")}]
    options += [{"value": key, "label": label} for key, label in queues]
    queue = dcc.Dropdown(options, "", id=_id("queue"), clearable=False, searchable=len(queues) > 12)
    parts = {
        "name": text_entry(_PREFIX, "name", "", maxLength=100),
        "first_day": text_entry(_PREFIX, "first_day", "", maxLength=10),
        "last_day": text_entry(_PREFIX, "last_day", "", maxLength=10),
        "queue": queue,
        "percent": text_entry(_PREFIX, "percent", "", maxLength=8),
    }
    fields = [
        field(name, part, label=words(f"calendar.{name}"), hint=words(f"calendar.{name}_hint"), prefix=_PREFIX)
        for name, part in parts.items()
    ]
    return [
        html.H2(words("calendar.new")),
        choice(_id("kind"), kinds, value="campaign", label=words("calendar.kind")),
        html.Span(id={"type": "calendar-error", "name": "kind"}, className="error"),
        html.Div(fields, className="calendar-fields"),
        html.Div(_button("enter", words), className="calendar-foot"),
        html.Details(
            [
                html.Summary(words("calendar.file")),
                html.P(words("calendar.file_means"), className="soft"),
                html.Pre(f"{EXAMPLE}\n{words('calendar.file_example')}", className="soft"),
                html.Label(
                    [
                        html.Span(words("calendar.file_label"), className="label"),
                        dcc.Textarea(id="calendar-file", value="", rows=6, maxLength=500_000),
                    ]
                ),
                html.Div(_button("import", words), className="calendar-foot"),
            ]
        ),
    ]


def undo(entry: int, words: Words) -> list[Component]:
    """What is said of an entry just taken back, with the way to have it again."""
    button = html.Button(
        words("calendar.restore"), id={"type": "calendar-restore", "id": entry}, n_clicks=0, type="button"
    )
    return [html.Span(words("calendar.withdrawn")), html.Span(" "), button]


def problem(error: CalendarError, words: Words) -> str:
    """What is wrong with an entry, or with which line of a file, in a sentence."""
    if "file" in error.problems:
        return words(f"calendar.file_{error.problems['file']}", columns=error.problems.get("columns", ""))
    if error.line:
        first, code = next(iter(error.problems.items()))
        said = words(f"calendar.error_{code}")
        return words("calendar.file_line", n=error.line, field=words(f"calendar.{first}"), said=said)
    return words("calendar.not_entered")


def _id(name: str) -> dict[str, str]:
    return {"type": f"{_PREFIX}-entry", "name": name}


def _button(name: str, words: Words) -> Component:
    return html.Button(words(f"calendar.{name}"), id=f"calendar-{name}", type="button", className="primary", n_clicks=0)
