"""People to schedule by queue and hour, darker where more are needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from dash import html
from dash.development.base_component import Component

from dashboard.components.attributes import aria
from dashboard.components.links import link
from dashboard.components.words import UNKNOWN, Words
from dashboard.domain.board import StaffingView
from dashboard.domain.staffing_day import Hour, by_hour, total

HOUR = timedelta(hours=1)
BEHIND = timedelta(hours=2)  # of today what is still to come, and the hour before for comparison …
HALF_A_PERSON = 0.5
AT_LEAST = 10  # … but late in the day so many hours all the same, so that the table stays one


def heat(view: StaffingView, words: Words, *, day: int, chosen: str | None) -> Component:
    """A row a queue and the sum; each cell is the hour's highest need, median to upper end."""
    rows = [(queue.key, queue.label, by_hour(queue.cells, timezone=view.timezone)) for queue in view.queues]
    summed = by_hour(total(view.queues), timezone=view.timezone)
    hours = _shown(sorted(summed), now=view.now, today=not day)
    head = [html.Th(words("staffing.queue"), scope="col"), *(_head(at, words, now=view.now) for at in hours)]
    body = [
        _row(label, found, hours, words=words, address=_address(day, key), current=key == chosen)
        for key, label, found in rows
    ]
    all_of_them = _row(
        words("staffing.all_queues"), summed, hours, words=words, address=_address(day, None), current=chosen is None
    )
    return html.Div(
        html.Table(
            [
                html.Caption(words("staffing.heat_caption"), className="unseen"),
                html.Thead(html.Tr(head)),
                html.Tbody([all_of_them, *body]),
            ],
            className="table heat",
        ),
        className="table-room",
        tabIndex="0",
        role="region",
        **aria(label=words("staffing.heat_caption")),
    )


def _head(at: datetime, words: Words, *, now: datetime) -> Component:
    running = at <= now < at + HOUR
    return html.Th(
        words.time(at).removesuffix(":00"),
        scope="col",
        className="number now-hour" if running else "number",
        title=f"{words.time(at)}–{words.time(at + HOUR)}",
    )


def _row(
    label: str, found: Mapping[datetime, Hour], hours: Sequence[datetime], *, words: Words, address: str, current: bool
) -> Component:
    highest = max((hour.scheduled_p50 for hour in found.values()), default=0)
    name = html.Th(link(label, address), scope="row", className="chosen" if current else "")
    return html.Tr([name, *(_cell(found.get(at), words, highest=highest) for at in hours)])


def _shown(hours: Sequence[datetime], *, now: datetime, today: bool) -> Sequence[datetime]:
    ahead = [at for at in hours if at >= now - BEHIND]
    return hours if not today else hours[-max(len(ahead), AT_LEAST) :]


def _cell(hour: Hour | None, words: Words, *, highest: int) -> Component:
    if hour is None:
        return html.Td(UNKNOWN, className="number closed")
    share = hour.scheduled_p50 / highest if highest else 0.0
    title = words(
        "staffing.cell",
        scheduled=words.span(hour.scheduled_p50, hour.scheduled_p90),
        agents=words.span(hour.agents_p50, hour.agents_p90),
        time=words.time(hour.at),
    )
    upper = html.Span(words.compact(hour.scheduled_p90), className="upper")
    short: list[Component] = []
    if hour.rostered is not None:
        missing = words.number(hour.short_p50)
        title = f"{title}; {words('roster.cell', n=words.number(hour.rostered), short=missing)}"
        if (hour.short_p50 or 0.0) >= HALF_A_PERSON:
            short = [html.Span(words("roster.missing_at", n=words.compact(hour.short_p50)), className="short")]
    return html.Td(
        [words.compact(hour.scheduled_p50), upper, *short],
        className="number",
        title=title,
        style={"--heat": f"{share:.3f}"},
    )


def _address(day: int, queue: str | None) -> str:
    parts = [f"day={day}"] if day else []
    parts += [f"queue={queue}"] if queue else []
    return "/staffing" + (f"?{'&'.join(parts)}" if parts else "")
