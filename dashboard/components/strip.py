"""The incident as the top line of the situation."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.components import links, live
from dashboard.components.live import Snapshot
from dashboard.components.words import Words
from dashboard.domain.board import IncidentStrip


def strip(key: str, words: Words, *, heading: bool, editable: bool) -> Component:
    """A place for one incident; `heading` makes its title the page's."""
    title = live.text(f"{key}.title", class_name="strip-title", empty="")
    phase = live.text(f"{key}.phase", class_name="phase", empty="")
    facts = [
        _fact(words("situation.since"), live.text(f"{key}.started"), live.clock(f"{key}.since", class_name="soft")),
        _fact(words("situation.affected"), live.text(f"{key}.affected"), _small(f"{key}.services")),
        _fact(words("situation.eta"), live.clock(f"{key}.eta"), _small(f"{key}.eta_at")),
        _fact(words("situation.next_update"), live.clock(f"{key}.update"), _small(f"{key}.update_at")),
        _fact(words("situation.facts"), live.clock(f"{key}.recorded"), _small(f"{key}.revision")),
    ]
    acts = _acts(key, words, first=heading) if editable else html.Div()
    head = html.Div([phase, html.H1(title) if heading else html.H2(title)], className="strip-head")
    return live.stated(key, [head, html.Dl(facts, className="facts"), acts], class_name="strip")


def put(snapshot: Snapshot, key: str, incident: IncidentStrip | None, *, words: Words) -> None:
    """Fill a strip, or take it away."""
    if incident is None:
        snapshot.states[key] = live.HIDDEN
        return
    facts, now = incident.facts, snapshot.now
    eta = words.day_time(facts.eta, now=now) if facts.eta else words("situation.eta_unknown")
    promised = facts.next_update_at
    update = words.day_time(promised, now=now) if promised else words("situation.no_promise")
    snapshot.states[key] = str(facts.severity)
    snapshot.texts |= {
        f"{key}.title": facts.title,
        f"{key}.phase": words(f"phase.{facts.phase}"),
        f"{key}.started": words.day_time(facts.started_at, now=now),
        f"{key}.affected": words.span(facts.affected_low, facts.affected_high),
        f"{key}.services": ", ".join(facts.services) or words("situation.customers"),
        f"{key}.eta_at": eta,
        f"{key}.update_at": update,
        f"{key}.revision": words("situation.revision", n=incident.revision, by=incident.recorded_by),
        f"{key}.edit": f"/incident/{incident.id}",
    }
    snapshot.clock(f"{key}.since", facts.started_at, "since")
    snapshot.clock(f"{key}.eta", facts.eta, "countdown")
    snapshot.clock(f"{key}.update", facts.next_update_at, "countdown")
    snapshot.clock(f"{key}.recorded", incident.recorded_at, "age")


def _acts(key: str, words: Words, *, first: bool) -> Component:
    edit = live.link(f"{key}.edit", words("situation.edit"), class_name="button")
    another = [links.link(words("situation.open_another"), "/incident/new")] if first else []
    return html.Div([edit, *another], className="strip-acts")


def _fact(label: str, *values: Component) -> Component:
    return html.Div([html.Dt(label), html.Dd(list(values))], className="fact")


def _small(key: str) -> Component:
    return live.text(key, class_name="soft", empty="")
