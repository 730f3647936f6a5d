"""Another system's replies as drafts: first what would become of each entry, then all of it or nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from connectors.storage.rows import AuditRow, ReplyRow
from connectors.storage.write import add_audit, upsert_replies
from dashboard.domain.folding import fold, words
from dashboard.domain.hidden_signs import without_hidden_signs
from dashboard.domain.incidents import Phase
from dashboard.domain.placeholders import NAMES
from dashboard.domain.replies import LANGUAGES, TITLE_MAX, Reply, ReplyError, Status, check_text, clean
from dashboard.domain.thesaurus import Thesaurus
from dashboard.services.replies.reply_import_blanks import our_blanks
from dashboard.services.replies.reply_import_files import Row
from dashboard.services.replies.reply_import_shapes import Entry, RowError, entry_of
from dashboard.services.replies.reply_import_text import damaged, plain_text
from dashboard.services.replies.reply_library import Library, library, mark_changed
from dashboard.services.replies.reply_thesaurus import meanings

TAG_MAX: Final = 40
_SAID: Final[Mapping[str, str]] = {
    "empty": "the {field} is empty",
    "too_long": "the {field} has {got} characters, at most {most} are taken",
    "hidden_character": "the {field} holds the invisible sign {got}; take it out",
    "unknown_blank": "braces that are no placeholder: {got}",
    "blank_in_title": "the title holds a placeholder; titles are fixed",
    "unknown_channel": "unknown channel {got!r}; known are call, chat, email, ticket, social, sms",
    "unknown_language": "unknown language {got!r}; known are de and en",
    "no_phase": "unknown phase; known are " + ", ".join(phase.value for phase in Phase),
}


@dataclass(frozen=True, slots=True)
class Choices:
    """What holds where the file does not say; None: by sight, or by the system's habit."""

    system: str
    language: str | None = None
    channel: str | None = None
    phases: tuple[str, ...] = ()
    disabled_too: bool = False  # also what is switched off there


@dataclass(frozen=True, slots=True)
class Told:
    """What is said about one entry."""

    place: str
    title: str
    message: str


@dataclass(slots=True)
class Plan:
    """What an import would do; `errors` keep it from being done."""

    drafts: list[ReplyRow] = field(default_factory=list)
    skipped: list[Told] = field(default_factory=list)
    warnings: list[Told] = field(default_factory=list)
    errors: list[Told] = field(default_factory=list)
    mapped: Counter[tuple[str, str]] = field(default_factory=Counter)


def plan_import(session: Session, rows: Iterable[Row], *, choices: Choices, by: str, now: datetime) -> Plan:
    """Read all entries and say what would become of each; nothing is stored."""
    plan, shelf = Plan(), _Shelf(library(session))
    for row in rows:
        title = ""
        try:
            entry = entry_of(row, choices.system)
            title = entry.title.strip()[:60]
            _take(plan, entry, place=row.place, shelf=shelf, choices=choices, by=by, now=now)
        except RowError as error:
            plan.errors.append(Told(row.place, title, str(error)))
        except ReplyError as error:
            plan.errors += [Told(row.place, title, _in_words(one)) for one in (error, *error.more)]
    return plan


def carry_out(session: Session, plan: Plan, *, file: str, by: str, now: datetime, skip_errors: bool = False) -> int:
    """Store all drafts of a plan, in one transaction, and say how many; raises RowError while it has errors."""
    if plan.errors and not skip_errors:
        raise RowError(f"{len(plan.errors)} errors; nothing was stored")
    if plan.drafts:
        upsert_replies(session, plan.drafts)
        mark_changed(session, now)
        add_audit(session, AuditRow(now, by, "reply.import", file[:200], f"{len(plan.drafts)} drafts"))
    return len(plan.drafts)


class _Shelf:
    """What is there already: in the library, and from this very file."""

    def __init__(self, shelf: Library) -> None:
        self.versions: dict[tuple[str, str], list[Reply]] = {}
        self.texts: dict[tuple[str, str, str], str] = {}
        self.keys: set[tuple[str, str]] = set()
        for reply in shelf.versions:
            self.versions.setdefault((reply.key, reply.language), []).append(reply)
            if reply.status is not Status.WITHDRAWN:
                self.texts.setdefault((reply.language, reply.channel, _same(reply.body)), f"the reply {reply.key}")


def _take(plan: Plan, entry: Entry, *, place: str, shelf: _Shelf, choices: Choices, by: str, now: datetime) -> None:
    title = " ".join(clean(without_hidden_signs(plain_text(entry.title))).split())
    said = _skipped(entry, choices)
    if said:
        plan.skipped.append(Told(place, title, said))
        return
    body = _body(plan, entry, place=place, title=title, system=choices.system)
    language = choices.language or entry.language or guessed_language(f"{title} {body}")
    if not language:
        raise RowError("its language cannot be told; give --language")
    channel = choices.channel or entry.channel or "ticket"
    phases = choices.phases or entry.phases or tuple(phase.value for phase in Phase)
    check_text(title, body, channel=channel, language=language, phases=phases)
    key = _key(entry, title, choices.system)
    twin = shelf.texts.get((language, channel, _same(body)))
    if twin:
        plan.skipped.append(Told(place, title, f"the same text is there already: {twin}"))
        return
    version, busy = _version(shelf, key, language)
    if busy:
        plan.skipped.append(Told(place, title, f"{busy} is writing on {key}; left alone"))
        return
    if (key, language) in shelf.keys:
        raise RowError(f"a second entry with the identity {entry.key[:40]!r} and another text")
    shelf.keys.add((key, language))
    shelf.texts[language, channel, _same(body)] = place
    tags = tuple(dict.fromkeys(tag for tag in (clean(t)[:TAG_MAX] for t in entry.tags) if tag))
    plan.drafts.append(
        ReplyRow(key, version, language, channel, phases, title, body, tags, Status.DRAFT.value, by, None, now)
    )


def _skipped(entry: Entry, choices: Choices) -> str:
    if not entry.body.strip():
        return "it holds no text for the customer"
    if not entry.in_use and not choices.disabled_too:
        return "it is switched off there"
    return ""


def _body(plan: Plan, entry: Entry, *, place: str, title: str, system: str) -> str:
    text = clean(plain_text(entry.body))
    if spoiled := damaged(f"{title} {text}"):
        raise RowError(f"its letters are damaged ({spoiled!r}); export it again as UTF-8")
    seen = without_hidden_signs(text)
    if seen != text:
        plan.warnings.append(Told(place, title, f"{len(text) - len(seen)} invisible signs were taken out"))
    blanks = our_blanks(seen, system=system, own=NAMES)
    if blanks.logic:
        raise RowError(f"it decides something while it is sent ({blanks.logic}); write one reply for each case")
    plan.mapped.update((theirs, ours) for theirs, ours in blanks.mapped.items())
    for name in blanks.unknown:
        plan.warnings.append(Told(place, title, f"nobody here fills {name!r}; it stands in the text as [{name}]"))
    return blanks.text


def _version(shelf: _Shelf, key: str, language: str) -> tuple[int, str]:
    """The number of the next version, and who writes on one already."""
    versions = shelf.versions.get((key, language), [])
    busy = next((r.author for r in versions if r.status in (Status.DRAFT, Status.IN_REVIEW)), "")
    return max((r.version for r in versions), default=0) + 1, busy


def guessed_language(text: str, *, known: Mapping[str, Thesaurus] | None = None) -> str:
    """The language whose small words a text uses more; empty where it does not tell."""
    said = Counter(words(text))
    scores = {
        language: sum(said[word] for word in (known or meanings())[language].stop if word in said)
        for language in LANGUAGES
    }
    best, other = sorted(LANGUAGES, key=lambda language: -scores[language])[:2]
    return best if scores[best] > scores[other] else ""


def summary(plan: Plan) -> Sequence[tuple[str, int]]:
    """Counts of a plan."""
    return (
        ("drafts", len(plan.drafts)),
        ("skipped", len(plan.skipped)),
        ("warnings", len(plan.warnings)),
        ("errors", len(plan.errors)),
    )


def _key(entry: Entry, title: str, system: str) -> str:
    """The same entry has the same key at the next import; our own files keep the keys they name."""
    name = "-".join(re.findall(r"[a-z0-9]+", fold(title)))[:40].strip("-")
    identity = "-".join(re.findall(r"[a-z0-9]+", fold(entry.key)))[:60].strip("-")
    if system == "csv":
        return identity or name or "reply"
    return f"{system}-{identity or name or 'reply'}"


def _same(body: str) -> str:
    return " ".join(fold(body).split())


def _in_words(error: ReplyError) -> str:
    message = _SAID.get(error.code, error.code)
    values = {"field": "text" if error.field == "body" else error.field, "got": "", "most": TITLE_MAX, **error.values}
    return message.format(**values)
