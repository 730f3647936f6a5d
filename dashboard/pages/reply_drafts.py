"""Writing a reply: part of the replies page, at `/replies?edit=…`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component

from dashboard.components import reply_conflict, reply_form, reply_notes, reply_terms
from dashboard.components.current import current_visit
from dashboard.components.visit import ServicesLike, Visit
from dashboard.components.words import Words
from dashboard.domain.people import Right
from dashboard.domain.replies import BODY_MAX, Reply, ReplyConflictError, ReplyError, Status
from dashboard.domain.reply_terms import Terms
from dashboard.services.incidents import incident_desk
from dashboard.services.incidents.incident_form import Desk
from dashboard.services.replies import reply_review, reply_rules
from dashboard.services.replies.reply_review import Entry
from dashboard.services.replies.reply_terms_form import read_terms


def layout(visit: Visit) -> Component:
    """An empty form, or one that holds the reply named."""
    wanted = visit.parameters["edit"]
    reply = None if wanted == "new" else visit.services.ask(reply_review.latest, wanted, by=visit.person)
    if wanted != "new" and reply is None:
        return html.Div(html.P(visit.words("replies.error.gone")), className="page")
    open_now = visit.services.ask(incident_desk.open_incidents)
    limits = reply_terms.fields(visit.words, reply.terms if reply else Terms(), desk=_desk(visit), open_now=open_now)
    return html.Div(
        [
            html.Div(id="draft-conflict"),
            reply_form.reply_form(visit.words, reply=reply, language=visit.words.language, limits=limits),
            dcc.Store(id="draft-of", data=_of(reply)),
            dcc.Location(id="draft-place", refresh="callback-nav"),
        ],
        className="page",
    )


def register(app: Dash, services: ServicesLike) -> None:
    """Reading over while one writes, and saving, with what is wrong beside its field."""

    @app.callback(
        Output(reply_notes.PLACE, "children"),
        Input({"type": "draft-entry", "name": "body"}, "value"),
        Input("draft-language", "value"),
        Input("draft-channel", "value"),
        Input("draft-phases", "value"),
    )
    def read_over(body: str | None, language: str, channel: str, phases: list[str]) -> list[Component]:
        visit = current_visit(services)
        visit.person.require(Right.WRITE_REPLY)
        found = reply_rules.read_over(
            (body or "")[:BODY_MAX], channel=channel, language=language, phases=phases, settings=services.settings
        )
        return reply_notes.notes(found if body else (), visit.words)

    @app.callback(
        Output({"type": "draft-error", "name": ALL}, "children"),
        Output("draft-place", "href"),
        Output("draft-conflict", "children"),
        Output("draft-of", "data"),
        Input("draft-save", "n_clicks"),
        State({"type": "draft-entry", "name": ALL}, "value"),
        State({"type": "draft-entry", "name": ALL}, "id"),
        State("draft-language", "value"),
        State("draft-channel", "value"),
        State("draft-phases", "value"),
        State("draft-incident", "value"),
        State("draft-reapprove", "value"),
        State("draft-of", "data"),
        prevent_initial_call=True,
    )
    def save(
        clicks: int,
        values: list[str],
        ids: list[dict[str, str]],
        language: str,
        channel: str,
        phases: list[str],
        incident: str,
        reapprove: list[str],
        of: dict[str, Any],
    ) -> tuple[Any, ...]:
        if not clicks:
            return [no_update] * len(ctx.outputs_list[0]), no_update, no_update, no_update
        visit = current_visit(services)
        visit.person.require(Right.WRITE_REPLY)
        texts = {one["name"]: value or "" for one, value in zip(ids, values, strict=True)}
        places = [one["id"]["name"] for one in ctx.outputs_list[0]]
        try:
            terms = read_terms(texts, incident=incident or "", reapprove_on=reapprove or (), desk=_desk(visit))
            entry = _entry(texts, language=language, channel=channel, phases=phases, of=of, terms=terms)
            reply = services.ask(reply_review.save_draft, entry, by=visit.person, now=visit.now)
        except ReplyConflictError as conflict:
            told = reply_conflict.conflict(conflict, visit.words, title=texts["title"], body=texts["body"])
            return [""] * len(places), no_update, told, _after(conflict, of)
        except ReplyError as error:
            return _said(error, places, words=visit.words), no_update, [], no_update
        return [""] * len(places), _address(reply), [], no_update


def _desk(visit: Visit) -> Desk:
    return Desk(visit.words.language, visit.services.settings.zone, visit.now)


def _of(reply: Reply | None) -> dict[str, Any]:
    """What the form was filled with, so that saving notices who saved in between."""
    seen = reply.changed_at.isoformat() if reply and reply.status is Status.DRAFT else None
    return {"key": reply.key if reply else None, "seen_at": seen, "version": reply.version if reply else None}


def _after(conflict: ReplyConflictError, of: dict[str, Any]) -> dict[str, Any]:
    """After the difference was shown, saving again means: with that in view, mine."""
    theirs = conflict.theirs
    if conflict.code == "unfinished_version":  # somebody else's turn; nothing can be saved over it
        return of
    seen = theirs.changed_at.isoformat() if conflict.code == "changed_meanwhile" else None
    return {"key": theirs.key, "seen_at": seen, "version": theirs.version}


def _entry(
    texts: dict[str, str], *, language: str, channel: str, phases: list[str], of: dict[str, Any], terms: Terms
) -> Entry:
    seen = of.get("seen_at")
    return Entry(
        language,
        channel,
        tuple(phases),
        texts.get("title", ""),
        texts.get("body", ""),
        tuple(texts.get("tags", "").split(",")),
        key=of.get("key"),
        seen_at=datetime.fromisoformat(seen) if seen else None,
        version=of.get("version"),
        terms=terms,
    )


def _said(error: ReplyError, places: list[str], *, words: Words) -> list[str]:
    said: dict[str, str] = {}
    for one in (error, *error.more):
        where = one.field if one.field in places else "status"
        said.setdefault(where, words(f"replies.error.{one.code}", **one.values))
    return [said.get(place, "") for place in places]


def _address(reply: Reply) -> str:
    return f"/replies?shelf=unfinished&reply={reply.id}"
