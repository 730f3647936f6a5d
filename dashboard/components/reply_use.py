"""Which replies are used, what was looked for in vain, and who calls again: small numbers for the approval page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.components.attributes import aria
from dashboard.components.links import link
from dashboard.components.words import Words
from dashboard.domain.proportions import Share
from dashboard.domain.replies import Reply
from dashboard.services.replies.reply_use import Key, Unanswered, Use, top
from dashboard.services.replies.reply_use_repeat import Repeat

MOST = 10


def use_line(use: Use | None, words: Words) -> Component:
    """One reply's use: how often, by whom, in which phases."""
    if use is None:
        return html.P(words("use.none"), className="note")
    roles = _split(use.by_role, "role", words)
    phases = _split({name: n for name, n in use.by_phase.items() if name}, "phase", words)
    parts = [words("use.times", n=words.number(use.uses)), roles, phases]
    return html.P(" · ".join(part for part in parts if part), className="note")


def section(
    found: Mapping[Key, Use], replies: Mapping[Key, Reply], *, missing: Sequence[Unanswered],
    repeats: Sequence[Repeat], words: Words
) -> Component:  # fmt: skip
    """All three lists; each says so where there is nothing yet."""
    return html.Div(
        [
            html.Section([html.H2(words("use.title")), *_used(found, replies, words)], className="reviews"),
            html.Section([html.H2(words("use.to_write")), *_to_write(missing, words)], className="reviews"),
            html.Section([html.H2(words("use.repeat")), *_repeats(repeats, words)], className="reviews"),
        ],
        className="reply-use",
    )


def _used(found: Mapping[Key, Use], replies: Mapping[Key, Reply], words: Words) -> list[Component]:
    rows = [
        [_title(key, replies), html.Td(words.number(use.uses), className="number"),
         html.Td(_split(use.by_role, "role", words)), html.Td(_split(use.by_phase, "phase", words)),
         html.Td(words.stamp(use.last_at))]
        for key, use in top(found, MOST)
    ]  # fmt: skip
    if not rows:
        return [html.P(words("use.nobody"), className="empty")]
    return [_table(("reply", "uses", "roles", "phases", "last"), rows, words, caption="use.title")]


def _to_write(missing: Sequence[Unanswered], words: Words) -> list[Component]:
    rows: list[list[Component]] = [
        [html.Th(one.query, scope="row", lang=one.language), html.Td(words(f"replies.language.{one.language}")),
         html.Td(words.number(one.searches), className="number"), html.Td(words.stamp(one.last_at)),
         html.Td(link(words("use.write"), "/replies?edit=new"))]
        for one in missing
    ]  # fmt: skip
    if not rows:
        return [html.P(words("use.all_found"), className="empty")]
    return [_table(("query", "language", "searches", "last", "act"), rows, words, caption="use.to_write")]


def _repeats(repeats: Sequence[Repeat], words: Words) -> list[Component]:
    rows: list[list[Component]] = [
        [html.Th(one.label, scope="row"), html.Td(words.stamp(one.since)), *_share(one.before, words),
         *_share(one.after, words), html.Td(_span(*one.difference, words), className="number")]
        for one in repeats
    ]  # fmt: skip
    if not rows:
        return [html.P(words("use.no_callers"), className="empty")]
    heads = ("queue", "since", "before", "before_n", "after", "after_n", "difference")
    note = html.P(words("use.no_proof"), className="note")
    return [_table(heads, rows, words, caption="use.repeat"), note]


def _share(share: Share, words: Words) -> list[Component]:
    low, high = share.interval
    said = f"{words.percent(share.value, 1)} ({words.percent(low, 1)} – {words.percent(high, 1)})"
    return [html.Td(said, className="number"), html.Td(words.number(share.n), className="number")]


def _span(low: float, high: float, words: Words) -> str:
    return words("use.points", low=words.signed(100 * low, 1), high=words.signed(100 * high, 1))


def _title(key: Key, replies: Mapping[Key, Reply]) -> Component:
    reply = replies.get(key)
    if reply is None:
        return html.Th("/".join(key), scope="row")
    return html.Th(link(reply.title, f"/replies/history?reply={reply.id}"), scope="row", lang=reply.language)


def _split(counts: Mapping[str, int], kind: str, words: Words) -> str:
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return ", ".join(f"{words(f'{kind}.{name}' if name else 'use.calm')} {words.number(n)}" for name, n in ordered)


def _table(heads: Sequence[str], rows: Sequence[Sequence[Component]], words: Words, *, caption: str) -> Component:
    numbers = {"uses", "searches", "before", "before_n", "after", "after_n", "difference"}
    head = [html.Th(words(f"use.head.{h}"), scope="col", className="number" if h in numbers else "") for h in heads]
    table = html.Table(
        [
            html.Caption(words(caption), className="unseen"),
            html.Thead(html.Tr(head)),
            html.Tbody([html.Tr(list(row)) for row in rows]),
        ],
        className="table",
    )
    return html.Div(table, className="table-room", tabIndex="0", role="region", **aria(label=words(caption)))
