"""The calendar's entries as a table."""

from __future__ import annotations

from datetime import UTC, datetime, time

from dash import html
from dash.development.base_component import Component

from dashboard.components.attributes import data
from dashboard.components.words import Words
from dashboard.services.ordinary.calendar_days import CalendarEntryRow, CalendarView

_COLUMNS = ("days", "name", "kind", "queue", "percent", "by")


def calendar_table(view: CalendarView, words: Words, *, editable: bool) -> list[Component]:
    """One line an entry, the next first; those that are over stand below, greyed."""
    if not view.entries:
        return [html.P(words("calendar.none"), className="soft")]
    heads = [html.Th(words(f"calendar.{name}"), scope="col") for name in _COLUMNS]
    heads += [html.Th(html.Span(words("calendar.withdraw"), className="unseen"))] if editable else []
    labels = dict(view.queues)
    rows = [_row(each, words, labels=labels, editable=editable, view=view) for each in view.entries]
    return [html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows)], className="table")]


def _row(
    entry: CalendarEntryRow, words: Words, *, labels: dict[str, str], editable: bool, view: CalendarView
) -> Component:
    queue = words("calendar.all_queues") if entry.queue is None else labels.get(entry.queue, entry.queue)
    texts = (
        entry.name,
        words(f"calendar.kind_{entry.kind}"),
        queue,
        _effect(entry, words),
        f"{entry.entered_by}, {words.date(entry.entered_at)}",
    )
    cells = [
        html.Td(text, **data(label=words(f"calendar.{name}"))) for name, text in zip(_COLUMNS[1:], texts, strict=True)
    ]
    if editable:
        button = html.Button(
            words("calendar.withdraw"),
            id={"type": "calendar-withdraw", "id": entry.id},
            n_clicks=0,
            type="button",
            title=f"{words('calendar.withdraw')}: {entry.name}",
        )
        cells.append(html.Td(button))
    over = entry.last_day < view.today
    return html.Tr([html.Th(_days(entry, words), scope="row"), *cells], className="over" if over else "")


def _days(entry: CalendarEntryRow, words: Words) -> str:
    # Noon in UTC is the same date on every clock of the board's zones.
    first, last = (words.date(datetime.combine(day, time(12), UTC)) for day in (entry.first_day, entry.last_day))
    years = f" {entry.last_day.year}"
    return f"{first}{years}" if entry.first_day == entry.last_day else f"{first} – {last}{years}"


def _effect(entry: CalendarEntryRow, words: Words) -> str:
    if entry.kind == "closure":
        return words("calendar.closed")
    if entry.share is None:
        return words("calendar.unsaid")
    return words("calendar.stated", percent=f"{'+' if entry.share > 0 else ''}{words.percent(entry.share)}")
