"""An incident's facts as a form of texts, and a filled form as facts: what was typed, what is meant, what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.numbers import format_decimal

from dashboard.domain.incidents import IncidentError, IncidentFacts, Phase, Severity
from dashboard.services.entry_numbers import EntryError, parse_customers, parse_share
from dashboard.services.entry_times import GRACE, Leaning, parse_time

# Form field → facts it holds.
FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "title": ("title",),
    "started_at": ("started_at",),
    "affected": ("affected_low", "affected_high"),
    "phase": ("phase",),
    "severity": ("severity",),
    "eta": ("eta",),
    "next_update_at": ("next_update_at",),
    "cause": ("cause",),
    "services": ("services",),
    "region": ("region",),
    "compensation": ("compensation",),
    "queues": ("queues",),
    "contact_share": ("contact_share_low", "contact_share_high"),
    "ended_at": ("ended_at",),
}
REQUIRED: Final = ("title", "started_at", "affected")
TEXT_MAX: Final = 500
OLDEST: Final = timedelta(days=60)
# Customers who wait for news call again: after the first message at least every 20 minutes (docs: PagerDuty's guide).
NEXT_UPDATE_IN: Final = timedelta(minutes=20)
_STAMP: Final = {"de": "%d.%m.%Y %H:%M", "en": "%d/%m/%Y %H:%M"}
_LOCALE: Final = {"de": "de_DE", "en": "en_GB"}


@dataclass(frozen=True, slots=True)
class Desk:
    """What reading and writing entries depends on: language of the person, the centre's zone, and the time."""

    language: str
    zone: ZoneInfo
    now: datetime


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field, as a message code."""

    field: str
    code: str
    got: str = ""


class FormError(ValueError):
    """A form cannot be taken; every field that has to be mended is named at once."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(f"{p.field}: {p.code} {p.got!r}" for p in problems))
        self.problems = problems


def new_form(desk: Desk) -> dict[str, str]:
    """The form for a new incident: start now, next update in 20 minutes, defaults for the rest."""
    empty = dict.fromkeys(FIELDS, "")
    return empty | {
        "started_at": stamp(desk.now, desk),
        "next_update_at": stamp(desk.now + NEXT_UPDATE_IN, desk),
        "phase": Phase.INVESTIGATING.value,
        "severity": Severity.MAJOR.value,
    }


def form_of(facts: IncidentFacts, desk: Desk) -> dict[str, str]:
    """The facts as texts that read back to the same facts."""
    return {
        "title": facts.title,
        "started_at": stamp(facts.started_at, desk),
        "affected": _ends(facts.affected_low, facts.affected_high, desk=desk),
        "phase": facts.phase.value,
        "severity": facts.severity.value,
        "eta": stamp(facts.eta, desk),
        "next_update_at": stamp(facts.next_update_at, desk),
        "cause": facts.cause,
        "services": ", ".join(facts.services),
        "region": facts.region,
        "compensation": facts.compensation,
        "queues": ", ".join(facts.queues),
        "contact_share": _share(facts, desk),
        "ended_at": stamp(facts.ended_at, desk),
    }


def read_form(form: Mapping[str, str], *, desk: Desk, base: IncidentFacts | None = None) -> IncidentFacts:
    """The facts a form means; a field that still shows what `base` holds keeps its exact value.

    Raises FormError with every problem found.
    """
    shown = form_of(base, desk) if base else {}
    values: dict[str, Any] = {name: getattr(base, name) for names in FIELDS.values() for name in names} if base else {}
    problems: list[Problem] = []
    for field in FIELDS:
        if field not in form or form[field].strip() == shown.get(field):
            continue
        try:
            values |= _read(field, form[field].strip(), desk)
        except EntryError as error:
            problems.append(Problem(field, error.code, error.got))
    problems += [Problem(field, "required") for field in REQUIRED if field not in form and not base]
    if problems:
        raise FormError(tuple(problems))
    return _facts(values, desk=desk, base=base)


def _facts(values: dict[str, Any], *, desk: Desk, base: IncidentFacts | None) -> IncidentFacts:
    try:
        facts = IncidentFacts(**values)
    except IncidentError as error:
        field = next((f for f, names in FIELDS.items() if error.field in names), error.field)
        raise FormError((Problem(field, f"contradiction_{field}"),)) from error
    facts = _ended(facts, desk=desk, base=base)
    problems = tuple(_implausible(facts, desk=desk, base=base))
    if problems:
        raise FormError(problems)
    return facts


def _ended(facts: IncidentFacts, *, desk: Desk, base: IncidentFacts | None) -> IncidentFacts:
    """Resolving sets the end to now unless one was typed; opening it again takes the end away."""
    if facts.is_open:
        return facts.changed(ended_at=None)
    if facts.ended_at is None and (base is None or base.is_open):
        return facts.changed(ended_at=desk.now)
    return facts


def _implausible(facts: IncidentFacts, *, desk: Desk, base: IncidentFacts | None) -> list[Problem]:
    def touched(name: str) -> bool:
        return base is None or getattr(base, name) != getattr(facts, name)

    def ahead(name: str, code: str) -> list[Problem]:
        value = getattr(facts, name)
        return [Problem(name, code)] if value and touched(name) and value < desk.now - GRACE else []

    found = []
    if touched("started_at") and facts.started_at > desk.now + GRACE:
        found.append(Problem("started_at", "start_in_future"))
    if touched("started_at") and facts.started_at < desk.now - OLDEST:
        found.append(Problem("started_at", "start_too_old"))
    if facts.ended_at and facts.ended_at < facts.started_at:
        found.append(Problem("ended_at", "end_before_start"))
    if facts.is_open:
        found += ahead("eta", "time_past") + ahead("next_update_at", "time_past")
    return found


def read_entry(field: str, text: str, *, desk: Desk) -> tuple[Any, ...]:
    """What one entry means, as the facts it holds; raises EntryError."""
    meant = _read(field, text.strip(), desk)
    return tuple(meant[name] for name in FIELDS[field])


def _read(field: str, text: str, desk: Desk) -> dict[str, Any]:
    return _READERS.get(field, _read_text)(field, text, desk)


def _read_title(field: str, text: str, desk: Desk) -> dict[str, Any]:
    if not text:
        raise EntryError("title_missing", text)
    return _read_text(field, text, desk)


def _read_text(field: str, text: str, desk: Desk) -> dict[str, Any]:
    line = " ".join(text.split())
    most = 200 if field == "title" else TEXT_MAX
    if len(line) > most:
        raise EntryError("text_too_long", line[:40])
    return {field: line}


def _read_list(field: str, text: str, desk: Desk) -> dict[str, Any]:
    return {field: tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))}


def _read_choice(field: str, text: str, desk: Desk) -> dict[str, Any]:
    kind: type[Phase] | type[Severity] = Phase if field == "phase" else Severity
    try:
        return {field: kind(text)}
    except ValueError as error:
        raise EntryError("choice_unknown", text) from error


def _read_customers(field: str, text: str, desk: Desk) -> dict[str, Any]:
    low, high = parse_customers(text, language=desk.language)
    return {"affected_low": low, "affected_high": high}


def _read_share(field: str, text: str, desk: Desk) -> dict[str, Any]:
    low, high = parse_share(text, language=desk.language) if text else (None, None)
    return {"contact_share_low": low, "contact_share_high": high}


def _read_time(leaning: Leaning, *, required: bool = False) -> Callable[[str, str, Desk], dict[str, Any]]:
    def read(field: str, text: str, desk: Desk) -> dict[str, Any]:
        if not text and not required:
            return {field: None}
        return {field: parse_time(text, now=desk.now, zone=desk.zone, leaning=leaning)}

    return read


_READERS: Final[dict[str, Callable[[str, str, Desk], dict[str, Any]]]] = {
    "title": _read_title,
    "started_at": _read_time("past", required=True),
    "affected": _read_customers,
    "phase": _read_choice,
    "severity": _read_choice,
    "eta": _read_time("future"),
    "next_update_at": _read_time("future"),
    "services": _read_list,
    "queues": _read_list,
    "contact_share": _read_share,
    "ended_at": _read_time("past"),
}


def stamp(moment: datetime | None, desk: Desk) -> str:
    """A time as the form shows it; "" for none."""
    return moment.astimezone(desk.zone).strftime(_STAMP[desk.language]) if moment else ""


def _ends(low: float, high: float, *, desk: Desk, form: str = "#,##0") -> str:
    first, last = (str(format_decimal(v, form, locale=_LOCALE[desk.language])) for v in (low, high))
    return first if first == last else f"{first}–{last}"


def _share(facts: IncidentFacts, desk: Desk) -> str:
    low, high = facts.contact_share_low, facts.contact_share_high
    if low is None or high is None:
        return ""
    return f"{_ends(low * 100, high * 100, desk=desk, form='0.###')} %"
