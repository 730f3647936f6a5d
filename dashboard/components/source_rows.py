"""Sources, tests of them, back-fills, pulls and rejected records as rows of live tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dashboard.components.words import UNKNOWN, Words
from dashboard.domain.board import BackfillView, ProbeView, RejectedView, SourceHealth

Row = dict[str, Any]
STATES = {"ok": "ok", "stale": "watch", "never": "watch", "failing": "act"}
GRAVITY = ("failing", "never", "stale", "ok")
PROBE_STATES = {"running": "watch", "passed": "ok", "short": "watch", "failed": "act", "unanswered": "act"}
BACKFILL_STATES = {"running": "ok", "done": "ok", "stopped": "watch", "silent": "watch", "failed": "act"}
RAW_SHOWN = 120
_QUEUES_SHOWN = 12


def source_row(one: SourceHealth, words: Words, *, now: datetime) -> Row:
    """A source and how it fares; the button asks for a test."""
    age: Any = {"epoch": round(one.last_success_at.timestamp())} if one.last_success_at else words("sources.never")
    cells = {
        "name": {"text": one.name, "sub": one.kind},
        "state": _state(one, words, now=now),
        "age": age,
        "lag": words.duration(one.lag_s),
        "trend": {"spark": [None if lag is None else round(lag) for lag in one.lags], "text": _trend(one, words)},
        "records": words.number(one.records_24h),
        "rejected": {"text": words.number(one.rejected), "state": "watch" if one.rejected else "ok"},
        "advice": _advice(one, words),
        "evidence": words(f"sources.evidence.{one.evidence}"),
        "test": {"button": words("sources.test"), "about": words("sources.test_of", name=one.name)},
    }
    return {"key": one.name, "cells": cells}


def _state(one: SourceHealth, words: Words, *, now: datetime) -> Row:
    """The state, and of a failing source when it is tried again."""
    if one.paused:
        said = words("sources.paused_until", time=words.time(one.retry_at), n=one.failures)
        return {"text": words("sources.state.paused"), "state": "act", "sub": said}
    cell: Row = {"text": words(f"sources.state.{one.state}"), "state": STATES[one.state]}
    if one.state == "failing" and one.retry_at and one.retry_at > now:
        cell["sub"] = words("sources.retry_at", time=words.time(one.retry_at), n=one.failures)
    return cell


def _trend(one: SourceHealth, words: Words) -> str:
    known = [lag for lag in one.lags if lag is not None]
    if not known:
        return words("sources.trend_none")
    return words("sources.trend", last=words.duration(known[-1]), highest=words.duration(max(known)))


def _advice(one: SourceHealth, words: Words) -> Any:
    """What to do, then what the source itself said."""
    told = words(f"sources.{one.advice}") if one.advice else words("sources.advice.nothing")
    return {"text": told, "sub": one.error} if one.error else told


def probe_row(one: ProbeView, words: Words, *, now: datetime) -> Row:
    """What a test saw."""
    cells = {
        "source": one.source,
        "asked": words.day_time(one.asked_at, now=now),
        "state": {"text": words(f"sources.probe.{one.state}"), "state": PROBE_STATES[one.state]},
        "saw": one.error or one.saw or words(f"sources.probe_says.{one.state}"),
        "queues": _queues(one, words),
        "notes": _notes(one, words),
    }
    return {"key": one.source, "cells": cells}


def _queues(one: ProbeView, words: Words) -> Any:
    if not one.queues:
        return UNKNOWN
    more = len(one.queues) - _QUEUES_SHOWN
    told = ", ".join(one.queues[:_QUEUES_SHOWN]) + (f" … (+{more})" if more > 0 else "")
    return {"text": told, "sub": words("sources.probe_unknown", queues=", ".join(one.unknown))} if one.unknown else told


def _notes(one: ProbeView, words: Words) -> str:
    notes = list(one.missing)
    if one.skew_s is not None:
        way = "ahead" if one.skew_s > 0 else "behind"
        notes.append(words(f"sources.clock_{way}", t=words.duration(abs(one.skew_s))))
    return "; ".join(notes) or UNKNOWN


def backfill_row(one: BackfillView, words: Words, *, now: datetime) -> Row:
    """How far a back-fill is."""
    said = words(f"sources.backfill_says.{one.state}")
    cells = {
        "source": one.source,
        "since": words.date(one.since),
        "state": {"text": words(f"sources.backfill_state.{one.state}"), "state": BACKFILL_STATES[one.state]},
        "share": words.percent(1.0 if one.state == "done" else one.share),
        "contacts": words.number(one.contacts),
        "intervals": words.number(one.intervals),
        "rejected": words.number(one.rejected),
        "changed": words.day_time(one.changed_at, now=now),
        "advice": {"text": said, "sub": one.error} if one.error else said,
    }
    return {"key": one.source, "cells": cells}


def rejected_row(number: int, one: RejectedView, words: Words, *, now: datetime) -> Row:
    """A record that was not taken, shortened."""
    raw = one.raw if len(one.raw) <= RAW_SHOWN else f"{one.raw[:RAW_SHOWN]} …"
    cells = {
        "seen": words.day_time(one.seen_at, now=now),
        "source": one.source,
        "place": one.location,
        "reason": one.reason,
        "raw": raw or UNKNOWN,
    }
    return {"key": f"{number}", "cells": cells}


def run_row(number: int, run: Mapping[str, Any], words: Words, *, now: datetime) -> Row:
    """One pull."""
    finished, status = run["finished_at"], str(run["status"])
    took = (finished - run["started_at"]).total_seconds() if finished else None
    cells = {
        "source": str(run["source"]),
        "started": words.day_time(run["started_at"], now=now),
        "took": words.duration(took),
        "status": {"text": words(f"sources.run.{status}"), "state": "act" if status == "failed" else "ok"},
        "brought": words.number(brought(run)),
        "rejected": words.number(int(run["rejected"])),
        "error": str(run["error"] or ""),
    }
    return {"key": f"{number}", "cells": cells}


def brought(run: Mapping[str, Any]) -> int:
    """How many records a pull brought."""
    return sum(int(run[name]) for name in ("events", "volumes", "states", "signals"))
