"""The surge plan in words and tables: its aim, its figures, its lines with their reasons, and what binds."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.attributes import aria, data
from dashboard.components.lever_text import SIGNS
from dashboard.components.lever_text import name as lever_name
from dashboard.components.words import UNKNOWN, Words
from dashboard.domain.surge_plan import GOAL, PLANNED, Line, PlanRecord

FIX, DROP, GIVE, COUNT = "plan-fix", "plan-drop", "plan-give", "plan-count"
FILES = ("csv", "xlsx", "ics")
_SHARES = ("share", "low", "high", "used")
COLUMNS = ("what:text", "when:text", "people:number", "hours:number", "cost:number", "why:wide", "hand:text")
_MOST_LIMITS = 8


def result(plan: PlanRecord | None, words: Words) -> list[Component]:
    """All of a plan; without one, what a plan would say."""
    if plan is None:
        return [html.P(words("surge_plan.none"), className="note")]
    return [_figures(plan, words), _lines(plan, words), *_removed(plan, words), _limits(plan, words)]


def why(line: Line, plan: PlanRecord, words: Words) -> str:
    """The reason for a line."""
    if line.why == "why_fixed":
        return words("surge_plan.why_fixed")
    shown = {name: _said(name, value, words) for name, value in line.values}
    return words(f"plan.{line.why}", currency=SIGNS.get(plan.currency, plan.currency), **shown)


def event(line: Line, words: Words) -> str:
    """A line's title in a calendar."""
    if line.kind == "people":
        return words("surge_plan.event", n=words.number(line.people), lever=lever_name(line.lever, words))
    return lever_name(line.lever, words)


def money(value: float, plan: PlanRecord, words: Words) -> str:
    """An amount in the catalogue's currency."""
    return f"{words.number(value)}\u202f{SIGNS.get(plan.currency, plan.currency)}"


def _said(name: str, value: str | float, words: Words) -> str:
    if isinstance(value, str):
        return ", ".join(lever_name(key, words) for key in value.split(", "))
    return words.percent(value) if name in _SHARES else words.number(value, 2 if name == "rate" else 0)


def _figures(plan: PlanRecord, words: Words) -> Component:
    status = words(
        f"surge_plan.status.{plan.status}", goal=words.percent(plan.aim.value if plan.aim.kind == GOAL else None)
    )
    tiles = [
        ("cost", money(plan.cost, plan, words), words("surge_plan.gap", gap=words.percent(plan.gap, 1))),
        ("covered", words.percent(plan.covered[0]), words("surge_plan.at_high", value=words.percent(plan.covered[1]))),
        (
            "missing",
            words(
                "surge_plan.from_to",
                before=words.estimate(plan.missing_before[0]),
                after=words.estimate(plan.missing_after[0]),
            ),
            words(
                "surge_plan.at_high",
                value=words(
                    "surge_plan.from_to",
                    before=words.estimate(plan.missing_before[1]),
                    after=words.estimate(plan.missing_after[1]),
                ),
            ),
        ),
    ]
    said = html.P(
        [
            html.Strong(status),
            " ",
            words(
                "surge_plan.made",
                time=words.day_time(plan.made_at, now=plan.made_at),
                by=plan.made_by,
                end=words.day_time(plan.end, now=plan.made_at),
            ),
        ],
        className="plan-status" if plan.status == PLANNED else "plan-status unreachable",
    )
    return html.Div(
        [
            said,
            html.Section(
                [_tile(*one, words=words) for one in tiles],
                className="tiles three",
                **aria(label=words("surge_plan.title")),
            ),
        ],
        className="plan-figures",
    )


def _tile(key: str, value: str, foot: str, *, words: Words) -> Component:
    parts = ((words(f"surge_plan.tile.{key}"), "tile-name"), (value, "tile-value"), (foot, "tile-foot"))
    return html.Div([html.Div(text, className=kind) for text, kind in parts], className="tile")


def _lines(plan: PlanRecord, words: Words) -> Component:
    columns = [one.split(":") for one in COLUMNS]
    heads = [html.Th(words(f"surge_plan.column.{key}"), scope="col", className=kind) for key, kind in columns]
    body = [_row(one, plan, words) for one in plan.lines]
    if not body:
        return html.P(words("surge_plan.nothing_to_do"), className="note")
    return html.Div(
        html.Table(
            [html.Caption(words("surge_plan.lines"), className="unseen"), html.Thead(html.Tr(heads)), html.Tbody(body)],
            className="table plan-lines",
        ),
        className="table-room",
        tabIndex="0",
        role="region",
        **aria(label=words("surge_plan.lines")),
    )


def _row(line: Line, plan: PlanRecord, words: Words) -> Component:
    name = lever_name(line.lever, words)
    when = words(
        "surge_plan.from_until",
        start=words.day_time(line.start, now=plan.made_at),
        end=words.day_time(line.end, now=plan.made_at),
    )
    key = "fixed" if line.fixed else "fix"
    hand = [
        html.Button(
            words(f"surge_plan.{key}"),
            id={"type": FIX, "key": line.key},
            n_clicks=0,
            type="button",
            className="quiet",
            **aria(pressed=str(line.fixed).lower(), label=f"{words(f'surge_plan.{key}')}: {name} {when}"),
        )
        if line.may_be_fixed
        else None,
        html.Button(
            words("surge_plan.drop"),
            id={"type": DROP, "lever": line.lever, "key": line.key},
            n_clicks=0,
            type="button",
            className="quiet",
            **aria(label=f"{words('surge_plan.drop')}: {name}"),
        ),
    ]
    cells = [
        html.Th(name, scope="row"),
        html.Td(when),
        html.Td(
            _count(line, words, name=f"{name} {when}"),
            className="number",
            **data(label=words("surge_plan.column.people")),
        ),
        html.Td(words.number(line.hours), className="number", **data(label=words("surge_plan.column.hours"))),
        html.Td(money(line.cost, plan, words), className="number", **data(label=words("surge_plan.column.cost"))),
        html.Td(why(line, plan, words), className="wide"),
        html.Td([one for one in hand if one is not None], className="hand"),
    ]
    return html.Tr(cells, className="fixed" if line.fixed else "")


def _count(line: Line, words: Words, *, name: str) -> Component | str:
    """How many, as a field where a person may say so."""
    if not line.may_be_counted:
        return words.number(line.people) if line.people >= 0.5 else UNKNOWN
    entry = dcc.Input(
        id={"type": COUNT, "key": line.key},
        value=f"{line.people:.0f}",
        type="text",
        inputMode="numeric",
        debounce=True,
        autoComplete="off",
        maxLength=5,
        className="line short",
    )
    label = html.Span(words("surge_plan.count", name=name), className="unseen")
    return html.Label([label, entry], className="count")


def _removed(plan: PlanRecord, words: Words) -> list[Component]:
    if not plan.removed:
        return []
    again = [
        html.Button(
            lever_name(key, words), id={"type": GIVE, "lever": key}, n_clicks=0, type="button", className="quiet"
        )
        for key in plan.removed
    ]
    return [html.P([words("surge_plan.removed"), " ", *again], className="note")]


def _limits(plan: PlanRecord, words: Words) -> Component:
    said = [
        html.Li(
            words(
                f"surge_plan.limit.{one.limit}",
                lever=" + ".join(lever_name(key, words) for key in one.lever.split(":")) if one.lever else "",
            )
        )
        for one in plan.binding[:_MOST_LIMITS]
    ]
    rest = said or [html.Li(words("surge_plan.nothing_binds"))]
    return html.Section([html.H2(words("surge_plan.binding")), html.Ul(rest)], className="plan-limits")
