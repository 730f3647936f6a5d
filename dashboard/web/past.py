"""GET /past/<page>?at=SECONDS: the page as it was; GET /past/figure/<key>: how a figure went."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from flask import Flask, abort, jsonify, request
from flask.typing import ResponseReturnValue

from dashboard.components.current import current_account, current_language
from dashboard.components.visit import ServicesLike
from dashboard.domain.people import Right
from dashboard.services.board import moments
from dashboard.web.live import NOW

FIGURE_HOURS = 6.0
_MOST_HOURS = 24.0


def install(server: Flask, services: ServicesLike, rights: Mapping[str, Right]) -> None:
    """Both routes; `rights` names the live pages and what each asks for."""

    def page(page: str) -> ResponseReturnValue:
        if page not in rights:
            abort(404)
        if not current_account().may(rights[page]):
            abort(403)
        found = services.ask(moments.look_back, page, language=current_language(services), at=_moment(services))
        if found is None:
            return jsonify(kept=False), 404
        answer = jsonify(
            kept=True,
            at=found.at.timestamp(),
            before=found.before and found.before.timestamp(),
            after=found.after and found.after.timestamp(),
            snapshot=moments.decode(found),
        )
        answer.headers[NOW] = f"{services.clock().timestamp():.2f}"
        return answer

    def figure(key: str) -> ResponseReturnValue:
        if not current_account().may(Right.SEE_BOARD):
            abort(403)
        if key not in moments.FIGURES:
            abort(404)
        until = _moment(services)
        hours = min(max(request.args.get("hours", FIGURE_HOURS, type=float), 0.25), _MOST_HOURS)
        points = services.ask(moments.course, key, since=until - timedelta(hours=hours), until=until)
        return jsonify(points=[[at.timestamp(), value] for at, value in points])

    server.add_url_rule("/past/<page>", "past", page, methods=["GET"])
    server.add_url_rule("/past/figure/<key>", "past_figure", figure, methods=["GET"])


def _moment(services: ServicesLike) -> datetime:
    """The moment asked for, in seconds since 1970; now where none is, or none that can be."""
    asked = request.args.get("at", type=float)
    now = services.clock()
    return now if asked is None or not 0 <= asked <= now.timestamp() else datetime.fromtimestamp(asked, UTC)
