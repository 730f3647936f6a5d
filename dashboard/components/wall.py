"""What the wall shows: few figures, large; filled by the same snapshot for all screens of a language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dashboard.components import fan_text, live, tiles
from dashboard.components.live import Snapshot
from dashboard.components.queue_rows import gravity, queue_row, times
from dashboard.components.words import Words
from dashboard.domain.board import ChannelFan, Figure, IncidentStrip, SituationView

CHANNELS = ("call", "chat", "email", "ticket", "social")
FIGURES = ("times_normal", "waiting", "longest_wait", "service_level", "abandonment")
FANS = ("fan.0", "fan.1", "fan.2", "fan.3", "fan.4")
COLUMNS = ("label:text", "state:state", "waiting:number", "longest:number", "times:number", "level:number")
MOST_QUEUES = 8  # what can be read from the other end of a room
LIFTED = {"act": 0, "watch": 1}


def put(made: Snapshot, view: SituationView, words: Words) -> None:
    """Fill all of the wall but its charts."""
    _put_incident(made, view, words)
    _put_figures(made, view, words)
    _put_queues(made, view, words)


def _put_incident(made: Snapshot, view: SituationView, words: Words) -> None:
    incident = next(iter(view.incidents), None)
    made.states["incident"] = str(incident.facts.severity) if incident else live.HIDDEN
    made.states["calm"] = live.HIDDEN if incident else "ok"
    made.texts["calm.line"] = words("situation.calm_line", date=words.date(view.now))
    if incident:
        _put_facts(made, incident, words)
    beyond = len(view.incidents) - 1
    made.states["more"] = "ok" if beyond > 0 else live.HIDDEN
    made.texts["more.line"] = words("situation.more", n=beyond) if beyond > 0 else ""


def _put_facts(made: Snapshot, incident: IncidentStrip, words: Words) -> None:
    facts, now = incident.facts, made.now
    made.texts |= {
        "incident.title": facts.title,
        "incident.phase": words(f"phase.{facts.phase}"),
        "incident.started": words.day_time(facts.started_at, now=now),
        "incident.affected": words.span(facts.affected_low, facts.affected_high),
        "incident.eta_at": words.day_time(facts.eta, now=now) if facts.eta else words("situation.eta_unknown"),
        "incident.update_at": words.day_time(facts.next_update_at, now=now)
        if facts.next_update_at
        else words("situation.no_promise"),
    }
    made.clock("incident.since", facts.started_at, "since")
    made.clock("incident.eta", facts.eta, "countdown")
    made.clock("incident.update", facts.next_update_at, "countdown")


def _put_figures(made: Snapshot, view: SituationView, words: Words) -> None:
    shown: Mapping[str, tuple[Figure, Callable[[float | None], str]]] = {
        "times_normal": (view.times_normal, lambda value: times(value, words)),
        "waiting": (view.waiting, words.number),
        "longest_wait": (view.longest_wait_s, words.wait),
        "service_level": (view.service_level, words.percent),
        "abandonment": (view.abandonment, words.percent),
    }
    for key in FIGURES:
        figure, said = shown[key]
        tiles.put(made, key, figure, shown=said, target=_target(key, figure, said, words))


def _target(key: str, figure: Figure, said: Callable[[float | None], str], words: Words) -> str:
    if figure.target is None or key == "times_normal":
        return words(f"figure.{key}_note")
    return words("figure.target", target=said(figure.target))


def ordered(view: SituationView) -> list[ChannelFan]:
    """The channels as they are shown."""
    return sorted(view.fans, key=_rank)


def put_fan(made: Snapshot, key: str, channel: ChannelFan, words: Words) -> None:
    """The words around a chart."""
    now = made.now
    made.states[key] = tiles.STALE if channel.stale else "ok"
    made.texts |= {
        f"{key}.channel": words(f"channel.{channel.channel}"),
        f"{key}.unit": words("chart.unit", minutes=channel.interval_s // 60),
        f"{key}.peak": fan_text.peak_line(channel, words, now=now),
        f"{key}.clear": fan_text.clear_line(channel, words, now=now),
        f"{key}.figure.summary": fan_text.summary(channel, words, now=now),
    }


def _rank(channel: ChannelFan) -> int:
    return CHANNELS.index(channel.channel) if channel.channel in CHANNELS else len(CHANNELS)


def _put_queues(made: Snapshot, view: SituationView, words: Words) -> None:
    rows: list[dict[str, Any]] = [_plain(queue_row(one, words)) for one in sorted(view.queues, key=gravity)]
    made.rows["queues"] = rows[:MOST_QUEUES]
    beyond = rows[MOST_QUEUES:]
    unwell = sum(row["state"] in LIFTED for row in beyond)
    made.texts["queues.beyond"] = words("wall.beyond", n=len(beyond), unwell=unwell) if beyond else ""
    made.states["queues"] = "ok" if rows else live.HIDDEN


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row that leads nowhere: nobody has hands at a wall."""
    names = [column.partition(":")[0] for column in COLUMNS]
    return {"key": row["key"], "state": row["state"], "cells": {name: row["cells"][name] for name in names}}
