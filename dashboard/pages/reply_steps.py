"""What a person does to the reply before them: take it a step on, or make it a favourite; part of the replies pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, no_update

from dashboard.components import reply_parts
from dashboard.components.current import current_visit
from dashboard.components.visit import ServicesLike, Visit
from dashboard.domain.replies import ReplyError, Step
from dashboard.services.replies import reply_desk, reply_memory, reply_review, reply_rules, reply_stamp


def register_steps(app: Dash, services: ServicesLike, *, area: str) -> None:
    """The buttons that take steps in an area: ids begin with its name, its notice and stamp tell what came of it."""

    @app.callback(
        Output(f"{area}-notice", "children"),
        Output(f"{area}-stamp", "data"),
        Input({"type": f"{area}-step", "step": ALL, "reply": ALL, "seen": ALL}, "n_clicks"),
        State({"type": f"{area}-reason", "reply": ALL}, "value"),
        State({"type": f"{area}-reason", "reply": ALL}, "id"),
        prevent_initial_call=True,
    )
    def step(clicks: list[int | None], reasons: list[str | None], of: list[dict[str, str]]) -> tuple[Any, ...]:
        chosen = ctx.triggered_id
        if not any(clicks) or not isinstance(chosen, dict):
            return no_update, no_update
        visit = current_visit(services)
        given = {one["reply"]: text or "" for one, text in zip(of, reasons, strict=True)}
        said, done = take(visit, chosen, reason=given.get(chosen["reply"], ""))
        return said, services.ask(reply_stamp.reply_stamp, now=visit.now) if done else no_update


def register(app: Dash, services: ServicesLike) -> None:
    """The buttons beside a reply."""
    register_steps(app, services, area="reply")

    @app.callback(
        Output("reply-favourites", "children"),
        Output("reply-shown", "data", allow_duplicate=True),
        Input({"type": "reply-star", "reply": ALL}, "n_clicks"),
        Input("reply-language", "value"),
        Input("reply-stamp", "data"),
        prevent_initial_call="initial_duplicate",
    )
    def star(clicks: list[int | None], language: str, stamp: str) -> tuple[Any, ...]:
        visit, chosen = current_visit(services), ctx.triggered_id
        pressed = isinstance(chosen, dict) and any(clicks)
        if pressed:
            services.ask(reply_memory.toggle_favourite, chosen["reply"], by=visit.person)
        found = services.ask(reply_desk.favourites, by=visit.person, language=language, now=visit.now)
        return reply_parts.favourites(visit.words, found), "anew" if pressed else no_update


def take(visit: Visit, chosen: dict[str, str], *, reason: str) -> tuple[str, bool]:
    """Take the step that a button stands for; what to say, and whether it was done."""
    taken, words = Step(chosen["step"]), visit.words
    try:
        visit.services.ask(
            reply_review.take_step,
            chosen["reply"],
            step=taken,
            by=visit.person,
            now=visit.now,
            rules=reply_rules.reply_rules(visit.services.settings),
            reason=reason,
            seen_at=datetime.fromisoformat(chosen["seen"]),
        )
    except ReplyError as error:
        return words(f"replies.error.{error.code}", **error.values), False
    return words(f"replies.done.{taken.value}"), True
