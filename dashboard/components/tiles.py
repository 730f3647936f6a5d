"""One number of the board, large, with its target, its age and what it means."""

from __future__ import annotations

from collections.abc import Callable

from dash import html
from dash.development.base_component import Component

from dashboard.components import live
from dashboard.components.attributes import aria, data
from dashboard.components.live import Snapshot
from dashboard.components.words import Words
from dashboard.domain.board import Figure

STALE = "stale"
UNKNOWN_STATE = "unknown"


def tile(key: str, words: Words, *, prefix: str) -> Component:
    """A place for a figure; label and definition are the messages `<prefix>.<key>` and `<prefix>.<key>_means`."""
    label = words(f"{prefix}.{key}")
    return html.Div(
        [
            html.Details(
                [
                    html.Summary(label, className="tile-label", title=words("frame.explain", what=label)),
                    html.Div(
                        [
                            html.P(words(f"{prefix}.{key}_means")),
                            html.P(live.text("sources", empty=""), className="soft"),
                            html.Div(className="course", **data(course=key), **aria(live="polite")),
                        ],
                        className="explains",
                    ),
                ],
                className="means",
            ),
            html.Div(live.text(f"{key}.value"), className="tile-value"),
            html.Div(
                [live.text(f"{key}.target", class_name="tile-target", empty=""), live.clock(f"{key}.age")],
                className="tile-foot",
            ),
        ],
        className="tile",
        **data(live_state=key),
    )


def put(snapshot: Snapshot, key: str, figure: Figure, *, shown: Callable[[float | None], str], target: str) -> None:
    """Fill a tile."""
    snapshot.texts[f"{key}.value"] = shown(figure.value)
    snapshot.texts[f"{key}.target"] = target
    snapshot.states[key] = state_of(figure)
    snapshot.clock(f"{key}.age", figure.as_of, "age")


def state_of(figure: Figure) -> str:
    """The state that colours a figure; an old figure is grey whatever it says."""
    if figure.stale:
        return STALE
    return UNKNOWN_STATE if figure.value is None else figure.state
