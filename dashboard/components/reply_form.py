"""Writing a reply: title, where it holds, the text with its blanks."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.attributes import data
from dashboard.components.entries import choice, field, several, text_entry
from dashboard.components.links import link
from dashboard.components.reply_notes import PLACE
from dashboard.components.words import Words
from dashboard.domain.incidents import Phase
from dashboard.domain.placeholders import AGENT_NAMES, INCIDENT_NAMES
from dashboard.domain.replies import CHANNELS, LANGUAGES, Reply, Status

PREFIX = "draft"


def reply_form(words: Words, *, reply: Reply | None, language: str, limits: Component) -> Component:
    """The form, empty or holding a reply of which it makes the next version."""
    fixed = reply is not None
    head = html.Div(
        [
            html.H1(words("replies.write" if reply is None else "replies.write_on")),
            link(words("replies.back"), "/replies"),
        ],
        className="page-head",
    )
    return html.Form(
        [
            head,
            html.P(_means(words, reply), className="explains"),
            html.Div(
                [
                    html.Div(_main(words, reply), className="form-main"),
                    html.Aside([*_where(words, reply, language=language, fixed=fixed), limits], className="form-side"),
                ],
                className="form-halves",
            ),
            html.Div(
                [
                    html.Button(
                        words("replies.save_draft"), id="draft-save", type="submit", className="primary", n_clicks=0
                    ),
                    html.Span(id={"type": f"{PREFIX}-error", "name": "status"}, className="error-text", role="alert"),
                ],
                className="form-foot",
            ),
        ],
        id="draft-form",
        noValidate="noValidate",
        **data(form="draft-save"),
    )


def _means(words: Words, reply: Reply | None) -> str:
    if reply is not None and reply.status is not Status.DRAFT:
        return words("replies.write_version_means", version=reply.version)
    return words("replies.write_means")


def _main(words: Words, reply: Reply | None) -> list[Component]:
    body = dcc.Textarea(
        id={"type": f"{PREFIX}-entry", "name": "body"},
        value=reply.body if reply else "",
        rows=16,
        className="line",
        spellCheck=True,
    )
    title = text_entry(PREFIX, "title", reply.title if reply else "", maxLength=200, autoFocus=True)
    return [
        field("title", title, label=words("replies.title_label"), hint=words("replies.title_hint"), prefix=PREFIX),
        field("body", body, label=words("replies.body_label"), hint=words("replies.body_hint"), prefix=PREFIX),
        html.Div(id=PLACE, role="status"),
        html.Div(
            [html.P(words("replies.blanks"), className="label"), *(_blank(name, words) for name in _names())],
            className="blanks",
        ),
    ]


def _where(words: Words, reply: Reply | None, *, language: str, fixed: bool) -> list[Component]:
    tags = text_entry(PREFIX, "tags", ", ".join(reply.tags) if reply else "")
    languages = [(code, words(f"replies.language.{code}")) for code in LANGUAGES]
    chosen = reply.language if reply else language
    if fixed:
        languages = [one for one in languages if one[0] == chosen]
    channels = [(name, words(f"replies.channel.{name}")) for name in CHANNELS]
    phases = [(phase.value, words(f"phase.{phase.value}")) for phase in Phase]
    return [
        choice("draft-language", languages, value=chosen, label=words("replies.filter.language")),
        choice(
            "draft-channel",
            channels,
            value=reply.channel if reply else CHANNELS[0],
            label=words("replies.filter.channel"),
            class_name="down",
        ),
        several("draft-phases", phases, values=reply.phases if reply else (), label=words("replies.phases_label")),
        html.Span(id={"type": f"{PREFIX}-error", "name": "phases"}, className="error-text", role="alert"),
        field("tags", tags, label=words("replies.tags_label"), hint=words("replies.tags_hint"), prefix=PREFIX),
    ]


def _names() -> tuple[str, ...]:
    return (*INCIDENT_NAMES, *AGENT_NAMES)


def _blank(name: str, words: Words) -> Component:
    label = words(f"replies.blank.{name}")
    return html.Button(label, type="button", className="quiet blank", **data(blank=f"{{{{ {name} }}}}"))
