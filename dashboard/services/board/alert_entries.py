"""Reads a rule of alerts as a person typed it, in German or English numbers; every wrong field is named at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from connectors.storage.alert_rows import AlertRuleRow
from dashboard.domain.alerts import KINDS, SOURCE, Kind, clock_time

MOST_EMAILS = 10
LONGEST_HOLD_MIN = 240.0
_ADDRESS = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]{1,255}")
_NUMBER = re.compile(r"[0-9]{1,9}(?:[.,][0-9]{1,4})?")
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
Entries = Mapping[str, str | Sequence[str]]


class EntriesError(ValueError):
    """A rule that cannot be saved; `problems` names the message for each field."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {problem}" for field, problem in problems.items()))
        self.problems = dict(problems)


def read(
    entries: Entries, *, subjects: Mapping[str, Mapping[str, str]], webhooks: Sequence[str], may_mail: bool
) -> AlertRuleRow:
    """The rule that the entries say; raises EntriesError."""
    problems: dict[str, str] = {}
    kind = KINDS.get(_text(entries, "kind"))
    if kind is None:
        raise EntriesError({"kind": "kind"})
    threshold = _value(entries, "threshold", kind, problems)
    clear = _value(entries, "clear", kind, problems)
    if not problems and (clear > threshold if kind.above else clear < threshold):
        problems["clear"] = "clear_above" if kind.above else "clear_below"
    hold = _number(_text(entries, "hold"))
    if hold is None or hold > LONGEST_HOLD_MIN:
        problems["hold"] = "hold"
    rule = AlertRuleRow(
        kind=kind.key,
        subject=_subject(entries, kind, subjects, problems),
        threshold=threshold,
        clear=clear,
        hold_s=round((hold or 0.0) * 60),
        quiet_from=_clock(entries, "quiet_from", problems),
        quiet_to=_clock(entries, "quiet_to", problems),
        sound="sound" in entries.get("ways", ()),
        emails=_emails(entries, may_mail=may_mail, problems=problems),
        webhooks=tuple(name for name in webhooks if name in entries.get("webhooks", ())),
        language=_text(entries, "language") or "de",
        changed_at=_NEVER,
        changed_by="",
    )
    if bool(rule.quiet_from) != bool(rule.quiet_to):
        problems.setdefault("quiet_to", "quiet_both")
    if problems:
        raise EntriesError(problems)
    return rule


def _text(entries: Entries, field: str) -> str:
    value = entries.get(field, "")
    return value.strip() if isinstance(value, str) else ""


def _number(text: str) -> float | None:
    found = _NUMBER.fullmatch(text.removesuffix("%").removesuffix("×").strip())
    return float(found[0].replace(",", ".")) if found else None


def _value(entries: Entries, field: str, kind: Kind, problems: dict[str, str]) -> float:
    typed = _number(_text(entries, field))
    value = None if typed is None else round(typed * kind.per, 6)
    if value is None or not kind.low <= value <= kind.high:
        problems[field] = f"value_{kind.unit}"
        return kind.threshold
    return value


def _subject(entries: Entries, kind: Kind, subjects: Mapping[str, Mapping[str, str]], problems: dict[str, str]) -> str:
    """A queue or source by its key or its label; nothing stands for each of them."""
    wanted, known = _text(entries, "subject"), subjects.get(kind.of, {})
    if not wanted or not known:
        return ""
    by_name = {label.casefold(): key for key, label in known.items()} | {key.casefold(): key for key in known}
    if wanted.casefold() not in by_name:
        problems["subject"] = "source" if kind.of == SOURCE else "queue"
        return ""
    return by_name[wanted.casefold()]


def _clock(entries: Entries, field: str, problems: dict[str, str]) -> str:
    text = _text(entries, field)
    if not text:
        return ""
    try:
        return f"{clock_time(text):%H:%M}"
    except ValueError:
        problems[field] = "clock"
        return ""


def _emails(entries: Entries, *, may_mail: bool, problems: dict[str, str]) -> tuple[str, ...]:
    parts = tuple(dict.fromkeys(part for part in re.split(r"[\s,;]+", _text(entries, "emails")) if part))
    if parts and not may_mail:
        problems["emails"] = "no_mail"
    elif len(parts) > MOST_EMAILS:
        problems["emails"] = "many"
    elif not all(_ADDRESS.fullmatch(part) for part in parts):
        problems["emails"] = "address"
    return parts
