"""A fan chart in words: its head line, what it rests on, and the sentence for those who do not see it."""

from __future__ import annotations

from datetime import datetime, timedelta

from dashboard.components.words import Words
from dashboard.domain.board import ChannelFan

HIGHER = 1.1  # times the highest count so far, from which on a higher peak is worth a word


def peak_line(fan: ChannelFan, words: Words, *, now: datetime) -> str:
    """When and how high the peak is, or that it has passed."""
    if fan.peak is None or fan.peak_at is None:
        return words("chart.no_forecast")
    past = fan.peak_at + timedelta(seconds=fan.interval_s) <= now
    key = _peak_key(past=past, may_rise=fan.peak.p90 > HIGHER * fan.peak.p50)
    time, height = words.day_time(fan.peak_at, now=now), words.span(fan.peak.p10, fan.peak.p90)
    values = {"p50": words.estimate(fan.peak.p50), "p90": words.estimate(fan.peak.p90), "range": height}
    return words(key, time=time, minutes=fan.interval_s // 60, **values)


def _peak_key(*, past: bool, may_rise: bool) -> str:
    if not past:
        return "chart.peak_ahead"
    return "surge.peak_so_far" if may_rise else "chart.peak_past"


def clear_line(fan: ChannelFan, words: Words, *, now: datetime) -> str:
    """When demand is near normal again, as a range; empty if it is."""
    if fan.normal_again_at is None:
        return ""
    earliest, latest = fan.normal_again_at
    first, last = words.day_time(earliest, now=now), words.day_time(latest, now=now)
    # Of two times on the same later day the day is said once.
    last = words.time(latest) if words.local(earliest).date() == words.local(latest).date() else last
    return words("chart.normal_again", range=first if first == last else f"{first} – {last}")


def basis_line(fan: ChannelFan, words: Words, *, now: datetime) -> str:
    """Which model, when it was made, and how it did lately."""
    if fan.made_at is None:
        return words("chart.no_forecast")
    score = words("chart.no_score") if fan.score is None else words("chart.score", percent=words.percent(fan.score))
    made = words.day_time(fan.made_at, now=now)
    return f"{score} · {words('chart.made', model=_model(fan.model, words), time=made)}"


def _model(names: str, words: Words) -> str:
    """The models by their names in words; one that a centre added itself keeps its own name."""
    parts = names.split(" + ")
    return " + ".join(words(f"model.{name}") if words.knows(f"model.{name}") else name for name in parts)


def summary(fan: ChannelFan, words: Words, *, now: datetime) -> str:
    """One or two sentences that say what the chart shows."""
    channel = words(f"channel.{fan.channel}")
    last = fan.observed[-1] if fan.observed else None
    normal = next((point.value for point in fan.normal if last and point.at == last.at), None)
    if last is None:
        first = words("chart.summary_nothing", channel=channel)
    else:
        values = {"time": words.time(last.at), "value": words.number(last.value), "normal": words.number(normal)}
        first = words("chart.summary", channel=channel, minutes=fan.interval_s // 60, **values)
    return " ".join(part for part in (first, peak_line(fan, words, now=now), clear_line(fan, words, now=now)) if part)
