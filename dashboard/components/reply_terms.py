"""Where and how long a reply holds: as lines beside the text, and as fields of its form."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.components.attributes import data
from dashboard.components.entries import choice, field, several, text_entry
from dashboard.components.words import Words
from dashboard.domain.reply_terms import REAPPROVE_FACTS, Terms
from dashboard.services.incidents.incident_desk import Revision
from dashboard.services.incidents.incident_form import Desk, stamp

PREFIX = "draft"


def lines(terms: Terms, words: Words) -> list[Component]:
    """What limits a text; nothing where nothing does."""
    said = [
        *([words("replies.terms.from", at=words.stamp(terms.valid_from))] if terms.valid_from else []),
        *([words("replies.terms.until", at=words.stamp(terms.valid_until))] if terms.valid_until else []),
        *([words("replies.terms.services", what=", ".join(terms.services))] if terms.services else []),
        *([words("replies.terms.regions", what=", ".join(terms.regions))] if terms.regions else []),
        *([words("replies.terms.incident")] if terms.incident_id is not None else []),
    ]
    return [html.P(" · ".join(said), className="note terms")] if said else []


def place(terms: Terms, where: str) -> str:
    """The services or regions a text was written for."""
    return ", ".join({"services": terms.services, "regions": terms.regions}.get(where, ()))


def fields(words: Words, terms: Terms, *, desk: Desk, open_now: Sequence[Revision]) -> Component:
    """The fields, folded away while nothing is limited."""
    incidents = [("", words("replies.terms.any_incident"))]
    incidents += [(str(one.incident_id), one.facts.title) for one in open_now]
    chosen = str(terms.incident_id) if terms.incident_id is not None else ""
    if chosen and chosen not in dict(incidents):
        incidents.append((chosen, words("replies.terms.closed_incident")))
    facts = [(name, words(f"replies.blank.incident.{name}")) for name in REAPPROVE_FACTS]
    return html.Details(
        [
            html.Summary(words("replies.terms.limit")),
            html.Div(
                [
                    _line("valid_from", stamp(terms.valid_from, desk), words),
                    _line("valid_until", stamp(terms.valid_until, desk), words),
                    _line("services", ", ".join(terms.services), words),
                    _line("regions", ", ".join(terms.regions), words),
                    choice(
                        "draft-incident", incidents, value=chosen, label=words("replies.terms.which"), class_name="down"
                    ),
                    several(
                        "draft-reapprove", facts, values=terms.reapprove_on, label=words("replies.terms.reapprove_on")
                    ),
                    html.Span(words("replies.terms.reapprove_hint"), className="note"),
                ],
                className="terms-fields",
            ),
        ],
        open=terms != Terms(),
        className="limits",
        **data(limits="draft"),
    )


def _line(name: str, value: str, words: Words) -> Component:
    label, hint = words(f"replies.terms.{name}_label"), words(f"replies.terms.{name}_hint")
    return field(name, text_entry(PREFIX, name, value), label=label, hint=hint, prefix=PREFIX)
