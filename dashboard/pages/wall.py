"""The links of the wall: a manager makes one for each screen, sees when it was last used, and revokes it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component
from flask import request

from dashboard.components import lever_text, live, wall
from dashboard.components.attributes import aria, data
from dashboard.components.current import current_visit
from dashboard.components.entries import choice
from dashboard.components.live import Snapshot
from dashboard.components.visit import ServicesLike, Visit
from dashboard.components.words import Words
from dashboard.domain.board import SituationView
from dashboard.domain.people import Right
from dashboard.figures.fan import fan
from dashboard.services.accounts import LANGUAGES, THEMES
from dashboard.services.board import wall_links
from dashboard.services.board.wall_links import WallError, WallLinkRow

PATH = "/wall/links"
TITLE = "wall.links"
RIGHT = Right.RUN_INCIDENT
REVOKES = {"type": "wall-revoke", "link": ALL}


def layout(visit: Visit) -> Component:
    """The form for a new link, and all links."""
    words = visit.words
    return html.Div(
        [
            html.Div([html.H1(words("wall.links"))], className="page-head"),
            html.P(words("wall.links_means"), className="soft"),
            html.Form(_fields(words), noValidate="noValidate", className="wall-form", **data(form="wall-make")),
            html.Div(id="wall-made", role="status"),
            html.Div(_table(visit), id="wall-links", className="table-room"),
        ],
        className="page desk wall-links",
    )


def register(app: Dash, services: ServicesLike) -> None:
    """Making and revoking."""

    @app.callback(
        Output("wall-made", "children"),
        Output("wall-error", "children"),
        Output("wall-name", "value"),
        Output("wall-links", "children"),
        Input("wall-make", "n_clicks"),
        Input(REVOKES, "n_clicks"),
        State("wall-name", "value"),
        State("wall-language", "value"),
        State("wall-theme", "value"),
        prevent_initial_call=True,
    )
    def act(clicks: int, revoked: list[int], name: str, language: str, theme: str) -> tuple[Any, ...]:
        visit = current_visit(services)
        if isinstance(ctx.triggered_id, dict):
            return _revoked(visit, int(ctx.triggered_id["link"])) if any(revoked) else (no_update,) * 4
        return _made(visit, name or "", language=language, theme=theme) if clicks else (no_update,) * 4


def snapshot(view: SituationView, words: Words) -> dict[str, Any]:
    """The live figures of the wall."""
    words = words.at(view.timezone)
    made = Snapshot(view.now)
    wall.put(made, view, words)
    channels = wall.ordered(view)
    for place, key in enumerate(wall.FANS):
        if place >= len(channels):
            made.states[key] = live.HIDDEN
            continue
        wall.put_fan(made, key, channels[place], words)
        made.figures[f"{key}.figure"] = fan(
            channels[place], words, now=made.now, named=True, mark_text=lambda mark: lever_text.mark(mark, words)
        )
    return made.to_dict()


def _made(visit: Visit, name: str, *, language: str, theme: str) -> tuple[Any, ...]:
    words = visit.words
    try:
        token = visit.services.ask(wall_links.make, name, by=visit.person, now=visit.now)
    except WallError as error:
        return no_update, words(f"wall.problem_{error.problem}"), no_update, no_update
    said = language if language in LANGUAGES else words.language
    shown = theme if theme in THEMES else "dark"
    address = wall_links.address(request.host_url, token, language=said, theme=shown)
    entry = dcc.Input(value=address, readOnly=True, className="line", id="wall-address")
    label = html.Label([html.Span(words("wall.address"), className="label"), entry])
    return [html.P(words("wall.made", name=name.strip()), className="notice"), label], "", "", _table(visit)


def _revoked(visit: Visit, link: int) -> tuple[Any, ...]:
    try:
        visit.services.ask(wall_links.revoke, link, by=visit.person, now=visit.now)
    except WallError as error:
        return no_update, visit.words(f"wall.problem_{error.problem}"), no_update, _table(visit)
    return "", "", no_update, _table(visit)


def _fields(words: Words) -> list[Component]:
    name = dcc.Input(
        id="wall-name", type="text", className="line", maxLength=wall_links.MOST_NAME, autoComplete="off", value=""
    )
    languages = [(key, words(f"wall.{key}")) for key in LANGUAGES]
    themes = [(key, words(f"theme.{key}")) for key in ("dark", "light", "auto")]
    return [
        html.Div(
            [
                html.Label([html.Span(words("wall.name")), name]),
                html.Span(words("wall.name_hint"), className="hint"),
                html.Span(id="wall-error", className="error", role="alert"),
            ],
            className="field",
            **data(field="wall-name"),
        ),
        choice("wall-language", languages, value=words.language, label=words("wall.language")),
        choice("wall-theme", themes, value="dark", label=words("wall.theme")),
        html.Button(words("wall.make"), id="wall-make", type="submit", className="primary", n_clicks=0),
    ]


def _table(visit: Visit) -> Component:
    words = visit.words
    rows = visit.services.ask(wall_links.links)
    if not rows:
        return html.P(words("wall.none"), className="soft")
    heads = [html.Th(words(f"wall.{key}"), scope="col") for key in ("title", "since", "seen", "state")]
    lines = [_line(row, words, now=visit.now) for row in rows]
    return html.Table(
        [
            html.Thead(html.Tr([*heads, html.Th(html.Span(words("wall.revoke"), className="unseen"), scope="col")])),
            html.Tbody(lines),
        ],
        className="table",
    )


def _line(row: WallLinkRow, words: Words, *, now: datetime) -> Component:
    state = words("wall.open")
    if row.revoked_at:
        state = words("wall.revoked", when=words.day_time(row.revoked_at, now=now), by=row.revoked_by)
    seen = words.day_time(row.seen_at, now=now) if row.seen_at else words("wall.never_seen")
    return html.Tr(
        [
            html.Th(row.name, scope="row"),
            html.Td(f"{words.day_time(row.created_at, now=now)}, {row.created_by}"),
            html.Td(seen),
            html.Td(state),
            html.Td([] if row.revoked_at else _revoke(row, words)),
        ],
        className="gone" if row.revoked_at else "",
    )


def _revoke(row: WallLinkRow, words: Words) -> Component:
    button = html.Button(
        words("wall.revoke"),
        id={"type": "wall-revoke", "link": row.id},
        className="danger",
        n_clicks=0,
        **aria(label=words("wall.revoke_about", name=row.name)),
    )
    sure = html.Div([html.P(words("wall.revoke_sure")), button])
    return html.Details([html.Summary(words("wall.revoke"), className="button quiet"), sure], className="confirm")
