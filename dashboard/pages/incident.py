"""One incident: open it with three fields, keep its facts true, take a change back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component

from dashboard.components import incident_actions, incident_form, incident_history, incident_signals, incident_words
from dashboard.components.current import current_visit
from dashboard.components.links import link
from dashboard.components.visit import ServicesLike, Visit
from dashboard.components.words import Words
from dashboard.domain.people import Right
from dashboard.services.entry_numbers import EntryError
from dashboard.services.incidents import incident_actions as incident_action_desk
from dashboard.services.incidents import incident_desk, incident_proposals
from dashboard.services.incidents.incident_desk import ConflictError, Revision, UnknownIncidentError
from dashboard.services.incidents.incident_form import Desk, FormError, Problem, form_of, new_form, read_entry
from dashboard.services.incidents.incident_proposals import Prefilled

PATH = "/incident/<incident_id>"
TITLE = "desk.title"
RIGHT = Right.SEE_BOARD
NEW = "new"
ENTRIES = {"type": "incident-entry", "name": ALL}
ERRORS = {"type": "incident-error", "name": ALL}
ECHOES = {"type": "incident-echo", "name": ALL}


def layout(visit: Visit) -> Component:
    """The form and the versions; for those who may not change it, the facts."""
    wanted, words = visit.parameters.get("incident_id", NEW), visit.words
    may_run = visit.person.may(Right.RUN_INCIDENT)
    if wanted == NEW and not may_run:
        return _told(words("error.403"), words("error.403_advice"), words=words)
    if wanted == NEW:
        return _page(visit, words("desk.new_title"), None, editable=True)
    versions = _versions(visit, wanted)
    if not versions:
        return _told(words("desk.unknown"), words("error.404_advice"), words=words)
    return _page(visit, versions[0].facts.title, versions, editable=may_run)


def register(app: Dash, services: ServicesLike) -> None:
    """Saving, taking back, and saying how an entry is understood while it is typed."""

    @app.callback(
        Output(ERRORS, "children"),
        Output(ENTRIES, "value"),
        Output("incident-conflict", "children"),
        Output("incident-versions", "children"),
        Output("incident-notice", "children"),
        Output("incident-of", "data"),
        Output("incident-place", "href"),
        Input("incident-save", "n_clicks"),
        Input({"type": "incident-revert", "revision": ALL}, "n_clicks"),
        State(ENTRIES, "value"),
        State(ENTRIES, "id"),
        State("incident-of", "data"),
        prevent_initial_call=True,
    )
    def save(
        clicks: int, reverts: list[int], values: list[Any], ids: list[dict[str, str]], of: dict[str, Any]
    ) -> tuple[Any, ...]:
        if not clicks and not any(reverts):
            return _answer()
        visit = current_visit(services)
        form = {one["name"]: _text(value) for one, value in zip(ids, values, strict=True)}
        try:
            return _saved(visit, form, of)
        except FormError as error:
            return _answer(errors=error.problems, words=visit.words)
        except ConflictError as error:
            told = incident_history.conflict(error, visit.words, now=visit.now)
            return _answer(form=error.form, conflict=told, of={**of, "revision": error.current.revision})

    @app.callback(Output(ECHOES, "children"), Input(ENTRIES, "value"), State(ENTRIES, "id"))
    def echo(values: list[Any], ids: list[dict[str, str]]) -> list[str]:
        visit = current_visit(services)
        form = {one["name"]: _text(value) for one, value in zip(ids, values, strict=True)}
        places = [one["id"]["name"] for one in ctx.outputs_list]
        return [_echo(name, form.get(name, ""), visit) for name in places]


def _page(visit: Visit, title: str, versions: list[Revision] | None, *, editable: bool) -> Component:
    words, desk = visit.words, _desk(visit)
    others = visit.services.ask(incident_desk.open_incidents) if versions is None else []
    filled = _prefilled(visit, desk) if versions is None else None
    form = form_of(versions[0].facts, desk) if versions else filled.form if filled else new_form(desk)
    of: dict[str, Any] = {"id": versions[0].incident_id, "revision": versions[0].revision} if versions else {}
    if filled:
        of["signals"] = [row.id for row in filled.signals]
    main = (
        incident_form.incident_form(
            words, form, queues=visit.services.ask(incident_desk.queue_names), is_new=versions is None
        )
        if editable
        else incident_history.facts((versions or [])[0], words, now=visit.now)
    )
    return html.Div(
        [
            html.Div([html.H1(title), *_lead(words, others, is_new=versions is None)], className="page-head"),
            *([incident_signals.note(filled.signals, words)] if filled else []),
            html.Div(id="incident-conflict"),
            html.Div(
                [html.Div(main, className="form-main"), _aside(visit, versions, editable=editable)],
                className="desk-halves",
            ),
            dcc.Store(id="incident-of", data=of),
            dcc.Location(id="incident-place", refresh="callback-nav"),
        ],
        className="page desk",
    )


def _told(title: str, advice: str, *, words: Words) -> Component:
    """A page that says why there is nothing to see, and the way on."""
    return html.Div([html.H1(title), html.P(advice), link(words("desk.to_situation"), "/")], className="page")


def _lead(words: Words, others: list[Revision], *, is_new: bool) -> list[Component]:
    if not is_new:
        return [link(words("desk.to_situation"), "/")]
    known = [link(one.facts.title, f"/incident/{one.incident_id}") for one in others]
    already = [html.Span([words("desk.open_already"), " ", *known], className="note")] if known else []
    return [html.Span(words("desk.three"), className="soft"), *already]


def _aside(visit: Visit, versions: list[Revision] | None, *, editable: bool) -> Component:
    words = visit.words
    if versions is None:
        means = [html.P(words(f"desk.new_means.{step}")) for step in ("first", "second", "third")]
        return html.Aside(
            [html.H2(words("desk.new_means.title")), *means, html.Ul(id="incident-versions", hidden=True)],
            className="aside",
        )
    listed = incident_history.history(versions, words, now=visit.now, editable=editable)
    signals = visit.services.ask(incident_proposals.of_incident, versions[0].incident_id, now=visit.now)
    actions = visit.services.ask(incident_action_desk.listed, versions[0].incident_id)
    return html.Aside(
        [
            *incident_actions.listed(actions, words, now=visit.now),
            *incident_signals.listed(signals, words, now=visit.now),
            html.H2(words("desk.versions")),
            html.Ol(listed, id="incident-versions", className="versions"),
        ],
        className="aside",
    )


def _saved(visit: Visit, form: Mapping[str, str], of: Mapping[str, Any]) -> tuple[Any, ...]:
    """Do what was asked: open, change or take back."""
    words, desk, ask = visit.words, _desk(visit), visit.services.ask
    if "id" not in of:
        ask(incident_proposals.confirm, of.get("signals", []), form=form, by=visit.person, desk=desk)
        return _answer(href="/")
    incident_id, expected, trigger = of["id"], of["revision"], ctx.triggered_id
    if isinstance(trigger, dict):
        ask(
            incident_desk.revert_incident,
            incident_id,
            to_revision=int(trigger["revision"]),
            expected_revision=expected,
            by=visit.person,
            desk=desk,
        )
    else:
        ask(
            incident_desk.change_incident,
            incident_id,
            form=form,
            expected_revision=expected,
            by=visit.person,
            desk=desk,
        )
    versions = ask(incident_desk.history, incident_id)
    newest = versions[0]
    return _answer(
        form=form_of(newest.facts, desk),
        conflict=[],
        versions=incident_history.history(versions, words, now=visit.now, editable=True),
        notice=words("desk.saved" if newest.revision != expected else "desk.unchanged", n=newest.revision),
        of={"id": incident_id, "revision": newest.revision},
    )


def _answer(
    *,
    errors: tuple[Problem, ...] = (),
    words: Words | None = None,
    form: Mapping[str, str] | None = None,
    conflict: Any = no_update,
    versions: Any = no_update,
    notice: Any = "",
    of: Any = no_update,
    href: Any = no_update,
) -> tuple[Any, ...]:
    """The outputs of `save`; fields that were not named keep what they show."""
    said = {problem.field: words(f"desk.error.{problem.code}") for problem in errors} if words else {}
    error_places, entry_places = (
        [one["id"]["name"] for one in outputs] if isinstance(outputs, list) else [] for outputs in ctx.outputs_list[:2]
    )
    texts = [said.get(name, "") for name in error_places]
    values = [no_update if form is None else _value(name, form[name]) for name in entry_places]
    return texts, values, conflict, versions, notice, of, href


def _echo(name: str, text: str, visit: Visit) -> str:
    try:
        values = read_entry(name, text, desk=_desk(visit))
    except EntryError:
        return ""
    return incident_words.echo(name, values, visit.words, now=visit.now)


def _versions(visit: Visit, wanted: str) -> list[Revision]:
    if not wanted.isascii() or not wanted.isdecimal() or len(wanted) > 9:
        return []
    try:
        return visit.services.ask(incident_desk.history, int(wanted))
    except UnknownIncidentError:
        return []


def _prefilled(visit: Visit, desk: Desk) -> Prefilled | None:
    """The form as the signals named in the address fill it; None without such."""
    said = visit.parameters.get("signals", "")
    ids = [int(part) for part in said.split(",") if part.isascii() and part.isdecimal() and len(part) <= 9]
    return visit.services.ask(incident_proposals.prefill, ids, desk=desk) if ids else None


def _desk(visit: Visit) -> Desk:
    return Desk(visit.words.language, visit.services.settings.zone, visit.now)


def _text(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value or "")


def _value(name: str, text: str) -> Any:
    return [key.strip() for key in text.split(",") if key.strip()] if name == "queues" else text
