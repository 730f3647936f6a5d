"""POST /replies/find: the replies that fit what was typed or pasted, and what a message asks for, as JSON.

Posted, so that a customer's message stands in no address and no log. Answers are the same for all who may copy replies,
so what many type in an outage is looked up once, until a text or a fact changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
from flask import Flask, Response, abort, request
from flask.typing import ResponseReturnValue

from dashboard.components.current import current_account, current_language, current_words
from dashboard.components.reply_list import snippet
from dashboard.components.visit import ServicesLike
from dashboard.components.words import Words
from dashboard.domain.people import Right
from dashboard.domain.replies import CHANNELS, LANGUAGES
from dashboard.domain.reply_search import LETTERS_MAX
from dashboard.services.replies import reply_desk, reply_feed, reply_stamp, reply_suggest
from dashboard.services.replies.reply_desk import Wish
from dashboard.services.replies.reply_suggest import Asked
from dashboard.web.api_question import CHOICES
from dashboard.web.memory import Memory

FIND = "/replies/find"
STAMP_S, KEEP_S = 1.0, 30.0  # how soon a change is seen; how long an answer holds while nothing changes
KEPT_LETTERS = 60  # longer ones are messages, which nobody else sends
MOST = 40


@dataclass(frozen=True, slots=True)
class _Question:
    wish: Wish
    incident: str | None
    limit: int


def install(server: Flask, services: ServicesLike) -> None:
    """The route; guard and CSRF token hold as for every other."""
    stamps: Memory[str] = Memory(STAMP_S)
    memory: Memory[bytes] = Memory(KEEP_S)

    def find() -> ResponseReturnValue:
        current_account().require(Right.COPY_REPLY)
        question, spoken = _question(), current_language(services)
        words = current_words(services)
        if len(question.wish.query) > KEPT_LETTERS:
            body = _answer(services, question, words)
        else:
            stamp = stamps.recall("", lambda: services.ask(reply_stamp.reply_stamp, now=services.clock()))
            body = memory.recall(f"{stamp} {spoken} {question}", lambda: _answer(services, question, words))
        return Response(body, mimetype="application/json", headers={"Cache-Control": "private, no-store"})

    server.add_url_rule(FIND, "replies_find", find, methods=["POST"])


def _question() -> _Question:
    form = request.form
    language, channel, phase = form.get("language", ""), form.get("channel", ""), form.get("phase", "")
    limit, incident = form.get("limit", str(MOST)), form.get("incident", "")
    if language not in LANGUAGES or channel not in ("", *CHANNELS) or phase not in ("", *CHOICES["phase"]):
        abort(400)
    if not (limit.isascii() and limit.isdecimal() and len(limit) <= 2 and int(limit) <= MOST):
        abort(400)
    if incident and not (incident.isascii() and incident.isdecimal() and len(incident) <= 9):
        abort(400)
    wish = Wish(language, form.get("q", "")[:LETTERS_MAX], channel or None, phase or None)
    return _Question(wish, incident or None, int(limit))


def _answer(services: ServicesLike, question: _Question, words: Words) -> bytes:
    wish, now = question.wish, services.clock()
    try:
        incident = services.ask(reply_feed.open_incident_of, question.incident)
    except reply_feed.NoSuchIncidentError:
        incident = None
    facts, number = (incident.facts, incident.incident_id) if incident else (None, None)
    found = services.ask(reply_desk.find, wish, by=current_account(), now=now, facts=facts, incident_id=number)
    asked = reply_suggest.asked_facts(
        wish.query, language=wish.language, facts=facts, zone=services.settings.zone, now=now
    )
    return orjson.dumps(
        {
            "query": wish.query,
            "total": found.total,
            "elsewhere": found.elsewhere,
            "replies": [
                {"id": one.id, "key": one.key, "title": one.title, "channel": one.channel, "snippet": snippet(one)}
                for one in found.replies[: question.limit]
            ],
            "asked": [_told(one, words) for one in asked],
        }
    )


def _told(one: Asked, words: Words) -> dict[str, Any]:
    unknown = "asks.past" if one.past else f"asks.unknown_{one.code}"
    return {"code": one.code, "label": words(f"asks.{one.code}"), "known": one.value is not None,
            "value": one.value or words(unknown if words.knows(unknown) else "asks.unknown")}  # fmt: skip
