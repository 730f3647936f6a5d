"""What signals ask of a manager: open an incident, join one, dismiss it, or watch one that seems over."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import shorten

from dash import html
from dash.development.base_component import Component

from dashboard.components import live
from dashboard.components.attributes import data
from dashboard.components.live import Snapshot
from dashboard.components.words import Words
from dashboard.domain.board import ProposalStrip
from dashboard.domain.people import Right

PLACES = ("proposal.0", "proposal.1", "proposal.2")
DECIDE = "/signals/decide"  # served by dashboard.web.signals
RIGHT = Right.RUN_INCIDENT
ACTS = ("join", "dismiss", "watch")
TITLES_SHOWN = 26


def places(words: Words, *, editable: bool) -> list[Component]:
    """Places for the proposals, and a line for those beyond."""
    more = live.stated("proposals.more", [live.text("proposals.more.line", empty="")], class_name="more")
    return [*(_place(key, words, editable=editable) for key in PLACES), more]


def put(snapshot: Snapshot, asked: Sequence[ProposalStrip], *, words: Words) -> None:
    """Fill the places, or take them away."""
    for place, key in enumerate(PLACES):
        if place < len(asked):
            _put(snapshot, key, asked[place], words=words)
        else:
            snapshot.states[key] = live.HIDDEN
    proposed = sum(one.kind == "proposal" for one in asked)
    if proposed:
        key = "signals.calm_line_one" if proposed == 1 else "signals.calm_line"
        snapshot.texts["calm.line"] = words(key, date=words.date(snapshot.now), n=proposed)
    beyond = len(asked) - len(PLACES)
    snapshot.states["proposals.more"] = "ok" if beyond > 0 else live.HIDDEN
    snapshot.texts["proposals.more.line"] = words("signals.more", n=beyond) if beyond > 0 else ""


def _place(key: str, words: Words, *, editable: bool) -> Component:
    told = html.Div(
        [
            html.P(
                [
                    live.text(f"{key}.kind", class_name="proposal-kind", empty=""),
                    live.text(f"{key}.title", class_name="proposal-title", empty=""),
                ]
            ),
            html.P(
                [
                    live.text(f"{key}.line", class_name="soft", empty=""),
                    _outside(f"{key}.url", words("signals.look")),
                ],
                className="proposal-line",
            ),
        ],
        className="proposal-told",
    )
    return live.stated(key, [told, *([_acts(key, words)] if editable else [])], class_name="proposal")


def _acts(key: str, words: Words) -> Component:
    """What a manager may do; what it is about stands beside the buttons, so that a late click cannot slip."""
    about = html.Span(hidden=True, **data(live_text=f"{key}.about", about=""))
    return html.Div(
        [
            about,
            live.link(f"{key}.open", words("signals.open"), class_name="button primary"),
            _button(key, "join", words("signals.join"), named=f"{key}.join"),
            _button(key, "watch", words("signals.watch")),
            _button(key, "dismiss", words("signals.dismiss")),
        ],
        className="proposal-acts",
        **data(decide=DECIDE, done=_done(words), **_failures(words)),
    )


def _done(words: Words) -> str:
    return "|".join(words(f"signals.done.{act}") for act in ACTS)


def _failures(words: Words) -> dict[str, str]:
    return {"failed": words("signals.failed.lost"), "stale": words("signals.failed.stale")}


def _button(key: str, act: str, label: str, *, named: str = "") -> Component:
    shown = live.text(named, empty=label) if named else label
    return html.Button(shown, type="button", **data(act=act, live_state=f"{key}.{act}"))


def _outside(key: str, label: str) -> Component:
    """A link to another system, in a window of its own; without an address it is not shown."""
    return html.A(label, href="/", hidden=True, target="_blank", rel="noopener noreferrer", **data(live_link=key))


def _put(snapshot: Snapshot, key: str, asked: ProposalStrip, *, words: Words) -> None:
    ids = ",".join(map(str, asked.signals))
    proposed = asked.kind == "proposal"
    joins = proposed and asked.incident_id is not None
    snapshot.states |= {
        key: "fits" if proposed and asked.fits else "asks" if proposed else "clear",
        f"{key}.join": "ok" if joins else live.HIDDEN,
        f"{key}.watch": live.HIDDEN if proposed else "ok",
        f"{key}.dismiss": "ok" if proposed else live.HIDDEN,
    }
    snapshot.texts |= {
        f"{key}.kind": words("signals.kind.proposal" if proposed else "signals.kind.clear"),
        f"{key}.title": asked.title,
        f"{key}.line": _line(asked, words, snapshot=snapshot),
        f"{key}.url": asked.url or "",
        f"{key}.open": f"/incident/new?signals={ids}" if proposed else "",
        f"{key}.join": words("signals.join_one", title=_short(asked.incident_title)) if joins else "",
        f"{key}.about": f"{ids}|{asked.incident_id or ''}",
    }


def _line(asked: ProposalStrip, words: Words, *, snapshot: Snapshot) -> str:
    at = words.day_time(asked.since, now=snapshot.now)
    if asked.kind != "proposal":
        return words("signals.cleared_one" if asked.ended == 1 else "signals.cleared", n=asked.ended, at=at)
    count = len(asked.signals)
    parts = [words("signals.count_one" if count == 1 else "signals.count", n=count, at=at)]
    if asked.services:
        parts.append(", ".join(asked.services))
    parts.append(words("signals.from", sources=", ".join(_source(one, words) for one in asked.sources)))
    return " · ".join(parts)


def _source(name: str, words: Words) -> str:
    return words("signals.volumes") if name == "volumes" else name


def _short(title: str) -> str:
    """The title, or as many of its whole words as a button holds."""
    return shorten(title, TITLES_SHOWN, placeholder=" …") if " " in title[:TITLES_SHOWN] else title[:TITLES_SHOWN]
