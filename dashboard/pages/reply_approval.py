"""What waits for a manager: texts in review with their differences, and texts in use that need another look."""

from __future__ import annotations

from dash import Dash, Input, Output, dcc, html
from dash.development.base_component import Component

from dashboard.components import reply_review_list
from dashboard.components.attributes import data
from dashboard.components.current import current_visit
from dashboard.components.links import link
from dashboard.components.visit import ServicesLike, Visit
from dashboard.domain.people import Right
from dashboard.pages import reply_use
from dashboard.pages.reply_steps import register_steps
from dashboard.services.replies import reply_history, reply_rules, reply_stamp, reply_watch
from dashboard.services.replies.reply_history import Proposal

PATH = "/replies/approval"
TITLE = "replies.review.title"
RIGHT = Right.COPY_REPLY
STAMP_ADDRESS = "/replies/stamp"


def layout(visit: Visit) -> Component:
    """The list; authors see what has become of their own texts."""
    words = visit.words
    stamp = visit.services.ask(reply_stamp.reply_stamp, now=visit.now)
    return html.Div(
        [
            html.Div(
                [
                    html.H1(words("replies.review.title")),
                    html.Span(id="approval-notice", role="status", className="notice"),
                    link(words("replies.back"), "/replies"),
                ],
                className="page-head",
            ),
            html.Div(_lists(visit), id="approval-list", className="review-lists"),
            html.Div(reply_use.parts(visit), id="approval-use"),
            dcc.Store(id="approval-stamp", data=stamp),
        ],
        className="page",
        **data(reply_watch=STAMP_ADDRESS, stamp=stamp, stamp_to="approval-stamp"),
    )


def register(app: Dash, services: ServicesLike) -> None:
    """The list follows whatever happens to the replies and the outage; its buttons take steps."""

    @app.callback(Output("approval-list", "children"), Input("approval-stamp", "data"), prevent_initial_call=True)
    def follow(stamp: str) -> list[Component]:
        return _lists(current_visit(services))

    register_steps(app, services, area="approval")


def _lists(visit: Visit) -> list[Component]:
    words, person = visit.words, visit.person
    alarmed = visit.services.ask(reply_watch.watched, by=person, now=visit.now)
    parts = [("replies.review.again", [reply_review_list.looked_at(one, words, person=person) for one in alarmed])]
    if person.may(Right.APPROVE_REPLY):
        proposals = visit.services.ask(reply_history.proposals, by=person)
        parts.append(("replies.review.waiting", [_proposal(visit, one) for one in proposals]))
    grave = any(one.why in reply_review_list.ALARMS for one in alarmed)
    ordered = parts if grave else parts[::-1]
    return [
        html.Section(
            [html.H2(words(key, n=len(found))), *(found or [reply_review_list.nothing(words, f"{key}_none")])],
            className="reviews",
        )
        for key, found in ordered
    ]


def _proposal(visit: Visit, one: Proposal) -> Component:
    reply = one.reply
    found = reply_rules.read_over(
        reply.body,
        channel=reply.channel,
        language=reply.language,
        phases=reply.phases,
        settings=visit.services.settings,
    )
    return reply_review_list.waiting(
        reply, one.body, found, visit.words, person=visit.person, first=one.replaces is None
    )
