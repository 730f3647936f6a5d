"""The what-if panel: inputs with a slider and a field each, and the figures beside their values without a change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components import chart_menu, charts
from dashboard.components.attributes import aria, data
from dashboard.components.words import UNKNOWN, Words
from dashboard.domain.board import Range
from dashboard.domain.what_if import CLEARED, NO_BACKLOG, Changes, Clearing, Outcome, Standing, WhatIf
from dashboard.domain.what_if_entries import FIELDS, Field, at_rest, plain, read, written

SLIDER, ENTRY, ERROR, NOTE = (f"whatif-{name}" for name in ("slider", "entry", "error", "note"))
FINE_BELOW = 0.1


@dataclass(frozen=True, slots=True)
class _Row:
    """A measure: its value in words with what stands below it, and the number it is compared by."""

    name: str
    said: Callable[[Outcome], tuple[str, str]]
    number: Callable[[Outcome], float | None]
    difference: Callable[[float], str]
    more_is_worse: bool = True


def address(changes: Changes) -> str:
    """The page's address with these changes."""
    return "/staffing?" + urlencode({"view": "whatif", **written(changes)})


def panel(
    found: WhatIf,
    words: Words,
    *,
    changes: Changes,
    course: dict[str, Any],
    texts: Mapping[str, str],
    errors: Mapping[str, str],
) -> Component:
    """Both halves; `texts` are what the fields hold. The sliders are made by assets/62-what-if.js."""
    shown = [one for one in FIELDS if found.incident or not one.surge]
    fields = [
        _field(one, found.standing, words, changes=changes, text=texts.get(one.name, ""), code=errors.get(one.name))
        for one in shown
    ]
    reset = html.Button(words("whatif.reset"), id="whatif-reset", type="button", n_clicks=0)
    head = html.Div([html.H2(words("whatif.inputs")), reset], className="section-head")
    return html.Div(
        [
            html.Section([head, *fields], className="whatif-inputs", **aria(label=words("whatif.inputs"))),
            html.Section(
                figures(found, words, changes=changes, course=course),
                id="whatif-figures",
                className="whatif-figures",
                **aria(label=words("whatif.figures"), live="polite"),
                **data(address=address(changes)),
            ),
        ],
        className="whatif",
    )


def figures(found: WhatIf, words: Words, *, changes: Changes, course: dict[str, Any]) -> list[Component]:
    """The table, the figure of the queue's course, and what must be known about both."""
    words = words.at(found.timezone)
    changed = is_changed(changes)
    head = html.Div(
        [
            html.H2(words("whatif.figures")),
            html.Span(words("whatif.span", end=words.day_time(found.until, now=found.now)), className="soft"),
        ],
        className="section-head",
    )
    return [
        head,
        _table(found, words, changed=changed),
        *_course(found, words, changed=changed, course=course),
        _means(found, words),
    ]


def is_changed(changes: Changes) -> bool:
    """Whether anything is moved at all."""
    return any(True for _ in changes.given())


def error(code: str | None, field: Field, words: Words) -> str:
    """What is wrong with an entry."""
    if code is None:
        return ""
    return words(f"whatif.error.{code}", low=value(field, field.low, words), high=value(field, field.high, words))


def note(field: Field, standing: Standing, words: Words, *, changes: Changes) -> str:
    """What a factor comes to in the centre's own figures."""
    factor = getattr(changes, field.name)
    factor = 1.0 if factor is None else factor
    if field.name == "aht":
        return _ends(standing.aht_s, factor, words.wait)
    if field.name == "patience":
        return _ends(standing.patience_s, factor, words.wait)
    if field.name == "people":
        return words("whatif.note.people", n=words.number(standing.people * factor))
    if field.name == "affected" and standing.affected:
        return words.span(*(factor * one for one in standing.affected))
    if field.name == "eta_h":
        return _eta(standing, words, hours=changes.eta_h or 0.0)
    return ""


def value(field: Field, number: float, words: Words) -> str:
    """A number of a field with its unit."""
    text = plain(number)
    text = text.replace(".", ",") if words.language == "de" else text
    return words(f"whatif.unit.{field.unit}", n=text.replace("-", "−"))


def entry_text(field: Field, number: float, words: Words) -> str:
    """The same as a person would type it."""
    text = plain(number)
    return text.replace(".", ",") if words.language == "de" else text


def _field(
    field: Field, standing: Standing, words: Words, *, changes: Changes, text: str, code: str | None
) -> Component:
    name = words(f"whatif.field.{field.name}")
    low, high = at_rest(field, standing)
    off = field.name == "eta_h" and standing.eta is None
    rest = value(field, low, words) if low == high else f"{entry_text(field, low, words)}–{value(field, high, words)}"
    return html.Div(
        [
            html.Label(
                name,
                htmlFor=_plain_id(ENTRY, field),
                className="whatif-name",
                title=words(f"whatif.means.{field.name}"),
            ),
            html.Div(
                id={"type": SLIDER, "name": field.name},
                className="whatif-slider",
                **data(
                    low=str(field.low),
                    high=str(field.high),
                    step=str(field.step),
                    rest=plain(low) if low == high else "",
                    position=mark(field, standing, text),
                    off="1" if off else "",
                ),
            ),
            dcc.Input(
                id={"type": ENTRY, "name": field.name},
                type="text",
                value=text,
                placeholder=rest,
                debounce=0.4,
                autoComplete="off",
                maxLength=12,
                disabled=off,
                className="line short",
            ),
            html.Span(
                note(field, standing, words, changes=changes) if not off else words("whatif.no_eta"),
                id={"type": NOTE, "name": field.name},
                className="soft whatif-note",
            ),
            html.Span(
                error(code, field, words), id={"type": ERROR, "name": field.name}, className="error", role="alert"
            ),
        ],
        className="field whatif-field",
        **data(field=field.name, label=name, unit=words(f"whatif.unit.{field.unit}", n="").strip()),
    )


def position(field: Field, standing: Standing, text: str) -> float:
    """Where the slider stands for a field's text; at rest in the middle of the queues' values."""
    number = read(text)
    if number is not None and field.low <= number <= field.high:
        return number
    low, high = at_rest(field, standing)
    return round((low + high) / 2 / field.step) * field.step


def mark(field: Field, standing: Standing, text: str) -> str:
    """The slider's position with the text it answers: a hand that has moved on since does not follow it."""
    return f"{position(field, standing, text)}|{text}"


def _plain_id(kind: str, field: Field) -> str:
    return f'{{"name":"{field.name}","type":"{kind}"}}'


def _table(found: WhatIf, words: Words, *, changed: bool) -> Component:
    heads = [("text", words("whatif.measure")), ("number", words("whatif.before"))]
    heads += [("number", words("whatif.after")), ("number", words("whatif.difference"))]
    rows = [_row(one, found, words, changed=changed) for one in _rows(found, words)]
    return html.Div(
        html.Table(
            [
                html.Caption(words("whatif.figures"), className="unseen"),
                html.Thead(html.Tr([html.Th(text, scope="col", className=kind) for kind, text in heads])),
                html.Tbody(rows),
            ],
            className="table whatif-table",
        ),
        className="table-room",
        tabIndex="0",
        role="region",
        **aria(label=words("whatif.figures")),
    )


def _row(one: _Row, found: WhatIf, words: Words, *, changed: bool) -> Component:
    before, after = one.number(found.before), one.number(found.after)
    gap = None if before is None or after is None else after - before
    moved = changed and one.said(found.before) != one.said(found.after)
    worse = bool(moved and gap and (gap > 0) == one.more_is_worse)
    mark = words("whatif.worse" if worse else "whatif.better") if moved and gap else ""
    cells = [
        html.Td(_said(one.said(found.before)), className="number"),
        html.Td(_said(one.said(found.after)) if changed else UNKNOWN, className="number after"),
        html.Td(
            [one.difference(gap) if moved and gap else "", html.Span(mark, className="sub")],
            className="number difference",
            **data(state="act" if worse else "ok"),
        ),
    ]
    head = html.Th(
        [words(f"whatif.row.{one.name}"), html.Span(words(f"whatif.row.{one.name}_means"), className="sub")],
        scope="row",
    )
    return html.Tr([head, *cells], className="moved" if moved else "")


def _said(parts: tuple[str, str]) -> list[Component | str]:
    main, below = parts
    return [main, html.Span(below, className="sub")]


def _rows(found: WhatIf, words: Words) -> list[_Row]:
    def moment(at: datetime | None) -> str:
        return "" if at is None else words.day_time(at, now=found.now)

    def counted(gap: float) -> str:
        return words.signed(_rough(gap))

    def span(one: Range | None) -> tuple[str, str]:
        return (UNKNOWN, "") if one is None else (words.estimate(one.p50), words.span(one.p10, one.p90))

    def needed(o: Outcome) -> tuple[str, str]:
        main, below = span(o.needed)
        return main, " · ".join(part for part in (below, moment(o.needed_at)) if part)

    return [
        _Row(
            "service_level",
            lambda o: (_share(o.service_level, words), ""),
            lambda o: o.service_level,
            lambda gap: words("whatif.points", n=words.signed(100 * gap, 1)),
            more_is_worse=False,
        ),
        _Row(
            "clear",
            lambda o: _clear(o.clear, words, moment=moment, sight=found.sight),
            lambda o: _epoch(o.clear),
            lambda gap: words("whatif.later" if gap > 0 else "whatif.earlier", t=words.duration(abs(gap))),
        ),
        _Row("unserved", lambda o: span(o.unserved), lambda o: o.unserved.p50 if o.unserved else None, counted),
        _Row(
            "queue", lambda o: (words.estimate(o.queue_peak), moment(o.queue_peak_at)), lambda o: o.queue_peak, counted
        ),
        _Row(
            "wait",
            lambda o: (words.wait(o.wait_peak_s), ""),
            lambda o: o.wait_peak_s,
            lambda gap: ("+" if gap > 0 else "−") + words.duration(abs(gap)),
        ),
        _Row("needed", needed, lambda o: o.needed.p50 if o.needed else None, counted),
    ]


def _share(share: float | None, words: Words) -> str:
    """In whole per cent, in the depth of a surge with one place more."""
    return words.percent(share, 1 if share is not None and share < FINE_BELOW else 0)


def _rough(gap: float) -> float:
    """To two figures, as the figures themselves."""
    size = 10 ** max(len(str(int(abs(gap)))) - 2, 0)
    return float(round(gap / size) * size)


def _clear(
    one: Clearing | None, words: Words, *, moment: Callable[[datetime | None], str], sight: datetime
) -> tuple[str, str]:
    """The median's end, and below it the ends at low and high demand."""
    if one is None:
        return UNKNOWN, ""
    beyond = words("whatif.beyond", time=moment(sight))
    none = words("whatif.no_backlog")
    statuses = {CLEARED: moment(one.middle), NO_BACKLOG: none}
    low = moment(one.low) or (none if one.low_status == NO_BACKLOG else beyond)
    high = moment(one.high) or (none if one.high_status == NO_BACKLOG else beyond)
    return statuses.get(one.status, beyond), low if low == high else f"{low} – {high}"


def _epoch(one: Clearing | None) -> float | None:
    return one.middle.timestamp() if one and one.middle else None


def _course(found: WhatIf, words: Words, *, changed: bool, course: dict[str, Any]) -> list[Component]:
    if not found.before.waiting:
        return [html.P(words("whatif.nobody_waits"), className="note")]
    summary = words(
        "whatif.summary", before=words.estimate(found.before.queue_peak), after=words.estimate(found.after.queue_peak)
    )
    names = [html.Span(words("whatif.before"), className="line-name before")]
    names += [html.Span(words("whatif.after"), className="line-name after")] if changed else []
    about = html.Span(words("whatif.course_means"), className="soft")
    menu = chart_menu.button("what-if", words, title=words("whatif.course"), unit=words("whatif.course_means"))
    head = html.Div([html.H2(words("whatif.course")), about, *names, menu], className="section-head")
    return [head, charts.chart(course, summary=summary, class_name="whatif-course", name="what-if", at=found.now)]


def _means(found: WhatIf, words: Words) -> Component:
    said = [words(f"whatif.caution.{key}") for key in found.cautions]
    warned = [html.P([html.Strong(words("whatif.cautions")), " ", " ".join(said)], className="note")] if said else []
    at_work = words("whatif.at_work_roster" if found.rostered else "whatif.at_work_ordinary")
    basis = html.P([at_work, " ", words("whatif.basis")], className="explains")
    return html.Div(
        [
            *warned,
            html.Details([html.Summary(words("whatif.basis_title")), basis]),
        ],
        className="whatif-means",
    )


def _ends(ends: tuple[float, float], factor: float, said: Callable[[float], str]) -> str:
    low, high = (said(factor * one) for one in ends)
    return low if low == high else f"{low}–{high}"


def _eta(standing: Standing, words: Words, *, hours: float) -> str:
    return UNKNOWN if standing.eta is None else words.day_time(standing.eta + timedelta(hours=hours), now=standing.eta)
