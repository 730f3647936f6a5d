"""The numbers a staffing need rests on, each with where it comes from."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.components.attributes import aria
from dashboard.components.words import UNKNOWN, Words
from dashboard.domain.board import QueueStaffing, StaffingView

COLUMNS = ("queue", "model", "target", "aht", "patience", "shrinkage", "occupancy")


def basis(view: StaffingView, words: Words) -> Component:
    """One row a queue."""
    head = [
        html.Th(words(f"staffing.basis.{name}"), scope="col", title=words(f"staffing.basis.{name}_means"))
        for name in COLUMNS
    ]
    return html.Section(
        [
            html.Div([html.H2(words("staffing.basis.title"))], className="section-head"),
            html.Div(
                html.Table(
                    [
                        html.Caption(words("staffing.basis.title"), className="unseen"),
                        html.Thead(html.Tr(head)),
                        html.Tbody([_row(queue, words) for queue in view.queues]),
                    ],
                    className="table assumptions",
                ),
                className="table-room",
                tabIndex="0",
                role="region",
                **aria(label=words("staffing.basis.title")),
            ),
            html.P(words("staffing.basis.note"), className="explains"),
        ]
    )


def _row(queue: QueueStaffing, words: Words) -> Component:
    setting = words("staffing.source.setting")
    measured = words(f"staffing.source.{queue.aht_source}")
    live = queue.model == "erlang_a"
    target = words(
        "staffing.basis.within", share=words.percent(queue.service_level), t=words.duration(queue.answer_within_s)
    )
    return html.Tr(
        [
            html.Th(queue.label, scope="row"),
            _cell(words(f"staffing.model.{queue.model}"), _at_once(queue, words)),
            _cell(target if live else UNKNOWN, setting if live else ""),
            _cell(words.wait(queue.aht_s), measured),
            _cell(words.wait(queue.patience_s) if live else UNKNOWN, setting if live else ""),
            _cell(words.percent(queue.shrinkage), setting),
            _cell(words.percent(queue.max_occupancy), setting),
        ]
    )


def _at_once(queue: QueueStaffing, words: Words) -> str:
    return words("staffing.basis.at_once", n=words.number(queue.concurrency)) if queue.concurrency > 1 else ""


def _cell(value: str, source: str) -> Component:
    return html.Td([value, html.Span(source, className="sub")])
