"""POST /replies/used and /replies/unanswered: what the replies page tells of copies, and of searches in vain."""

from __future__ import annotations

from flask import Flask, abort, request
from flask.typing import ResponseReturnValue

from dashboard.components.current import current_account
from dashboard.components.visit import ServicesLike
from dashboard.services.replies import reply_use

USED, UNANSWERED = "/replies/used", "/replies/unanswered"
MOST_ID, MOST_PARTS, MOST_DIGITS, MOST_QUERY = 250, 12, 9, 200


def install(server: Flask, services: ServicesLike) -> None:
    """Both routes; guard and CSRF token hold as for every other."""

    def used() -> ResponseReturnValue:
        replies = request.form.getlist("reply")
        if not 0 < len(replies) <= MOST_PARTS or any(len(one) > MOST_ID for one in replies):
            abort(400)
        incident, by, now = _number(request.form.get("incident", "")), current_account(), services.clock()
        known = [services.ask(reply_use.record, one, by=by, now=now, incident_id=incident) for one in replies]
        return "", 204 if any(known) else 404

    def unanswered() -> ResponseReturnValue:
        query, language = request.form.get("query", ""), request.form.get("language", "")
        if not query or len(query) > MOST_QUERY:
            abort(400)
        services.ask(reply_use.note_unanswered, query, language=language, by=current_account(), now=services.clock())
        return "", 204

    server.add_url_rule(USED, "replies_used", used, methods=["POST"])
    server.add_url_rule(UNANSWERED, "replies_unanswered", unanswered, methods=["POST"])


def _number(said: str) -> int | None:
    return int(said) if said.isascii() and said.isdecimal() and len(said) <= MOST_DIGITS else None
