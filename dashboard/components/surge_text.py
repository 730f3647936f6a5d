"""The outlook of a surge in words: its three answers as ranges, and the grounds they stand on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from dashboard.components import lever_text
from dashboard.components.words import Words
from dashboard.domain.board import PastSurge, SurgeBasis

LIBRARY, SCALING = "library", "scaling"


def answers(basis: SurgeBasis, words: Words, *, now: datetime) -> Mapping[str, str]:
    """How many soon, how high, how many in all, until when: each with its range."""
    total, people = basis.expected_total, basis.people
    observed = words("surge.observed", n=words.number(basis.observed))
    callers = "" if people is None else " · " + words("surge.people", range=words.span(people.p10, people.p90))
    soon = basis.next_4h
    return {
        "soon": words.estimate(soon.p50) if soon else "–",
        "soon_range": words.span(soon.p10, soon.p90) if soon else "",
        "total": words.estimate(total.p50),
        "total_range": f"{words.span(total.p10, total.p90)} · {observed}{callers}",
        **_peak(basis, words, now=now),
        **_clear(basis, words, now=now),
    }


def _peak(basis: SurgeBasis, words: Words, *, now: datetime) -> dict[str, str]:
    if basis.peak is None or basis.peak_at is None:
        return {"peak": "–", "peak_range": ""}
    low, high = basis.peak.p10, basis.peak.p90
    time = words.day_time(basis.peak_at, now=now)
    spread = words.span(low, high) if high > low else words("surge.peak_over")
    return {"peak": words.estimate(basis.peak.p50), "peak_range": f"{spread} · {words('surge.at', time=time)}"}


def _clear(basis: SurgeBasis, words: Words, *, now: datetime) -> dict[str, str]:
    earliest, latest = basis.clear
    if earliest is None:
        return {"clear": words("surge.clear_unknown"), "clear_range": ""}
    first = words.day_time(earliest, now=now)
    if latest is None:
        return {"clear": words("surge.from", time=first), "clear_range": words("surge.clear_open")}
    return {"clear": f"{first} – {words.day_time(latest, now=now)}", "clear_range": words("surge.clear_means")}


def grounds(basis: SurgeBasis, words: Words) -> Mapping[str, str]:
    """Prior and data, which model, what was done, past surges most alike, what it scored, what had to be decided."""
    prior, data = words.percent(basis.share_prior), words.percent(1 - basis.share_prior)
    return {
        "shares": words("surge.shares", prior=prior, data=data),
        "method": _method(basis, words),
        "levers": _levers(basis, words),
        "nearest": _nearest(basis, words),
        "score": _score(basis, words),
        "notes": " ".join(words(f"surge_note.{note}") for note in basis.notes if words.knows(f"surge_note.{note}")),
    }


def _method(basis: SurgeBasis, words: Words) -> str:
    if basis.model == SCALING:
        return words("surge.too_small")
    if basis.model != LIBRARY:
        return words("surge.by_facts")
    key = "surge.by_library_own" if basis.own else "surge.by_library"
    return words(key, time=words.duration(60.0 * basis.elapsed_min), n=basis.library, own=basis.own)


def _levers(basis: SurgeBasis, words: Words) -> str:
    if not basis.effects:
        return ""
    listed = (
        words(
            "levers.ground",
            name=lever_text.name(one.key, words),
            time=words.day_time(one.start, now=basis.made_at),
            range=lever_text.percents(one.share, words),
        )
        for one in basis.effects
    )
    return words("levers.grounds", list="; ".join(listed))


def _nearest(basis: SurgeBasis, words: Words) -> str:
    if not basis.nearest:
        return ""
    return words("surge.nearest", list="; ".join(_past(one, words) for one in basis.nearest))


def _past(one: PastSurge, words: Words) -> str:
    values = {"total": words.number(one.total), "peak": words.number(one.peak)}
    text = words("surge.past", **values, time=words.duration(60.0 * one.end_min))
    return f"{text} ({words('surge.own')})" if one.own else text


def _score(basis: SurgeBasis, words: Words) -> str:
    score = basis.score
    if score is None:
        return ""
    key = "surge.score_better" if score.ratio <= 1 else "surge.score_worse"
    return words(key, n=score.n, percent=words.percent(abs(1 - score.ratio)), held=words.percent(score.coverage))
