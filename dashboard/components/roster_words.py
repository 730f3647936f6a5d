"""A roster in words: what is wrong with a row, what breaks a rule, and the rules themselves."""

from __future__ import annotations

from datetime import timedelta

from dashboard.components.words import Words
from dashboard.domain.roster import Problem, Summary
from dashboard.domain.working_time import Breach, Rules


def problem(one: Problem, words: Words) -> str:
    """What is wrong with a row or a file."""
    return words(f"roster.bad.{one.what}", **_values(one, words))


def note(one: Problem, words: Words) -> str:
    """What was supposed where a file is silent."""
    return words(f"roster.note.{one.what}", **_values(one, words))


def error(one: Problem, words: Words) -> str:
    """Why something cannot be done with a roster."""
    return words(f"roster.error.{one.what}", **_values(one, words))


def breach(one: Breach, words: Words) -> str:
    """What was found, and what the rule allows."""
    return words(f"roster.breach.{one.kind}", found=length(one.found), allowed=length(one.allowed))


def figures(one: Summary, words: Words) -> str:
    """How many shifts, people and hours."""
    counts = {name: words.number(getattr(one, name)) for name in ("shifts", "people", "hours")}
    return words("roster.figures", **counts)


def span(one: Summary, words: Words) -> str:
    """From the first start to the last end."""
    return words("roster.from_until", start=words.stamp(one.first), end=words.stamp(one.last))


def rules(found: Rules, words: Words) -> list[str]:
    """The rules, a sentence each."""
    due = ", ".join(
        words("roster.rule.break_due", least=length(one.least), above=length(one.above)) for one in found.breaks
    )
    return [
        words("roster.rule.day", longest=length(found.longest_day), regular=length(found.regular_day)),
        words("roster.rule.rest", rest=length(found.rest)),
        words("roster.rule.breaks", list=due or "–", stretch=length(found.longest_stretch)),
        words("roster.rule.week", week=length(found.week), weeks=found.week_average_weeks),
        words(
            "roster.rule.night",
            counts=length(found.night_counts_above),
            start=f"{found.night_from:%H:%M}",
            end=f"{found.night_until:%H:%M}",
            night=length(found.night_day),
            weeks=found.night_average_weeks,
        ),
    ]


def length(value: timedelta) -> str:
    """Hours and minutes to the minute: 11 h, 8 h 30 min, 45 min."""
    hours, minutes = divmod(round(value.total_seconds() / 60), 60)
    parts = [f"{hours}\u202fh"] * bool(hours) + [f"{minutes}\u202fmin"] * bool(minutes or not hours)
    return " ".join(parts)


def _values(one: Problem, words: Words) -> dict[str, str]:
    known = {"got": "", "field": "", "zone": ""} | dict(one.values)
    field = f"roster.field.{known['field']}"
    return known | {"field": words(field) if words.knows(field) else known["field"]}
