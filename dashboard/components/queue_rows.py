"""A queue as a row of a live table."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from dashboard.components.tiles import state_of
from dashboard.components.words import UNKNOWN, Words
from dashboard.domain.board import Figure, QueueNow

Cell = dict[str, Any]
GRAVITY = {"act": 0, "watch": 1, "stale": 2, "ok": 3, "unknown": 4}


def queue_row(queue: QueueNow, words: Words, *, full: bool = False) -> dict[str, Any]:
    """All cells a queue can show; a table picks its columns. `full` adds what is normal or aimed at."""
    state = queue_state(queue)
    cells: dict[str, Cell] = {
        "label": {"text": queue.label, "sub": words(f"channel.{queue.channel}")},
        "state": {"text": words(f"state.{state}"), "state": state, "sort": _rank(state)},
        "waiting": _cell(queue.waiting, words.number(queue.waiting.value)),
        "longest": _cell(queue.longest_wait_s, words.wait(queue.longest_wait_s.value)),
        "times": _cell(queue.times_normal, times(queue.times_normal.value, words)),
        "offered": _cell(
            queue.offered, words.number(queue.offered.value), sub=_of(queue.offered, words) if full else ""
        ),
        "level": _cell(
            queue.service_level, words.percent(queue.service_level.value), sub=_target(queue, words) if full else ""
        ),
        "abandonment": _cell(queue.abandonment, words.percent(queue.abandonment.value)),
        "aht": _cell(queue.aht_s, words.wait(queue.aht_s.value)),
        "work": _cell(queue.work_queued_h, words.number(queue.work_queued_h.value, 1)),
        "change": _cell(
            queue.change_per_h, words.signed(queue.change_per_h.value), sub=_trend(queue.change_per_h, words)
        ),
        "agents": _cell(queue.agents_required, words.number(queue.agents_required.value)),
        "age": _age(queue.waiting),
        "spark": {"spark": [point.value for point in queue.history], "text": _spark_text(queue, words)},
    }
    return {"key": queue.key, "href": f"/queues?queue={quote(queue.key, safe='')}", "state": state, "cells": cells}


def queue_state(queue: QueueNow) -> str:
    """The gravest state of the queue's figures; closed queues ask for nothing, silent sources grey the whole row."""
    figures = (queue.waiting, queue.longest_wait_s, queue.times_normal, queue.service_level, queue.abandonment)
    if all(figure.stale for figure in figures):
        return "stale"
    if not queue.is_open and not queue.waiting.value:
        return "closed"
    states = [state_of(figure) for figure in figures]
    return next((state for state in ("act", "watch") if state in states), "ok")


def gravity(queue: QueueNow) -> tuple[int, float]:
    """Sorts what needs a hand to the top, and among equals the one with more waiting."""
    return _rank(queue_state(queue)), -(queue.waiting.value or 0.0)


def _rank(state: str) -> int:
    return GRAVITY.get(state, 5)


def _cell(figure: Figure, text: str, *, sub: str = "") -> Cell:
    state = state_of(figure)
    cell: Cell = {"text": text, "sort": -1.0 if figure.value is None else round(figure.value, 3)}
    if state != "ok":
        cell["state"] = state
    return {**cell, "sub": sub} if sub else cell


def _age(figure: Figure) -> Cell:
    if figure.as_of is None:
        return {"text": UNKNOWN, "sort": -1.0}
    epoch = round(figure.as_of.timestamp())
    return {"epoch": epoch, "sort": -epoch, **({"state": "stale"} if figure.stale else {})}


def times(value: float | None, words: Words) -> str:
    """A multiple of the normal: 11,4 ×."""
    return UNKNOWN if value is None else f"{words.number(value, 1)}\u202f×"


def _of(figure: Figure, words: Words) -> str:
    return "" if figure.target is None else words("queue.normal_is", n=words.number(figure.target))


def _target(queue: QueueNow, words: Words) -> str:
    target = queue.service_level.target
    return "" if target is None else words("queue.target_is", n=words.percent(target))


def _trend(figure: Figure, words: Words) -> str:
    if figure.value is None or abs(figure.value) < 1:
        return ""
    return words("queue.growing" if figure.value > 0 else "queue.shrinking")


def _spark_text(queue: QueueNow, words: Words) -> str:
    if not queue.history:
        return words("queue.no_history")
    last = queue.history[-1].value
    highest = max(point.value for point in queue.history)
    return words("queue.spark", n=len(queue.history), last=words.number(last), highest=words.number(highest))
