"""The roster's view: what is in force, a file to upload, and the preview of one with what is wrong with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components import roster_words
from dashboard.components.attributes import aria, data
from dashboard.components.words import Words
from dashboard.domain.roster import MOST_ROWS, Problem, Summary
from dashboard.domain.working_time import KINDS, Breach, Rules

TAKE, TAKE_SOME, DISCARD, UNDO = "roster-take", "roster-take-some", "roster-discard", "roster-undo"
FILES = ("csv", "xlsx", "ics")
MOST_SHOWN = 100


def upload(words: Words, *, zone: str, most_bytes: int) -> Component:
    """The form. The entry for a file is made by assets/66-roster.js: Dash has none that a keyboard reaches."""
    mb = most_bytes >> 20
    entry = dcc.Input(id="roster-zone", type="text", value="", autoComplete="off", maxLength=60, className="line")
    place = html.Span(
        className="roster-file",
        **data(
            label=words("roster.file"),
            none=words("roster.no_file"),
            large=words("roster.too_large", mb=mb),
            failed=words("roster.upload_failed"),
            reading=words("roster.reading"),
            most=str(most_bytes),
        ),
    )
    fields = [
        html.Div([html.Span(words("roster.file"), className="label", **aria(hidden="true")), place], className="field"),
        html.Div(
            [
                html.Label([html.Span(words("roster.zone"), className="label"), entry]),
                html.Span(words("roster.zone_means", zone=zone), className="hint"),
            ],
            className="field",
        ),
        html.Button(words("roster.read"), id="roster-send", type="button", className="primary"),
    ]
    return html.Section(
        [
            html.Div(fields, className="roster-form"),
            html.P(id="roster-error", className="error", role="alert"),
            html.P(words("roster.formats", most=words.number(MOST_ROWS)), className="explains"),
        ],
        **aria(label=words("roster.title")),
    )


def preview(draft: Summary, breaches: Sequence[Breach], words: Words) -> Component:
    """A draft: what would be in force, row by row what would not, and the buttons that decide."""
    found = len(draft.problems) + draft.more_problems
    buttons = [_button(DISCARD, words("roster.discard"), draft.id)]
    if draft.shifts and found:
        text = words("roster.take_some", n=words.number(draft.shifts))
        buttons.insert(0, _button(TAKE_SOME, text, draft.id))
    elif draft.shifts:
        buttons.insert(0, _button(TAKE, words("roster.take"), draft.id, class_name="primary"))
    return html.Section(
        [
            html.Div(
                [
                    html.H2(words("roster.draft", file=draft.file), tabIndex="-1", id="roster-preview"),
                    html.Span(words("roster.draft_means"), className="soft"),
                ],
                className="section-head",
            ),
            *_about(draft, words),
            html.Div(buttons, className="roster-buttons"),
            *_problems(draft, found, words),
            *(_breaches(breaches, words) if draft.shifts else []),
        ],
        className="roster-preview",
    )


def in_force(
    roster: Summary | None, breaches: Sequence[Breach], words: Words, *, before: str, now_stamp: str
) -> Component:
    """The roster that counts, its breaches, and how to have the one before back."""
    if roster is None:
        said = [html.P(words("roster.none")), html.P(words("roster.none_advice"), className="note")]
        return html.Div(said, className="empty")
    means = words("roster.undo_means", file=before) if before else words("roster.undo_none")
    links = [html.A(kind.upper(), href=f"/staffing/roster.{kind}", download="", className="button") for kind in FILES]
    return html.Section(
        [
            html.Div(
                [
                    html.H2(words("roster.in_force")),
                    html.Span(f"{roster.file}, {now_stamp}", className="soft"),
                    html.Div([html.Span(words("staffing.export"), className="soft"), *links], className="files"),
                ],
                className="section-head",
            ),
            *_about(roster, words),
            html.Div(
                [_button(UNDO, words("roster.undo"), roster.id), html.Span(means, className="soft")],
                className="roster-buttons",
            ),
            *_breaches(breaches, words),
        ]
    )


def rules(found: Rules, words: Words, *, own: bool, problem: str) -> Component:
    """By which rules rosters are checked and plans made, closed until somebody asks."""
    source = found.source or "–"
    whence = (
        words("roster.rules_broken", problem=problem)
        if problem
        else words("roster.rules_own" if own else "roster.rules_shipped", source=source)
    )
    lines = [html.Li(line) for line in roster_words.rules(found, words)]
    return html.Details(
        [
            html.Summary([words("roster.rules"), " ", whence]),
            html.Ul(lines),
            html.P(words("roster.not_checked"), className="explains"),
        ],
        className="roster-rules",
        open=bool(problem),
    )


def _button(kind: str, text: str, roster: int, *, class_name: str = "") -> Component:
    return html.Button(
        text, id={"type": kind, "roster": roster}, type="button", n_clicks=0, className=class_name or "quiet bordered"
    )


def _about(one: Summary, words: Words) -> list[Component]:
    if not one.shifts:
        return []
    notes = [html.Li(roster_words.note(note, words)) for note in one.notes]
    return [
        html.P([html.Strong(roster_words.figures(one, words)), html.Br(), roster_words.span(one, words)]),
        *([html.Ul(notes, className="roster-notes note", **aria(label=words("roster.notes")))] if notes else []),
    ]


def _problems(draft: Summary, found: int, words: Words) -> list[Component]:
    if not found:
        return []
    rows = [_problem(one, words) for one in draft.problems[:MOST_SHOWN]]
    more = found - len(rows)
    head = html.Div(
        [html.H3(words("roster.problems")), html.Span(words("roster.problem_count", n=words.number(found)))],
        className="section-head",
    )
    if all(one.row == 0 for one in draft.problems):
        return [html.P(roster_words.problem(one, words), className="error") for one in draft.problems]
    heads = [words("roster.row"), words("roster.problem")]
    table = _table(heads, rows, words("roster.problems"))
    return [head, table, *([html.P(words("roster.more_problems", n=words.number(more)))] if more else [])]


def _problem(one: Problem, words: Words) -> Component:
    place = html.Th(words.number(one.row) if one.row else "–", scope="row", className="number")
    return html.Tr([place, html.Td(roster_words.problem(one, words), className="wide")])


def _breaches(found: Sequence[Breach], words: Words) -> list[Component]:
    head = html.Div([html.H3(words("roster.breaches"))], className="section-head")
    if not found:
        return [head, html.P(words("roster.no_breaches"), className="note")]
    counts = Counter(one.kind for one in found)
    kinds = " · ".join(
        words("roster.breach_summary", kind=words(f"roster.kind.{kind}"), n=words.number(counts[kind]))
        for kind in KINDS
        if counts[kind]
    )
    rows = [_breach(one, words) for one in found[:MOST_SHOWN]]
    more = len(found) - len(rows)
    return [
        head,
        html.P([words("roster.breach_count", n=words.number(len(found))), html.Br(), kinds]),
        _table([words("roster.who"), words("roster.when"), words("roster.what")], rows, words("roster.breaches")),
        *([html.P(words("roster.more_breaches", n=words.number(more)), className="note")] if more else []),
    ]


def _breach(one: Breach, words: Words) -> Component:
    cells = [words.stamp(one.at), roster_words.breach(one, words)]
    return html.Tr([html.Th(one.person, scope="row"), html.Td(cells[0]), html.Td(cells[1], className="wide")])


def _table(heads: Sequence[str], rows: Sequence[Component], caption: str) -> Component:
    return html.Div(
        html.Table(
            [
                html.Caption(caption, className="unseen"),
                html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
                html.Tbody(list(rows)),
            ],
            className="table roster-table",
        ),
        className="table-room",
        tabIndex="0",
        role="region",
        **aria(label=caption),
    )
