"""Levers in words: what one brings, costs and how long it takes, with ranges; what was measured; what was done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from dashboard.components.words import Words
from dashboard.domain.levers import (
    DEFER,
    LEVER,
    LOOKED_AHEAD,
    NOTE,
    PHASE,
    ActionView,
    LeverBoard,
    LeverLine,
    Mark,
    Measured,
    Spread,
)

SIGNS = {"EUR": "€", "USD": "$", "GBP": "£"}
MOST_LOGGED = 4
MOST_OF_A_NOTE = 60


def name(key: str, words: Words) -> str:
    """What a lever is called: the shipped ones by the catalogue of messages, a centre's own by its key."""
    own = f"levers.called.{key}"
    return words(own) if words.knows(own) else key


def line(one: LeverLine, words: Words, *, now: datetime, currency: str) -> Mapping[str, str]:
    """All texts of a lever's line."""
    cost, cost_sub = _cost(one, words, currency)
    brings, brings_sub = _came(one.action, words) if one.action else _brings(one, words)
    delay, delay_sub = _since(one.action, words, now=now) if one.action else (words.duration(one.lead_s), "")
    if one.blocked_by:
        delay_sub = words("levers.blocked", other=name(one.blocked_by, words))
    return {
        "name": name(one.key, words),
        "source": _source(one, words),
        "brings": brings,
        "brings_sub": brings_sub,
        "cost": cost,
        "cost_sub": cost_sub,
        "delay": delay,
        "delay_sub": delay_sub,
    }


def note(board: LeverBoard, words: Words, *, shown: int) -> str:
    """Why there are none, or what the figures mean."""
    if board.problem:
        return words("levers.problem", problem=board.problem)
    if not board.configured:
        return words("levers.none")
    beyond = len(board.lines) - shown
    return " ".join([words("levers.means"), *([words("levers.more", n=beyond)] if beyond > 0 else [])])


def log(board: LeverBoard, words: Words, *, now: datetime) -> str:
    """The latest things done, ended ones and updates among them."""
    if not board.done:
        return ""
    listed = [_logged(one, words, now=now) for one in board.done[:MOST_LOGGED]]
    return words("levers.log", list=" · ".join(listed))


def mark(one: Mark, words: Words) -> str:
    """What a mark on a chart stands for."""
    if one.kind == NOTE:
        return _short(one.text)
    if one.kind == PHASE:
        return words(f"phase.{one.lever}")
    return name(one.lever, words)


def measured(found: Measured | None, words: Words) -> str:
    """What came of it, or why nobody can tell yet."""
    if found is None:
        return words("levers.unmeasured.soon")
    if found.share is None:
        return words(f"levers.unmeasured.{found.why}")
    share, low, high = (_against(one, words) for one in (found.share.expected, found.share.low, found.share.high))
    key = "levers.measured_with" if found.others else "levers.measured"
    return words(key, share=share, low=low, high=high, n=found.others)


def _against(share: float, words: Words) -> str:
    return words("levers.fewer" if share >= 0 else "levers.extra", share=words.percent(abs(share)))


def percents(spread: Spread, words: Words) -> str:
    """A range of shares."""
    low, high = words.percent(spread.low), words.percent(spread.high)
    return low if low == high else f"{low} – {high}"


def _brings(one: LeverLine, words: Words) -> tuple[str, str]:
    hours = words.number(LOOKED_AHEAD.total_seconds() / 3600)
    contacts, span = words.estimate(one.contacts.expected), words.span(one.contacts.low, one.contacts.high)
    if one.people is not None:
        people = words("levers.people", n=words.number(one.people.expected))
        if one.contacts.expected < 0.5:
            return people, words("levers.later", hours=hours)
        return people, words("levers.handles", range=span)
    if one.contacts.expected < 0.5:
        return words("levers.nothing", hours=hours), ""
    key = "levers.puts_off" if one.kind == DEFER else "levers.avoids"
    return words(key, n=contacts), "" if one.contacts.low == one.contacts.high else span


def _came(action: ActionView, words: Words) -> tuple[str, str]:
    if action.assumed is None:
        return words("levers.on"), ""
    assumed = words("levers.assumed", range=percents(action.assumed, words))
    return assumed, measured(action.measured, words)


def _since(action: ActionView, words: Words, *, now: datetime) -> tuple[str, str]:
    at = words("levers.since", time=words.day_time(action.at, now=now), by=action.by)
    if action.starts_at > now:
        return at, words("levers.works_from", time=words.day_time(action.starts_at, now=now))
    return at, words("levers.works_until", time=words.day_time(action.ends_at, now=now)) if action.ends_at else ""


def _cost(one: LeverLine, words: Words, currency: str) -> tuple[str, str]:
    if one.cost <= 0:
        return words("levers.free"), ""
    cost = f"{words.estimate(one.cost)}\u202f{SIGNS.get(currency, currency)}"
    return cost, "" if one.cost_hours is None else words("levers.for_hours", n=words.number(one.cost_hours))


def source(key: str, own: str, words: Words) -> str:
    """Where a lever's figures come from; without a text of the centre's own, those that are shipped."""
    shipped = f"levers.source.{key}"
    if own:
        return own
    return words(shipped) if words.knows(shipped) else words("levers.no_source")


def _source(one: LeverLine, words: Words) -> str:
    said = source(one.key, one.source, words)
    return f"{words('levers.changed')} {said}" if one.changed else said


def _logged(one: ActionView, words: Words, *, now: datetime) -> str:
    time = words.day_time(one.at, now=now)
    what = name(one.lever, words) if one.kind == LEVER else _short(one.text) or name(one.lever, words)
    if one.ended and one.ends_at is not None and one.kind == LEVER:
        return words("levers.logged_ended", time=time, what=what, end=words.day_time(one.ends_at, now=now))
    return words("levers.logged", time=time, what=what)


def _short(text: str) -> str:
    return text if len(text) <= MOST_OF_A_NOTE else f"{text[: MOST_OF_A_NOTE - 1]}…"
