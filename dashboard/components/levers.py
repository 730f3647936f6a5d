"""The levers: what each would bring now, at which cost and after how long; what was done, and what came of it."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.components import lever_text, links, live
from dashboard.components.attributes import aria, data
from dashboard.components.live import Snapshot
from dashboard.components.words import Words
from dashboard.domain.levers import LeverBoard, LeverLine

KEY = "levers"
ACT = "/levers/act"  # served by dashboard.web.levers
PLACES = tuple(f"lever.{place}" for place in range(12))
COLUMNS = ("name", "brings", "cost", "delay")


def levers(words: Words, *, editable: bool) -> Component:
    """A place for the levers; buttons for those who may pull them."""
    head = html.Div(
        [html.H2(words("levers.title")), live.text(f"{KEY}.for", class_name="soft", empty="")], className="section-head"
    )
    heads = html.Div(
        [html.Span(words(f"levers.{key}")) for key in COLUMNS], className="lever-heads", **aria(hidden="true")
    )
    lines = html.Ul([_place(key, words, editable=editable) for key in PLACES], className="lever-list")
    return live.stated(
        KEY,
        [
            head,
            live.stated(f"{KEY}.table", [heads, lines], class_name="lever-table"),
            html.P(live.text(f"{KEY}.note", class_name="soft", empty=""), className="lever-note"),
            html.P(live.text(f"{KEY}.log", class_name="soft", empty=""), className="lever-log"),
            *([_confirm(words)] if editable else []),
        ],
        class_name="levers",
    )


def put(snapshot: Snapshot, board: LeverBoard | None, *, words: Words) -> None:
    """Fill the block, or take it away on a day without an incident."""
    if board is None:
        snapshot.states[KEY] = live.HIDDEN
        return
    snapshot.states |= {KEY: "ok", f"{KEY}.table": "ok" if board.lines else live.HIDDEN}
    snapshot.texts |= {
        f"{KEY}.for": words("levers.for", title=board.incident_title),
        f"{KEY}.note": lever_text.note(board, words, shown=len(PLACES)),
        f"{KEY}.log": lever_text.log(board, words, now=snapshot.now),
    }
    for place, key in enumerate(PLACES):
        if place < len(board.lines):
            _put(snapshot, key, board.lines[place], board=board, words=words)
        else:
            snapshot.states[key] = live.HIDDEN


def _place(key: str, words: Words, *, editable: bool) -> Component:
    opened = html.P([live.text(f"{key}.source", empty=""), " ", links.link(words("levers.change"), "/assumptions")])
    name = html.Summary(live.text(f"{key}.name", empty=""), title=words("levers.explain"))
    parts: list[Component] = [
        html.Details([name, html.Div(opened, className="explains")], className="means lever-name"),
        *(_pair(key, column, words) for column in COLUMNS[1:]),
    ]
    if editable:
        parts.append(_acts(key, words))
    return html.Li(parts, className="lever", **data(live_state=key))


def _pair(key: str, column: str, words: Words) -> Component:
    """A figure and what goes with it; on a narrow screen, which has no heads, its label before it."""
    label = html.Span(words(f"levers.{column}"), className="lever-label")
    value = live.text(f"{key}.{column}", class_name="lever-value", empty="")
    more = live.text(f"{key}.{column}_sub", class_name="soft", empty="")
    return html.Div([label, value, more], className=f"lever-{column}")


def _acts(key: str, words: Words) -> Component:
    """What a manager may do; what it is about stands beside the buttons, so that a late click cannot slip."""
    buttons = [
        html.Button(
            [words(f"levers.{act}"), live.text(f"{key}.unseen", class_name="unseen", empty="")],
            type="button",
            **data(act=act, live_state=f"{key}.{act}"),
        )
        for act in ("do", "undo", "end")
    ]
    about = html.Span(hidden=True, **data(live_text=f"{key}.about", about=""))
    return html.Div(
        [about, *buttons],
        className="lever-acts",
        **data(
            lever_act=ACT,
            done="|".join(words(f"levers.said.{act}") for act in ("do", "undo", "end")),
            stale=words("levers.failed.stale"),
            failed=words("levers.failed.lost"),
        ),
    )


def _confirm(words: Words) -> Component:
    """The question before a lever is recorded; assets/65-levers.js fills in its name and figures."""
    yes = html.Button(words("levers.confirm"), type="button", className="primary", **data(lever_yes=""))
    no = html.Button(words("levers.cancel"), type="button", className="quiet", **data(lever_no=""))
    return html.Dialog(
        [
            html.H2("", id="lever-asked"),
            html.P("", className="lever-asked-figures"),
            html.P(words("levers.confirm_means"), className="soft"),
            html.Div([yes, no], className="dialog-acts"),
        ],
        className="help lever-confirm",
        **aria(labelledby="lever-asked"),
    )


def _put(snapshot: Snapshot, key: str, line: LeverLine, *, board: LeverBoard, words: Words) -> None:
    action = line.action
    undo = action is not None and action.may_be_undone(snapshot.now)
    snapshot.states |= {
        key: "on" if action else "blocked" if line.blocked_by else "open",
        f"{key}.do": "ok" if action is None and not line.blocked_by else live.HIDDEN,
        f"{key}.undo": "ok" if undo else live.HIDDEN,
        f"{key}.end": "ok" if action and not undo else live.HIDDEN,
    }
    said = lever_text.line(line, words, now=snapshot.now, currency=board.currency)
    snapshot.texts |= {f"{key}.{name}": text for name, text in said.items()}
    snapshot.texts |= {
        f"{key}.unseen": f": {said['name']}",
        f"{key}.about": f"{board.incident_id}|{line.key}|{action.id if action else ''}",
    }
